/**
 * How a random engine names an instance of an op: one number for each argument, turned
 * into an instance that is allowed in the state at hand. Behind both random engines.
 */
import type { Runner } from '../harness/runner.js';
import type { OpSpec } from '../model/op.js';
import type { Prng } from './prng.js';

/** One argument: its number of values, the distance of two of them in the op table, and the value that is left out. */
interface Radix {
  readonly count: number;
  readonly stride: number;
  /** Position of the value that means "no fault, no mark"; -1 if the argument has none. */
  readonly omitAt: number;
}

/** The instances of one op spec. */
export class Choice {
  readonly spec: OpSpec;
  readonly radix: readonly Radix[];
  private readonly first: number;
  private readonly end: number;
  private readonly runner: Runner;

  constructor(runner: Runner, group: Runner['groups'][number]) {
    this.runner = runner;
    this.spec = group.spec;
    this.first = group.first;
    this.end = group.end;
    const radix: Radix[] = [];
    let stride = 1;
    for (const arg of group.spec.args.toReversed()) {
      const values = arg.values(runner.w);
      const omitAt = arg.omit === undefined || values.length === 1 ? -1 : values.indexOf(arg.omit);
      radix.unshift({ count: values.length, stride, omitAt });
      stride *= values.length;
    }
    if (stride !== group.end - group.first)
      throw new Error(`${group.spec.name}: the op table is not the product of its arguments`);
    this.radix = radix;
  }

  /** Draws the arguments; one that can be left out is, in `calm` of 256 draws. */
  draw(prng: Prng, calm: number): number {
    let n = this.first;
    for (const { count, stride, omitAt } of this.radix) {
      const digit = omitAt >= 0 && prng.below(256) < calm ? omitAt : prng.below(count);
      n += digit * stride;
    }
    return n;
  }

  /**
   * The instance that stands at these fractions of the arguments' values, in 1/65536; what
   * can be left out is, below one half. Less is simpler, which is what shrinking wants.
   */
  at(fractions: readonly number[]): number {
    let n = this.first;
    this.radix.forEach(({ count, stride, omitAt }, i) => {
      const f = fractions[i];
      if (omitAt < 0) n += Math.floor((f * count) / 0x1_0000) * stride;
      else if (f < 0x8000) n += omitAt * stride;
      else n += Math.floor(((f - 0x8000) * count) / 0x8000) * stride;
    });
    return n;
  }

  /** `n` if it is allowed here, else the nearest one before it, else the nearest behind; -1 if none is. */
  nearest(n: number): number {
    const { runner } = this;
    for (let m = n; m >= this.first; m--) if (runner.isAllowed(m)) return m;
    for (let m = n + 1; m < this.end; m++) if (runner.isAllowed(m)) return m;
    return -1;
  }
}

export function choicesOf(runner: Runner): Choice[] {
  return runner.groups.map((group) => new Choice(runner, group));
}
