/** Two designs side by side, for tests: searched to the end, or to the first difference. */
import type { PairResult } from '#iov/check/pairs.js';
import { PairSearch } from '#iov/check/pairs.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Pair } from '#iov/harness/pair.js';
import { shownPair, walkPair } from '#iov/harness/pair-walk.js';
import type { Design } from '#iov/model/design.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { expect } from 'vitest';

export interface Compared extends PairResult {
  readonly pair: Pair;
  /** `kind op steps` of every difference. */
  readonly lines: readonly string[];
  /** Ops of the first difference of a kind at an op, in C spelling; empty if none. */
  traceOf(kind: string, op: string): string[];
}

export interface How {
  readonly isLockstep?: boolean;
  readonly isFirstOnly?: boolean;
  readonly steps?: number;
}

/** Each run that is handed back is taken again from the start, under names of its own. */
export function compare(a: Design, b: Design, scenario: ScenarioName, bounds: string, how: How = {}): Compared {
  const { isLockstep = false, isFirstOnly = false, steps = Number.POSITIVE_INFINITY } = how;
  const parsed = parseBounds(bounds, undefined, SCENARIOS[scenario]);
  const pair = new Pair(a, b, parsed, scenario, { isLockstep });
  const result = new PairSearch(pair, { memoryBytes: 1e9, steps, isFirstOnly, isOver: () => false }).run();
  const shown = shownPair(a, b, parsed, scenario, isLockstep);
  for (const { kind, op, path } of result.partings) {
    const end = walkPair(shown, path);
    expect([end?.kind, end?.at, shown.ops[path[path.length - 1]].spec.name]).toEqual([kind, path.length - 1, op]);
  }
  return {
    ...result,
    pair,
    lines: result.partings.map(({ kind, op, path }) => `${kind} ${op} ${path.length}`),
    traceOf(kind, op) {
      const found = result.partings.find((p) => p.kind === kind && p.op === op);
      return found === undefined ? [] : found.path.map((n) => pair.ops[n].text);
    },
  };
}
