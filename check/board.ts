/**
 * What the threads of one search tell each other of the round they are in, in shared
 * memory: which states are to be expanded, who expanded which of them, and what they found.
 */
import { sharedInts } from './parts.js';

/** States that a thread takes at a time. */
export const SHARE = 32;

/** Edges of one round, at most, whatever their number a state. */
const EDGES_MAX = 1 << 19;

export const SIGHTING_WORDS = 4;

/** Words that a thread keeps of each share. */
const ROW = { Thread: 0, First: 1, End: 2, SightFirst: 3, SightEnd: 4, Edges: 5, Base: 6, Words: 7 } as const;

/** What one thread came to in a round: images that no earlier round knows, and violations. */
export interface Finds {
  readonly rows: Int32Array;
  readonly hash: Int32Array;
  readonly parent: Int32Array;
  readonly op: Uint16Array;
  /** Slot of the index that it was given; -1 where another one had the same image before it. */
  readonly slot: Int32Array;
  /** Edge within its share, state, op, and whether the state did not fit the image; an edge may have two. */
  readonly sightings: Int32Array;
}

export interface BoardColumns {
  readonly control: Int32Array;
  readonly shares: Int32Array;
  /** Sightings of this kind change nothing any more; see {@link Explorer}. */
  readonly settled: Uint8Array;
  readonly finds: readonly Finds[];
}

const CONTROL = { First: 0, End: 1, Next: 2, Words: 3 } as const;

function newFinds(edges: number, width: number): Finds {
  return {
    rows: sharedInts(edges * width),
    hash: sharedInts(edges),
    parent: sharedInts(edges),
    op: new Uint16Array(new SharedArrayBuffer(2 * edges)),
    slot: sharedInts(edges),
    sightings: sharedInts(SIGHTING_WORDS * 2 * edges),
  };
}

export class Board {
  /** States that one round may expand, at most. */
  readonly statesMax: number;
  /** Edges that these can have. */
  readonly edgesMax: number;
  readonly finds: readonly Finds[];
  readonly settled: Uint8Array;
  private readonly control: Int32Array;
  private readonly shares: Int32Array;

  /** For `threads` threads, over states of `opCount` successors at most and rows of `width` numbers. */
  constructor(threads: number, opCount: number, width: number, kinds: number, columns?: BoardColumns) {
    const wanted = threads === 1 ? 2 * SHARE : Math.max(2 * SHARE * threads, 1 << 13);
    this.statesMax = Math.max(SHARE, Math.min(wanted, SHARE * Math.floor(EDGES_MAX / opCount / SHARE)));
    this.edgesMax = this.statesMax * opCount;
    this.control = columns?.control ?? sharedInts(CONTROL.Words);
    this.shares = columns?.shares ?? sharedInts((this.statesMax / SHARE) * ROW.Words);
    this.settled = columns?.settled ?? new Uint8Array(new SharedArrayBuffer(kinds));
    this.finds = columns?.finds ?? Array.from({ length: threads }, () => newFinds(this.edgesMax, width));
  }

  get columns(): BoardColumns {
    const { control, shares, settled, finds } = this;
    return { control, shares, settled, finds };
  }

  /** A round over the states `first..end`. */
  begin(first: number, end: number): void {
    this.control[CONTROL.First] = first;
    this.control[CONTROL.End] = end;
    Atomics.store(this.control, CONTROL.Next, 0);
  }

  get shareCount(): number {
    return Math.ceil((this.control[CONTROL.End] - this.control[CONTROL.First]) / SHARE);
  }

  /** The next share that nobody has taken; -1 if there is none. */
  take(): number {
    const share = Atomics.add(this.control, CONTROL.Next, 1);
    return share < this.shareCount ? share : -1;
  }

  firstState(share: number): number {
    return this.control[CONTROL.First] + share * SHARE;
  }

  endState(share: number): number {
    return Math.min(this.control[CONTROL.End], this.firstState(share) + SHARE);
  }

  /** Notes who expanded a share, and which of the thread's finds and sightings are of it. */
  note(
    share: number,
    thread: number,
    finds: readonly [number, number],
    sightings: readonly [number, number],
    edges: number,
  ): void {
    const { shares } = this;
    const at = share * ROW.Words;
    shares[at + ROW.Thread] = thread;
    shares[at + ROW.First] = finds[0];
    shares[at + ROW.End] = finds[1];
    shares[at + ROW.SightFirst] = sightings[0];
    shares[at + ROW.SightEnd] = sightings[1];
    shares[at + ROW.Edges] = edges;
  }

  threadOf(share: number): number {
    return this.shares[share * ROW.Words + ROW.Thread];
  }

  firstFind(share: number): number {
    return this.shares[share * ROW.Words + ROW.First];
  }

  endFind(share: number): number {
    return this.shares[share * ROW.Words + ROW.End];
  }

  firstSighting(share: number): number {
    return this.shares[share * ROW.Words + ROW.SightFirst];
  }

  endSighting(share: number): number {
    return this.shares[share * ROW.Words + ROW.SightEnd];
  }

  /** Number of the first new state of a share. */
  baseOf(share: number): number {
    return this.shares[share * ROW.Words + ROW.Base];
  }

  setBase(share: number, state: number): void {
    this.shares[share * ROW.Words + ROW.Base] = state;
  }

  edgesOf(share: number): number {
    return this.shares[share * ROW.Words + ROW.Edges];
  }
}
