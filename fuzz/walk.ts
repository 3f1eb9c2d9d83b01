/**
 * A walk through the states of a design: takes the ops that an engine chooses, remembers
 * them, and goes on behind a violation as the exhaustive engine does.
 *
 * The state is saved after each step: an idle op is undone from that image, a function is
 * blamed from it, and a value that fits no field shows at once, as in the exhaustive
 * engine. That is 130 ns of a microsecond; every twenty-fifth op is idle in pipe-iter,
 * every seventh in packet.
 */
import type { Runner } from '../harness/runner.js';
import { Step } from '../harness/runner.js';

/** What became of the walk. */
export const Went = {
  /** The op was not one: the state is as before. */
  Nowhere: 0,
  On: 1,
  /** Fatal, or followed far enough. */
  Ended: 2,
} as const;
export type Went = (typeof Went)[keyof typeof Went];

/** Is told the op that broke something, last in `ops`; may spoil the runner's state. True ends the walk. */
export type OnBreak = (walk: Walk, n: number) => boolean;

export class Walk {
  readonly runner: Runner;
  /** Ops taken in all walks. */
  steps = 0;
  /** Walks begun. */
  walks = 0;
  /** Ops drawn and found idle. */
  idle = 0;
  /** Ops since the initial state: the first `length`. */
  readonly ops: Int32Array;
  length = 0;
  hasEnded = false;
  /** Image of the state before the last op: `image[at..]`. */
  readonly image: Int32Array;
  at = 0;
  private readonly onBreak: OnBreak;
  /** A saved state has its ring elsewhere, and the next op begins in that one (model/symmetry.ts). */
  private readonly rotates: boolean;

  constructor(runner: Runner, lengthMax: number, onBreak: OnBreak) {
    this.runner = runner;
    this.ops = new Int32Array(lengthMax);
    this.image = new Int32Array(2 * runner.words);
    this.onBreak = onBreak;
    this.rotates = runner.k.needs.pipe && runner.w.scenario.extract;
  }

  /** Back to the initial state. */
  start(): void {
    this.walks++;
    this.runner.reset();
    this.runner.save(this.image, this.at);
    this.length = 0;
    this.hasEnded = false;
  }

  /** Ops of this walk. */
  get path(): number[] {
    return [...this.ops.subarray(0, this.length)];
  }

  /** Takes op `n`, known to be enabled. */
  take(n: number): Went {
    const { runner } = this;
    const step = runner.take(n);
    if (step === Step.Idle) {
      this.idle++;
      runner.load(this.image, this.at);
      return Went.Nowhere;
    }
    this.steps++;
    this.ops[this.length++] = n;
    if (step !== Step.Taken) return this.broke(n, step);
    if (runner.judged.spec.isQuery === true) return Went.On;
    return this.keep(n);
  }

  private broke(n: number, step: Step): Went {
    const { runner } = this;
    const isLast = step === Step.Fatal || runner.g.breaks >= runner.k.bounds.follow;
    if (this.onBreak(this, n) || isLast) return this.end();
    runner.load(this.image, this.at);
    // Once more, but not counted once more.
    runner.withTrace(runner.w.design.functions, n);
    runner.adopt();
    return this.keep(n);
  }

  /** Saves the state as that before the next op. */
  private keep(n: number): Went {
    const { runner } = this;
    const next = runner.words - this.at;
    if (runner.save(this.image, next)) {
      this.at = next;
      if (this.rotates) runner.load(this.image, next);
      return Went.On;
    }
    runner.failSave();
    this.onBreak(this, n);
    return this.end();
  }

  /** Marks the situations that a run should have come through. */
  noteReached(): void {
    const { reached, k, w } = this.runner;
    if (!reached.hasQuiescent && this.runner.isQuiescent) reached.hasQuiescent = true;
    if (!reached.hasFullRing && w.ring.used(k) === k.bounds.ring) reached.hasFullRing = true;
  }

  private end(): Went {
    this.hasEnded = true;
    return Went.Ended;
  }
}
