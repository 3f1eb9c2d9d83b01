/** Every state of a model, breadth-first: what check/ does, without anything that is not needed to count. */
import type { Model } from './forms.js';

const BATCH = 512;

/** A batch, and what the last state before a flush may add to it. */
const ROOM = BATCH + 64;

function hash(a: Int32Array, at: number, words: number): number {
  let h = 0;
  for (let n = 0; n < words; n++) {
    h = Math.imul(h ^ a[at + n], 0x9e3779b1);
    h ^= h >>> 15;
  }
  return h;
}

export class Search {
  states = 0;
  edges = 0;
  /** States in which something does not hold. */
  bad = 0;
  private readonly model: Model;
  private arena: Int32Array;
  private table: Int32Array;
  private readonly staged: Int32Array;
  private readonly hashes = new Int32Array(ROOM);
  private count = 0;
  private readonly statesMax: number;

  constructor(model: Model, statesMax: number) {
    this.model = model;
    this.statesMax = statesMax;
    this.arena = new Int32Array(model.words << 16);
    this.table = new Int32Array(1 << 18);
    this.staged = new Int32Array(ROOM * model.words);
  }

  /** All states, or the first so many. */
  run(): this {
    const { model } = this;
    model.reset();
    this.stage();
    this.flush();
    for (let state = 0; state < this.states && this.states < this.statesMax; state++) {
      const at = state * model.words;
      const emit = (): void => {
        this.edges++;
        this.stage();
        model.load(this.arena, at);
      };
      model.load(this.arena, at);
      if (!model.holds()) this.bad++;
      model.successors(emit);
      if (this.count >= BATCH || state + 1 === this.states) this.flush();
    }
    return this;
  }

  private stage(): void {
    if (this.count === ROOM) throw new Error('the batch is full');
    this.model.save(this.staged, this.count * this.model.words);
    this.count++;
  }

  private flush(): void {
    const { words } = this.model;
    while ((this.states + this.count) * words > this.arena.length) {
      const more = new Int32Array(2 * this.arena.length);
      more.set(this.arena);
      this.arena = more;
    }
    if ((this.states + this.count) * 2 > this.table.length) this.rehash();
    const { hashes, staged, table } = this;
    const mask = table.length - 1;
    for (let n = 0; n < this.count; n++) hashes[n] = hash(staged, n * words, words);
    // The loads do not depend on each other, so that the cache misses overlap.
    let touched = 0;
    for (let n = 0; n < this.count; n++) touched += table[hashes[n] & mask];
    this.touched = touched | 0;
    for (let n = 0; n < this.count; n++) this.insert(n, hashes[n] & mask, mask);
    this.count = 0;
  }

  /** Keeps those loads alive. */
  touched = 0;

  private insert(n: number, start: number, mask: number): void {
    const { arena, table, staged } = this;
    const { words } = this.model;
    for (let slot = start; ; slot = (slot + 1) & mask) {
      const state = table[slot] - 1;
      if (state < 0) {
        for (let i = 0; i < words; i++) arena[this.states * words + i] = staged[n * words + i];
        table[slot] = ++this.states;
        return;
      }
      let word = 0;
      while (word < words && arena[state * words + word] === staged[n * words + word]) word++;
      if (word === words) return;
    }
  }

  private rehash(): void {
    const { words } = this.model;
    const table = new Int32Array(2 * this.table.length);
    const mask = table.length - 1;
    for (let state = 0; state < this.states; state++) {
      let slot = hash(this.arena, state * words, words) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = state + 1;
    }
    this.table = table;
  }
}
