/**
 * The random engine: fast-check first, then the tight loop, over one list of classes.
 *
 * fast-check shrinks commands, which adapt to the state that they meet, before the
 * minimiser sees bare ops, so that its traces are nearer to the shortest: over the classes
 * of linux-6.1, tiny, 4 to 8 ops too many in all, against the loop's 6 to 20. A step costs
 * it about three of the loop's (npm run bench). So it has an eighth of the steps, a third
 * of the time of a short run, and no more than it needs to find every class of
 * pipe-iter-2016, tiny; the loop has the volume.
 */
import type { Runner } from '../harness/runner.js';
import type { RandomClass, RandomResult, Shared, Spent } from './classes.js';
import { Classes } from './classes.js';
import { runFastCheck } from './fast-check.js';
import { runLoop } from './loop.js';

export type { RandomClass, RandomResult, Spent } from './classes.js';

const FAST_CHECK_SHARE = 1 / 8;
const FAST_CHECK_STEPS_MAX = 80_000;
/** Of these, about half are drawn, and a quarter of those are ready when they come. */
const FAST_CHECK_COMMANDS = 200;

export interface RandomOptions {
  readonly seed: number;
  /** Ops to take; Infinity where only the time ends the run. */
  readonly steps: number;
  /** Walks to begin; any number where absent. */
  readonly runs?: number;
  readonly isOver: () => boolean;
  readonly shared?: Shared;
  onProgress?(steps: number, classes: number): void;
  /** `spent`: by both parts, when it was told. */
  onClass?(found: RandomClass, spent: Spent): void;
}

export function runRandom(runner: Runner, options: RandomOptions): RandomResult {
  const { seed, isOver, runs = Number.POSITIVE_INFINITY } = options;
  let before: Spent = { runs: 0, steps: 0 };
  const plus = (spent: Spent): Spent => ({
    runs: before.runs + spent.runs,
    steps: before.steps + spent.steps,
  });
  const classes = new Classes(runner, (found, spent) => options.onClass?.(found, plus(spent)), options.shared);
  const fast = runFastCheck(
    runner,
    {
      seed,
      numRuns: Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(runs * FAST_CHECK_SHARE)),
      maxCommands: FAST_CHECK_COMMANDS,
      steps: Math.min(options.steps * FAST_CHECK_SHARE, FAST_CHECK_STEPS_MAX),
      isOver,
      onProgress: (steps, found) => options.onProgress?.(steps, found),
    },
    classes,
  );
  before = fast;
  const loop = runLoop(
    runner,
    {
      seed,
      steps: options.steps - fast.steps,
      runs: runs - fast.runs,
      isOver,
      onProgress: (steps, found) => options.onProgress?.(fast.steps + steps, found),
    },
    classes,
  );
  return { ...plus(loop), classes: loop.classes };
}
