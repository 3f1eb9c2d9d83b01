/**
 * Parts of images, each stored once: most successors change one or two parts of an image,
 * and millions of states share some thousand of them. A state is then one number a part,
 * which is less to store, to hash and to compare, and still exact.
 *
 * Several threads may add parts at the same time: a part is written first, and then
 * published by compareExchange of its slot. A reader that sees the slot sees the part, its
 * load depends on the slot's value. Which number a part gets may differ from run to run;
 * nothing that is told depends on it.
 */
import { hash } from './hash.js';

/** Of each part: numbers given away. */
export interface PartColumns {
  readonly words: Int32Array;
  readonly table: Int32Array;
  readonly count: Int32Array;
}

export function sharedInts(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

export class Parts {
  /** Words of one part. */
  readonly width: number;
  words: Int32Array;
  table: Int32Array;
  private readonly counter: Int32Array;

  constructor(width: number, columns?: PartColumns) {
    this.width = width;
    this.words = columns?.words ?? sharedInts(width << 10);
    this.table = columns?.table ?? sharedInts(1 << 11);
    this.counter = columns?.count ?? sharedInts(1);
  }

  get columns(): PartColumns {
    return { words: this.words, table: this.table, count: this.counter };
  }

  /** Another thread has grown them. */
  attach({ words, table }: PartColumns): void {
    this.words = words;
    this.table = table;
  }

  /** Numbers given away; two of them may name the same part, where two threads met. */
  get size(): number {
    return this.counter[0];
  }

  get bytes(): number {
    return 4 * (this.size * this.width + this.table.length);
  }

  /** The number of the part at `from[at]`; a new one where it is new. There has to be {@link room}. */
  intern(from: Int32Array, at: number): number {
    const { width, words, table } = this;
    const mask = table.length - 1;
    for (let slot = hash(from, at, width) & mask; ; slot = (slot + 1) & mask) {
      const found = table[slot];
      if (found === 0) return this.add(from, at, slot);
      const there = (found - 1) * width;
      let i = 0;
      while (i < width && words[there + i] === from[at + i]) i++;
      if (i === width) return found - 1;
    }
  }

  /** Adds the part at `from[at]`, which no slot before `first` holds. */
  add(from: Int32Array, at: number, first: number): number {
    const { width, words, table } = this;
    const mask = table.length - 1;
    const mine = Atomics.add(this.counter, 0, 1);
    const to = mine * width;
    if (to + width > words.length) throw new Error('more new parts of images than there was room made for');
    for (let i = 0; i < width; i++) words[to + i] = from[at + i];
    for (let slot = first; ; slot = (slot + 1) & mask) {
      const found = Atomics.compareExchange(table, slot, 0, mine + 1);
      if (found === 0) return mine;
      const there = (found - 1) * width;
      let i = 0;
      while (i < width && words[there + i] === words[to + i]) i++;
      if (i === width) return found - 1;
    }
  }

  /** The number of the part at `from[at]`, -1 if there is none. */
  find(from: Int32Array, at: number): number {
    const { width, words, table } = this;
    const mask = table.length - 1;
    for (let slot = hash(from, at, width) & mask; ; slot = (slot + 1) & mask) {
      const found = table[slot] - 1;
      if (found < 0) return -1;
      let i = 0;
      while (i < width && words[found * width + i] === from[at + i]) i++;
      if (i === width) return found;
    }
  }

  /** Makes room for so many new parts; true if the columns are others now. No other thread may be at work. */
  room(more: number): boolean {
    const wanted = this.size + more;
    let hasGrown = false;
    if (wanted * this.width > this.words.length) {
      const grown = sharedInts(Math.max(wanted + (wanted >> 1), 1 << 10) * this.width);
      grown.set(this.words.subarray(0, this.size * this.width));
      this.words = grown;
      hasGrown = true;
    }
    let slots = this.table.length;
    while (wanted * 3 > slots * 2) slots *= 2;
    if (slots > this.table.length) {
      this.fill(slots);
      hasGrown = true;
    }
    return hasGrown;
  }

  /** Takes the parts of a checkpoint; of two alike, `isUsed` says which one states name. */
  restore(words: Int32Array, size: number, isUsed: Uint8Array): void {
    this.words = words;
    this.counter[0] = size;
    let slots = 1 << 11;
    while (size * 3 > slots * 2) slots *= 2;
    const table = sharedInts(slots);
    for (let part = 0; part < size; part++) if (isUsed[part] !== 0) this.put(table, part);
    this.table = table;
  }

  /** Into an index of so many slots: what is in the present one, and so nothing that another thread has added in vain. */
  private fill(slots: number): void {
    const table = sharedInts(slots);
    for (const entry of this.table) if (entry !== 0) this.put(table, entry - 1);
    this.table = table;
  }

  private put(table: Int32Array, part: number): void {
    const { width, words } = this;
    const mask = table.length - 1;
    let slot = hash(words, part * width, width) & mask;
    while (table[slot] !== 0) slot = (slot + 1) & mask;
    table[slot] = part + 1;
  }
}
