/** One search of the scorecard in a thread of its own, all seeds one after the other. */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Exhausted, Hit, Hunt, Target } from '../campaign/scorecard/measure.js';
import { exhaust, hunt, randomHunt, runnerAt } from '../campaign/scorecard/measure.js';
import type { Place } from '../campaign/scorecard/places.js';
import { boundsAt } from '../campaign/scorecard/places.js';
import type { Drawing } from '../campaign/scorecard/scorecard.js';
import { Heartbeat } from '../check/heartbeat.js';
import { openCoverage } from '../cli/coverage.js';
import { instrumentedBuild } from '../cli/instrument.js';
import { inThread } from './in-thread.js';

export interface ExhaustTask {
  readonly engine: 'exhaustive';
  readonly place: Place;
  readonly onBase: boolean;
  readonly steps: number;
  /** What it may end with; all that there is where absent. */
  readonly targets?: readonly Target[];
}

export interface HuntTask {
  readonly engine: Drawing;
  readonly place: Place;
  readonly targets: readonly Target[];
  readonly seeds: readonly number[];
  readonly steps: number;
}

export type Task = ExhaustTask | HuntTask;
export type Answer<T extends Task> = T extends ExhaustTask ? Exhausted : readonly (readonly (Hit | null)[])[];

async function coverageHunt(place: Place, build: string, seed: number, steps: number): Promise<Hunt> {
  const { design, scenario } = place;
  const search = {
    ref: { name: design, url: null, without: [] },
    onBase: false,
    scenario,
    bounds: boundsAt(place),
    build,
    seed,
    steps,
  };
  const engine = await openCoverage(runnerAt(place), search, new Heartbeat());
  return (isOver, onClass) =>
    engine.run(isOver, (found, runs) => onClass(found, { runs, steps: engine.session.steps }));
}

async function perform(task: Task): Promise<Answer<Task>> {
  if (task.engine === 'exhaustive') return exhaust(runnerAt(task.place, task.onBase), task.steps, task.targets);
  const { engine, place, targets, seeds, steps } = task;
  const build =
    engine === 'coverage' ? await instrumentedBuild({ name: place.design, url: null, without: [] }) : undefined;
  const out: (Hit | null)[][] = [];
  for (const seed of seeds) {
    const run =
      build === undefined ? randomHunt(runnerAt(place), seed, steps) : await coverageHunt(place, build, seed, steps);
    out.push(hunt(run, targets));
  }
  return out;
}

/** Runs the tasks side by side; the answers come in their order. */
export async function performAll<T extends Task>(
  tasks: readonly T[],
  onDone: (task: T, seconds: number) => void = () => {},
): Promise<Answer<T>[]> {
  const answers: Answer<T>[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length) {
      const n = next++;
      const start = performance.now();
      answers[n] = await inThread<Answer<T>>(import.meta.url, tasks[n]);
      onDone(tasks[n], (performance.now() - start) / 1000);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
  return answers;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
if (!isMainThread) parentPort?.postMessage(await perform(workerData as Task));
