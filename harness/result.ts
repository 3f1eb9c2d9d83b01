/** What a check hands back. The fields of the JSON form are frozen; see docs/json.md. */
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import type { ViolationClass } from './runner.js';

/** `corpus`: the traces of a folder were taken again, and nothing else. */
export type EngineName = 'exhaustive' | 'random' | 'coverage' | 'corpus';
export type Verdict = 'violated' | 'exhausted' | 'budget-spent';
/** How much is known about a trace's length. */
export type Minimality = 'shortest' | '1-minimal' | 'raw';

export interface Violation {
  readonly class: ViolationClass;
  readonly severity: 'soft' | 'fatal';
  /** Found with callers=careless only: the caller broke the protocol. */
  readonly misuse: boolean;
  readonly steps: number;
  readonly minimality: Minimality;
  /** Ops in C spelling, from the initial state. */
  readonly trace: readonly string[];
  readonly explanation: string;
  /** Named fix of the repaired sibling that makes it go away; null where none or no sibling. */
  readonly fixedBy: string | null;
  /** Finding in docs/findings.md that a baseline's defect is written down as; null otherwise. */
  readonly known: string | null;
  /** Every path to it goes through another violation: likely a consequence. */
  readonly afterOthers: boolean;
  /** Its base breaks the same rule at the same op, where it takes the same trace. */
  readonly ofBase?: true;
  /** A change of a tree was checked, and the tree had this class before it. */
  readonly isOld?: true;
  /** Every run of so many ops was tried, and does not break it; where that much is known of a trace that is not shortest. */
  readonly tried?: number;
}

/** Of an exhaustive search: the states that paths of one length come to first, and the edges from them. */
export interface Level {
  readonly states: number;
  readonly edges: number;
}

/** What an exhaustive search went through, for its certificate. */
export interface Proof {
  /** Levels that were gone through in full. */
  readonly levels: readonly Level[];
  /** Rules that were judged. */
  readonly invariants: readonly string[];
  /** Names that were taken for the same. */
  readonly symmetry: readonly string[];
  /** Orders of ops of which not each was tried. */
  readonly reductions: readonly string[];
}

export interface CheckResult {
  readonly design: string;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  readonly engine: EngineName;
  readonly seed: number;
  readonly verdict: Verdict;
  readonly exhausted: boolean;
  /** Why the search ended early; '' if it did not. */
  readonly cutShort: string;
  readonly violations: readonly Violation[];
  /** Of a change of a tree: classes that the tree had before it, and that were not found any more. */
  readonly gone?: readonly ViolationClass[];
  readonly stats: { readonly states: number; readonly edges: number; readonly depth: number; readonly steps: number };
  /** Times each op was taken, by outcome. */
  readonly reached: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Ops and situations of the scenario that no run reached. */
  readonly unreached: readonly string[];
  /** Of engine exhaustive; not in the JSON form. */
  readonly proof?: Proof;
  readonly timing?: { readonly seconds: number; readonly edgesPerSecond: number };
}
