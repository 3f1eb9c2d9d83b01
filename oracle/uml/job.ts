/** What the machine asks of the guest, and what it answers: JSON files in one folder, which both see. */
import type { Bounds } from '../../model/bounds.js';
import type { ScenarioName } from '../../model/scenario.js';
import type { Walked } from '../host/fuzz.js';
import type { Retraced } from '../host/retrace.js';

/** Designs go by their ids. */
export type UmlJob =
  | {
      readonly kind: 'walk';
      readonly design: string;
      readonly scenarios: readonly ScenarioName[];
      readonly seed: number;
      /** null: no limit. */
      readonly steps: number | null;
      readonly seconds: number | null;
    }
  | {
      readonly kind: 'retrace';
      readonly design: string;
      readonly scenario: ScenarioName;
      readonly bounds: Bounds;
      readonly ops: readonly string[];
      readonly name: string;
    };

export type UmlAnswer =
  | { readonly kind: 'walk'; readonly release: string; readonly walked: readonly Walked[] }
  | { readonly kind: 'retrace'; readonly release: string; readonly retraced: Retraced }
  | { readonly kind: 'usage' | 'machine' | 'failed'; readonly message: string };

/** Names in the folder. */
export const FILE = {
  job: 'job.json',
  answer: 'answer.json',
  /** Calls so far, as the guest goes on. */
  progress: 'progress',
  /** Written again and again by the machine; a guest that sees no change ends itself. */
  alive: 'alive',
  /** It is there once the guest is to end with what it has. */
  stop: 'stop',
  /** An ext4 for files, where the machine could make one: tmpfs has no direct I/O in 6.1. */
  disk: 'disk',
} as const;

/** Where the guest has its files: a tmpfs; and in it the folder of the machine, and one for files of its own. */
export const MOUNT = '/mnt';
export const SHARED = `${MOUNT}/job`;
export const FILES = `${MOUNT}/files`;
