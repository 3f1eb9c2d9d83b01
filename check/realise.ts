/**
 * Makes a path of the search a real one. The search goes on from representatives: with file pages, tasks or pipes renamed,
 * its path names other ones than a run from the initial state would (model/symmetry.ts). Here the states of the path are
 * come by once more, and beside them a run is taken that keeps its names: at each step the first op whose state is the same
 * but for names. There is one, because states that only names tell apart have the same successors but for names; so that
 * this is the least of all such runs; where there is none the design looks at names, and the search is refused.
 */
import { UsageError } from '../harness/bounds-text.js';
import type { Runner } from '../harness/runner.js';
import { Step } from '../harness/runner.js';
import type { Canon } from '../model/symmetry.js';

/** What an op did, but for names: how it ended, what it broke, and the state that it left. */
class Effect {
  step: Step = Step.Disabled;
  broken = '';
  fits = false;
  readonly image: Int32Array;

  constructor(words: number) {
    this.image = new Int32Array(words);
  }

  /** Takes op `n`, uncounted, from where the runner is, and behind what it breaks goes on. */
  take(runner: Runner, n: number): void {
    this.step = runner.withTrace(runner.w.design.functions, n);
    this.broken = runner.broken.map(({ id }) => id).join();
    if (this.step === Step.Violated) runner.adopt();
  }

  /** Takes op `n` and keeps its effect. Spoils the runner's state. */
  of(runner: Runner, n: number): void {
    this.take(runner, n);
    const isMove = this.step === Step.Taken || this.step === Step.Violated;
    this.fits = isMove && runner.saveClass(this.image, 0);
    if (!this.fits) this.image.fill(0);
  }

  isLike({ step, broken, fits, image }: Effect): boolean {
    if (this.step !== step || this.broken !== broken || this.fits !== fits) return false;
    for (let n = 0; n < image.length; n++) if (image[n] !== this.image[n]) return false;
    return true;
  }
}

/** The run beside the search's path. */
class Realiser {
  readonly runner: Runner;
  /** The run's state, with its names. */
  readonly real: Int32Array;
  /** The state that stands for it in the search. */
  private readonly stands: Int32Array;
  private readonly wanted: Effect;
  private readonly met: Effect;

  constructor(runner: Runner) {
    const { words } = runner;
    this.runner = runner;
    this.real = new Int32Array(words);
    this.stands = new Int32Array(words);
    this.wanted = new Effect(words);
    this.met = new Effect(words);
    runner.reset();
    runner.save(this.real, 0);
    runner.saveClass(this.stands, 0);
  }

  /** The real op for op `n` of the search. Of the last one the call is told, and it need not leave a state. */
  step(n: number, isLast: boolean): number {
    const { runner, wanted, real } = this;
    runner.load(this.stands, 0);
    wanted.of(runner, n);
    const { spec } = runner.ops[n];
    for (let m = 0; m < runner.opCount; m++) {
      if ((isLast && runner.ops[m].spec !== spec) || !this.does(m)) continue;
      if (isLast) return m;
      this.stands.set(wanted.image);
      runner.load(real, 0);
      this.met.take(runner, m);
      runner.save(real, 0);
      return m;
    }
    throw new UsageError(
      `design '${runner.w.design.id}' looks at a name that should not matter: of states that only names tell apart, ${runner.ops[n].text} does this in one and nothing like it in the other; take --bounds symmetry=off`,
    );
  }

  /** Whether op `m` does in the run what the search's op did. */
  private does(m: number): boolean {
    const { runner, met } = this;
    runner.load(this.real, 0);
    if (!runner.isReady(runner.ops[m].spec) || !runner.isAllowed(m)) return false;
    met.of(runner, m);
    return met.isLike(this.wanted);
  }
}

/** The least real run whose states the path of the search stands for. Spoils the runner's state. */
export function realise(runner: Runner, path: readonly number[]): number[] {
  const realiser = new Realiser(runner);
  return path.map((n, at) => realiser.step(n, at === path.length - 1));
}

/** What an argument means in a run whose state is saved under the names of `c`. */
const MEANING: Readonly<Record<string, (c: Canon, value: number) => number>> = {
  page: (c, value) => c.order[value].pfn,
  task: (c, value) => (value < 0 ? value : c.tasks[value]),
  pipe: (c, value) => value ^ c.swap,
  from: (c, value) => value ^ c.swap,
  to: (c, value) => value ^ c.swap,
  fd: (c, value) => value ^ (2 * c.swap),
};

/** The same for a path whose last op can not be taken here, because it does not come back: its arguments are renamed. */
export function realiseBefore(runner: Runner, path: readonly number[]): number[] {
  const { searchCanon } = runner.codec;
  if (searchCanon === undefined || path.length === 0) return [...path];
  const realiser = new Realiser(runner);
  const out = path.slice(0, -1).map((n) => realiser.step(n, false));
  const { spec, args } = runner.ops[path[path.length - 1]];
  runner.load(realiser.real, 0);
  runner.saveClass(new Int32Array(runner.words), 0);
  const real = args.map((value, n) => MEANING[spec.args[n]?.name]?.(searchCanon, value) ?? value);
  const last = runner.ops.findIndex((op) => op.spec === spec && op.args.every((value, n) => value === real[n]));
  return [...out, last];
}
