/**
 * From an engine that samples to the exhaustive one: which findings have a shortest trace,
 * and which have a shorter one. One search with every op serves all of them, length by
 * length; what it can not settle is looked for once more among the ops of its own trace.
 *
 * The word `shortest` is never given on trust. The search has to have tried every shorter
 * path with every op of the world. It has to know the states that the trace goes through,
 * as far as it came, and take the trace's ops there; and it has to have met the class
 * itself, or to stand before the trace's last op.
 */
import type { ClassFound, ExploreHooks, ExploreLimits, Quarry } from '../check/explore.js';
import { Explorer } from '../check/explore.js';
import { minimize } from '../harness/minimize.js';
import { reproduces } from '../harness/replay.js';
import type { Minimality } from '../harness/result.js';
import type { Runner, ViolationClass } from '../harness/runner.js';
import { Step, classKey } from '../harness/runner.js';

export interface Finding {
  readonly class: ViolationClass;
  /** Ops from the initial state; the last one violates. */
  readonly path: readonly number[];
  readonly minimality: Minimality;
  readonly isAfterOthers: boolean;
  /** No trace of so many ops breaks it; where that much is known. */
  readonly tried?: number;
}

/** What the search came upon that nobody had given to it. */
export interface Stray extends Finding {
  readonly severity: 'soft' | 'fatal';
}

export interface HandedOver {
  /** The findings in their order, each with what is known now. */
  readonly settled: readonly Finding[];
  readonly strays: readonly Stray[];
}

export interface HandOverOptions {
  /** Edges to take, naming functions among them. */
  readonly steps: number;
  readonly memoryBytes: number;
  readonly isOver: () => boolean;
  readonly hooks?: ExploreHooks;
  /** Told before the search takes ops, and before the replayer does. */
  onSearch?(): void;
  onReplay?(): void;
}

/** Of the steps, for the search with every op. */
const WHOLE_SHARE = 3 / 4;

/** One finding on its way. */
class Case {
  readonly finding: Finding;
  path: readonly number[];
  isAfterOthers: boolean;
  isShortest = false;
  tried = 0;
  /** What the search has met of it. */
  met: ClassFound | undefined;
  /** The search comes to where the path breaks its rule. */
  isWitnessed = false;

  constructor(finding: Finding) {
    this.finding = finding;
    this.path = finding.path;
    this.isAfterOthers = finding.isAfterOthers;
  }

  get key(): string {
    return classKey(this.finding.class);
  }

  get settled(): Finding {
    const { finding, path, isAfterOthers, isShortest, tried } = this;
    const minimality = isShortest ? 'shortest' : finding.minimality;
    return { ...finding, path, isAfterOthers, minimality, ...(isShortest || tried === 0 ? {} : { tried }) };
  }
}

const pairOf = ({ invariant, op }: ViolationClass): string => `${invariant} ${op}`;

/** Looks for the cases, and ends where each of them is settled. */
class Chase implements Quarry {
  readonly explorer: Explorer;
  /** Every path of so many ops was tried. */
  tried = 0;
  /** Of a rule and an op that nobody had found broken: the first of each. */
  readonly strays: ClassFound[] = [];
  private readonly open: Set<Case>;
  /** Rules and ops that were found broken by whomever. */
  private readonly pairs: Set<string>;

  constructor(
    runner: Runner,
    cases: readonly Case[],
    pairs: Set<string>,
    limits: ExploreLimits,
    hooks: ExploreHooks = {},
  ) {
    this.open = new Set(cases);
    this.pairs = pairs;
    this.explorer = new Explorer(runner, limits, { ...hooks, onClass: (found) => this.meet(found) }, this);
  }

  wants(invariant: string, op: string): boolean {
    if (!this.pairs.has(`${invariant} ${op}`)) return true;
    for (const { finding } of this.open)
      if (finding.class.invariant === invariant && finding.class.op === op) return true;
    return false;
  }

  private meet(found: ClassFound): void {
    const key = classKey(found.class);
    const pair = pairOf(found.class);
    if (!this.pairs.has(pair)) {
      this.pairs.add(pair);
      this.strays.push(found);
    }
    for (const one of this.open) if (one.key === key && found.path.length <= one.path.length) one.met = found;
  }

  /** One that was met after something else is waited for to the end of its length: the next path may do without. */
  isDone(): boolean {
    for (const one of this.open) if (one.met !== undefined && !one.met.isAfterOthers) this.open.delete(one);
    return this.open.size === 0;
  }

  onLevel(tried: number): void {
    this.tried = tried;
    for (const one of this.open) {
      if (one.met === undefined && tried < one.path.length) {
        if (tried < one.path.length - 1) continue;
        one.isWitnessed = this.hasGoneAlong(one.path);
        // Else it has one length more to be met in.
        if (!one.isWitnessed) continue;
      }
      this.open.delete(one);
    }
  }

  /**
   * Whether the search has come along the path, as far as it tried them all, and takes the
   * path's next op in each state on the way. Spoils the runner's state.
   */
  hasGoneAlong(path: readonly number[]): boolean {
    const { explorer, tried } = this;
    const { runner, store } = explorer;
    const real = new Int32Array(runner.words);
    const image = new Int32Array(runner.words);
    runner.reset();
    for (const [at, n] of path.entries()) {
      if (at > tried) return true;
      if (!runner.save(real, 0) || !runner.saveClass(image, 0) || store.find(image, 0) < 0) return false;
      runner.load(real, 0);
      if (!explorer.offers(n)) return false;
      const step = runner.take(n);
      if (step === Step.Idle || step === Step.Fatal) return at === path.length - 1 && step === Step.Fatal;
      if (step === Step.Violated) runner.adopt();
    }
    return true;
  }
}

/** `runner` searches; `replayer`, of the same world, takes traces again. */
export function handOver(
  runner: Runner,
  replayer: Runner,
  findings: readonly Finding[],
  options: HandOverOptions,
): HandedOver {
  const cases = findings.map((finding) => new Case(finding));
  options.onReplay?.();
  const open = cases.filter(({ finding, path }) => {
    return finding.minimality === '1-minimal' && reproduces(replayer, path, finding.class) === path.length - 1;
  });
  const pairs = new Set(findings.map((finding) => pairOf(finding.class)));
  const strays = open.length > 0 && options.steps > 0 ? new HandOver(runner, replayer, pairs, options).run(open) : [];
  return { settled: cases.map((one) => one.settled), strays };
}

class HandOver {
  private readonly runner: Runner;
  private readonly replayer: Runner;
  private readonly options: HandOverOptions;
  private readonly pairs: Set<string>;
  private readonly strays: Stray[] = [];
  private left: number;

  constructor(runner: Runner, replayer: Runner, pairs: Set<string>, options: HandOverOptions) {
    this.runner = runner;
    this.replayer = replayer;
    this.pairs = pairs;
    this.options = options;
    this.left = options.steps;
  }

  run(cases: readonly Case[]): Stray[] {
    const depth = Math.max(...cases.map(({ path }) => path.length));
    const whole = this.chase(cases, Math.floor(this.left * WHOLE_SHARE), { depth });
    const { isWhole } = whole.explorer.run();
    // A search that was not where one of the traces goes is trusted with none of them.
    const isProof = isWhole && cases.every(({ path }) => whole.hasGoneAlong(path));
    const { tried } = whole;
    this.left -= whole.explorer.spent;
    this.options.onReplay?.();
    this.pickUp(whole, isProof);
    for (const one of cases) {
      one.isShortest = (this.take(one) || one.isWitnessed) && isProof;
      // Where the search disputes the trace itself, nothing is said.
      if (!one.isShortest && isProof && one.met === undefined && tried < one.path.length - 1) one.tried = tried;
    }
    const rest = cases.filter(({ isShortest }) => !isShortest);
    for (const [n, one] of rest.entries()) {
      if (!this.narrow(one, Math.floor(this.left / (rest.length - n)))) continue;
      const isWithin = isProof && tried >= one.path.length - 1;
      one.isShortest = isWithin && whole.hasGoneAlong(one.path);
      if (isWithin && !one.isShortest) one.tried = 0;
    }
    return this.strays;
  }

  /** What the search met beside what it looked for, if it replays. */
  private pickUp({ strays }: Chase, isProof: boolean): void {
    for (const { class: c, severity, path: met, isAfterOthers } of strays) {
      if (reproduces(this.replayer, met, c) !== met.length - 1) continue;
      const path = isProof ? met : minimize(this.replayer, met, c).ops;
      const minimality = isProof ? 'shortest' : '1-minimal';
      this.strays.push({ class: c, severity, path, minimality, isAfterOthers });
    }
  }

  private chase(cases: readonly Case[], steps: number, more: Pick<ExploreLimits, 'depth' | 'specs'>): Chase {
    const { memoryBytes, isOver, hooks } = this.options;
    this.options.onSearch?.();
    return new Chase(this.runner, cases, this.pairs, { memoryBytes, steps, isOver, ...more }, hooks);
  }

  /** Takes over what the search has met; false if it met nothing, or nothing that replays. */
  private take(one: Case): boolean {
    const { met, path } = one;
    if (met === undefined || reproduces(this.replayer, met.path, one.finding.class) !== met.path.length - 1)
      return false;
    if (met.path.length < path.length || (one.isAfterOthers && !met.isAfterOthers)) one.path = met.path;
    one.isAfterOthers &&= met.isAfterOthers;
    return true;
  }

  /** Among the ops of its own trace; true if there is a shorter one. */
  private narrow(one: Case, steps: number): boolean {
    if (one.path.length < 2 || steps <= 0 || this.options.isOver()) return false;
    const specs = new Set(one.path.map((n) => this.runner.ops[n].spec));
    one.met = undefined;
    const chase = this.chase([one], steps, { depth: one.path.length - 1, specs });
    chase.explorer.run();
    this.left -= chase.explorer.spent;
    this.options.onReplay?.();
    this.pickUp(chase, false);
    if (!this.take(one)) return false;
    one.path = minimize(this.replayer, one.path, one.finding.class).ops;
    return true;
  }
}
