/**
 * The coverage engine: keeps an input where it met something that no run had met, mutates
 * what it keeps, and hands each new class of violations to the one minimiser.
 *
 * The session may be a build of its own; only numbers and text come back from it. What is
 * told of a violation is always seen once more by the plain build.
 */
import type { Runner, ViolationClass } from '../../harness/runner.js';
import type { RandomClass } from '../classes.js';
import { Classes } from '../classes.js';
import { Prng } from '../prng.js';
import type { ByteMutator } from './bytes.js';
import { OpMutator } from './mutate.js';
import { Novelty } from './novelty.js';
import type { Session } from './session.js';
import { ANY, LENGTH_MAX } from './session.js';
import { BINS } from './bins.js';

/** Half of the parents come from the newest inputs. */
const NEWEST = 32;
/** Of a hundred runs: those that begin with nothing, mutants by jsfuzz, and an input with a random walk behind it. */
const FRESH = 20;
const BYTES = 10;
const TAIL = 45;
const PROGRESS_EVERY = 1 << 8;

export interface CoverageProgress {
  readonly runs: number;
  readonly steps: number;
  readonly bins: number;
  readonly corpus: number;
  readonly classes: number;
  /** Runs since the last one that met something new. */
  readonly sinceNew: number;
}

export interface CoverageOptions {
  readonly seed: number;
  /** Ops to take, and inputs to run; Infinity for none. */
  readonly steps: number;
  readonly runs: number;
  readonly isOver: () => boolean;
  /** Inputs to begin with. */
  readonly seeds: readonly (readonly number[])[];
  readonly bytes: ByteMutator | undefined;
  /** Counters of the instrumented code: zeroed before each run, read after it. */
  readonly code?: Uint8Array;
  onProgress?(progress: CoverageProgress): void;
  /** `runs`: the input that found it, counted from 1. */
  onClass?(found: RandomClass, runs: number): void;
}

export interface CoverageResult {
  readonly runs: number;
  readonly steps: number;
  readonly bins: number;
  readonly classes: RandomClass[];
  readonly corpus: readonly Int32Array[];
}

export class Coverage {
  private readonly session: Session;
  private readonly plain: Runner;
  private readonly options: CoverageOptions;
  private readonly prng: Prng;
  private readonly mutator: OpMutator;
  private readonly bins = new Novelty(BINS);
  private readonly code: Novelty;
  private readonly corpus: Int32Array[] = [];
  private readonly classes: Classes;
  private runs = 0;
  private newAt = 0;

  constructor(session: Session, plain: Runner, options: CoverageOptions) {
    this.session = session;
    this.plain = plain;
    this.options = options;
    this.classes = new Classes(plain, (found) => options.onClass?.(found, this.runs));
    this.prng = new Prng(options.seed ^ 0x5eed);
    this.mutator = new OpMutator(this.prng, session.groups, LENGTH_MAX);
    this.code = new Novelty(options.code?.length ?? 0);
  }

  run(): CoverageResult {
    const { options, session, mutator } = this;
    for (const seed of options.seeds) {
      mutator.length = Math.min(seed.length, LENGTH_MAX);
      mutator.out.set(seed.slice(0, mutator.length));
      this.once();
    }
    let isOver = options.isOver();
    while (!isOver && session.steps < options.steps && this.runs < options.runs) {
      this.next();
      const before = session.steps;
      this.once();
      // Nothing can be done in the initial state.
      if (session.steps === before && this.corpus.length === 0 && this.runs > 1000) break;
      if (this.runs % PROGRESS_EVERY !== 0) continue;
      isOver = options.isOver();
      options.onProgress?.(this.progress);
    }
    options.onProgress?.(this.progress);
    return {
      runs: this.runs,
      steps: session.steps,
      bins: this.bins.size + this.code.size,
      classes: this.classes.list,
      corpus: this.corpus,
    };
  }

  private get progress(): CoverageProgress {
    return {
      runs: this.runs,
      steps: this.session.steps,
      bins: this.bins.size + this.code.size,
      corpus: this.corpus.length,
      classes: this.classes.size,
      sinceNew: this.runs - this.newAt,
    };
  }

  private pick(): Int32Array {
    const { corpus, prng } = this;
    const isNewest = corpus.length > NEWEST && prng.below(2) === 0;
    const n = prng.below(isNewest ? NEWEST : corpus.length);
    return corpus[isNewest ? corpus.length - 1 - n : n];
  }

  /** The next input, in `mutator.out`. */
  private next(): void {
    const { prng, mutator, options, corpus } = this;
    const die = prng.below(100);
    if (corpus.length === 0 || die < FRESH) {
      mutator.length = 1 + prng.below(LENGTH_MAX);
      mutator.out.fill(ANY, 0, mutator.length);
    } else if (die < FRESH + BYTES && options.bytes !== undefined) {
      mutator.length = options.bytes.mutate(this.pick(), mutator.out);
    } else if (die < FRESH + BYTES + TAIL) {
      const parent = this.pick();
      mutator.out.set(parent);
      mutator.length = Math.min(LENGTH_MAX, parent.length + 1 + prng.below(LENGTH_MAX));
      mutator.out.fill(ANY, parent.length, mutator.length);
    } else {
      mutator.mutate(this.pick(), () => this.pick());
    }
  }

  /** Runs the input, and keeps it if it met something new. */
  private once(): void {
    const { session, mutator, options } = this;
    options.code?.fill(0);
    session.run(mutator.out, mutator.length);
    this.runs++;
    const keep = Math.max(this.newBins(), this.newCode());
    // What breaks something is kept as a trace, not mutated further.
    if (session.news.length > 0) this.addClasses();
    else if (keep > 0) this.corpus.push(session.taken.slice(0, keep));
    if (keep > 0) this.newAt = this.runs;
  }

  /** Ops until the last bin that is new; 0 for none. */
  private newBins(): number {
    const { session, bins } = this;
    const { met, at, counts } = session;
    let keep = 0;
    for (let n = 0; n < session.binsMet; n++) {
      const news = bins.note(met[n], counts[met[n]]);
      if (news === 2) keep = Math.max(keep, at[n]);
    }
    return keep;
  }

  private newCode(): number {
    const { code } = this.options;
    if (code === undefined) return 0;
    let isNew = false;
    for (let n = 0; n < code.length; n++) if (code[n] !== 0 && this.code.note(n, code[n]) !== 0) isNew = true;
    return isNew ? this.session.length : 0;
  }

  /** The run has ended with classes that are new: each is seen once more by the plain build, and made small. */
  private addClasses(): void {
    const { session, plain, classes } = this;
    const ops = session.taken.subarray(0, session.length);
    for (const key of session.news) {
      const [invariant, op, fn] = key.split(' ');
      const named: ViolationClass = { invariant, op, function: fn };
      const severity = plain.invariants.find(({ id }) => id === invariant)?.severity ?? 'soft';
      // Of the path to it the session says nothing.
      classes.add({ key, class: named, severity, isAfterOthers: true }, [...ops]);
    }
  }
}
