/**
 * The first half of a round, as one thread does it: takes all ops from its share of states,
 * and keeps what the index does not know yet.
 *
 * A state is judged when it is met for the first time: its image says all that a rule about
 * the state looks at (Invariant.judges). Lookups are batched, so that their cache misses
 * overlap; the order of what is found stays that of the ops.
 */
import type { Runner } from '../harness/runner.js';
import { Step } from '../harness/runner.js';
import type { OpSpec } from '../model/op.js';
import type { Board, Finds } from './board.js';
import { SIGHTING_WORDS } from './board.js';
import { Reaches } from './reach.js';
import type { RowMaker } from './rows.js';
import { makeRows } from './rows.js';
import type { Store } from './store.js';
import { Twins } from './twins.js';

const BATCH = 512;
/** Flavours that an iterator may have, rounded up. */
const FLAVOURS = 16;

/** Kinds of sightings of a world: rule, op instance, flavour of the iterator, after others or not. */
export function sightingKinds(runner: Runner): number {
  return runner.invariants.length * runner.opCount * FLAVOURS * 2;
}

export function sightingKind(runner: Runner, rule: number, n: number, isAfterOthers: boolean): number {
  const flavour = runner.k.iter.flavour & (FLAVOURS - 1);
  return ((rule * runner.opCount + n) * FLAVOURS + flavour) * 2 + (isAfterOthers ? 1 : 0);
}

/** Of the iterator, from a kind of sighting. */
export function flavourOf(kind: number): number {
  return (kind >> 1) & (FLAVOURS - 1);
}

export interface ExpandHooks {
  /** Called before an op is taken: whoever watches from outside knows where it hangs. */
  beat?(state: number, op: number): void;
}

export class Expander {
  readonly runner: Runner;
  private readonly store: Store;
  private readonly board: Board;
  private readonly thread: number;
  private readonly hooks: ExpandHooks;
  private readonly finds: Finds;
  private readonly groups: Runner['groups'];
  private readonly rowMaker: RowMaker;
  /** Scratch: the enabled instances of one op. */
  private readonly enabled: Int32Array;
  /** The state that is expanded, its image and its row. */
  private state = 0;
  private readonly from: Int32Array;
  /** Image of the predecessor of what is judged late. */
  private readonly late: Int32Array;
  // The batch: what was reached and is not looked up yet.
  private readonly images: Int32Array;
  private readonly rows: Int32Array;
  private readonly parent = new Int32Array(BATCH);
  private readonly op = new Int32Array(BATCH);
  private readonly edge = new Int32Array(BATCH);
  private readonly isJudged = new Uint8Array(BATCH);
  private readonly hashes = new Int32Array(BATCH);
  private readonly slot = new Int32Array(BATCH);
  private staged = 0;
  /** Of each staged image, the one of the same state that it is equal to; itself where there is none. */
  private readonly twin = new Int32Array(BATCH);
  private readonly isSound = new Uint8Array(BATCH);
  private readonly twins = new Twins();
  private readonly reaches: Reaches;
  /** The runner has left the state that is expanded, and what its image is. */
  private isElsewhere = false;
  private found = 0;
  private sighted = 0;
  private edges = 0;
  /** Keeps loads ahead of their use alive. */
  touched = 0;

  constructor(
    runner: Runner,
    store: Store,
    board: Board,
    thread: number,
    hooks: ExpandHooks,
    specs?: ReadonlySet<OpSpec>,
  ) {
    this.runner = runner;
    this.store = store;
    this.board = board;
    this.thread = thread;
    this.hooks = hooks;
    this.finds = board.finds[thread];
    this.groups = specs === undefined ? runner.groups : runner.groups.filter(({ spec }) => specs.has(spec));
    this.rowMaker = makeRows(store.parts, store.starts);
    this.enabled = new Int32Array(runner.opCount);
    this.reaches = new Reaches(runner);
    this.from = new Int32Array(runner.words);
    this.late = new Int32Array(runner.words);
    this.images = new Int32Array(BATCH * runner.words);
    this.rows = new Int32Array(BATCH * store.width);
  }

  /** Expands shares until nobody has one left. */
  work(): void {
    const { board } = this;
    this.found = 0;
    this.sighted = 0;
    for (let share = board.take(); share >= 0; share = board.take()) {
      const found = this.found;
      const sighted = this.sighted;
      this.edges = 0;
      const end = board.endState(share);
      for (let state = board.firstState(share); state < end; state++) this.expand(state);
      this.probe();
      board.note(share, this.thread, [found, this.found], [sighted, this.sighted], this.edges);
    }
  }

  /** All successors of one state. */
  private expand(state: number): void {
    const { runner, store, from } = this;
    store.image(state, from, 0);
    this.state = state;
    this.twins.begin(this.staged);
    this.reaches.begin();
    this.isElsewhere = false;
    runner.load(from, 0);
    if (runner.isQuiescent) runner.reached.hasQuiescent = true;
    if (runner.w.ring.used(runner.k) === runner.k.bounds.ring) runner.reached.hasFullRing = true;
    const { k, g, w } = runner;
    for (const group of this.groups) {
      const count = group.enabled(k, g, w, this.enabled);
      for (let e = 0; e < count; e++) {
        const n = this.enabled[e];
        if (this.reaches.isIdle(n)) continue;
        this.hooks.beat?.(state, n);
        if (!this.follow(n)) continue;
        if (this.isElsewhere) runner.load(from, 0);
        else runner.undo();
      }
    }
  }

  /** Op instances that are taken where they are enabled. */
  get opCount(): number {
    return this.groups.reduce((n, { first, end }) => n + end - first, 0);
  }

  /** Whether `n` is taken from the state that the runner is in. */
  offers(n: number): boolean {
    const { k, g, w } = this.runner;
    const group = this.groups.find(({ first, end }) => n >= first && n < end);
    return group !== undefined && this.enabled.subarray(0, group.enabled(k, g, w, this.enabled)).includes(n);
  }

  /** One successor; true if the runner's state has to be loaded again. */
  private follow(n: number): boolean {
    const { runner, images, staged } = this;
    const at = staged * runner.words;
    this.isElsewhere = false;
    const breaksBefore = runner.g.breaks;
    const isClean = runner.g.broken === 0;
    const step = runner.takeUnjudged(n);
    if (step === Step.Idle) return true;
    if (step !== Step.Fatal) this.reaches.note(n);
    this.edges++;
    if (step === Step.Taken) {
      if (runner.judged.spec.isQuery === true) return !isClean;
      if (runner.saveClass(images, at)) this.stage(n, !isClean);
      else if (this.breaks(this.from, this.state, n, this.edges, at)) this.stage(n, true);
    } else if (this.isKept(step, breaksBefore, this.state, n, this.edges, at)) this.stage(n, true);
    return true;
  }

  /**
   * Takes `n` again from the state whose image is `from`, since something is wrong with what it leads to; true if
   * that is gone on from, and its image is at `images[at]`.
   */
  private breaks(from: Int32Array, state: number, n: number, edge: number, at: number): boolean {
    const { runner } = this;
    this.isElsewhere = true;
    runner.load(from, 0);
    const breaksBefore = runner.g.breaks;
    const step = runner.again(n);
    if (step !== Step.Taken) return this.isKept(step, breaksBefore, state, n, edge, at);
    return this.isSaved(state, n, edge, at);
  }

  /** The step just taken breaks rules: notes it, and saves what it is adopted as, if it is gone on from. */
  private isKept(step: number, breaksBefore: number, state: number, n: number, edge: number, at: number): boolean {
    const { runner } = this;
    this.sight(state, n, edge);
    if (step === Step.Fatal || breaksBefore >= runner.k.bounds.follow) return false;
    runner.adopt();
    return this.isSaved(state, n, edge, at);
  }

  private isSaved(state: number, n: number, edge: number, at: number): boolean {
    const { runner } = this;
    if (runner.saveClass(this.images, at)) return true;
    runner.failSave();
    this.sight(state, n, edge, true);
    return false;
  }

  /** Takes the image just saved into the batch, unless it is that of the state itself. */
  private stage(n: number, isJudged: boolean): void {
    const { staged, store, images, rows, state } = this;
    const { width, words, rows: known } = store;
    const to = staged * width;
    if (!this.rowMaker.begin(images, staged * words, rows, to, this.from, known, state * width)) return;
    this.twin[staged] = isJudged ? staged : this.twins.of(images, words, rows, width, staged);
    this.parent[staged] = state;
    this.op[staged] = n;
    this.edge[staged] = this.edges;
    this.isJudged[staged] = isJudged ? 1 : 0;
    if (++this.staged === BATCH) this.probe();
  }

  /** Numbers the parts of what is staged, and loads what looking it up will load. */
  private number(): void {
    const { store, images, rows, hashes, slot, staged, twin, rowMaker } = this;
    const { width, words } = store;
    this.touched = rowMaker.touch(rows, twin, staged);
    for (let i = 0; i < staged; i++) {
      if (twin[i] === i) hashes[i] = rowMaker.end(images, i * words, rows, i * width);
    }
    store.touch(hashes, twin, staged, slot);
  }

  /** Looks up what is staged; what is new is judged, and kept. */
  private probe(): void {
    const { store, rows, hashes, slot, staged, twin, isSound } = this;
    const { width } = store;
    this.isElsewhere = true;
    this.number();
    for (let i = 0; i < staged; i++) {
      isSound[i] = 1;
      if (twin[i] !== i) {
        if (isSound[twin[i]] !== 0) continue;
        // The first of the two breaks a rule; by the op of the second it is broken in a class of its own.
        hashes[i] = this.rowMaker.rowOf(this.images, i * store.words, rows, i * width);
      } else if (store.lookUpFrom(slot[i], rows, i * width, hashes[i]) >= 0) continue;
      if (this.isJudged[i] !== 0 || this.judge(i)) this.keep(i);
    }
    this.staged = 0;
    this.twins.forget();
  }

  /** Judges the staged image `i`; where it breaks a rule it becomes what that is adopted as. False if nothing new is left of it. */
  private judge(i: number): boolean {
    const { runner, store, images, rows, parent, op, late } = this;
    const at = i * runner.words;
    this.hooks.beat?.(parent[i], op[i]);
    runner.load(images, at);
    if (runner.holdsState()) return true;
    this.isSound[i] = 0;
    store.image(parent[i], late, 0);
    if (!this.breaks(late, parent[i], op[i], this.edge[i], at)) return false;
    const { width } = store;
    this.hashes[i] = this.rowMaker.rowOf(images, at, rows, i * width);
    return store.lookUp(rows, i * store.width, this.hashes[i]) < 0;
  }

  private keep(i: number): void {
    const { finds, rows } = this;
    const { width } = this.store;
    const to = this.found++;
    for (let p = 0; p < width; p++) finds.rows[to * width + p] = rows[i * width + p];
    finds.hash[to] = this.hashes[i];
    finds.parent[to] = this.parent[i];
    finds.op[to] = this.op[i];
  }

  /** Notes that `n` has just broken rules, unless that can change nothing any more. */
  private sight(state: number, n: number, edge: number, isUnsaved = false): void {
    const { runner, board, finds } = this;
    const isAfterOthers = runner.g.broken !== 0;
    let isNews = false;
    for (const invariant of runner.broken) {
      const rule = runner.invariants.indexOf(invariant);
      if (board.settled[sightingKind(runner, rule, n, isAfterOthers)] === 0) isNews = true;
    }
    if (!isNews) return;
    const at = SIGHTING_WORDS * this.sighted++;
    finds.sightings[at] = edge;
    finds.sightings[at + 1] = state;
    finds.sightings[at + 2] = n;
    finds.sightings[at + 3] = isUnsaved ? 1 : 0;
  }
}
