/**
 * From the violations that threads saw to classes, in the order in which one thread alone
 * would have seen them: each is taken again, and its function is told apart.
 */
import type { BlameMemory } from '../harness/blame.js';
import { Blame } from '../harness/blame.js';
import type { Invariant } from '../invariants/invariant.js';
import type { ViolationClass } from '../harness/runner.js';
import { type Runner, Step, classKey } from '../harness/runner.js';
import type { Board } from './board.js';
import { SIGHTING_WORDS } from './board.js';
import { flavourOf, sightingKind } from './expand.js';
import { realise } from './realise.js';
import type { Store } from './store.js';

/** A class of violations, and the path on which it was seen first. */
export interface ClassFound {
  readonly class: ViolationClass;
  readonly severity: 'soft' | 'fatal';
  /** Ops from the initial state; the last one violates. */
  path: readonly number[];
  /** Other invariants had already broken on this path. */
  isAfterOthers: boolean;
}

/** A search for certain classes: others are neither named nor told. */
export interface Quarry {
  /** Whether a class of this rule and op is still looked for. Functions are then told apart at each sighting. */
  wants(invariant: string, op: string): boolean;
  /** Asked before each round: true ends the search. */
  isDone(): boolean;
  /** Every path of so many ops was tried. */
  onLevel(tried: number): void;
}

interface Sighting {
  readonly edge: number;
  readonly state: number;
  readonly op: number;
  readonly isUnsaved: boolean;
}

/** Edges that it costs to name a function, each call of which is watched. */
const SIGHTING = 20;

/** What of it outlives a run. */
export interface SightingsState {
  readonly classes: readonly ClassFound[];
  readonly named: number;
  readonly blame: readonly BlameMemory[];
}

export class Sightings {
  readonly classes = new Map<string, ClassFound>();
  /** What naming functions has cost, in edges. */
  named = 0;
  private readonly runner: Runner;
  private readonly store: Store;
  private readonly board: Board;
  private readonly quarry: Quarry | undefined;
  private readonly blame: Blame;
  private readonly image: Int32Array;
  private readonly scratch: Int32Array;
  private readonly onClass: (found: ClassFound, edges: number) => void;

  constructor(
    runner: Runner,
    store: Store,
    board: Board,
    quarry: Quarry | undefined,
    onClass: (found: ClassFound, edges: number) => void,
  ) {
    this.runner = runner;
    this.store = store;
    this.board = board;
    this.quarry = quarry;
    this.onClass = onClass;
    this.blame = new Blame(runner, quarry === undefined ? undefined : Number.POSITIVE_INFINITY);
    this.image = new Int32Array(runner.words);
    this.scratch = new Int32Array(runner.words);
  }

  state(): SightingsState {
    return { classes: [...this.classes.values()], named: this.named, blame: this.blame.memory };
  }

  takeUp({ classes, named, blame }: SightingsState, edges: number): void {
    this.named = named;
    this.blame.recall(blame);
    for (const found of classes) {
      this.classes.set(classKey(found.class), found);
      this.onClass(found, edges);
    }
  }

  /** What was seen in a share; `edges`: those taken before it. */
  take(share: number, edges: number): void {
    for (const { edge, state, op, isUnsaved } of this.inOrder(share)) this.one(state, op, isUnsaved, edges + edge);
  }

  private inOrder(share: number): Sighting[] {
    const { board } = this;
    const first = board.firstSighting(share);
    const end = board.endSighting(share);
    if (first === end) return [];
    const { sightings } = board.finds[board.threadOf(share)];
    const out: Sighting[] = [];
    for (let at = first * SIGHTING_WORDS; at < end * SIGHTING_WORDS; at += SIGHTING_WORDS) {
      const [edge, state, op, isUnsaved] = sightings.subarray(at, at + SIGHTING_WORDS);
      out.push({ edge, state, op, isUnsaved: isUnsaved !== 0 });
    }
    return out.sort((a, b) => a.edge - b.edge);
  }

  /** Takes `op` from `state` once more. */
  private one(state: number, op: number, isUnsaved: boolean, edges: number): void {
    const { runner, store, image } = this;
    store.image(state, image, 0);
    runner.load(image, 0);
    const step = runner.again(op);
    if (isUnsaved) {
      if (step === Step.Violated) runner.adopt();
      runner.saveClass(this.scratch, 0);
      runner.failSave();
    }
    const isAfterOthers = runner.g.broken !== 0;
    const kinds = runner.broken.map((invariant) =>
      sightingKind(runner, runner.invariants.indexOf(invariant), op, isAfterOthers),
    );
    [...runner.broken].forEach((invariant, i) => this.name(invariant, kinds[i], state, op, isAfterOthers, edges));
  }

  private name(
    invariant: Invariant,
    kind: number,
    state: number,
    op: number,
    isAfterOthers: boolean,
    edges: number,
  ): void {
    const { runner, store, quarry } = this;
    const { spec } = runner.ops[op];
    if (quarry?.wants(invariant.id, spec.name) === false) return;
    if (quarry !== undefined) this.named += SIGHTING;
    const fn = this.blame.functionFor(invariant, op, this.image, 0);
    const found = { invariant: invariant.id, op: spec.name, function: fn };
    const key = classKey(found);
    const old = this.classes.get(key);
    if (old !== undefined && (isAfterOthers || !old.isAfterOthers)) {
      if (this.blame.isSettled(invariant, op, flavourOf(kind))) this.board.settled[kind] = 1;
      return;
    }
    const path = realise(runner, [...store.path(state), op]);
    if (old !== undefined) {
      // The trace stays a shortest one; of these, the first that needs no earlier violation.
      old.isAfterOthers = false;
      if (path.length === old.path.length) old.path = path;
      return;
    }
    const entry: ClassFound = { class: found, severity: invariant.severity, path, isAfterOthers };
    this.classes.set(key, entry);
    this.onClass(entry, edges);
  }
}
