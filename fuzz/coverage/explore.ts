/**
 * The coverage engine: keeps an input where it met something that no run had met, mutates
 * what it keeps, and hands each new class of violations to the one minimiser.
 *
 * The session may be a build of its own; only numbers and text come back from it. What is
 * told of a violation is always seen once more by the plain build.
 */
import type { Runner, ViolationClass } from '../../harness/runner.js';
import type { RandomClass, Shared } from '../classes.js';
import { Classes } from '../classes.js';
import { Prng } from '../prng.js';
import type { ByteMutator } from './bytes.js';
import { Archive } from './archive.js';
import { OpMutator } from './mutate.js';
import { Novelty } from './novelty.js';
import type { Session } from './session.js';
import { ANY, LENGTH_MAX } from './session.js';
import { BINS, EDGE, KINDS, kindOfBin } from './bins.js';

/** Of a hundred runs: those that begin with nothing, mutants by jsfuzz, and an input with a random walk behind it. */
const FRESH = 20;
const BYTES = 10;
const TAIL = 45;
/** Of a hundred such walks: those by the taste that led to the input. */
const SAME_TASTE = 50;
/** And of those behind an input that took a new edge of compiled code: those that take its last op with other arguments, on the way to the next. */
const OTHER_ARGUMENTS = 50;
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
  /** Counters of the instrumented code, as flatten() makes them: zeroed before each run, read after it. */
  readonly code?: Uint8Array;
  readonly shared?: Shared;
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
  /** The counters of the code, four a word. */
  private readonly words: Int32Array;
  private readonly archive: Archive;
  /** Of what the last run met, by kind of bin: the last that no run before it had; -1 for none. */
  private readonly newest = new Int32Array(KINDS);
  private readonly classes: Classes;
  /** What the next run draws by; undefined for a new one. */
  private taste: number | undefined;
  private runs = 0;
  private newAt = 0;

  constructor(session: Session, plain: Runner, options: CoverageOptions) {
    this.session = session;
    this.plain = plain;
    this.options = options;
    this.classes = new Classes(plain, (found, { runs }) => options.onClass?.(found, runs), options.shared);
    this.prng = new Prng(options.seed ^ 0x5eed);
    this.archive = new Archive(this.prng);
    this.mutator = new OpMutator(this.prng, session.groups, LENGTH_MAX);
    const code = options.code ?? new Uint8Array(0);
    this.code = new Novelty(code.length);
    this.words = new Int32Array(code.buffer, code.byteOffset, code.length / 4);
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
      if (session.steps === before && this.archive.size === 0 && this.runs > 1000) break;
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
      corpus: this.archive.inputs,
    };
  }

  private get progress(): CoverageProgress {
    return {
      runs: this.runs,
      steps: this.session.steps,
      bins: this.bins.size + this.code.size,
      corpus: this.archive.size,
      classes: this.classes.size,
      sinceNew: this.runs - this.newAt,
    };
  }

  /** The next input, in `mutator.out`. */
  private next(): void {
    const { prng, mutator, options, archive } = this;
    const die = prng.below(100);
    this.taste = undefined;
    if (archive.size === 0 || die < FRESH) {
      mutator.length = 1 + prng.below(LENGTH_MAX);
      mutator.out.fill(ANY, 0, mutator.length);
    } else if (die < FRESH + BYTES && options.bytes !== undefined) {
      mutator.length = options.bytes.mutate(archive.pick().ops, mutator.out);
    } else if (die < FRESH + BYTES + TAIL) {
      const { ops: parent, taste, bin } = archive.pick();
      mutator.out.set(parent);
      if (kindOfBin(bin) === EDGE && prng.below(100) < OTHER_ARGUMENTS) mutator.changeArgument(parent.length - 1);
      mutator.length = Math.min(LENGTH_MAX, parent.length + 1 + prng.below(LENGTH_MAX));
      mutator.out.fill(ANY, parent.length, mutator.length);
      if (prng.below(100) < SAME_TASTE) this.taste = taste;
    } else {
      mutator.mutate(archive.pick().ops, () => archive.pick().ops);
    }
  }

  /** Runs the input, and keeps it if it met something new. */
  private once(): void {
    const { session, mutator, options } = this;
    options.code?.fill(0);
    session.run(mutator.out, mutator.length, this.taste);
    this.runs++;
    const isNewState = this.newBins();
    const isNewCode = this.newCode();
    // What breaks something is kept as a trace, not mutated further.
    if (session.news.length > 0) this.addClasses();
    else if (isNewState || isNewCode) this.keep(isNewCode);
    if (isNewState || isNewCode) this.newAt = this.runs;
  }

  /** Whether there are any; `newest` says for each kind where the run met the last of them. */
  private newBins(): boolean {
    const { session, bins, archive, newest } = this;
    const { met, at, counts } = session;
    let isNew = false;
    newest.fill(-1);
    for (let n = 0; n < session.binsMet; n++) {
      const bin = met[n];
      if (bins.note(bin, counts[bin]) !== 2) archive.meet(bin, at[n], session.taken, session.taste);
      else {
        newest[kindOfBin(bin)] = n;
        isNew = true;
      }
    }
    return isNew;
  }

  /** Once for each kind of bin, up to the last new one of it, and as a whole for new code. */
  private keep(isNewCode: boolean): void {
    const { session, archive } = this;
    const { met, at, taken, taste, length } = session;
    let ops = taken.slice(0, length);
    if (isNewCode) archive.keepForCode(ops, taste);
    for (const n of this.newest.toSorted().reverse()) {
      if (n < 0) break;
      if (at[n] !== ops.length) ops = taken.slice(0, at[n]);
      archive.keep(ops, taste, met[n]);
    }
  }

  private newCode(): boolean {
    const { words } = this;
    const { code } = this.options;
    if (code === undefined) return false;
    let isNew = false;
    // A short run meets few counters: four at a time are passed over.
    for (let w = 0; w < words.length; w++) {
      if (words[w] === 0) continue;
      for (let n = 4 * w; n < 4 * w + 4; n++) if (code[n] !== 0 && this.code.note(n, code[n]) !== 0) isNew = true;
    }
    return isNew;
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
      classes.add({ key, class: named, severity, isAfterOthers: true }, [...ops], {
        runs: this.runs,
        steps: session.steps,
      });
    }
  }
}
