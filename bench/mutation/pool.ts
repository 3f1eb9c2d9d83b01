/**
 * Threads that try mutants. One whose mutant makes an op run for ever is ended from outside,
 * and another goes on with the next.
 */
import { Worker } from 'node:worker_threads';
import type { Answer, Base, Ground, Job, Message, Result } from './protocol.js';

/** Seconds without a step after which a mutant is taken to hang. Most hangs are counted out long before. */
const HANG_SECONDS = 20;

export class Pool {
  private readonly code: string;
  private readonly coverage: string;
  private readonly size: number;
  private ground: Ground = { bases: [], witnesses: [] };

  constructor(code: string, coverage: string, size: number) {
    this.code = code;
    this.coverage = coverage;
    this.size = size;
  }

  /** What the jobs from now on lean on. */
  give(ground: Ground): void {
    this.ground = ground;
  }

  /** Runs all jobs; answers come in the order of the jobs, `onAnswer` is called as they are known. */
  async run(jobs: readonly Job[], onAnswer: (n: number, answer: Base | Result) => void): Promise<void> {
    let next = 0;
    const take = (): number => (next < jobs.length ? next++ : -1);
    const lanes = Array.from({ length: Math.min(this.size, jobs.length) }, async () => {
      for (let rest = take(); rest >= 0; ) rest = await this.lane(jobs, rest, take, onAnswer);
    });
    await Promise.all(lanes);
  }

  /** One thread, from job `n` on; resolves to the job that the next thread begins with, or -1. */
  private lane(
    jobs: readonly Job[],
    first: number,
    take: () => number,
    onAnswer: (n: number, answer: Base | Result) => void,
  ): Promise<number> {
    const memory = new SharedArrayBuffer(4);
    const beats = new Int32Array(memory);
    const workerData = { code: this.code, coverage: this.coverage, memory };
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
    return new Promise((resolve, reject) => {
      let n = first;
      let last = -1;
      let quiet = 0;
      const send = (message: Message): void => worker.postMessage(message, []);
      const end = (then: () => void): void => {
        clearInterval(timer);
        void worker.terminate().then(then);
      };
      const timer = setInterval(() => {
        if (beats[0] !== last) quiet = 0;
        else if (++quiet >= HANG_SECONDS) {
          onAnswer(n, hung(jobs[n]));
          end(() => resolve(take()));
        }
        last = beats[0];
      }, 1000);
      worker.on('error', (error) => end(() => reject(error)));
      worker.on('message', (answer: Answer) => {
        quiet = 0;
        if (answer.kind === 'failed') return end(() => reject(new Error(answer.message)));
        if (answer.kind === 'ready') send({ kind: 'ground', ground: this.ground });
        else {
          onAnswer(n, answer.answer);
          n = take();
          if (n < 0) return end(() => resolve(-1));
        }
        send({ kind: 'job', n, job: jobs[n] });
      });
    });
  }
}

function hung(job: Job): Result {
  if (job.kind !== 'kernel' && job.kind !== 'judge') throw new Error('what is not mutated hangs');
  return { id: job.id, verdict: 'killed', by: 'hangs', at: 'outside the ops' };
}
