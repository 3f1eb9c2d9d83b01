/**
 * One design in one world, behind an entry that nothing crosses but numbers and text. The
 * coverage engine holds an instrumented build of this module, with a Kernel class of its
 * own, and must not mix its objects with those of the plain build.
 */
import type { Runner } from '../../harness/runner.js';
import { classKey } from '../../harness/runner.js';
import { Classes } from '../classes.js';
import { Prng } from '../prng.js';
import { Swarm } from '../swarm.js';
import { Walk, Went } from '../walk.js';
import type { Edges } from './bins.js';
import { Bins } from './bins.js';

/** Ops of the longest run. */
export const LENGTH_MAX = 200;

/** In a program: whatever is enabled, drawn in the state at hand. */
export const ANY = -1;

/** Instances that stand for each other: the first, and how many. */
export interface OpGroup {
  readonly name: string;
  readonly first: number;
  readonly end: number;
}

export interface Session {
  readonly opCount: number;
  readonly groups: readonly OpGroup[];
  /** Ops that the last run took: the first `length`. */
  readonly taken: Int32Array;
  length: number;
  /** Ops taken in all runs. */
  readonly steps: number;
  /** Counts of the last run, by bin; `met` and `at` hold the first `binsMet`. */
  readonly counts: Uint8Array;
  readonly met: Int32Array;
  readonly at: Int32Array;
  readonly binsMet: number;
  /** Classes that no run before had broken: `invariant op function`. The last run ended with them. */
  readonly news: readonly string[];
  /** What was drawn in the last run was drawn by this taste. */
  readonly taste: number;
  /**
   * Runs a program: op instances, or ANY; one that is not enabled when its turn comes is
   * passed over. What ANY draws is weighted by a taste, a new one if none is named.
   */
  run(program: Int32Array, length: number, taste?: number): void;
  /** Which ops were taken, by outcome, and what was never reached. */
  reached(): { table: Record<string, Record<string, number>>; missing: string[] };
}

/** The first numbers of neighbouring seeds are alike: with them, lost wake-ups were found three times later. */
const DISCARDED = 32;

function tasteOf(seed: number): Prng {
  const prng = new Prng(seed);
  for (let n = 0; n < DISCARDED; n++) prng.below(2);
  return prng;
}

/** Idle draws in a row after which ANY is passed over. */
const MISSES_MAX = 20;

class WalkSession implements Session {
  readonly opCount: number;
  readonly groups: readonly OpGroup[];
  readonly taken = new Int32Array(LENGTH_MAX);
  length = 0;
  news: string[] = [];
  private readonly runner: Runner;
  private readonly walk: Walk;
  private readonly classes: Classes;
  private readonly prng: Prng;
  private readonly swarm: Swarm;
  taste = 0;
  private readonly bins: Bins;
  private readonly specOf: Int32Array;
  private readonly known = new Set<string>();
  private readonly hasBins: boolean;

  constructor(runner: Runner, seed: number, hasBins: boolean, known: readonly string[], edges?: Edges) {
    this.runner = runner;
    this.hasBins = hasBins;
    for (const key of known) this.known.add(key);
    this.opCount = runner.opCount;
    this.groups = runner.groups.map(({ spec, first, end }) => ({ name: spec.name, first, end }));
    this.specOf = new Int32Array(runner.opCount);
    this.groups.forEach(({ first, end }, s) => this.specOf.fill(s, first, end));
    this.classes = new Classes(runner);
    this.prng = new Prng(seed);
    this.swarm = new Swarm(runner, this.prng);
    this.walk = new Walk(runner, LENGTH_MAX, (walk, n) => this.note(walk, n));
    this.bins = new Bins(runner, edges);
  }

  get steps(): number {
    return this.walk.steps;
  }

  get counts(): Uint8Array {
    return this.bins.counts;
  }

  get met(): Int32Array {
    return this.bins.met;
  }

  get at(): Int32Array {
    return this.bins.at;
  }

  get binsMet(): number {
    return this.bins.size;
  }

  run(program: Int32Array, length: number, taste = this.prng.below(2 ** 31)): void {
    const { walk, bins, runner } = this;
    this.news.length = 0;
    bins.begin();
    walk.start();
    this.taste = taste;
    this.swarm.begin(tasteOf(taste));
    for (let at = 0; at < length && walk.length < LENGTH_MAX; at++) {
      const n = program[at];
      const went = n === ANY ? this.draw() : this.take(n);
      if (went === Went.Nowhere) continue;
      if (this.hasBins && went === Went.On) bins.step(this.specOf[walk.ops[walk.length - 1]], runner.judged.ret);
      if (went === Went.Ended) break;
      walk.noteReached();
    }
    this.length = walk.length;
    this.taken.set(walk.ops.subarray(0, walk.length));
  }

  private take(n: number): Went {
    const { runner } = this;
    if (!runner.isReady(runner.ops[n].spec) || !runner.isAllowed(n)) return Went.Nowhere;
    return this.walk.take(n);
  }

  private draw(): Went {
    for (let misses = 0; misses < MISSES_MAX; misses++) {
      const n = this.swarm.choose(misses);
      if (n < 0) return Went.Nowhere;
      const went = this.walk.take(n);
      if (went !== Went.Nowhere) return went;
    }
    return Went.Nowhere;
  }

  /** A run ends with the first class that it finds. */
  private note(walk: Walk, n: number): boolean {
    for (const { class: c } of this.classes.see(walk, n)) {
      const key = classKey(c);
      if (this.known.has(key)) continue;
      this.known.add(key);
      this.news.push(key);
    }
    return this.news.length > 0;
  }

  reached(): { table: Record<string, Record<string, number>>; missing: string[] } {
    return { table: this.runner.reached.table(), missing: this.runner.reached.missing() };
  }
}

/**
 * `hasBins`: the state of the model is coverage, too, and so are `edges` of compiled code where there are some. `known`:
 * classes that are no news, as `invariant op function`.
 */
export function createSession(
  runner: Runner,
  seed: number,
  hasBins: boolean,
  known: readonly string[] = [],
  edges?: Edges,
): Session {
  return new WalkSession(runner, seed, hasBins, known, edges);
}
