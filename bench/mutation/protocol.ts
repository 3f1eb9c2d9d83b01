/** What goes between the command, its threads and the mutated build. Nothing but numbers and text. */
import type { ScenarioName } from '../../model/scenario.js';

/** One search: what is looked at, and how far. */
export interface Place {
  readonly design: string;
  readonly scenario: ScenarioName;
  readonly bounds: string;
  readonly engine: 'exhaustive' | 'random' | 'coverage';
  /** Steps after which it ends. */
  readonly steps: number;
}

/** What a search that came to its end has seen. */
export interface Seen {
  readonly states: number;
  readonly steps: number;
  /** Steps that broke something. */
  readonly alarms: number;
  /** Over all ops taken, their returns, and all states. */
  readonly sum: number;
  readonly classes: readonly string[];
}

export interface Found {
  /** `invariant op function` */
  readonly key: string;
  readonly invariant: string;
  readonly ops: readonly string[];
}

/** How a search ended. */
export type End =
  | { readonly how: 'ends'; readonly seen: Seen }
  | { readonly how: 'violation'; readonly found: Found }
  | { readonly how: 'hangs' | 'throws'; readonly message: string };

/** A run that has to break a rule: a trace of the corpus, or one that kills a mutant of the kernel. */
export interface Witness {
  readonly name: string;
  /** The mutant that it runs on; -1 for none. */
  readonly kernel: number;
  readonly invariant: string;
  readonly trace?: string;
  readonly place?: Place;
  readonly ops?: readonly string[];
}

/** What is known of a place without mutants. */
export interface Base {
  readonly place: Place;
  readonly seen: Seen;
  /** `invariant op` of what is found there anyway. */
  readonly known: readonly string[];
  /** Mutants whose places are executed there. */
  readonly covers: readonly number[];
}

/** What became of a mutant. */
export type Verdict = 'killed' | 'changes a known finding' | 'survives, differs' | 'no difference' | 'never executed';

export interface Result {
  readonly id: number;
  readonly verdict: Verdict;
  /** Of a killed one: the class, or that it hangs or throws. */
  readonly by?: string;
  /** Where it was killed, or where it differs. */
  readonly at?: string;
  readonly found?: Found;
  readonly place?: Place;
}

/** What a thread is asked. */
export type Job =
  | { readonly kind: 'base'; readonly place: Place }
  | { readonly kind: 'kernel'; readonly id: number }
  /** Witnesses are numbers of the list that the thread was given. */
  | { readonly kind: 'judge'; readonly id: number; readonly witnesses: readonly number[] }
  | { readonly kind: 'drop'; readonly invariant: string; readonly witnesses: readonly number[] };

/** What all jobs of a thread lean on; given in parts, as it becomes known. */
export interface Ground {
  readonly bases: readonly Base[];
  readonly witnesses: readonly Witness[];
}

export type Message =
  | { readonly kind: 'ground'; readonly ground: Ground }
  | { readonly kind: 'job'; readonly n: number; readonly job: Job };

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly n: number; readonly answer: Base | Result }
  | { readonly kind: 'failed'; readonly message: string };
