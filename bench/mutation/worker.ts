/** A thread that tries mutants, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Ground, Message } from './protocol.js';
import { load, perform } from './trial.js';

const { code, coverage, memory } = workerData as { code: string; coverage: string; memory: SharedArrayBuffer };
const beats = new Int32Array(memory);
const beat = (): void => {
  beats[0]++;
};
const lab = await load(code);
const counting = await load(coverage);
let ground: Ground = { bases: [], witnesses: [] };

function post(answer: Answer): void {
  parentPort?.postMessage(answer, []);
}

parentPort?.on('message', (message: Message) => {
  if (message.kind === 'ground') {
    ground = message.ground;
    return;
  }
  try {
    const answer = perform(lab, () => counting, ground, message.job, beat);
    post({ kind: 'done', n: message.n, answer });
  } catch (error) {
    post({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
post({ kind: 'ready' });
