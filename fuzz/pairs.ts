/**
 * Walks on a pair of designs by chance, for what is beyond a search to the end. Ops are chosen as the random engine
 * chooses them, by what one of the two is ready for, walk and walk about; what is found is made smaller.
 */
import type { Attempt } from '../harness/minimize.js';
import { smallest } from '../harness/minimize.js';
import type { Kind } from '../harness/observe.js';
import { Both } from '../harness/pair-ops.js';
import type { Pair } from '../harness/pair.js';
import { Step } from '../harness/runner.js';
import { Prng } from './prng.js';
import { Swarm } from './swarm.js';

const LENGTH_MAX = 200;
/** Ops in a row that were none, after which a walk is given up. */
const MISSES_MAX = 100;

export interface PairWalkOptions {
  readonly seed: number;
  /** Ops to take, each on both sides; Infinity where only the time ends the run. */
  readonly steps: number;
  readonly isOver: () => boolean;
  /** End when the first difference is found. */
  readonly isFirstOnly?: boolean;
  onProgress?(steps: number): void;
  /** Is told the run that all ops are taken on. */
  onPath?(path: PairPath): void;
}

/** A difference, and a run to it that no op can be left out of. */
export interface PartingByChance {
  readonly op: string;
  readonly kind: Kind;
  /** Numbers in Pair.ops. */
  readonly path: readonly number[];
}

/** One run on both sides: each state goes through its image, as the search has it. */
export class PairPath {
  readonly pair: Pair;
  /** In what they differ, at the op that was taken last. */
  kind: Kind | undefined;
  private readonly image: Int32Array;
  private readonly next: Int32Array;

  constructor(pair: Pair) {
    this.pair = pair;
    this.image = new Int32Array(pair.words);
    this.next = new Int32Array(pair.words);
  }

  reset(): void {
    this.pair.reset();
    this.pair.save(this.image, 0);
    this.pair.load(this.image, 0);
  }

  /** Takes op `n` if one of the two offers it: Taken, Idle where it was none, Fatal where the run ends. */
  take(n: number): Step {
    const { pair, image, next } = this;
    this.kind = undefined;
    const by = pair.offerOf(n);
    if (by === 0) return Step.Idle;
    if (by !== 3) return this.part('call-offered');
    const { breaks } = pair;
    const kind = pair.take(n, true);
    if (kind !== undefined) return this.part(kind);
    if (pair.both === Both.Dead) return Step.Fatal;
    if (pair.both === Both.Idle) {
      pair.load(image, 0);
      return Step.Idle;
    }
    if (pair.both === Both.Violated) {
      if (breaks >= pair.a.w.bounds.follow) return Step.Fatal;
      pair.adopt();
    }
    if (pair.both !== Both.Asked) {
      if (!pair.save(next, 0))
        return pair.a.save(next, 0) === pair.b.save(next, 0) ? Step.Fatal : this.part('does-not-return');
      image.set(next);
    }
    pair.load(image, 0);
    return Step.Taken;
  }

  private part(kind: Kind): Step {
    this.kind = kind;
    return Step.Fatal;
  }
}

class PairWalks {
  readonly found = new Map<string, PartingByChance>();
  steps = 0;
  private readonly pair: Pair;
  readonly path: PairPath;
  private readonly prng: Prng;
  private readonly swarms: readonly [Swarm, Swarm];
  private walks = 0;

  constructor(pair: Pair, seed: number) {
    this.pair = pair;
    this.path = new PairPath(pair);
    this.prng = new Prng(seed);
    this.swarms = [new Swarm(pair.a, this.prng), new Swarm(pair.b, this.prng)];
  }

  walk(most: number): void {
    const { pair, path, prng } = this;
    const side = this.walks++ & 1;
    const swarm = this.swarms[side];
    const of = side === 0 ? pair.ofA : pair.ofB;
    const length = Math.min(1 + prng.below(LENGTH_MAX), most);
    const taken: number[] = [];
    swarm.begin();
    path.reset();
    for (let misses = 0; taken.length < length && misses <= MISSES_MAX; ) {
      const chosen = swarm.choose(misses);
      if (chosen < 0) break;
      const n = of[chosen];
      const went = n < 0 ? Step.Idle : path.take(n);
      misses = went === Step.Idle ? misses + 1 : 0;
      if (went === Step.Idle) continue;
      taken.push(n);
      this.steps++;
      if (went === Step.Fatal) break;
    }
    if (path.kind !== undefined) this.note(taken, path.kind);
  }

  private note(taken: readonly number[], kind: Kind): void {
    const { pair, found } = this;
    const op = pair.ops[taken[taken.length - 1]].spec.name;
    const key = `${op} ${kind}`;
    if (found.has(key)) return;
    const attempt: Attempt = (candidate) => this.attempt(candidate, op, kind);
    const given = attempt(taken.map((n) => pair.ops[n].a)) ?? taken.map((n) => pair.ops[n].a);
    const least = smallest(pair.a, given, attempt);
    found.set(key, { op, kind, path: least.map((n) => pair.ofA[n]) });
  }

  /** Ops of A's table, leniently; those that were taken up to such a difference. */
  private attempt(candidate: readonly number[], op: string, kind: Kind): number[] | undefined {
    const { pair, path } = this;
    const taken: number[] = [];
    path.reset();
    for (const n of candidate) {
      const of = pair.ofA[n];
      const went = of < 0 ? Step.Idle : path.take(of);
      if (went === Step.Idle) continue;
      taken.push(n);
      if (went === Step.Fatal) return path.kind === kind && pair.ops[of].spec.name === op ? taken : undefined;
    }
    return undefined;
  }
}

export function runPairWalks(pair: Pair, options: PairWalkOptions): { steps: number; partings: PartingByChance[] } {
  const walks = new PairWalks(pair, options.seed);
  options.onPath?.(walks.path);
  for (let n = 0; walks.steps < options.steps && !options.isOver(); n++) {
    const before = walks.steps;
    walks.walk(options.steps - walks.steps);
    if (n % 64 === 0) options.onProgress?.(walks.steps);
    if (options.isFirstOnly === true && walks.found.size > 0) break;
    // Nothing can be done in the initial state.
    if (walks.steps === before && n > MISSES_MAX) break;
  }
  return { steps: walks.steps, partings: [...walks.found.values()] };
}
