/**
 * The exhaustive engine: breadth-first over all states, one thread, exact. The first path
 * to a violation is therefore a shortest one; states come in the order of the op table, so
 * that the same inputs give the same result to the last byte.
 */
import { Blame } from '../harness/blame.js';
import type { ViolationClass } from '../harness/runner.js';
import { type Runner, Step, classKey } from '../harness/runner.js';
import type { OpSpec } from '../model/op.js';
import { Store, StoreFull } from './store.js';

export interface ExploreLimits {
  /** Bytes that the store may take. */
  readonly memoryBytes: number;
  /** Stop after so many edges; Infinity for none. */
  readonly steps: number;
  /** Asked now and then; true ends the run at once. */
  readonly isOver: () => boolean;
  /** Ops of the longest path; any number where absent. */
  readonly depth?: number;
  /** Ops that are taken; all where absent. */
  readonly specs?: ReadonlySet<OpSpec>;
}

/** A search for certain classes: others are neither named nor told. */
export interface Quarry {
  /** Whether a class of this rule and op is still looked for. Functions are then told apart at each sighting. */
  wants(invariant: string, op: string): boolean;
  /** Asked before each state: true ends the search. */
  isDone(): boolean;
  /** Every path of so many ops was tried. */
  onLevel(tried: number): void;
}

/** A class of violations, and the path on which it was seen first. */
export interface ClassFound {
  readonly class: ViolationClass;
  readonly severity: 'soft' | 'fatal';
  /** Ops from the initial state; the last one violates. */
  path: readonly number[];
  /** Other invariants had already broken on this path. */
  isAfterOthers: boolean;
}

export interface ExploreResult {
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  /** Every path of so many ops was tried, of the ops that are taken. */
  readonly tried: number;
  /** Each op of the world was among them. */
  readonly isWhole: boolean;
  /** The frontier is empty: within the bounds, there is nothing else. */
  readonly isExhausted: boolean;
  /** Why it is not, in words; '' if it is. */
  readonly cutShort: string;
  readonly classes: readonly ClassFound[];
  readonly bytes: number;
}

/** What a watcher outside sees: heartbeat, and how far the search is. */
export interface ExploreHooks {
  onProgress?(states: number, edges: number, depth: number, frontier: number): void;
  /** `edges`: taken until then. */
  onClass?(found: ClassFound, edges: number): void;
  onGrow?(store: Store): void;
  /** Called before an op is taken: whoever watches from outside knows where it hangs. */
  beat?(state: number, op: number): void;
}

const PROGRESS_EVERY = 1 << 12;

/** Edges that it costs to name a function, each call of which is watched. */
const SIGHTING = 20;

export class Explorer {
  readonly runner: Runner;
  readonly store: Store;
  private readonly blame: Blame;
  private readonly classes = new Map<string, ClassFound>();
  private readonly hooks: ExploreHooks;
  private readonly limits: ExploreLimits;
  private readonly quarry: Quarry | undefined;
  private readonly groups: Runner['groups'];
  private edges = 0;
  /** What naming functions has cost, in edges. */
  private named = 0;
  /** Scratch: the enabled instances of one op. */
  private readonly enabled: Int32Array;
  /** Violating steps on the path to the state being expanded. */
  private breaksBefore = 0;
  private depth = 0;
  private tried = 0;
  /** States that were gone on from: the first so many of the store. */
  expanded = 0;

  constructor(runner: Runner, limits: ExploreLimits, hooks: ExploreHooks = {}, quarry?: Quarry) {
    this.runner = runner;
    this.limits = limits;
    this.hooks = hooks;
    this.quarry = quarry;
    const { specs } = limits;
    this.groups = specs === undefined ? runner.groups : runner.groups.filter(({ spec }) => specs.has(spec));
    this.enabled = new Int32Array(runner.opCount);
    this.blame = new Blame(runner, quarry === undefined ? undefined : Number.POSITIVE_INFINITY);
    this.store = new Store(runner.words, limits.memoryBytes, hooks.onGrow);
  }

  /** Of `limits.steps`. */
  get spent(): number {
    return this.edges + this.named;
  }

  run(): ExploreResult {
    let cutShort = '';
    try {
      cutShort = this.search();
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      cutShort = error.message;
    }
    return {
      states: this.store.size,
      edges: this.edges,
      depth: this.depth,
      tried: this.tried,
      isWhole: this.groups.reduce((sum, { first, end }) => sum + end - first, 0) === this.runner.opCount,
      isExhausted: cutShort === '',
      cutShort,
      classes: [...this.classes.values()],
      bytes: this.store.bytes,
    };
  }

  private search(): string {
    const { store, runner, limits, quarry } = this;
    runner.reset();
    runner.save(store.stageBuffer, store.stageAt);
    store.commit(-1, 0);
    store.flush();
    const depthMax = limits.depth ?? Number.POSITIVE_INFINITY;
    let levelEnd = store.size;
    for (let state = 0; ; state++) {
      if (state === levelEnd) {
        store.flush();
        this.tried++;
        quarry?.onLevel(this.tried);
        if (state === store.size) return '';
        this.depth++;
        levelEnd = store.size;
        if (this.depth >= depthMax) return `no path is longer than ${depthMax} ops`;
      }
      if (state % PROGRESS_EVERY === 0) {
        this.hooks.onProgress?.(store.size, this.edges, this.depth, store.size - state);
        if (limits.isOver()) return 'the time is up, or it was interrupted';
      }
      if (this.spent >= limits.steps) return `the budget of ${limits.steps} steps is spent`;
      if (quarry?.isDone() === true) return 'what it looks for is found';
      this.expand(state);
      this.expanded = state + 1;
    }
  }

  /** All successors of one state. */
  private expand(state: number): void {
    const { runner, store } = this;
    const at = state * runner.words;
    runner.load(store.arena, at);
    if (runner.isQuiescent) runner.reached.hasQuiescent = true;
    if (runner.w.ring.used(runner.k) === runner.k.bounds.ring) runner.reached.hasFullRing = true;
    const { k, g, w } = runner;
    for (const group of this.groups) {
      const count = group.enabled(k, g, w, this.enabled);
      for (let e = 0; e < count; e++) {
        const n = this.enabled[e];
        this.hooks.beat?.(state, n);
        if (this.follow(state, n)) runner.load(store.arena, at);
      }
    }
  }

  /** Whether the search takes `n` from the state that the runner is in. */
  offers(n: number): boolean {
    const { k, g, w } = this.runner;
    const group = this.groups.find(({ first, end }) => n >= first && n < end);
    return group !== undefined && this.enabled.subarray(0, group.enabled(k, g, w, this.enabled)).includes(n);
  }

  /** One successor; true if the runner's state has to be loaded again. */
  private follow(state: number, n: number): boolean {
    const { runner, store } = this;
    this.breaksBefore = runner.g.breaks;
    const step = runner.take(n);
    if (step === Step.Idle) return true;
    this.edges++;
    if (step === Step.Taken && runner.judged.spec.isQuery === true) return false;
    if (step === Step.Violated || step === Step.Fatal) {
      this.note(state, n);
      if (step === Step.Fatal || this.breaksBefore >= runner.k.bounds.follow) return true;
      runner.load(store.arena, state * runner.words);
      runner.take(n);
      runner.adopt();
    }
    if (!runner.save(store.stageBuffer, store.stageAt)) {
      runner.failSave();
      this.note(state, n);
      return true;
    }
    store.commit(state, n);
    return true;
  }

  /** Notes the classes of the violations just seen. Spoils the runner's state. */
  private note(state: number, n: number): void {
    const { runner, store } = this;
    const broken = [...runner.broken];
    const isAfterOthers = runner.g.broken !== 0;
    for (const invariant of broken) {
      if (this.quarry?.wants(invariant.id, runner.ops[n].spec.name) === false) continue;
      if (this.quarry !== undefined) this.named += SIGHTING;
      const fn = this.blame.functionFor(invariant, n, store.arena, state * runner.words);
      const found = { invariant: invariant.id, op: runner.ops[n].spec.name, function: fn };
      const key = classKey(found);
      const old = this.classes.get(key);
      if (old !== undefined && (isAfterOthers || !old.isAfterOthers)) continue;
      const path = [...store.path(state), n];
      if (old !== undefined) {
        // The trace stays a shortest one; of these, the first that needs no earlier violation.
        old.isAfterOthers = false;
        if (path.length === old.path.length) old.path = path;
        continue;
      }
      const entry: ClassFound = { class: found, severity: invariant.severity, path, isAfterOthers };
      this.classes.set(key, entry);
      this.hooks.onClass?.(entry, this.edges);
    }
  }
}
