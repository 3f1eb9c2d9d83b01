/**
 * The exact set of states: an arena of images in order of arrival, which is the queue of
 * the breadth-first search, and a hash index into it. No fingerprints: images are compared.
 *
 * Inserts are batched: hash all, touch all table slots, touch all candidates, insert. The
 * loads of a pass do not depend on each other, so that the cache misses overlap.
 */

const BATCH = 512;

/** Thrown where the store may not grow: the run ends as `budget-spent`, with what it has found. */
export class StoreFull extends Error {}

export class Store {
  /** States so far. */
  size = 0;
  arena: Int32Array;
  /** Predecessor of each state, -1 for an initial one. */
  parent: Int32Array;
  /** The op that led to it. */
  op: Int32Array;
  private table: Int32Array;
  private readonly words: number;
  private readonly bytesMax: number;
  private readonly onGrow: (store: Store) => void;
  private readonly staged: Int32Array;
  private readonly stagedParent = new Int32Array(BATCH);
  private readonly stagedOp = new Int32Array(BATCH);
  private readonly slot = new Int32Array(BATCH);
  private readonly hashes = new Int32Array(BATCH);
  private stagedCount = 0;

  constructor(words: number, bytesMax: number, onGrow: (store: Store) => void = () => {}) {
    this.words = words;
    this.bytesMax = bytesMax;
    this.onGrow = onGrow;
    const states = 1 << 14;
    this.arena = new Int32Array(states * words);
    this.parent = shared(states);
    this.op = shared(states);
    this.table = new Int32Array(states * 2);
    this.staged = new Int32Array(BATCH * words);
    onGrow(this);
  }

  get bytes(): number {
    return 4 * (this.arena.length + this.parent.length + this.op.length + this.table.length);
  }

  /** Where the next staged image is to be written; call {@link commit} after writing it. */
  get stageAt(): number {
    return this.stagedCount * this.words;
  }

  get stageBuffer(): Int32Array {
    return this.staged;
  }

  /** Takes the image written at {@link stageAt} into the batch. */
  commit(parent: number, op: number): void {
    this.stagedParent[this.stagedCount] = parent;
    this.stagedOp[this.stagedCount] = op;
    if (++this.stagedCount === BATCH) this.flush();
  }

  /** Inserts what is staged. */
  flush(): void {
    const { words, staged, hashes, slot, stagedCount } = this;
    if (this.size + stagedCount > this.parent.length) this.grow();
    if ((this.size + stagedCount) * 5 > this.table.length * 4) this.rehash();
    const mask = this.table.length - 1;
    for (let n = 0; n < stagedCount; n++) hashes[n] = hash(staged, n * words, words);
    for (let n = 0; n < stagedCount; n++) slot[n] = this.table[hashes[n] & mask];
    let touched = 0;
    for (let n = 0; n < stagedCount; n++) if (slot[n] !== 0) touched += this.arena[(slot[n] - 1) * words];
    this.touched = touched;
    for (let n = 0; n < stagedCount; n++) this.insert(n, hashes[n] & mask, mask);
    this.stagedCount = 0;
  }

  /** Keeps the loads of the second pass alive. */
  touched = 0;

  private insert(n: number, start: number, mask: number): void {
    const { words, table, arena, staged } = this;
    const from = n * words;
    for (let at = start; ; at = (at + 1) & mask) {
      const state = table[at];
      if (state === 0) {
        const to = this.size * words;
        for (let i = 0; i < words; i++) arena[to + i] = staged[from + i];
        this.parent[this.size] = this.stagedParent[n];
        this.op[this.size] = this.stagedOp[n];
        table[at] = ++this.size;
        return;
      }
      const to = (state - 1) * words;
      let i = 0;
      while (i < words && arena[to + i] === staged[from + i]) i++;
      if (i === words) return;
    }
  }

  /** The state with the image at `from[at]`; -1 if there is none. What is staged is not looked at. */
  find(from: Int32Array, at: number): number {
    const { words, table, arena } = this;
    const mask = table.length - 1;
    for (let slot = hash(from, at, words) & mask; ; slot = (slot + 1) & mask) {
      const state = table[slot] - 1;
      if (state < 0) return -1;
      let i = 0;
      while (i < words && arena[state * words + i] === from[at + i]) i++;
      if (i === words) return state;
    }
  }

  /** Twice the room; an arena stays below 2^31 words. */
  private grow(): void {
    const states = this.parent.length * 2;
    if (states * this.words >= 2 ** 31) throw new StoreFull('the arena would exceed 2^31 words');
    const bytes = this.bytes + 4 * (this.arena.length + this.parent.length + this.op.length);
    if (bytes > this.bytesMax) throw new StoreFull(`${this.size} states fill the memory that --memory allows`);
    this.arena = extend(new Int32Array(states * this.words), this.arena);
    this.parent = extend(shared(states), this.parent);
    this.op = extend(shared(states), this.op);
    this.onGrow(this);
  }

  private rehash(): void {
    const { words } = this;
    const length = this.table.length * 2;
    if (this.bytes + 4 * this.table.length > this.bytesMax) throw new StoreFull('the index would exceed --memory');
    const table = new Int32Array(length);
    for (let state = 0; state < this.size; state++) {
      let at = hash(this.arena, state * words, words) & (length - 1);
      while (table[at] !== 0) at = (at + 1) & (length - 1);
      table[at] = state + 1;
    }
    this.table = table;
  }

  /** Ops from the initial state to `state`. */
  path(state: number): number[] {
    return pathIn(this.parent, this.op, state);
  }
}

/** {@link Store.path} on the bare columns, for whoever shares them. */
export function pathIn(parent: Int32Array, op: Int32Array, state: number): number[] {
  const out: number[] = [];
  for (let s = state; parent[s] >= 0; s = parent[s]) out.push(op[s]);
  return out.reverse();
}

/** In shared memory, so that the trace of a design that hangs can be read from outside. */
function shared(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

function extend(to: Int32Array, from: Int32Array): Int32Array {
  to.set(from);
  return to;
}

/** A 32-bit mix of an image (murmur3's finaliser between words). */
export function hash(a: Int32Array, at: number, words: number): number {
  let h = words;
  for (let i = 0; i < words; i++) {
    let x = Math.imul(a[at + i], 0xcc9e2d51);
    x = (x << 15) | (x >>> 17);
    h ^= Math.imul(x, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
