/** Times one case in a thread of its own, so that no case sees what V8 has learnt from another. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Case, Counts } from './cases.js';
import { runCase } from './cases.js';
import { inThread } from './in-thread.js';

/** A run is repeated until it took so long. */
const MEASURE_MS = 700;

export interface Measure {
  readonly counts: Counts;
  /** Edges or steps a second, by the clock. */
  readonly wall: number;
  /** The same by user CPU time of the process, which other load disturbs less. */
  readonly user: number;
}

function measure(c: Case): Measure {
  let cpu = process.cpuUsage();
  let start = performance.now();
  const counts = runCase(c);
  let { done } = counts;
  // A short first run is mostly V8 compiling: it is thrown away.
  if (performance.now() - start < 2 * MEASURE_MS) {
    done = 0;
    cpu = process.cpuUsage();
    start = performance.now();
    while (performance.now() - start < MEASURE_MS) done += runCase(c).done;
  }
  const ms = performance.now() - start;
  return { counts, wall: (1e3 * done) / ms, user: (1e6 * done) / process.cpuUsage(cpu).user };
}

export function measureCase(c: Case): Promise<Measure> {
  return inThread(import.meta.url, c);
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
if (!isMainThread) parentPort?.postMessage(measure(workerData as Case));
