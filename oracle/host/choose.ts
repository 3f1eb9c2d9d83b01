/**
 * Chance in lockstep: which op is taken next, and with which arguments. Values are those of the op table. Of lengths, those
 * at the edges of pages and the short ones are taken most; each walk prefers some ops and one kind of length, so that
 * together they come to places that an even choice would hardly reach.
 */
import { xorshift128plus } from 'pure-rand/generator/xorshift128plus';
import type { Domain, Lockstep } from './lockstep.js';

/** What lengths a walk prefers. */
const Taste = { Short: 0, Edge: 1, Mixed: 2, Any: 3 } as const;
const TASTES = Object.keys(Taste).length;

/** Weight of an op in a walk, by a draw: one in four is left out. */
const WEIGHTS = [0, 1, 2, 5];

/** The longest of short lengths. */
const SHORT = 24;

export class Chooser {
  private readonly lockstep: Lockstep;
  private readonly domains: readonly (readonly Domain[])[];
  private readonly weights: number[];
  private total = 0;
  private taste = 0;
  private source = xorshift128plus(0);
  /** The op that was chosen, and its arguments. */
  op = 0;
  readonly args = [0, 0, 0, 0];

  constructor(lockstep: Lockstep) {
    this.lockstep = lockstep;
    this.domains = lockstep.ops.map(({ domains }) => domains);
    this.weights = lockstep.ops.map(() => 1);
  }

  /** 0 .. n-1 */
  private below(n: number): number {
    return Math.floor(((this.source.next() >>> 0) * n) / 0x1_0000_0000);
  }

  /** Walk number `walk` of a seed begins. */
  begin(seed: number, walk: number): void {
    this.source = xorshift128plus(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(walk + 1, 0xc2b2ae35));
    for (let n = 0; n < 8; n++) this.source.next(); // seeds that differ in a bit begin alike
    this.taste = this.below(TASTES);
    this.total = 0;
    for (let n = 0; n < this.weights.length; n++) {
      const { name } = this.lockstep.ops[n].spec;
      // A walk that never writes, or never reads, comes to nothing.
      const least = name === 'pread' || name === 'pwrite' ? 1 : 0;
      // What it answers depends on nothing that went before, and it takes as long as ten others.
      const most = name === 'pipe2' ? 1 : WEIGHTS.length - 1;
      this.weights[n] = WEIGHTS[Math.min(most, Math.max(least, this.below(WEIGHTS.length)))];
      this.total += this.weights[n];
    }
  }

  /** Chooses an op that may be taken now. */
  next(): void {
    do {
      let left = this.below(this.total);
      this.op = 0;
      while (left >= this.weights[this.op]) left -= this.weights[this.op++];
      const domains = this.domains[this.op];
      for (let a = 0; a < 4; a++) this.args[a] = a < domains.length ? this.value(domains[a]) : 0;
    } while (!this.lockstep.isAllowed(this.op, this.args[0], this.args[1], this.args[2], this.args[3]));
  }

  private value({ list, min, max, isLength, omit }: Domain): number {
    if (list.length === 1) return min;
    if (omit !== undefined && this.below(8) !== 0) return omit;
    if (!isLength) return list[this.below(list.length)];
    const n = this.length(max);
    return n < min ? min : n > max ? max : n;
  }

  private length(max: number): number {
    const { page, ring } = this.lockstep.bounds;
    const taste = this.taste === Taste.Mixed ? this.below(16) & 3 : this.taste;
    if (taste === Taste.Edge) return this.below(this.below(16) === 0 ? ring + 1 : 3) * page + this.below(3) - 1;
    if (taste === Taste.Any) return this.below(16) === 0 ? this.below(max + 1) : this.below(2 * page);
    return 1 + this.below(SHORT);
  }
}
