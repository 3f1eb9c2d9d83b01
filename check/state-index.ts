/**
 * The rows of states, one part number a part (parts.ts), in order of arrival, which is the queue of the breadth-first
 * search, and a hash index into them. No fingerprints: rows are compared.
 *
 * All threads share it. The index has regions, of which one thread at a time writes one (round.ts); while states are
 * expanded it is only read. A slot of 2^m has a state's number, from 1, in its low m bits, and above them bits of the
 * state's hash: a row lies anywhere in memory, and is looked at where these bits agree.
 */

/** Columns from which the path to a state is read. */
export interface Columns {
  readonly parent: Int32Array;
  readonly op: Uint16Array;
}

export interface IndexColumns extends Columns {
  readonly rows: Int32Array;
  readonly table: Int32Array;
}

export class StateIndex {
  /** States so far. */
  size = 0;
  /** Part numbers of a state. */
  readonly width: number;
  rows: Int32Array;
  /** Predecessor of each state, -1 for the initial one. */
  parent: Int32Array;
  /** The op that led to it. */
  op: Uint16Array;
  table: Int32Array;
  /** Slots of it are 2^tableBits in number. */
  private tableBits: number;
  /** Regions of the index are 2^regionBits in number. */
  readonly regionBits: number;
  /** Keeps the loads of {@link touch} alive. */
  touched = 0;

  constructor(width: number, regionBits: number, { rows, parent, op, table }: IndexColumns) {
    this.width = width;
    this.regionBits = regionBits;
    this.rows = rows;
    this.parent = parent;
    this.op = op;
    this.table = table;
    this.tableBits = bitsOf(table);
  }

  protected useTable(table: Int32Array): void {
    this.table = table;
    this.tableBits = bitsOf(table);
  }

  /** The region that a hash belongs to. */
  regionNumber(h: number): number {
    return (h >>> 1) >>> (31 - this.regionBits);
  }

  /** Its first slot. */
  regionOf(h: number): number {
    return this.regionNumber(h) * (this.table.length >>> this.regionBits);
  }

  /** What the slot of a state with this hash has above the state's number. */
  tagOf(h: number): number {
    const { tableBits } = this;
    return ((h >>> (tableBits - this.regionBits)) << tableBits) & 0x7fffffff;
  }

  /** The first slot, from the one that the hash says, that is empty or may be of a state with this hash. */
  slotOf(h: number): number {
    const { table, tableBits } = this;
    const mask = (table.length >>> this.regionBits) - 1;
    const first = this.regionOf(h);
    const tag = this.tagOf(h) >>> tableBits;
    let n = h & mask;
    for (let entry = table[first + n]; entry !== 0 && entry >>> tableBits !== tag; entry = table[first + n])
      n = (n + 1) & mask;
    return first + n;
  }

  /** The state with the row at `from[at]`; -1 if there is none. */
  lookUp(from: Int32Array, at: number, h: number): number {
    return this.lookUpFrom(this.slotOf(h), from, at, h);
  }

  /** The same, where its slot is not before this one. */
  lookUpFrom(slot: number, from: Int32Array, at: number, h: number): number {
    const { width, table, rows, tableBits } = this;
    const numbers = table.length - 1;
    const mask = (table.length >>> this.regionBits) - 1;
    const first = slot & ~mask;
    const tag = this.tagOf(h) >>> tableBits;
    for (let n = slot & mask; ; n = (n + 1) & mask) {
      const entry = table[first + n];
      if (entry === 0) return -1;
      if (entry >>> tableBits !== tag) continue;
      const state = (entry & numbers) - 1;
      const there = state * width;
      let i = 0;
      while (i < width && rows[there + i] === from[at + i]) i++;
      if (i === width) return state;
    }
  }

  /** The row, of which there is none like it, becomes a state: where one thread alone is at work. */
  add(from: Int32Array, h: number, parent: number, op: number): void {
    const { width, rows, size } = this;
    for (let i = 0; i < width; i++) rows[size * width + i] = from[i];
    this.parent[size] = parent;
    this.op[size] = op;
    this.point(h, size);
    this.size++;
  }

  /** A slot comes to be of a state with this hash, which no slot is of. */
  protected point(h: number, state: number): void {
    const { table } = this;
    const mask = (table.length >>> this.regionBits) - 1;
    const first = this.regionOf(h);
    let n = h & mask;
    while (table[first + n] !== 0) n = (n + 1) & mask;
    table[first + n] = (state + 1) | this.tagOf(h);
  }

  /**
   * Loads what looking up will load, first all slots, then all rows that they name, so that the misses of a pass overlap;
   * writes the first slot to look at for each of the hashes. Those with a twin before them are left out.
   */
  touch(hashes: Int32Array, twin: Int32Array, count: number, slot: Int32Array): void {
    const { width, table, rows, regionBits } = this;
    const numbers = table.length - 1;
    const mask = (table.length >>> regionBits) - 1;
    let touched = 0;
    for (let i = 0; i < count; i++) touched ^= table[this.regionOf(hashes[i]) + (hashes[i] & mask)];
    for (let i = 0; i < count; i++) {
      if (twin[i] !== i) continue;
      slot[i] = this.slotOf(hashes[i]);
      const entry = table[slot[i]];
      if (entry !== 0) touched ^= rows[((entry & numbers) - 1) * width];
    }
    this.touched = touched;
  }

  /** Ops from the initial state to `state`. */
  path(state: number): number[] {
    return pathIn(this.parent, this.op, state);
  }
}

/** {@link StateIndex.path} on the bare columns, for whoever shares them. */
export function pathIn(parent: Int32Array, op: Uint16Array, state: number): number[] {
  const out: number[] = [];
  for (let s = state; parent[s] >= 0; s = parent[s]) out.push(op[s]);
  return out.reverse();
}

/** Of a power of two of slots. */
const bitsOf = (table: Int32Array): number => 31 - Math.clz32(table.length);
