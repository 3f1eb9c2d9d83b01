/** The exact set of states, its parts (parts.ts) and its room: what may grow, and what a checkpoint keeps of it. */
import type { Checkpoint, Column } from './checkpoint.js';
import { hash } from './hash.js';
import type { PartColumns } from './parts.js';
import { Parts, sharedInts } from './parts.js';
import type { IndexColumns } from './state-index.js';
import { StateIndex } from './state-index.js';

/** Thrown where the store may not grow: the run ends as `budget-spent`, with what it has found. */
export class StoreFull extends Error {}

export interface StoreColumns extends IndexColumns {
  /** States so far. */
  readonly size: number;
  readonly parts: readonly PartColumns[];
}

const STATES_MIN = 1 << 12;
/** Words of an array, and so of an index in it. */
const WORDS_MAX = 2 ** 31;

/** Where an image is cut: few parts make short rows, many make parts that more states share. */
function widthsOf(words: number): number[] {
  const count = words <= 2 ? 1 : words <= 5 ? 2 : words <= 24 ? 3 : 4;
  return Array.from(
    { length: count },
    (_, n) => Math.round(((n + 1) * words) / count) - Math.round((n * words) / count),
  );
}

function emptyColumns(width: number): IndexColumns {
  const [rows, parent, table] = [STATES_MIN * width, STATES_MIN, 2 * STATES_MIN].map(sharedInts);
  return { rows, parent, op: new Uint16Array(new SharedArrayBuffer(2 * STATES_MIN)), table };
}

export class Store extends StateIndex {
  /** Words of an image. */
  readonly words: number;
  readonly parts: readonly Parts[];
  /** First word of each part in an image. */
  readonly starts: readonly number[];
  private readonly bytesMax: number;
  private readonly scratch: Int32Array;

  constructor(words: number, bytesMax: number, regionBits = 0, columns?: StoreColumns) {
    const widths = widthsOf(words);
    super(widths.length, regionBits, columns ?? emptyColumns(widths.length));
    this.size = columns?.size ?? 0;
    this.words = words;
    this.bytesMax = bytesMax;
    this.parts = widths.map((width, n) => new Parts(width, columns?.parts[n]));
    this.starts = widths.map((_, n) => widths.slice(0, n).reduce((sum, w) => sum + w, 0));
    this.scratch = new Int32Array(this.width);
  }

  get columns(): StoreColumns {
    const { size, rows, parent, op, table } = this;
    return { size, rows, parent, op, table, parts: this.parts.map((part) => part.columns) };
  }

  /** Another thread has grown it. */
  attach(columns: StoreColumns): void {
    this.size = columns.size;
    this.rows = columns.rows;
    this.parent = columns.parent;
    this.op = columns.op;
    this.useTable(columns.table);
    this.parts.forEach((part, n) => part.attach(columns.parts[n]));
  }

  /** Bytes in use; room that was never written to takes no memory. */
  get bytes(): number {
    return this.bytesWith(this.table.length);
  }

  private bytesWith(slots: number): number {
    return this.size * this.bytesEach + 4 * slots + this.parts.reduce((sum, part) => sum + part.bytes, 0);
  }

  /** Bytes of a state without its slot in the index and its parts. */
  private get bytesEach(): number {
    return 4 * this.width + 4 + 2;
  }

  /** The columns that all else follows from. */
  kept(): Column[] {
    const { size, width, rows, parent, op, parts } = this;
    return [
      { name: 'rows', data: rows, length: size * width },
      { name: 'parents', data: parent, length: size },
      { name: 'ops', data: op, length: size },
      ...parts.map((part, n) => ({ name: `parts-${n}`, data: part.words, length: part.size * part.width })),
    ];
  }

  /** The states of a checkpoint become those of this store, which has none. */
  takeUp(states: number, from: Checkpoint): void {
    if (states > this.parent.length) this.grow(states);
    from.read('rows', this.rows);
    from.read('parents', this.parent);
    from.read('ops', this.op);
    this.size = states;
    this.parts.forEach((part, p) => {
      const length = from.lengthOf(`parts-${p}`) ?? 0;
      const words = sharedInts(length);
      from.read(`parts-${p}`, words);
      part.restore(words, length / part.width, this.usedParts(p, length / part.width));
    });
    this.rehash(this.slotsFor(states), () => this.fill());
  }

  /** Which of the parts `p` some state has. */
  private usedParts(p: number, count: number): Uint8Array {
    const { size, width, rows } = this;
    const isUsed = new Uint8Array(count);
    for (let at = p; at < size * width; at += width) isUsed[rows[at]] = 1;
    return isUsed;
  }

  /** Writes the image of a state to `to[at]`. */
  image(state: number, to: Int32Array, at: number): void {
    const { width, rows, parts, starts } = this;
    for (let p = 0; p < width; p++) {
      const part = parts[p];
      const { words, width: w } = part;
      const from = rows[state * width + p] * w;
      const first = at + starts[p];
      for (let i = 0; i < w; i++) to[first + i] = words[from + i];
    }
  }

  /** All images, one after another: of small searches. */
  images(): Int32Array {
    const out = new Int32Array(this.size * this.words);
    for (let state = 0; state < this.size; state++) this.image(state, out, state * this.words);
    return out;
  }

  /** The state with the image at `from[at]`; -1 if there is none. */
  find(from: Int32Array, at: number): number {
    for (let p = 0; p < this.width; p++) {
      const part = this.parts[p].find(from, at + this.starts[p]);
      if (part < 0) return -1;
      this.scratch[p] = part;
    }
    return this.lookUp(this.scratch, 0, hash(this.scratch, 0, this.width));
  }

  /** The state that the runner is in becomes the first one. */
  start(runner: { saveClass(to: Int32Array, at: number): boolean }): void {
    const { width, parts, starts, scratch } = this;
    const image = new Int32Array(this.words);
    runner.saveClass(image, 0);
    for (let p = 0; p < width; p++) scratch[p] = parts[p].intern(image, starts[p]);
    this.add(scratch, hash(scratch, 0, width), -1, 0);
  }

  /**
   * Makes room for so many new states; true if columns are others now. No other thread may be at work. Where the index is
   * a new one, `fill` has to see to it that each region is filled.
   */
  room(more: number, fill: () => void = () => this.fill()): boolean {
    let hasGrown = false;
    if (this.bytes > this.bytesMax) throw new StoreFull(`${this.size} states fill the memory that --memory allows`);
    if (this.size + more > this.parent.length) {
      this.grow(more);
      hasGrown = true;
    }
    for (const part of this.parts) if (part.room(more)) hasGrown = true;
    const slots = this.slotsFor(this.size + more);
    if (slots > this.table.length) {
      this.rehash(slots, fill);
      hasGrown = true;
    }
    return hasGrown;
  }

  /** Slots of an index of so many states, no fewer than there are. */
  private slotsFor(states: number): number {
    let slots = this.table.length;
    while (states * 5 > slots * 4) slots *= 2;
    return slots;
  }

  /** What one address space may hold, and what `--memory` allows; rows are only backed by memory once written. */
  private get statesMax(): number {
    const perSlot = 5;
    return Math.min(
      Math.floor((WORDS_MAX - 1) / this.width),
      Math.floor(this.bytesMax / (this.bytesEach + perSlot)) + STATES_MIN,
    );
  }

  private grow(more: number): void {
    const { statesMax } = this;
    const wanted = this.size + more;
    if (wanted > statesMax) throw new StoreFull(`${this.size} states fill the memory that --memory allows`);
    // Twice as much, or all at once where copying it again would take more than there is.
    const twice = Math.max(2 * this.parent.length, wanted);
    const states = twice * 4 > statesMax ? statesMax : twice;
    this.rows = grown(sharedInts(states * this.width), this.rows.subarray(0, this.size * this.width));
    this.parent = grown(sharedInts(states), this.parent.subarray(0, this.size));
    this.op = grown(new Uint16Array(new SharedArrayBuffer(2 * states)), this.op.subarray(0, this.size));
  }

  /** An index of so many slots in the place of the present one. */
  private rehash(slots: number, fill: () => void): void {
    // The old one stays until the new one is full.
    if (slots >= WORDS_MAX || this.bytesWith(slots + this.table.length) > this.bytesMax + STATES_MIN * 64)
      throw new StoreFull(`the index of ${this.size} states would exceed --memory`);
    this.useTable(sharedInts(slots));
    fill();
  }

  /** Puts states into each `step`-th region of an index that is empty, from `first` on; others may fill other regions. */
  fill(first = 0, step = 1): void {
    const { size, width, rows, regionBits } = this;
    const isMine = Array.from({ length: 1 << regionBits }, (_, region) => region % step === first);
    for (let state = 0; state < size; state++) {
      const h = hash(rows, state * width, width);
      if (isMine[this.regionNumber(h)]) this.point(h, state);
    }
  }
}

function grown<T extends Int32Array | Uint16Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
