/**
 * What a page of results is drawn from: plain data, made where a trace is taken again, and
 * carried as JSON. The viewer knows nothing of the model; what it draws was decided here.
 */
import type { LedgerLine } from '../../harness/ledger.js';
import type { CheckResult, Minimality } from '../../harness/result.js';

/** How a row of a drawing refers to a page. `stale`: a released slot still has the pointer. `maps`: no reference of its own. */
export type Hold = 'reference' | 'pin' | 'listed' | 'maps' | 'stale';

export interface Wire {
  /** Name of a page. */
  readonly page: string;
  readonly hold: Hold;
}

/** A line of a table: a slot, an entry of a page table, a page of a request. */
export interface Row {
  /** Its name within the panel, the same at each step: `slot 0`. */
  readonly name: string;
  /** One text a column of the panel. */
  readonly cells: readonly string[];
  readonly wires: readonly Wire[];
  /** What points at it from the left (`tail`, `head`) and from the right (`iter`). */
  readonly left?: string;
  readonly right?: string;
  /** Not in use: what it shows is left over. */
  readonly isFree?: true;
  /** Bytes at the start of its bytes column that the iterator is past. */
  readonly done?: number;
  /** What it has to be, where it is something else. */
  readonly wrong?: string;
  /** The rule that broke points here. */
  readonly isBroken?: true;
}

export type PanelKind = 'pipe' | 'iter' | 'request' | 'memory' | 'tasks' | 'files';

/** A part of the state: a few named values, and a table. */
export interface Panel {
  readonly kind: PanelKind;
  /** `pipe A`, `iter`, `parent`: one of this name a state. */
  readonly name: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly columns: readonly string[];
  /** Which column has one sign a byte, as boxes; none where absent. */
  readonly bytes?: number;
  readonly rows: readonly Row[];
  readonly wrong?: string;
  readonly isBroken?: true;
}

/** `struct page`, as far as somebody refers to it. */
export interface PageBox {
  readonly name: string;
  /** `anonymous`, `page cache`, `driver`, ... */
  readonly what: string;
  /** '' for one whose references nobody counts. */
  readonly refcount: string;
  /** What its owners come to, where that is something else. */
  readonly expected?: string;
  /** One sign a byte, or '' where the scenario follows a value for the whole page. */
  readonly bytes: string;
  /** Further facts: `PageAnonExclusive`, `the parent's data of step 2`. */
  readonly facts: readonly string[];
  readonly isFree?: true;
}

export interface State {
  readonly panels: readonly Panel[];
  readonly pages: readonly PageBox[];
  /** The same as `iovcheck replay` prints it. */
  readonly text: readonly string[];
}

/** What a step has changed, by key ({@link keysOf} in changes.ts); `from` is '' where it is new, `to` where it is gone. */
export interface Change {
  readonly key: string;
  /** `slot 0`, `len`: the thing, and what of it. */
  readonly of: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
}

/** A rule that a step broke. */
export interface Broken {
  readonly invariant: string;
  readonly statement: string;
  readonly explanation: string;
  readonly where: string;
  /** It is the rule that the counterexample is about. */
  readonly isOwn: boolean;
  readonly endsRun: boolean;
}

/** Step 0 is the initial state, and has no call. */
export interface StepData {
  readonly call: string;
  /** `= -EAGAIN`, or '' for what returns nothing. */
  readonly ret: string;
  /** The state in short, as below each call of the text report. */
  readonly short: readonly string[];
  readonly broken: readonly Broken[];
  readonly state: State;
  readonly changes: readonly Change[];
}

/** A page over the whole run. */
export interface Account {
  readonly page: string;
  /** One a step, from step 0 on. */
  readonly counts: readonly { readonly refcount: number; readonly expected: number }[];
  /** Owners: the step that each came with, and that it left with; `to` is absent where it stays. */
  readonly owners: readonly { readonly name: string; readonly from: number; readonly to?: number }[];
}

export interface Run {
  readonly steps: readonly StepData[];
  readonly accounts: readonly Account[];
  readonly ledger: readonly LedgerLine[];
  /** What the signs in drawings mean. */
  readonly legend: string;
}

/** Lines of a function before and after. */
export interface Patch {
  /** `push_page()` */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly lines: readonly { readonly sign: ' ' | '+' | '-'; readonly text: string }[];
}

export interface ViolationData {
  /** Folder and file name of what belongs to it; a trace file has the same one. */
  readonly file: string;
  readonly invariant: string;
  readonly where: string;
  readonly statement: string;
  readonly why: string;
  /** `shortest (within the bounds there is no shorter one)` */
  readonly length: string;
  readonly minimality: Minimality;
  readonly explanation: string;
  /** At fault, rule, known, fixed by. */
  readonly facts: readonly (readonly [name: string, text: string])[];
  /** The functions at fault, as the design's base has them and as the design has them; none where it is not the design's. */
  readonly patches: readonly Patch[];
  readonly isMisuse: boolean;
  readonly isAfterOthers: boolean;
  /** The trace as a file, and the command that takes it again. */
  readonly trace: string;
  readonly command: string;
  readonly run: Run;
}

export interface ResultData {
  readonly design: string;
  readonly title: string;
  readonly scenario: string;
  readonly scenarioTitle: string;
  readonly verdict: CheckResult['verdict'];
  readonly facts: readonly (readonly [name: string, text: string])[];
  readonly bounds: readonly (readonly [name: string, value: string, meaning: string])[];
  readonly proved: readonly string[];
  readonly notClaimed: readonly string[];
  readonly violations: readonly ViolationData[];
  /** A run that breaks nothing, where there is one to be shown. */
  readonly quiet?: Run;
  /** Calls, and how often each outcome was met. */
  readonly reached: readonly (readonly [
    op: string,
    outcomes: readonly (readonly [outcome: string, times: number])[],
  ])[];
  readonly unreached: readonly string[];
  /** Every function that the design has changed, and the design that it is compared with. */
  readonly base: string;
  readonly patches: readonly Patch[];
  readonly command: string;
}

export interface PageData {
  /** Of iovcheck. */
  readonly version: string;
  readonly results: readonly ResultData[];
  /** What it all comes to, as the last line of the text report. */
  readonly conclusion: string;
}
