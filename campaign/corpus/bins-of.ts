/** The bins of a run, by the plain build: what two inputs are compared by. */
import { Bins } from '../../fuzz/coverage/bins.js';
import { Walk, Went } from '../../fuzz/walk.js';
import type { Runner } from '../../harness/runner.js';
import { cover } from './cover.js';

export class BinReader {
  private readonly runner: Runner;
  private readonly bins: Bins;
  private readonly specOf: Int32Array;

  constructor(runner: Runner) {
    this.runner = runner;
    this.bins = new Bins(runner);
    this.specOf = new Int32Array(runner.opCount);
    runner.groups.forEach(({ first, end }, s) => this.specOf.fill(s, first, end));
  }

  /** Bins that these ops meet; what is not enabled when its turn comes is passed over. */
  of(ops: ArrayLike<number>): number[] {
    const { runner, bins, specOf } = this;
    const walk = new Walk(runner, ops.length, () => false);
    bins.begin();
    walk.start();
    for (let at = 0; at < ops.length && !walk.hasEnded; at++) {
      const n = ops[at];
      if (!runner.isReady(runner.ops[n].spec) || !runner.isAllowed(n)) continue;
      if (walk.take(n) === Went.On) bins.step(specOf[n], runner.judged.ret);
    }
    return [...bins.met.subarray(0, bins.size)];
  }
}

/** Inputs that are kept of one search, at most. */
export const KEPT_MAX = 256;

/** Of what a search has kept, the inputs that meet what the seeds did not: at most {@link KEPT_MAX}. */
export function learned(
  runner: Runner,
  seeds: readonly (readonly number[])[],
  corpus: readonly Int32Array[],
): Int32Array[] {
  const reader = new BinReader(runner);
  const known = new Set(seeds.flatMap((ops) => reader.of(ops)));
  const shortFirst = corpus.toSorted((a, b) => a.length - b.length);
  const sets = shortFirst.map((ops) => reader.of(ops));
  return cover(sets, known, KEPT_MAX).map((n) => shortFirst[n]);
}

/** Of inputs, for each the bins that neither the seeds meet nor an input before it. */
export function newBins(
  runner: Runner,
  seeds: readonly (readonly number[])[],
  inputs: readonly ArrayLike<number>[],
): number[][] {
  const reader = new BinReader(runner);
  const known = new Set(seeds.flatMap((ops) => reader.of(ops)));
  return inputs.map((ops) => {
    const bins = reader.of(ops).filter((bin) => !known.has(bin));
    for (const bin of bins) known.add(bin);
    return bins.sort((a, b) => a - b);
  });
}
