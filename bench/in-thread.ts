/** A file of ours in a thread of its own, which is given one task and answers once. */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export async function inThread<Answer>(url: string, task: unknown): Promise<Answer> {
  const worker = new Worker(fileURLToPath(url), { workerData: task });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  } finally {
    await worker.terminate();
  }
}
