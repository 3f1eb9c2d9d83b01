/** What of a search is kept on disk between two levels, and how it is taken up again. */
import type { Reached, ReachedCounts } from '../harness/reached.js';
import type { Level } from '../harness/result.js';
import type { Checkpoint, CheckpointWriter, Identity } from './checkpoint.js';
import { hasCheckpoint, newCheckpoint, readCheckpoint } from './checkpoint.js';
import { checkIdentity } from './identity.js';
import type { Sightings, SightingsState } from './sightings.js';
import type { Store } from './store.js';

/** Where a search is kept, and what it goes on from, where there is something. */
export interface Keep {
  readonly writer: CheckpointWriter;
  readonly from?: Checkpoint;
}

/** How far a search is. */
export interface Progress {
  readonly edges: number;
  readonly expanded: number;
  readonly depth: number;
  readonly tried: number;
  readonly levels: readonly Level[];
}

interface KeptState extends Progress {
  readonly states: number;
  readonly sightings: SightingsState;
  readonly reached: {
    readonly taken: readonly number[];
    readonly errors: readonly number[];
    readonly others: readonly (readonly (readonly [number, number])[])[];
    readonly hasQuiescent: boolean;
    readonly hasFullRing: boolean;
  };
}

/** Goes on from what is in the folder; throws UsageError where that is of another search. */
export function openKeep(dir: string, identity: Identity): Keep {
  if (!hasCheckpoint(dir)) return { writer: newCheckpoint(dir, identity) };
  const from = readCheckpoint(dir);
  checkIdentity(dir, from.identity, identity);
  return { writer: from.writer(), from };
}

export function keepLevel(
  { writer }: Keep,
  progress: Progress,
  store: Store,
  sightings: Sightings,
  reached: Reached,
): void {
  const { taken, errors, others, hasQuiescent, hasFullRing } = reached.counts();
  const state: KeptState = {
    ...progress,
    states: store.size,
    sightings: sightings.state(),
    reached: {
      taken: [...taken],
      errors: [...errors],
      others: others.map((seen) => [...seen]),
      hasQuiescent,
      hasFullRing,
    },
  };
  writer.write(state, store.kept());
}

export function takeUp(from: Checkpoint, store: Store, sightings: Sightings, reached: Reached): Progress {
  const { states, sightings: seen, reached: counts, ...progress } = from.state as KeptState;
  store.takeUp(states, from);
  sightings.takeUp(seen, progress.edges);
  const { taken, errors, others, ...had } = counts;
  const all: ReachedCounts = {
    ...had,
    taken: Float64Array.from(taken),
    errors: Float64Array.from(errors),
    others: others.map((row) => new Map(row)),
  };
  reached.add(all);
  return progress;
}
