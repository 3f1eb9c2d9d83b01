/** What the main thread and a worker say to each other about the files of a corpus. */
import type { Imported } from '../campaign/corpus/import.js';
import type { OutcomeKind } from '../campaign/corpus/outcome.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import type { DesignRef } from './load.js';
import type { RawClass } from './protocol.js';

/** One file of a corpus, and what is wanted of it. */
export type CorpusItem =
  | {
      readonly want: 'replay' | 'bins';
      readonly ref: DesignRef;
      readonly path: string;
      readonly text: string;
      /** Whether a class that it breaks is to be made small, where no file before had it as short. */
      readonly isSmall: boolean;
    }
  /** An input of jsfuzz. */
  | {
      readonly want: 'import';
      readonly ref: DesignRef;
      readonly path: string;
      readonly scenario: ScenarioName;
      readonly bounds: Bounds;
      readonly bytes: Uint8Array;
    }
  /** Ops that end with one that does not return, as text. */
  | {
      readonly want: 'name';
      readonly ref: DesignRef;
      readonly path: string;
      readonly scenario: ScenarioName;
      readonly bounds: Bounds;
      readonly ops: readonly number[];
    };

/** What has become of a file of a corpus. */
export interface CorpusRow {
  /** One sentence where it can not be used; then there is nothing else. */
  readonly problem: string;
  readonly kind: OutcomeKind | 'hangs';
  /** Ops taken; the next one is the first that was not. */
  readonly steps: number;
  readonly broken: readonly RawClass[];
  /** Where it hangs: the path to the op that does not return. */
  readonly hung?: readonly number[];
  readonly bins: readonly number[];
  readonly imported: readonly Imported[];
}
