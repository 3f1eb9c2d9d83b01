/** What a run has been through: ops by outcome, and named situations. */
import { formatReturn } from '../model/errno.js';
import type { OpInstance } from '../model/op.js';

const OUTCOMES = ['> 0', '0', 'errno'] as const;

/** More than any errno. */
const ERRNOS = 1024;

/** What {@link Reached} holds, to be handed to another thread. */
export interface ReachedCounts {
  readonly taken: Float64Array;
  readonly errors: Float64Array;
  readonly others: readonly ReadonlyMap<number, number>[];
  readonly hasQuiescent: boolean;
  readonly hasFullRing: boolean;
}

export class Reached {
  /** Times each op instance's spec was taken with each outcome. */
  private readonly taken: Float64Array;
  private readonly specOf: Int32Array;
  readonly names: string[] = [];
  /** Times that each errno was returned, by op; and what no errno is. */
  private readonly errors: Float64Array;
  private readonly others: Map<number, number>[] = [];
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
        this.others.push(new Map());
      }
      this.specOf[n] = this.names.length - 1;
    });
    this.taken = new Float64Array(this.names.length * OUTCOMES.length);
    this.errors = new Float64Array(this.names.length * ERRNOS);
  }

  note(op: number, ret: number): void {
    const spec = this.specOf[op];
    const outcome = ret > 0 ? 0 : ret === 0 ? 1 : 2;
    this.taken[spec * OUTCOMES.length + outcome]++;
    if (ret >= 0) return;
    if (ret <= -ERRNOS) this.others[spec].set(ret, (this.others[spec].get(ret) ?? 0) + 1);
    else this.errors[spec * ERRNOS - ret]++;
  }

  counts(): ReachedCounts {
    const { taken, errors, others, hasQuiescent, hasFullRing } = this;
    return { taken, errors, others, hasQuiescent, hasFullRing };
  }

  clear(): void {
    this.taken.fill(0);
    this.errors.fill(0);
    for (const seen of this.others) seen.clear();
    this.hasQuiescent = false;
    this.hasFullRing = false;
  }

  /** What another run of the same world has been through. */
  add(other: ReachedCounts): void {
    other.taken.forEach((count, n) => {
      this.taken[n] += count;
    });
    other.errors.forEach((count, n) => {
      this.errors[n] += count;
    });
    other.others.forEach((errors, n) => {
      for (const [ret, count] of errors) this.others[n].set(ret, (this.others[n].get(ret) ?? 0) + count);
    });
    this.hasQuiescent ||= other.hasQuiescent;
    this.hasFullRing ||= other.hasFullRing;
  }

  /** The errnos that op `n` returned, and how often. */
  private errnosOf(n: number): [ret: number, count: number][] {
    return Array.from({ length: ERRNOS }, (_, e): [number, number] => [-e, this.errors[n * ERRNOS + e]]).filter(
      ([, count]) => count > 0,
    );
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
      const others = [...this.others[n]].sort(([a], [b]) => b - a);
      for (const [ret, count] of [...this.errnosOf(n), ...others])
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
