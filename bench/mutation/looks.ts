/** Survivors that somebody has looked at, and what was found. Keyed by their text, so that lines may move. */
import type { Survivor } from './record.js';

export interface Look {
  readonly file: string;
  readonly function: string;
  readonly original: string;
  /** '' where it is left out. */
  readonly mutated: string;
  /** Where several read alike; 0 if absent. */
  readonly nth?: number;
  readonly verdict: 'hole' | 'scenario' | 'equivalent' | 'mended';
  readonly why: string;
}

export const LOOKS: readonly Look[] = [];

export function lookAt(looks: readonly Look[], s: Survivor): Look | undefined {
  return looks.find(
    (look) =>
      look.file === s.file &&
      look.function === s.function &&
      look.original === s.original &&
      look.mutated === s.mutated &&
      (look.nth ?? 0) === s.nth,
  );
}
