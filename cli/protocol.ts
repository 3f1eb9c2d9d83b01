/** What the main thread and the workers say to each other. */
import type { Finding } from '../campaign/jobs/job.js';
import type { Identity } from '../check/checkpoint.js';
import type { Part } from '../check/part.js';
import type { Columns } from '../check/state-index.js';
import type { Shared } from '../fuzz/classes.js';
import type { DiffResult } from '../harness/diff-result.js';
import type { CheckResult, EngineName, Minimality, Proof } from '../harness/result.js';
import type { ViolationClass } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import type { Account } from '../reports/account.js';
import type { ResultData } from '../reports/html/data.js';
import type { Kind } from '../reports/repro/kinds.js';
import type { CorpusItem, CorpusRow } from './corpus-items.js';
import type { DesignFacts, DesignRef } from './load.js';
import type { ReportTask } from './report-task.js';

export type { CorpusItem, CorpusRow } from './corpus-items.js';

/** A design in a world. */
export interface Place {
  readonly ref: DesignRef;
  /** Its base is meant, to see what careless callers can break there already. */
  readonly onBase: boolean;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
}

/** A folder that a search is kept in, level by level, and what it is a search of. It goes on from what is there. */
export interface Keep {
  readonly dir: string;
  readonly identity: Identity;
}

/** One search. */
export interface Search extends Place {
  readonly engine: EngineName;
  /** Of several that are alike but for their bounds: which one, from 1. */
  readonly part?: number;
  /** Of engine coverage: the instrumented build, as a URL. */
  readonly build?: string;
  readonly seed: number;
  /** Infinity for none. */
  readonly steps: number;
  /** Infinity where absent. */
  readonly runs?: number;
  readonly seconds: number;
  /** Ops of the longest path that is tried; any number where absent. */
  readonly depth?: number;
  /** Of engine exhaustive: where it outlives the run. */
  readonly keep?: Keep;
  readonly memoryBytes: number;
  /** Of engine exhaustive: threads that search together; one where absent. */
  readonly threads?: number;
  readonly timing: boolean;
  readonly hasColour: boolean;
  /** Folder that traces are written to, where there is one. */
  readonly traces?: string;
  /** Formats want each violation in words (reports/account.ts). */
  readonly isTold?: true;
  /** What a page is drawn from is wanted as well. */
  readonly hasPage?: true;
  /** Classes from before a change; told in full is what came with it. */
  readonly before?: readonly ViolationClass[];
  /** A format wants each state of each run (reports/itf.ts). */
  readonly hasStates?: true;
  /** Each violation is wanted as a text of its own as well. */
  readonly wantsTexts?: true;
  /** Of engine coverage: inputs to begin with, as the ops of a trace. */
  readonly seeds?: readonly (readonly string[])[];
  /** Of engine exhaustive: another search, which names this one's place in the plan with `after`, begins where it had to stop. */
  readonly isLeading?: true;
  readonly after?: number;
  /** Not run at all where the one before it was complete. */
  readonly isNeedless?: true;
  /** What that one did not go on from: inputs to begin with. */
  readonly frontier?: readonly (readonly number[])[];
  /** Of a sampling engine that is one of many. */
  readonly shared?: Shared;
  readonly share?: Part;
  readonly settles?: readonly Finding[];
}

/** A class that a search has found, before it is explained. */
export interface RawClass {
  readonly class: ViolationClass;
  readonly severity: 'soft' | 'fatal';
  readonly path: readonly number[];
  readonly minimality: Minimality;
  readonly isAfterOthers: boolean;
  /** Every path of so many ops was tried, and does not break it; of a trace that is not known to be shortest. */
  readonly tried?: number;
  /** The last op of the path must not be taken again, for this reason. */
  readonly dead?: string;
}

/** What a search came to, before anything is explained. */
export interface Tally {
  readonly stats: CheckResult['stats'];
  readonly isExhausted: boolean;
  readonly cutShort: string;
  readonly reached: CheckResult['reached'];
  readonly unreached: readonly string[];
  /** Of engine exhaustive. */
  readonly proof?: Proof;
  readonly seconds: number;
}

/** Two designs, side by side in one scenario. */
export interface DiffJob {
  readonly refs: readonly [a: DesignRef, b: DesignRef];
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  readonly engine: DiffResult['engine'];
  readonly seed: number;
  /** Infinity for none. */
  readonly steps: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly isLockstep: boolean;
  /** One difference is enough. */
  readonly isFirstOnly: boolean;
  readonly isTimed: boolean;
  readonly hasColour: boolean;
  /** The command line that does this again. */
  readonly command: string;
}

export interface DiffReport {
  readonly result: DiffResult;
  readonly text: string;
  /** Each difference alone. */
  readonly texts: readonly string[];
  /** One file a difference. */
  readonly traces: Report['traces'];
}

/** A path of a pair, in words and as numbers of each side's op table. */
export interface PairCalls {
  readonly texts: readonly string[];
  readonly a: readonly number[];
  readonly b: readonly number[];
}

export type Task =
  | ReportTask
  | { readonly kind: 'facts'; readonly ref: DesignRef }
  | { readonly kind: 'search'; readonly search: Search }
  /** What a search that ended badly had found: `hung` is the path to the op that does not return. */
  | {
      readonly kind: 'explain';
      readonly search: Search;
      readonly classes: readonly RawClass[];
      readonly tally: Tally;
      readonly hung: readonly number[];
    }
  /** Takes the ops, to see whether the last one comes back. */
  | {
      readonly kind: 'retake';
      readonly place: Place;
      readonly ops: readonly number[];
      /** The ops are a path of the exhaustive engine, whose states are renamed. */
      readonly isSearchs: boolean;
    }
  | {
      readonly kind: 'replay';
      readonly ref: DesignRef;
      readonly text: string;
      readonly name: string;
      readonly hasColour: boolean;
    }
  | { readonly kind: 'diff'; readonly job: DiffJob }
  | { readonly kind: 'pair-calls'; readonly job: DiffJob; readonly path: readonly number[] }
  | { readonly kind: 'minimize' | 'reasons'; readonly ref: DesignRef; readonly text: string; readonly name: string }
  /** A program or a test; `command`: what made it, for its head. */
  | {
      readonly kind: 'repro';
      readonly ref: DesignRef;
      readonly text: string;
      readonly name: string;
      readonly as: Kind;
      readonly version: string;
      readonly command: string;
    }
  /** One row a file, as they come. */
  | { readonly kind: 'corpus'; readonly ref: DesignRef; readonly items: readonly CorpusItem[] }
  /** An input of jsfuzz; `hung` is the path to the op that does not return. */
  | {
      readonly kind: 'input';
      readonly ref: DesignRef;
      readonly scenario: ScenarioName;
      readonly bounds: Bounds;
      readonly skipsKnown: boolean;
      readonly bytes: Uint8Array;
      readonly hung: readonly number[];
    };

/** The design that a task is about. */
export function refOfTask(task: Task): DesignRef {
  if (task.kind === 'search' || task.kind === 'explain' || task.kind === 'report') return task.search.ref;
  // Of two designs the one that is a user's.
  if (task.kind === 'diff' || task.kind === 'pair-calls')
    return task.job.refs.find(({ url }) => url !== null) ?? task.job.refs[0];
  return task.kind === 'retake' ? task.place.ref : task.ref;
}

/** A search, explained: what is printed of it and what is written down. */
export interface Report {
  readonly result: CheckResult;
  readonly text: string;
  /** The same in words, where formats want them. */
  readonly account?: Account;
  /** Each violation in ITF, where that is wanted. */
  readonly itf?: readonly { readonly file: string; readonly text: string }[];
  /** One file a violation. */
  readonly traces: readonly { readonly file: string; readonly text: string }[];
  /** Where a page is wanted. */
  readonly page?: ResultData;
  /** One text a violation, where they are wanted. */
  readonly texts?: readonly string[];
  /** Of engine coverage: what it has learned beyond its seeds, as the ops of traces. */
  readonly kept?: readonly (readonly string[])[];
  /** Bins that each of these adds. */
  readonly keptBins?: readonly (readonly number[])[];
  /** Of a search that another one begins with. */
  readonly frontier?: readonly (readonly number[])[];
}

/** What is printed of one trace. */
export interface Printed {
  readonly text: string;
  readonly status: 0 | 1 | 2;
  readonly error: string;
}

export interface Answers {
  readonly facts: DesignFacts;
  readonly search: Report;
  readonly explain: Report;
  readonly report: Report;
  readonly retake: true;
  readonly replay: Printed;
  readonly minimize: Printed;
  readonly diff: DiffReport;
  readonly 'pair-calls': PairCalls;
  readonly reasons: Printed;
  readonly repro: Printed;
  readonly corpus: true;
  readonly input: readonly { readonly file: string; readonly class: ViolationClass; readonly text: string }[];
}

export interface WorkerData {
  readonly task: Task;
  readonly memory: SharedArrayBuffer;
}

export type Message =
  | { readonly kind: 'columns'; readonly columns: Columns }
  /** Another thread takes part; its heartbeat. */
  | { readonly kind: 'member'; readonly memory: SharedArrayBuffer }
  /** `ops`: the path in C spelling. */
  | { readonly kind: 'class'; readonly found: RawClass; readonly ops: readonly string[] }
  | { readonly kind: 'row'; readonly row: CorpusRow }
  /** `late`: what the design's code did when no function of it ran. */
  | { readonly kind: 'done'; readonly answer: Answers[keyof Answers]; readonly late?: string }
  | { readonly kind: 'failed'; readonly isUsage: boolean; readonly message: string };
