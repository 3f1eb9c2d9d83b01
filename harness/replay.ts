/**
 * Runs a given list of ops from the initial state, exactly as the search takes them: each
 * state goes through the image, a violation is noted, adopted and gone on from. Unlike the
 * search it leaves slots and pages their own names (symmetry is not applied), so that what
 * it shows is a real run.
 */
import type { Invariant } from '../invariants/invariant.js';
import { VALUES } from '../model/ghost.js';
import type { Codec } from '../model/image.js';
import { shownNames } from '../model/symmetry.js';
import { Blame } from './blame.js';
import type { Found, ViolationClass } from './runner.js';
import { Runner, Step } from './runner.js';

export interface ReplayStep {
  /** Index in `runner.ops`. */
  readonly op: number;
  readonly text: string;
  readonly ret: number;
  readonly step: Step;
  readonly found: readonly Found[];
  /** The state after the op, as `draw` has drawn it. */
  readonly picture: string[];
}

const plainCodecs = new WeakMap<Runner, Codec>();

/** The codec of the same world without symmetry: its images have the same layout, and rename nothing. */
export function plainCodec(runner: Runner): Codec {
  let codec = plainCodecs.get(runner);
  if (codec === undefined) {
    const { design, bounds, scenario } = runner.w;
    codec = new Runner(design, bounds, scenario.name, shownNames).codec;
    if (codec.words !== runner.words) throw new Error('the image depends on symmetry');
    plainCodecs.set(runner, codec);
  }
  return codec;
}

/** One run, an op at a time. */
export class Path {
  readonly runner: Runner;
  /** What the last op returned, and what it broke. */
  ret = 0;
  found: Found[] = [];
  private readonly codec: Codec;
  private blame: Blame | undefined;
  /** The state before the op, and room for the one after it. */
  private image: Int32Array;
  private next: Int32Array;
  /** Whose each value was before the op: no part of an image, and renamed by each op. */
  private readonly whose = new Uint8Array(VALUES);
  private readonly born = new Uint16Array(VALUES);

  constructor(runner: Runner) {
    this.runner = runner;
    this.codec = plainCodec(runner);
    this.image = new Int32Array(runner.words);
    this.next = new Int32Array(runner.words);
    this.reset();
  }

  reset(): void {
    this.runner.reset();
    this.save(this.image);
    this.found = [];
  }

  /**
   * Takes op `n`. Disabled and Idle leave the state as it was; Fatal ends the run. `look` sees
   * the state right after the op; functions are looked for where `wants` says so.
   */
  take(n: number, look?: () => void, wants: (invariant: Invariant) => boolean = () => true): Step {
    const { runner } = this;
    this.found = [];
    this.whose.set(runner.g.whose);
    this.born.set(runner.g.born);
    let step = runner.step(n);
    this.ret = runner.judged.ret;
    if (step === Step.Disabled || step === Step.Idle) {
      runner.load(this.image, 0);
      return step;
    }
    if (step === Step.Violated || step === Step.Fatal) this.note(n, wants, () => this.again(n));
    if (step === Step.Violated) runner.adopt();
    if (step !== Step.Fatal && !this.save(this.next)) step = this.failSave(n, step, wants);
    if (look !== undefined) {
      if (this.found.length > 0) this.again(n);
      look();
    }
    if (step === Step.Fatal) return step;
    // A query that kept its rules is no step of the search: the state is the one before it.
    const isNoMove = step === Step.Taken && runner.ops[n].spec.isQuery === true;
    if (!isNoMove) [this.image, this.next] = [this.next, this.image];
    runner.load(this.image, 0);
    return step;
  }

  /** Describes what broke; finding the functions spoils the state, `restore` brings it back. */
  private note(n: number, wants: (invariant: Invariant) => boolean, restore: () => void): void {
    const { runner } = this;
    const functions = new Map<Invariant, string>();
    this.blame ??= new Blame(runner);
    // Looking for a function takes the op again, and with it what broke.
    const broken = [...runner.broken];
    for (const invariant of broken) {
      functions.set(invariant, wants(invariant) ? this.blame.functionFor(invariant, n, this.image, 0) : '');
    }
    restore();
    this.found.push(...runner.describe((invariant) => functions.get(invariant) ?? ''));
  }

  /** The state after op `n` once more, before anything is adopted. */
  private again(n: number): void {
    this.runner.load(this.image, 0);
    this.runner.g.whose.set(this.whose);
    this.runner.g.born.set(this.born);
    this.runner.withTrace(this.runner.w.design.functions, n);
  }

  /** The op left a value that fits no field: the path ends here. */
  private failSave(n: number, step: Step, wants: (invariant: Invariant) => boolean): Step {
    const { runner } = this;
    runner.failSave();
    this.note(n, wants, () => {
      this.again(n);
      if (step === Step.Violated) runner.adopt();
      runner.failSave();
    });
    return Step.Fatal;
  }

  private save(to: Int32Array): boolean {
    const { k, g } = this.runner;
    // Judging a query, and looking for a function, rename pages.
    for (const page of k.pages) page.canon = page.pfn;
    return this.codec.save(k, g, to, 0);
  }
}

/** Runs `ops`; `stoppedAt` is the index of the first one that is not enabled where it stands, or -1. */
export function replay(
  runner: Runner,
  ops: readonly number[],
  draw?: (runner: Runner, found: readonly Found[]) => string[],
): { steps: ReplayStep[]; stoppedAt: number } {
  const path = new Path(runner);
  const steps: ReplayStep[] = [];
  let hasEnded = false;
  for (let at = 0; at < ops.length; at++) {
    const n = ops[at];
    if (hasEnded) return { steps, stoppedAt: at };
    let picture: string[] = [];
    const step = path.take(n, draw && (() => (picture = draw(runner, path.found))));
    if (step === Step.Disabled || step === Step.Idle) return { steps, stoppedAt: at };
    hasEnded = step === Step.Fatal;
    steps.push({ op: n, text: runner.ops[n].text, ret: path.ret, step, found: path.found, picture });
  }
  return { steps, stoppedAt: -1 };
}

/** Whether one of `found` is of that class. */
export function isOfClass(found: readonly Found[], cls: ViolationClass): boolean {
  return found.some((f) => f.invariant === cls.invariant && f.op === cls.op && f.function === cls.function);
}

/** Index of the step at which a violation of the class occurs first; -1 if it never does. */
export function reproduces(runner: Runner, ops: readonly number[], cls: ViolationClass): number {
  const path = new Path(runner);
  const wants = (invariant: Invariant): boolean => invariant.id === cls.invariant;
  for (let at = 0; at < ops.length; at++) {
    const step = path.take(ops[at], undefined, wants);
    if (isOfClass(path.found, cls)) return at;
    if (step === Step.Disabled || step === Step.Idle || step === Step.Fatal) return -1;
  }
  return -1;
}
