/**
 * Mutations of a list of ops by ops: what an input is made of, not the bytes of it. Most
 * leave places to be filled with whatever is enabled when the run comes to them.
 */
import type { Prng } from '../prng.js';
import type { OpGroup } from './session.js';
import { ANY } from './session.js';

/** Draws from `pick` an input other than the present one. */
export type Pick = () => Int32Array;

export class OpMutator {
  private readonly prng: Prng;
  private readonly groupOf: readonly OpGroup[];
  /** The mutant: the first `length`. */
  readonly out: Int32Array;
  private readonly scratch: Int32Array;
  length = 0;

  constructor(prng: Prng, groups: readonly OpGroup[], lengthMax: number) {
    this.prng = prng;
    this.groupOf = groups.flatMap((group) => Array.from({ length: group.end - group.first }, () => group));
    this.out = new Int32Array(lengthMax);
    this.scratch = new Int32Array(lengthMax);
  }

  /** Makes `out` a mutant of `ops`. */
  mutate(ops: Int32Array, pick: Pick): void {
    const { prng, out } = this;
    this.length = Math.min(ops.length, out.length);
    out.set(ops.subarray(0, this.length));
    // Once, twice with one chance in two, and so on.
    const times = 1 + Math.min(5, Math.clz32(prng.below(2 ** 32)));
    for (let n = 0; n < times; n++) this.once(pick);
  }

  private once(pick: Pick): void {
    const kinds = [this.extend, this.extend, this.insert, this.insert, this.remove, this.swap, this.changeArgument];
    const all = [...kinds, this.repeat, this.redo];
    const kind = this.length === 0 ? 0 : this.prng.below(all.length + 1);
    if (kind === all.length) this.cross(pick());
    else all[kind].call(this);
  }

  private at(): number {
    return this.prng.below(this.length);
  }

  /** Anything, at the end. */
  private extend(): void {
    const most = 1 + this.prng.below(1 << (2 + this.prng.below(6)));
    for (let n = 0; n < most && this.length < this.out.length; n++) this.out[this.length++] = ANY;
  }

  /** Makes room for `count` at `at`; how many there is room for. */
  private open(at: number, count: number): number {
    const n = Math.min(count, this.out.length - this.length);
    this.out.copyWithin(at + n, at, this.length);
    this.length += n;
    return n;
  }

  /** Anything, in the middle. */
  private insert(): void {
    const at = this.prng.below(this.length + 1);
    const n = this.open(at, 1 + this.prng.below(3));
    this.out.fill(ANY, at, at + n);
  }

  private remove(): void {
    const at = this.at();
    const n = Math.min(1 + this.prng.below(4), this.length - at);
    this.out.copyWithin(at, at + n, this.length);
    this.length -= n;
  }

  private swap(): void {
    const { out } = this;
    const [a, b] = [this.at(), this.at()];
    [out[a], out[b]] = [out[b], out[a]];
  }

  /** The same op with other arguments. */
  changeArgument(at = this.at()): void {
    const n = this.out[at];
    if (n === ANY) return;
    const { first, end } = this.groupOf[n];
    this.out[at] = first + this.prng.below(end - first);
  }

  /** A stretch, up to eight times over: until a ring has wrapped. */
  private repeat(): void {
    const at = this.at();
    const length = Math.min(1 + this.prng.below(4), this.length - at);
    this.scratch.set(this.out.subarray(at, at + length));
    const times = 1 << this.prng.below(4);
    const n = this.open(at, times * length);
    for (let i = 0; i < n; i++) this.out[at + i] = this.scratch[i % length];
  }

  /** The beginning of this one, and the end of another. */
  private cross(other: Int32Array): void {
    const at = this.prng.below(this.length + 1);
    const from = this.prng.below(other.length + 1);
    const rest = other.subarray(from, from + this.out.length - at);
    this.out.set(rest, at);
    this.length = at + rest.length;
  }

  /** The beginning of this one, and anything from there on. */
  private redo(): void {
    this.length = this.prng.below(this.length + 1);
    this.extend();
  }
}
