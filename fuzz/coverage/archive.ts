/**
 * The inputs that are worth going on from: for a bin the shortest input that met it, up to
 * the op that did. How often all runs met a bin says how well its surroundings are known.
 *
 * A parent is mostly drawn by the kind of its bin first: rungs of a counter are a few of
 * thousands of bins, and would be drawn as seldom.
 */
import type { Prng } from '../prng.js';
import { BINS, KINDS, kindOfBin } from './bins.js';

/** Of a hundred parents: those of a bin that few runs met. The others are any. */
const RARE = 75;
/** Of so many that are drawn, the one whose bin was met least. */
const TOURNAMENT = 4;

export interface Parent {
  readonly ops: Int32Array;
  /** What was drawn on the way to it was drawn by this. */
  readonly taste: number;
  /** What its last op met that no run had; -1: kept for its code. */
  readonly bin: number;
}

interface Entry {
  ops: Int32Array;
  taste: number;
  readonly bin: number;
  picks: number;
}

export class Archive {
  private readonly entries: Entry[] = [];
  private readonly byKind: Entry[][] = Array.from({ length: KINDS }, () => []);
  /** Of these, the ones that have any. */
  private readonly kinds: Entry[][] = [];
  private readonly byBin = new Map<number, Entry>();
  /** Ops of the input that is kept for a bin; 0 for none. Most runs are told by this that they have nothing shorter. */
  private readonly lengthFor = new Uint8Array(BINS);
  /** Runs that met a bin. */
  private readonly hits = new Uint32Array(BINS);
  private readonly prng: Prng;

  constructor(prng: Prng) {
    this.prng = prng;
  }

  get size(): number {
    return this.entries.length;
  }

  /** An input may be there for several bins. */
  get inputs(): Int32Array[] {
    return [...new Set(this.entries.map(({ ops }) => ops))];
  }

  keepForCode(ops: Int32Array, taste: number): void {
    this.entries.push({ ops, taste, bin: -1, picks: 0 });
  }

  keep(ops: Int32Array, taste: number, bin: number): void {
    const entry = { ops, taste, bin, picks: 0 };
    this.entries.push(entry);
    this.byBin.set(bin, entry);
    this.lengthFor[bin] = ops.length;
    const sameKind = this.byKind[kindOfBin(bin)];
    if (sameKind.length === 0) this.kinds.push(sameKind);
    sameKind.push(entry);
  }

  /** A run has met `bin`, which is not new, behind the first `at` of `taken`. */
  meet(bin: number, at: number, taken: Int32Array, taste: number): void {
    this.hits[bin]++;
    if (at >= this.lengthFor[bin]) return;
    const entry = this.byBin.get(bin);
    if (entry === undefined) return;
    this.lengthFor[bin] = at;
    entry.ops = taken.slice(0, at);
    entry.taste = taste;
  }

  pick(): Parent {
    const { prng, kinds } = this;
    const isRare = prng.below(100) < RARE && kinds.length > 0;
    const parent = isRare ? this.rarest(kinds[prng.below(kinds.length)]) : this.draw(this.entries);
    parent.picks++;
    return parent;
  }

  private draw(from: readonly Entry[]): Entry {
    return from[this.prng.below(from.length)];
  }

  private rarest(from: readonly Entry[]): Entry {
    let best = this.draw(from);
    for (let n = 1; n < TOURNAMENT; n++) {
      const other = this.draw(from);
      if (this.known(other) < this.known(best)) best = other;
    }
    return best;
  }

  private known({ bin, picks }: Entry): number {
    return this.hits[bin] + picks;
  }
}
