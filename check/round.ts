/**
 * The second half of a round: what the threads found becomes states, with the numbers that
 * one thread alone would have given them.
 *
 * Finds are looked at share by share, in the order of the states that they were reached
 * from, whoever expanded these; the first one with an image wins. So states, their
 * predecessors and their ops do not depend on the number of threads, or on who was faster.
 */
import type { Board, Finds } from './board.js';
import type { Store } from './store.js';

const BATCH = 512;
/** A find that is not numbered yet stands in the index as a negative number: thread and place. */
const THREAD_SHIFT = 24;
/** Threads that may share one search. */
export const THREADS_MAX = 1 << (31 - THREAD_SHIFT - 1);

/** Inserts finds of one region of the index. */
class Inserter {
  private readonly place = new Int32Array(BATCH);
  private readonly slot = new Int32Array(BATCH);
  private staged = 0;
  private thread = 0;
  private readonly store: Store;
  private readonly board: Board;
  /** Keeps the loads of the second pass alive. */
  touched = 0;

  constructor(store: Store, board: Board) {
    this.store = store;
    this.board = board;
  }

  region(region: number): void {
    const { board, store } = this;
    for (let share = 0; share < board.shareCount; share++) {
      const thread = board.threadOf(share);
      if (thread !== this.thread) {
        this.flush();
        this.thread = thread;
      }
      const { hash } = board.finds[thread];
      const end = board.endFind(share);
      for (let n = board.firstFind(share); n < end; n++) {
        if (store.regionNumber(hash[n]) !== region) continue;
        this.place[this.staged] = n;
        if (++this.staged === BATCH) this.flush();
      }
    }
    this.flush();
  }

  /** First all slots are loaded, then all rows that stand there: the misses of a pass overlap. */
  private flush(): void {
    const { store, place, slot, staged } = this;
    const finds = this.board.finds[this.thread];
    const { table, rows, width } = store;
    const numbers = table.length - 1;
    const mask = (table.length >>> store.regionBits) - 1;
    for (let i = 0; i < staged; i++) {
      const h = finds.hash[place[i]];
      slot[i] = table[store.regionOf(h) + (h & mask)];
    }
    let touched = 0;
    for (let i = 0; i < staged; i++) {
      const [entry, h] = [slot[i], finds.hash[place[i]]];
      if (entry > 0 && (entry & ~numbers) === store.tagOf(h)) touched += rows[((entry & numbers) - 1) * width];
    }
    this.touched = touched;
    for (let i = 0; i < staged; i++) this.insert(finds, place[i], mask);
    this.staged = 0;
  }

  private insert(finds: Finds, n: number, mask: number): void {
    const { store, board } = this;
    const { table, rows, width } = store;
    const h = finds.hash[n];
    const first = store.regionOf(h);
    const numbers = table.length - 1;
    const tag = store.tagOf(h);
    const from = n * width;
    for (let at = h & mask; ; at = (at + 1) & mask) {
      const there = table[first + at];
      if (there === 0) {
        table[first + at] = -1 - ((this.thread << THREAD_SHIFT) | n);
        finds.slot[n] = first + at;
        return;
      }
      if (there > 0 && (there & ~numbers) !== tag) continue;
      const other = there > 0 ? rows : board.finds[(-1 - there) >>> THREAD_SHIFT].rows;
      const place = (there > 0 ? (there & numbers) - 1 : (-1 - there) & ((1 << THREAD_SHIFT) - 1)) * width;
      let i = 0;
      while (i < width && other[place + i] === finds.rows[from + i]) i++;
      if (i === width) {
        finds.slot[n] = -1;
        return;
      }
    }
  }
}

export class Rounds {
  private readonly inserter: Inserter;
  private readonly store: Store;
  private readonly board: Board;

  constructor(store: Store, board: Board) {
    this.store = store;
    this.board = board;
    this.inserter = new Inserter(store, board);
  }

  /** Gives slots to the finds of each `step`-th region of the index, from `first` on. */
  insert(first: number, step: number): void {
    for (let r = first; r < 1 << this.store.regionBits; r += step) this.inserter.region(r);
  }

  /** Finds of a share that are new states. */
  newIn(share: number): number {
    const { board } = this;
    const { slot } = board.finds[board.threadOf(share)];
    const end = board.endFind(share);
    let count = 0;
    for (let n = board.firstFind(share); n < end; n++) if (slot[n] >= 0) count++;
    return count;
  }

  /** Makes states of what `thread` found; of what all found where it is negative. */
  numberAll(thread: number): void {
    const { board } = this;
    for (let share = 0; share < board.shareCount; share++) {
      if (thread < 0 || board.threadOf(share) === thread) this.number(share);
    }
  }

  private number(share: number): void {
    const { board, store } = this;
    const finds = board.finds[board.threadOf(share)];
    const { rows, parent, op, table, width } = store;
    const end = board.endFind(share);
    let state = board.baseOf(share);
    for (let n = board.firstFind(share); n < end; n++) {
      if (finds.slot[n] < 0) continue;
      for (let i = 0; i < width; i++) rows[state * width + i] = finds.rows[n * width + i];
      parent[state] = finds.parent[n];
      op[state] = finds.op[n];
      table[finds.slot[n]] = ++state | store.tagOf(finds.hash[n]);
    }
  }
}
