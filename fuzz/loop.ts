/**
 * The tight loop, for volume: walks of random length from the initial state. Nothing
 * allocates in a step that breaks nothing.
 */
import type { Runner } from '../harness/runner.js';
import type { RandomResult, Spent } from './classes.js';
import { Classes } from './classes.js';
import { Prng } from './prng.js';
import { Swarm } from './swarm.js';
import { Walk, Went } from './walk.js';

/** Ops of the longest walk. */
const LENGTH_MAX = 200;
/** Idle ops in a row after which a walk is given up. */
const MISSES_MAX = 100;
const PROGRESS_EVERY = 1 << 12;

export interface LoopOptions {
  readonly seed: number;
  /** Ops to take; Infinity where only the time ends the run. */
  readonly steps: number;
  /** Walks to begin; any number where absent. */
  readonly runs?: number;
  readonly isOver: () => boolean;
  onProgress?(steps: number, classes: number): void;
}

class Loop {
  private readonly walk: Walk;
  private readonly classes: Classes;
  private readonly prng: Prng;
  private readonly swarm: Swarm;
  private readonly options: LoopOptions;

  constructor(runner: Runner, options: LoopOptions, classes: Classes) {
    this.options = options;
    this.classes = classes;
    this.prng = new Prng(options.seed);
    this.swarm = new Swarm(runner, this.prng);
    this.walk = new Walk(runner, LENGTH_MAX, (walk, n) => this.note(walk, n));
  }

  /** A walk ends with the first class that it finds: the minimiser has run others since. */
  private note(walk: Walk, n: number): boolean {
    const { classes } = this;
    const found = classes.see(walk, n).filter((seen) => !classes.has(seen.key));
    if (found.length === 0) return false;
    const { path } = walk;
    for (const seen of found) classes.add(seen, path, this.spent);
    return true;
  }

  private get spent(): Spent {
    return { runs: this.walk.walks, steps: this.walk.steps };
  }

  run(): RandomResult {
    const { walk, options, classes } = this;
    const { runs: most = Number.POSITIVE_INFINITY } = options;
    let next = PROGRESS_EVERY;
    let isOver = options.isOver();
    while (!isOver && walk.walks < most && walk.steps < options.steps && this.walkOnce()) {
      if (walk.steps < next) continue;
      next = walk.steps + PROGRESS_EVERY;
      isOver = options.isOver();
      options.onProgress?.(walk.steps, classes.size);
    }
    return { ...this.spent, classes: classes.list };
  }

  /** False where nothing can be done in the initial state. */
  private walkOnce(): boolean {
    const { walk, swarm } = this;
    walk.start();
    swarm.begin();
    const most = Math.min(1 + this.prng.below(LENGTH_MAX), this.options.steps - walk.steps);
    let misses = 0;
    while (walk.length < most) {
      const n = swarm.choose(misses);
      if (n < 0) return walk.length > 0;
      const went = walk.take(n);
      if (went === Went.Ended) break;
      if (went === Went.On) misses = 0;
      else if (++misses > MISSES_MAX) break;
      walk.noteReached();
    }
    return true;
  }
}

export function runLoop(runner: Runner, options: LoopOptions, classes: Classes = new Classes(runner)): RandomResult {
  return new Loop(runner, options, classes).run();
}
