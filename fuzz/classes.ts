/** The classes that a random engine has found, each with a trace that the one minimiser made small. */
import { Blame } from '../harness/blame.js';
import { minimize } from '../harness/minimize.js';
import { Path } from '../harness/replay.js';
import type { Minimality } from '../harness/result.js';
import type { Runner, ViolationClass } from '../harness/runner.js';
import { classKey } from '../harness/runner.js';
import type { Walk } from './walk.js';

export interface RandomClass {
  readonly class: ViolationClass;
  readonly severity: 'soft' | 'fatal';
  /** Ops from the initial state; the last one violates. */
  readonly path: number[];
  readonly minimality: Minimality;
  /** Other invariants had already broken on every path on which it was seen. */
  isAfterOthers: boolean;
}

/** Walks begun and ops taken, those of fast-check's shrinking among them; the minimiser's are not counted. */
export interface Spent {
  readonly runs: number;
  readonly steps: number;
}

export interface RandomResult extends Spent {
  readonly classes: RandomClass[];
}

/** A violation as the walk has just seen it. */
export interface Seen {
  readonly key: string;
  readonly class: ViolationClass;
  readonly severity: 'soft' | 'fatal';
  readonly isAfterOthers: boolean;
}

/**
 * Blame stops looking once it has named one function 32 times for a rule and an op. Walks
 * see the common function of a pair hundreds of times before the rare one, which then would
 * never be named: hence a new one every so often.
 */
const FORGET_EVERY = 32;

/** Of a run that is one of many. */
export interface Shared {
  /** Keys of classes that others have found: they are passed over. */
  readonly known: readonly string[];
  /** Traces stay as they were found; each class is made small once, for all runs. */
  readonly isRaw: true;
}

export class Classes {
  private readonly found = new Map<string, RandomClass>();
  private readonly known: ReadonlySet<string>;
  private readonly isRaw: boolean;
  private blame: Blame;
  private sightings = 0;
  private readonly runner: Runner;
  private readonly onClass: (found: RandomClass, spent: Spent) => void;

  constructor(runner: Runner, onClass: (found: RandomClass, spent: Spent) => void = () => {}, shared?: Shared) {
    this.runner = runner;
    this.known = new Set(shared?.known);
    this.isRaw = shared?.isRaw === true;
    this.blame = new Blame(runner);
    this.onClass = onClass;
  }

  get size(): number {
    return this.found.size;
  }

  get list(): RandomClass[] {
    return [...this.found.values()];
  }

  has(key: string): boolean {
    return this.found.has(key) || this.known.has(key);
  }

  /** Names what the op `n`, last of the walk, has just broken. Spoils the runner's state. */
  see(walk: Walk, n: number): Seen[] {
    const { runner } = this;
    if (++this.sightings % FORGET_EVERY === 0) this.blame = new Blame(runner);
    const broken = [...runner.broken];
    const isAfterOthers = runner.g.broken !== 0;
    return broken.map((invariant) => {
      const fn = this.blame.functionFor(invariant, n, walk.image, walk.at);
      const named: ViolationClass = { invariant: invariant.id, op: runner.ops[n].spec.name, function: fn };
      const key = classKey(named);
      const old = this.found.get(key);
      // The trace stays; that the class needs no earlier violation is worth knowing.
      if (old !== undefined) old.isAfterOthers &&= isAfterOthers;
      return { key, class: named, severity: invariant.severity, isAfterOthers };
    });
  }

  /** Takes up a class seen for the first time, at the end of `ops`, when so much was spent. Spoils the runner's state. */
  add(seen: Seen, ops: readonly number[], spent: Spent): void {
    const { ops: path, minimality } = this.isRaw
      ? { ops: [...ops], minimality: 'raw' as const }
      : minimize(this.runner, ops, seen.class);
    const found: RandomClass = {
      class: seen.class,
      severity: seen.severity,
      path,
      minimality,
      isAfterOthers: seen.isAfterOthers && this.isAfterOthers(path),
    };
    this.found.set(seen.key, found);
    this.onClass(found, spent);
  }

  /** Whether something breaks on the way to the last op. */
  private isAfterOthers(path: readonly number[]): boolean {
    const walked = new Path(this.runner);
    return path.slice(0, -1).some((n) => {
      walked.take(n, undefined, () => false);
      return walked.found.length > 0;
    });
  }
}
