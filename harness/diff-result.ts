/** What a comparison of two designs hands back. */
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import type { Kind } from './observe.js';
import type { Minimality } from './result.js';

/** What one side did in the step in which the two part. */
export interface SideEnd {
  /** As `= 3` has it; '' where the op returns nothing, or was not taken. */
  readonly returned: string;
  readonly isOffered: boolean;
  /** The C function that warned; '' for none. */
  readonly warned: string;
  /** Why it does not return, one sentence; '' where it does. */
  readonly died: string;
  /** Rules that the step broke. */
  readonly broken: readonly string[];
}

/** One thing that is another one on each side. */
export interface Contrast {
  readonly what: string;
  readonly a: string;
  readonly b: string;
}

/** Differences of one kind that one op shows, by the shortest run to one of them. */
export interface Difference {
  readonly class: { readonly op: string; readonly kind: Kind };
  readonly steps: number;
  readonly minimality: Minimality;
  /** Ops in C spelling, from the initial state; they part in the last one. */
  readonly trace: readonly string[];
  readonly a: SideEnd;
  readonly b: SideEnd;
  readonly contrasts: readonly Contrast[];
}

export type DiffVerdict = 'differ' | 'no-difference' | 'budget-spent';

export interface DiffResult {
  /** Ids of the two designs. */
  readonly a: string;
  readonly b: string;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  readonly engine: 'exhaustive' | 'random';
  readonly seed: number;
  /** Every field was compared, and not only what a caller sees. */
  readonly lockstep: boolean;
  readonly verdict: DiffVerdict;
  readonly exhausted: boolean;
  /** Why the search ended early; '' if it did not. */
  readonly cutShort: string;
  /** Shortest first. */
  readonly differences: readonly Difference[];
  /** Calls that only one of them knows, and which were not taken. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  /** States of the pair; edges, each of them taken on both sides. */
  readonly stats: { readonly states: number; readonly edges: number; readonly depth: number };
  readonly timing?: { readonly seconds: number; readonly edgesPerSecond: number };
}

export function diffVerdict(differences: number, isExhausted: boolean): DiffVerdict {
  if (differences > 0) return 'differ';
  return isExhausted ? 'no-difference' : 'budget-spent';
}
