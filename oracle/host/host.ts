/** Jobs on the kernel that this process runs on: walks and traces, in a temporary folder that is gone afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Design } from '../../model/design.js';
import type { ScenarioName } from '../../model/scenario.js';
import type { Walked } from './fuzz.js';
import { Walks } from './fuzz.js';
import { dropResourceCapability } from './capability.js';
import { loadLibc } from './libc.js';
import { MachineError } from './machine.js';
import type { Retraced, RetraceOptions } from './retrace.js';
import { retraceOn } from './retrace.js';

export interface WalkJob {
  readonly design: Design;
  readonly scenarios: readonly ScenarioName[];
  readonly seed: number;
  /** Calls of each scenario, and seconds of each; infinite where there is no limit. */
  readonly steps: number;
  readonly seconds: number;
}

export interface Watcher {
  /** Told now and then: calls so far, in all scenarios. */
  readonly progress?: (calls: number) => void;
  /** Asked now and then: whether to end with what there is. */
  readonly isStopped?: () => boolean;
}

/** Milliseconds of walks between two looks at the clock. */
const SLICE_MS = 50;

/** `uname -r` */
export function hostRelease(): string {
  return release();
}

/** Why the running kernel can not be asked; '' where it can. */
export function whyNoHost(): string {
  const libc = loadLibc();
  return typeof libc === 'string' ? libc : '';
}

/** Runs `work` with the library and a folder of its own. Throws MachineError where there is no library. */
async function withFolder<T>(
  work: (libc: Exclude<ReturnType<typeof loadLibc>, string>, folder: string) => T | Promise<T>,
): Promise<T> {
  const libc = loadLibc();
  if (typeof libc === 'string') throw new MachineError(libc);
  dropResourceCapability(libc);
  const folder = mkdtempSync(join(tmpdir(), 'iovcheck-host-'));
  try {
    return await work(libc, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function walkOnHost(job: WalkJob, watcher: Watcher = {}): Promise<Walked[]> {
  return withFolder(async (libc, folder) => {
    const done: Walked[] = [];
    let before = 0;
    for (const scenario of job.scenarios) {
      const walks = new Walks(libc, { design: job.design, scenario, seed: job.seed, steps: job.steps, folder });
      const end = performance.now() + job.seconds * 1000;
      while (!walks.isDone && performance.now() < end && watcher.isStopped?.() !== true) {
        const slice = Math.min(end, performance.now() + SLICE_MS);
        while (!walks.isDone && performance.now() < slice) walks.take();
        watcher.progress?.(before + walks.calls);
        await setImmediate(); // signals are heard here
      }
      walks.free();
      before += walks.calls;
      done.push(walks.result);
    }
    return done;
  });
}

export async function retraceOnHost(options: Omit<RetraceOptions, 'folder'>): Promise<Retraced> {
  return withFolder((libc, folder) => retraceOn(libc, { ...options, folder }));
}
