/** What a run has been through: ops by outcome, and named situations. */
import { formatReturn } from '../model/errno.js';
import type { OpInstance } from '../model/op.js';

const OUTCOMES = ['> 0', '0', 'errno'] as const;

/** What {@link Reached} holds, to be handed to another thread. */
export interface ReachedCounts {
  readonly taken: Float64Array;
  readonly errors: readonly ReadonlyMap<number, number>[];
  readonly hasQuiescent: boolean;
  readonly hasFullRing: boolean;
}

export class Reached {
  /** Times each op instance's spec was taken with each outcome. */
  private readonly taken: Float64Array;
  private readonly specOf: Int32Array;
  readonly names: string[] = [];
  /** Error returns seen, by op: bit -errno. */
  private readonly errors: Map<number, number>[] = [];
  hasQuiescent = false;
  hasFullRing: boolean;

  /** Where there is no pipe, no ring can be full. */
  constructor(ops: readonly OpInstance[], hasPipe: boolean) {
    this.hasFullRing = !hasPipe;
    this.specOf = new Int32Array(ops.length);
    let last: unknown;
    ops.forEach((op, n) => {
      if (op.spec !== last) {
        last = op.spec;
        this.names.push(op.spec.name);
        this.errors.push(new Map());
      }
      this.specOf[n] = this.names.length - 1;
    });
    this.taken = new Float64Array(this.names.length * OUTCOMES.length);
  }

  note(op: number, ret: number): void {
    const spec = this.specOf[op];
    const outcome = ret > 0 ? 0 : ret === 0 ? 1 : 2;
    this.taken[spec * OUTCOMES.length + outcome]++;
    if (ret < 0) {
      const seen = this.errors[spec];
      seen.set(ret, (seen.get(ret) ?? 0) + 1);
    }
  }

  counts(): ReachedCounts {
    const { taken, errors, hasQuiescent, hasFullRing } = this;
    return { taken, errors, hasQuiescent, hasFullRing };
  }

  /** What another run of the same world has been through. */
  add(other: ReachedCounts): void {
    other.taken.forEach((count, n) => {
      this.taken[n] += count;
    });
    other.errors.forEach((errors, n) => {
      for (const [ret, count] of errors) this.errors[n].set(ret, (this.errors[n].get(ret) ?? 0) + count);
    });
    this.hasQuiescent ||= other.hasQuiescent;
    this.hasFullRing ||= other.hasFullRing;
  }

  /** `{ pread: { '> 0': 12, '-EAGAIN': 3 }, ... }`, ops of one name added up. */
  table(): Record<string, Record<string, number>> {
    const out: Record<string, Record<string, number>> = {};
    this.names.forEach((name, n) => {
      const row = (out[name] ??= {});
      for (let o = 0; o < 2; o++) {
        const count = this.taken[n * OUTCOMES.length + o];
        if (count > 0) row[OUTCOMES[o]] = (row[OUTCOMES[o]] ?? 0) + count;
      }
      for (const [ret, count] of [...this.errors[n]].sort(([a], [b]) => b - a))
        row[formatReturn(ret)] = (row[formatReturn(ret)] ?? 0) + count;
    });
    return out;
  }

  /** Ops that exist in this world and were never taken. */
  missing(): string[] {
    const table = this.table();
    const out = Object.keys(table).filter((name) => Object.keys(table[name]).length === 0);
    if (!this.hasQuiescent) out.push('a quiescent state');
    if (!this.hasFullRing) out.push('a full ring');
    return out;
  }
}
