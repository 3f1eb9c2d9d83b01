/**
 * The exhaustive engine: breadth-first over all states, exact. The first path to a violation
 * is therefore a shortest one; states come in the order of the op table, whatever the number
 * of threads, so that the same inputs give the same result to the last byte.
 *
 * A level is searched in rounds: threads expand shares of its states against an index that
 * nobody writes (expand.ts), then what they found becomes states (round.ts), and what was
 * broken is told apart (sightings.ts).
 */
import type { Level } from '../harness/result.js';
import type { Runner } from '../harness/runner.js';
import type { OpSpec } from '../model/op.js';
import { Board, SHARE } from './board.js';
import type { ExpandHooks } from './expand.js';
import { Expander, sightingKinds } from './expand.js';
import type { Keep } from './kept.js';
import { keepLevel, takeUp } from './kept.js';
import type { Part } from './part.js';
import { shareOf } from './part.js';
import { Rounds } from './round.js';
import type { ClassFound, Quarry } from './sightings.js';
import { Sightings } from './sightings.js';
import { Store, StoreFull } from './store.js';
import type { Failure, TeamMaker } from './team.js';
import { Phase, regionBitsFor, Team } from './team.js';

export type { ClassFound, Quarry } from './sightings.js';

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
  /** Other threads that take part, once there is enough to do. */
  readonly team?: TeamMaker;
  /** Where the search is kept on disk, level by level. */
  readonly keep?: Keep;
  /** Only this part of the space is gone into. */
  readonly part?: Part;
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
  /** By depth; the last one may not have been searched to its end. */
  readonly levels: readonly Level[];
}

/** What a watcher outside sees: heartbeat, and how far the search is. */
export interface ExploreHooks extends ExpandHooks {
  onProgress?(states: number, edges: number, depth: number, frontier: number): void;
  /** `edges`: taken until then. */
  onClass?(found: ClassFound, edges: number): void;
  onGrow?(store: Store): void;
  /** The design's code is not what runs now. */
  busy?(isBusy: boolean): void;
}

/** States of a round where classes are hunted, each of which may be the last. */
const QUARRY_ROUND = SHARE;

/** Edges after which other threads are worth their start. */
const TEAM_EDGES = 200_000;

export class Explorer {
  readonly runner: Runner;
  readonly store: Store;
  private readonly board: Board;
  private readonly expander: Expander;
  private readonly rounds: Rounds;
  private readonly sightings: Sightings;
  private readonly hooks: ExploreHooks;
  private readonly limits: ExploreLimits;
  private readonly quarry: Quarry | undefined;
  private readonly threads: number;
  private team: Team | undefined;
  private edges = 0;
  private depth = 0;
  private tried = 0;
  private levels: { states: number; edges: number }[] = [];
  /** States that were gone on from: the first so many of the store. */
  expanded = 0;

  constructor(runner: Runner, limits: ExploreLimits, hooks: ExploreHooks = {}, quarry?: Quarry) {
    this.runner = runner;
    this.limits = limits;
    this.hooks = hooks;
    this.quarry = quarry;
    this.threads = limits.team?.threads ?? 1;
    this.store = new Store(runner.words, limits.memoryBytes, regionBitsFor(this.threads));
    this.board = new Board(this.threads, runner.opCount, this.store.width, sightingKinds(runner));
    this.expander = new Expander(runner, this.store, this.board, 0, hooks, limits.specs);
    this.rounds = new Rounds(this.store, this.board);
    this.sightings = new Sightings(runner, this.store, this.board, quarry, (found, edges) =>
      hooks.onClass?.(found, edges),
    );
    hooks.onGrow?.(this.store);
  }

  /** Of `limits.steps`. */
  get spent(): number {
    return this.edges + this.sightings.named;
  }

  run(): ExploreResult {
    let cutShort = '';
    try {
      this.begin();
      cutShort = this.search();
    } catch (error) {
      if (!(error instanceof StoreFull)) throw error;
      cutShort = error.message;
    } finally {
      this.team?.end(this.runner.reached);
    }
    return {
      states: this.store.size,
      edges: this.edges,
      depth: this.depth,
      tried: this.tried,
      isWhole: this.expander.opCount === this.runner.opCount,
      isExhausted: cutShort === '',
      cutShort,
      classes: [...this.sightings.classes.values()],
      bytes: this.store.bytes,
      levels: this.levels,
    };
  }

  /** Levels that were searched to their end. */
  get triedLevels(): readonly Level[] {
    return this.levels.slice(0, this.tried);
  }

  /** The initial state, or where another run had to stop. */
  private begin(): void {
    const { store, runner, limits } = this;
    if (limits.keep?.from !== undefined) {
      this.hooks.busy?.(true);
      const progress = takeUp(limits.keep.from, store, this.sightings, runner.reached);
      this.hooks.busy?.(false);
      ({ edges: this.edges, expanded: this.expanded, depth: this.depth, tried: this.tried } = progress);
      this.levels = progress.levels.map((level) => ({ ...level }));
      this.hooks.onGrow?.(store);
      return;
    }
    runner.reset();
    this.room();
    store.start(runner);
    this.levels.push({ states: 1, edges: 0 });
    this.keep();
  }

  /** Between two levels. */
  private keep(): void {
    const { limits, hooks, store, sightings, runner, edges, expanded, depth, tried, levels } = this;
    if (limits.keep === undefined) return;
    hooks.busy?.(true);
    this.team?.count(runner.reached);
    keepLevel(limits.keep, { edges, expanded, depth, tried, levels }, store, sightings, runner.reached);
    hooks.busy?.(false);
  }

  private search(): string {
    const { store, limits, quarry } = this;
    const depthMax = limits.depth ?? Number.POSITIVE_INFINITY;
    let levelEnd = store.size;
    let stop = levelEnd;
    for (;;) {
      if (this.expanded === stop) {
        this.expanded = levelEnd;
        this.tried++;
        quarry?.onLevel(this.tried);
        if (levelEnd === store.size) return '';
        this.depth++;
        this.levels.push({ states: store.size - levelEnd, edges: 0 });
        stop = levelEnd = store.size;
        if (limits.part?.ops === this.depth) [this.expanded, stop] = shareOf(limits.part, this.expanded, levelEnd);
        if (this.depth >= depthMax) return `no path is longer than ${depthMax} ops`;
        this.keep();
      }
      this.hooks.onProgress?.(store.size, this.edges, this.depth, store.size - this.expanded);
      if (limits.isOver()) return 'the time is up, or it was interrupted';
      if (this.spent >= limits.steps) return `the budget of ${limits.steps} steps is spent`;
      if (quarry?.isDone() === true) return 'what it looks for is found';
      if (this.expanded < stop) this.round(Math.min(stop, this.expanded + this.roundSize()));
    }
  }

  /** No more states than the budget is certain to reach. */
  private roundSize(): number {
    const certain = Math.floor((this.limits.steps - this.spent) / this.runner.opCount);
    const most = this.quarry === undefined ? this.board.statesMax : QUARRY_ROUND;
    return Math.max(1, Math.min(most, certain));
  }

  /** Expands the states up to `end`. */
  private round(end: number): void {
    const { board, store, rounds } = this;
    board.begin(this.expanded, end);
    this.room();
    const team = board.shareCount > 1 ? this.helpers() : undefined;
    this.together(team, Phase.Expand, () => this.expander.work());
    this.hooks.busy?.(true);
    this.together(team, Phase.Insert, (step) => rounds.insert(0, step));
    let size = store.size;
    for (let share = 0; share < board.shareCount; share++) {
      board.setBase(share, size);
      size += rounds.newIn(share);
    }
    this.together(team, Phase.Number, () => rounds.numberAll(team === undefined ? -1 : 0));
    store.size = size;
    this.expanded = end;
    this.hooks.busy?.(false);
    this.tell();
  }

  /** The other threads, if it is time for them and they are there. */
  private helpers(): Team | undefined {
    const { limits, store, board } = this;
    if (limits.team === undefined || this.threads === 1 || this.edges < TEAM_EDGES) return undefined;
    this.team ??= new Team(limits.team, limits.memoryBytes, store.columns, board.columns);
    return this.team.isReady ? this.team : undefined;
  }

  /** Room for all that a round may find. */
  private room(): void {
    if (this.store.room(this.board.edgesMax, () => this.fill())) this.tellOfGrowth();
  }

  private tellOfGrowth(): void {
    this.team?.grown(this.store.columns);
    this.hooks.onGrow?.(this.store);
  }

  /** All states go into an index that is new: as much work as some rounds. */
  private fill(): void {
    const { team, hooks } = this;
    this.tellOfGrowth();
    hooks.busy?.(true);
    this.together(team?.isReady === true ? team : undefined, Phase.Fill, (step) => this.store.fill(0, step));
    hooks.busy?.(false);
  }

  private together(team: Team | undefined, phase: number, own: (step: number) => void): void {
    team?.begin(phase);
    own(team === undefined ? 1 : this.threads);
    if (team === undefined) return;
    this.hooks.busy?.(true);
    const failure = team.wait();
    this.hooks.busy?.(false);
    if (failure !== undefined) this.fail(failure);
  }

  /** Another thread could not go on: this one takes the same op, and comes to the same end. */
  private fail({ state, op, message }: Failure): never {
    const image = new Int32Array(this.runner.words);
    this.store.image(state, image, 0);
    this.runner.load(image, 0);
    this.hooks.beat?.(state, op);
    this.runner.again(op);
    this.runner.holdsState();
    throw new Error(`a thread failed where another one does not: ${message}`);
  }

  /** What was seen in the round just done, in the order of the states. */
  private tell(): void {
    const { board } = this;
    const level = this.levels[this.levels.length - 1];
    for (let share = 0; share < board.shareCount; share++) {
      this.sightings.take(share, this.edges);
      const edges = board.edgesOf(share);
      this.edges += edges;
      level.edges += edges;
    }
  }

  /** Whether the search takes `n` from the state that the runner is in. */
  offers(n: number): boolean {
    return this.expander.offers(n);
  }
}
