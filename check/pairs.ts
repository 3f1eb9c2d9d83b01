/**
 * Breadth-first over all states of a pair of designs (harness/pair.ts), exact: the first path on which they differ is a
 * shortest one. Behind a difference a path ends, since two states that have gone apart differ in everything that follows;
 * where both break the same rules it goes on, as a search of one design does.
 */
import { Both } from '../harness/pair-ops.js';
import type { Pair } from '../harness/pair.js';
import type { Kind } from '../harness/observe.js';
import type { RowOf } from './rows.js';
import { makeRows } from './rows.js';
import { Store, StoreFull } from './store.js';

/** Differences of one kind that one op shows, and the path on which that was seen first. */
export interface Parting {
  readonly op: string;
  readonly kind: Kind;
  /** Numbers in Pair.ops, from the initial state; the last one is where they part. */
  readonly path: readonly number[];
}

export interface PairLimits {
  /** Bytes that the store may take. */
  readonly memoryBytes: number;
  /** Stop after so many edges, each taken on both sides; Infinity for none. */
  readonly steps: number;
  readonly isOver: () => boolean;
  /** End when the first difference is found. */
  readonly isFirstOnly?: boolean;
}

export interface PairHooks {
  beat?(state: number, op: number): void;
  onProgress?(states: number, edges: number, depth: number, frontier: number): void;
  onParting?(found: Parting): void;
  onGrow?(store: Store): void;
}

export interface PairResult {
  readonly states: number;
  /** Each was taken on both sides. */
  readonly edges: number;
  readonly depth: number;
  readonly isExhausted: boolean;
  /** Why it is not, in words; '' if it is. */
  readonly cutShort: string;
  /** The shortest first. */
  readonly partings: readonly Parting[];
}

/** States between two looks at the budget. */
const ROUND = 256;

export class PairSearch {
  readonly pair: Pair;
  readonly store: Store;
  private readonly limits: PairLimits;
  private readonly hooks: PairHooks;
  private readonly rowOf: RowOf;
  private readonly found = new Map<string, Parting>();
  /** The state that is expanded, and one that was reached from it. */
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  private readonly row: Int32Array;
  private state = 0;
  private edges = 0;
  private depth = 0;
  /** The pair has left the state that is expanded, and what its image is. */
  private isElsewhere = false;

  constructor(pair: Pair, limits: PairLimits, hooks: PairHooks = {}) {
    this.pair = pair;
    this.limits = limits;
    this.hooks = hooks;
    this.store = new Store(pair.words, limits.memoryBytes);
    this.rowOf = makeRows(this.store.parts, this.store.starts).rowOf;
    this.from = new Int32Array(pair.words);
    this.to = new Int32Array(pair.words);
    this.row = new Int32Array(this.store.width);
  }

  run(): PairResult {
    let cutShort = '';
    try {
      cutShort = this.search();
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      cutShort = error.message;
    }
    const { store, edges, depth, found } = this;
    const isExhausted = cutShort === '';
    return { states: store.size, edges, depth, isExhausted, cutShort, partings: [...found.values()] };
  }

  private search(): string {
    const { store, pair, limits, hooks } = this;
    hooks.onGrow?.(store);
    this.room();
    pair.reset();
    pair.save(this.to, 0);
    store.add(this.row, this.rowOf(this.to, 0, this.row, 0), -1, 0);
    let levelEnd = 1;
    for (let state = 0; state < store.size; state++) {
      if (state === levelEnd) {
        this.depth++;
        levelEnd = store.size;
      }
      if (state % ROUND === 0) {
        hooks.onProgress?.(store.size, this.edges, this.depth, store.size - state);
        if (limits.isOver()) return 'the time is up, or it was interrupted';
      }
      if (this.edges >= limits.steps) return `the budget of ${limits.steps} steps is spent`;
      this.room();
      this.expand(state);
      if (this.isFoundFirst) return 'the first difference was asked for';
    }
    hooks.onProgress?.(store.size, this.edges, this.depth, 0);
    return '';
  }

  /** Room for what one state leads to. */
  private room(): void {
    if (this.store.room(this.pair.ops.length + 1)) this.hooks.onGrow?.(this.store);
  }

  private expand(state: number): void {
    const { pair, store, from } = this;
    this.state = state;
    store.image(state, from, 0);
    pair.load(from, 0);
    this.isElsewhere = false;
    const count = pair.list();
    for (let i = 0; i < count; i++) {
      const n = pair.listed[i];
      if (pair.takeOffer(n) !== 3) {
        this.note('call-offered', n);
        this.isElsewhere = false;
        continue;
      }
      this.hooks.beat?.(state, n);
      this.follow(n);
      if (this.isElsewhere) pair.load(from, 0);
      else pair.undo();
      this.isElsewhere = false;
      if (this.isFoundFirst) return;
    }
  }

  private get isFoundFirst(): boolean {
    return this.limits.isFirstOnly === true && this.found.size > 0;
  }

  /** One op on both sides, and what comes of it. */
  private follow(n: number): void {
    const { pair, store, to, row } = this;
    const { isBroken, breaks } = pair;
    const kind = pair.take(n, isBroken);
    if (pair.both === Both.Idle && kind === undefined) return;
    this.edges++;
    if (kind !== undefined) this.note(kind, n);
    else if (pair.both === Both.Moved) {
      if (!this.isSaved(n)) return;
      const h = this.rowOf(to, 0, row, 0);
      if (store.lookUp(row, 0, h) >= 0) return;
      if (isBroken || this.holds()) store.add(row, h, this.state, n);
      else this.judge(n, breaks);
    } else if (pair.both === Both.Violated) this.adopt(n, breaks);
  }

  private holds(): boolean {
    this.isElsewhere = true;
    this.pair.load(this.to, 0);
    return this.pair.holdsState();
  }

  /** Takes `n` once more, since the state that it leads to breaks rules on one side or both. */
  private judge(n: number, breaks: number): void {
    const { pair, from } = this;
    pair.load(from, 0);
    const kind = pair.take(n, true);
    if (kind !== undefined) this.note(kind, n);
    else this.adopt(n, breaks);
  }

  /** Both broke the same rules: they go on from there, if the bounds follow that far. */
  private adopt(n: number, breaks: number): void {
    const { pair, store, to, row } = this;
    this.isElsewhere = true;
    if (breaks >= pair.a.w.bounds.follow) return;
    pair.adopt();
    if (!this.isSaved(n)) return;
    const h = this.rowOf(to, 0, row, 0);
    if (store.lookUp(row, 0, h) < 0) store.add(row, h, this.state, n);
  }

  /** Saves the state; a value that fits no field is where the path of that side ends. */
  private isSaved(n: number): boolean {
    const { pair, to } = this;
    const fits = pair.save(to, 0);
    if (!fits) {
      this.isElsewhere = true;
      if (!pair.isLockstep && pair.a.save(to, 0) !== pair.b.save(to, pair.bAt)) this.note('does-not-return', n);
    }
    return fits;
  }

  private note(kind: Kind, n: number): void {
    const { name } = this.pair.ops[n].spec;
    const key = `${name} ${kind}`;
    this.isElsewhere = true;
    if (this.found.has(key)) return;
    const parting = { op: name, kind, path: [...this.store.path(this.state), n] };
    this.found.set(key, parting);
    this.hooks.onParting?.(parting);
  }
}
