/**
 * Two designs side by side: each op is taken on both, and what each did is compared.
 *
 * Of two designs of any kind that is what somebody outside can see (observe.ts), and a state of the pair is two images.
 * In lockstep both keep the same fields, as a kernel's own C and the design that restates it do. Then every op is taken
 * twice from one image, and all that it leaves is compared, to the last bit: a state of the pair is one image.
 *
 * Names: each side is saved under names of its own for what no op names, anonymous pages and the rotation of an old ring.
 * That is sound for a pair, because a state and its renamed one do the same under each op, and look the same from
 * outside; a page that a caller holds is compared by its place in the list, never by its number. What ops name (file
 * pages, tasks, pipes) is never renamed here, since both sides would have to be renamed alike. test/pairs.test.ts compares
 * the search with the one that renames nothing.
 */
import type { Bounds } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';
import { plainNames } from '../model/symmetry.js';
import { UsageError } from './bounds-text.js';
import { changes, kindOfChanges } from './image-text.js';
import type { Kind } from './observe.js';
import { observe, View } from './observe.js';
import type { PairOp } from './pair-ops.js';
import { Both, opsOfOne, sharedOps } from './pair-ops.js';
import { Runner, Step } from './runner.js';

export interface PairOptions {
  /** Both have the same fields, and all of them are compared. */
  readonly isLockstep?: boolean;
  readonly namesFor?: typeof plainNames;
}

export class Pair {
  readonly a: Runner;
  readonly b: Runner;
  readonly ops: readonly PairOp[];
  /** Ops of one of the two alone, or with arguments that only it takes: no op of the pair. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
  readonly isLockstep: boolean;
  /** Words of a state of the pair, and where those of B begin. */
  readonly words: number;
  readonly bAt: number;
  readonly viewA = new View();
  readonly viewB = new View();
  /** How the last op ended, where it was no difference. */
  both: Both = Both.Idle;
  /** For each op of A the op of the pair; -1 for none. The same for B. */
  readonly ofA: Int32Array;
  readonly ofB: Int32Array;
  private readonly enabled: Int32Array;
  /** 1 for an op that A offers, 2 for one that B does; zeros between two states. */
  private readonly offered: Uint8Array;
  /** Ops that one of them offers, in order; the first {@link list} of them. */
  readonly listed: Int32Array;
  /** In lockstep: what each side left. */
  private readonly leftA: Int32Array;
  private readonly leftB: Int32Array;
  /** That is what both are in now. */
  private isLeft = false;

  constructor(a: Design, b: Design, bounds: Bounds, scenario: ScenarioName, options: PairOptions = {}) {
    const names = options.namesFor ?? plainNames;
    this.a = new Runner(a, bounds, scenario, names);
    this.b = new Runner(b, bounds, scenario, names);
    this.isLockstep = options.isLockstep === true;
    for (const { judged } of [this.a, this.b]) judged.keepsIdle = true;
    this.ops = sharedOps(this.a, this.b);
    this.onlyA = opsOfOne(this.a, this.b);
    this.onlyB = opsOfOne(this.b, this.a);
    this.ofA = new Int32Array(this.a.opCount).fill(-1);
    this.ofB = new Int32Array(this.b.opCount).fill(-1);
    this.ops.forEach((op, n) => {
      this.ofA[op.a] = this.ofB[op.b] = n;
    });
    this.enabled = new Int32Array(Math.max(this.a.opCount, this.b.opCount));
    this.offered = new Uint8Array(this.ops.length);
    this.listed = new Int32Array(this.ops.length);
    this.bAt = this.isLockstep ? 0 : this.a.words;
    this.words = this.bAt + this.b.words;
    this.leftA = new Int32Array(this.a.words);
    this.leftB = new Int32Array(this.b.words);
    this.check();
    this.reset();
  }

  private check(): void {
    const { a, b, ops } = this;
    if (ops.length === 0) {
      throw new UsageError(
        `${a.w.design.id} and ${b.w.design.id} have no call in common in the scenario '${a.w.scenario.name}'; name another --scenario`,
      );
    }
    if (!this.isLockstep) return;
    const fields = ({ codec }: Runner): string => codec.fields.map(({ path, bits }) => `${path} ${bits}`).join('\n');
    if (fields(a) === fields(b) && this.onlyA.length + this.onlyB.length === 0) return;
    throw new UsageError(
      `${a.w.design.id} and ${b.w.design.id} do not keep the same fields, or are not called alike, so that they can not go in lockstep; leave --lockstep out`,
    );
  }

  reset(): void {
    this.isLeft = false;
    this.a.reset();
    this.b.reset();
  }

  load(from: Int32Array, at: number): void {
    this.isLeft = false;
    this.a.load(from, at);
    this.b.load(from, at + this.bAt);
  }

  /** False where a value fits no field. */
  save(to: Int32Array, at: number): boolean {
    const { a, b, leftA, isLeft } = this;
    if (isLeft) {
      for (let i = 0; i < leftA.length; i++) to[at + i] = leftA[i];
      return true;
    }
    const fitsA = a.save(to, at);
    return this.isLockstep ? fitsA : b.save(to, at + this.bAt) && fitsA;
  }

  /** load() of what was loaded last; the image has to lie where it lay, and that which was saved. */
  undo(): void {
    this.isLeft = false;
    this.a.undo();
    this.b.undo();
  }

  /** How many ops are in {@link listed}: those that one of the two may take now. */
  list(): number {
    const { a, b, listed, enabled, offered } = this;
    let count = 0;
    for (const group of a.groups) {
      const n = group.enabled(a.k, a.g, a.w, enabled);
      for (let i = 0; i < n; i++) {
        const op = this.ofA[enabled[i]];
        if (op < 0) continue;
        listed[count++] = op;
        offered[op] = this.isLockstep ? 3 : 1;
      }
    }
    if (this.isLockstep) return count;
    const ofA = count;
    for (const group of b.groups) {
      const n = group.enabled(b.k, b.g, b.w, enabled);
      for (let i = 0; i < n; i++) {
        const op = this.ofB[enabled[i]];
        if (op < 0) continue;
        if (offered[op] === 0) listed[count++] = op;
        offered[op] |= 2;
      }
    }
    if (count > ofA) listed.subarray(0, count).sort();
    return count;
  }

  /** Who offers op `n`: 1 A, 2 B, 3 both, 0 neither. */
  offerOf(n: number): number {
    const { a, b } = this;
    const { a: ofA, b: ofB, isChoice } = this.ops[n];
    const [isReadyA, isReadyB] = [a.isReady(a.ops[ofA].spec), b.isReady(b.ops[ofB].spec)];
    const byA = isReadyA && a.isAllowed(ofA);
    const byB = isReadyB && b.isAllowed(ofB);
    // Where the choice can be met on one side only, it is there on the other, too, and is not met.
    if ((byA || byB) && isChoice && isReadyA && isReadyB) return 3;
    return (byA ? 1 : 0) | (byB ? 2 : 0);
  }

  /** The same of one that was listed last, and only once. */
  takeOffer(n: number): number {
    const by = this.offered[n];
    this.offered[n] = 0;
    return by === 3 ? by : this.offerOf(n);
  }

  /**
   * Takes op `n` on both; in what they differ, undefined where in nothing. `isWhole`: rules about the state are judged,
   * too, and not left for {@link holdsState}.
   */
  take(n: number, isWhole: boolean): Kind | undefined {
    const { a, b, ops } = this;
    const op = ops[n];
    this.isLeft = false;
    a.judged.wasIdle = b.judged.wasIdle = false;
    const stepA = isWhole ? a.take(op.a) : a.takeUnjudged(op.a);
    const stepB = isWhole ? b.take(op.b) : b.takeUnjudged(op.b);
    return this.compareEnds(stepA, stepB) ?? this.compareStates(op) ?? this.compareRules(stepA, stepB, n, isWhole);
  }

  /** What a caller is told. */
  private compareEnds(stepA: Step, stepB: Step): Kind | undefined {
    const { a, b } = this;
    const isDead = stepA === Step.Fatal;
    if (isDead !== (stepB === Step.Fatal)) return 'does-not-return';
    if (isDead) {
      this.both = Both.Dead;
      return a.k.fatal === b.k.fatal ? undefined : 'does-not-return';
    }
    // Misuse that both answer with BUG, as their contracts say.
    if ((stepA === Step.Idle) !== (stepB === Step.Idle)) return 'does-not-return';
    if (stepA === Step.Idle) {
      this.both = Both.Idle;
      return undefined;
    }
    const [retA, retB] = [a.judged.ret, b.judged.ret];
    if (retA !== retB) return retA < 0 || retB < 0 ? 'error' : 'return-value';
    if ((a.k.warned === '') !== (b.k.warned === '')) return 'warn';
    const areIdle = a.judged.wasIdle === true && b.judged.wasIdle === true;
    this.both = areIdle ? Both.Idle : Both.Moved;
    return undefined;
  }

  private compareStates({ spec }: PairOp): Kind | undefined {
    if (this.both === Both.Dead || this.both === Both.Idle) return undefined;
    if (this.isLockstep) return this.compareSaves();
    // A question that has changed the state breaks a rule.
    if (spec.isQuery === true) return undefined;
    observe(this.a, this.viewA);
    observe(this.b, this.viewB);
    return this.viewA.difference(this.viewB);
  }

  /** In lockstep: every field, and what was delivered. */
  private compareSaves(): Kind | undefined {
    const { a, b, leftA, leftB } = this;
    const isQuery = a.judged.spec.isQuery === true;
    if (!isQuery) {
      const fits = a.save(leftA, 0);
      if (b.save(leftB, 0) !== fits) return 'does-not-return';
      for (let i = 0; i < leftA.length; i++) {
        if (leftA[i] !== leftB[i]) return kindOfChanges(changes(a.codec, leftA, leftB));
      }
      this.isLeft = fits;
    }
    const [userA, userB] = [a.k.user, b.k.user];
    for (let i = 0; i < userA.pos && i < userA.data.length; i++) {
      if (userA.data[i] !== userB.data[i]) return 'bytes-delivered';
    }
    return userA.pos === userB.pos ? undefined : 'bytes-delivered';
  }

  private compareRules(stepA: Step, stepB: Step, n: number, isWhole: boolean): Kind | undefined {
    if (this.both !== Both.Moved) return undefined;
    const isBroken = stepA === Step.Violated || stepB === Step.Violated;
    if (!isBroken) {
      if (this.ops[n].spec.isQuery === true) this.both = Both.Asked;
      return undefined;
    }
    if (!isWhole) this.judgeWhole(stepA, stepB, n);
    const broken = ({ broken: list }: Runner): string => list.map(({ id }) => id).join();
    this.both = Both.Violated;
    return broken(this.a) === broken(this.b) ? undefined : 'rules-broken';
  }

  /** A step that breaks a rule is judged as a whole; so that of the other side is, too. */
  private judgeWhole(stepA: Step, stepB: Step, n: number): void {
    const { a, b } = this;
    const again = (runner: Runner, op: number): void => {
      runner.undo();
      runner.take(op);
    };
    if (stepA !== Step.Violated) again(a, this.ops[n].a);
    if (stepB !== Step.Violated) again(b, this.ops[n].b);
  }

  /** Whether the states as they are break no rule about states, on either side. In lockstep both are in the same one. */
  holdsState(): boolean {
    const holdsA = this.a.holdsState();
    return this.isLockstep ? holdsA : this.b.holdsState() && holdsA;
  }

  /** After both have broken the same rules: each goes on from what it has. */
  adopt(): void {
    this.isLeft = false;
    this.a.adopt();
    this.b.adopt();
  }

  /** Steps of the path that have broken rules. */
  get breaks(): number {
    return this.a.g.breaks;
  }

  /** Rules have broken on the path, so that each step is judged as a whole. */
  get isBroken(): boolean {
    return this.a.g.broken !== 0 || this.b.g.broken !== 0;
  }
}
