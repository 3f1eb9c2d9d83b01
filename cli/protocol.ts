/** What the main thread and the workers say to each other. */
import type { Columns } from '../check/heartbeat.js';
import type { CheckResult, EngineName, Minimality } from '../harness/result.js';
import type { ViolationClass } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import type { DesignFacts, DesignRef } from './load.js';

/** A design in a world. */
export interface Place {
  readonly ref: DesignRef;
  /** Its base is meant, to see what careless callers can break there already. */
  readonly onBase: boolean;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
}

/** One search. */
export interface Search extends Place {
  readonly engine: EngineName;
  /** Of engine coverage: the instrumented build, as a URL. */
  readonly build?: string;
  readonly seed: number;
  /** Infinity for none. */
  readonly steps: number;
  readonly seconds: number;
  readonly memoryBytes: number;
  readonly timing: boolean;
  readonly hasColour: boolean;
  /** Folder that traces are written to, where there is one. */
  readonly traces?: string;
}

/** A class that a search has found, before it is explained. */
export interface RawClass {
  readonly class: ViolationClass;
  readonly severity: 'soft' | 'fatal';
  readonly path: readonly number[];
  readonly minimality: Minimality;
  readonly isAfterOthers: boolean;
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
  readonly seconds: number;
}

export type Task =
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
  | { readonly kind: 'retake'; readonly place: Place; readonly ops: readonly number[] }
  | {
      readonly kind: 'replay';
      readonly ref: DesignRef;
      readonly text: string;
      readonly name: string;
      readonly hasColour: boolean;
    }
  | { readonly kind: 'minimize'; readonly ref: DesignRef; readonly text: string; readonly name: string };

/** A search, explained: what is printed of it and what is written down. */
export interface Report {
  readonly result: CheckResult;
  readonly text: string;
  /** One file a violation. */
  readonly traces: readonly { readonly file: string; readonly text: string }[];
}

/** What replay and minimize print. */
export interface Printed {
  readonly text: string;
  readonly status: 0 | 1 | 2;
  readonly error: string;
}

export interface Answers {
  readonly facts: DesignFacts;
  readonly search: Report;
  readonly explain: Report;
  readonly retake: true;
  readonly replay: Printed;
  readonly minimize: Printed;
}

export interface WorkerData {
  readonly task: Task;
  readonly memory: SharedArrayBuffer;
}

export type Message =
  | { readonly kind: 'columns'; readonly columns: Columns }
  | { readonly kind: 'class'; readonly found: RawClass }
  | { readonly kind: 'done'; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'failed'; readonly isUsage: boolean; readonly message: string };
