/** The parts of a space are together the whole of it: its states, its edges and its classes, with the same shortest traces. */
import { Explorer } from '#iov/check/explore.js';
import type { Part } from '#iov/check/part.js';
import { shareOf } from '#iov/check/part.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { classKey } from '#iov/harness/violation.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf } from '../search.js';

interface Seen {
  readonly isExhausted: boolean;
  readonly states: ReadonlySet<string>;
  /** States that were gone on from. */
  readonly expanded: number;
  readonly edges: number;
  readonly steps: ReadonlyMap<string, number>;
}

function searched(id: string, scenario: ScenarioName, text: string, part?: Part): Seen {
  const runner = new Runner(designOf(id), parseBounds(text, undefined, SCENARIOS[scenario]), scenario);
  const limits = { memoryBytes: 1e9, steps: Number.POSITIVE_INFINITY, isOver: () => false };
  const explorer = new Explorer(runner, { ...limits, ...(part === undefined ? {} : { part }) });
  const { isExhausted, edges, classes } = explorer.run();
  const { store, expanded } = explorer;
  const image = new Int32Array(runner.words);
  const states = new Set<string>();
  for (let n = 0; n < store.size; n++) {
    store.image(n, image, 0);
    states.add(image.join());
  }
  const steps = new Map(classes.map((c) => [classKey(c.class), c.path.length]));
  return { isExhausted, states, expanded, edges, steps };
}

function together(parts: readonly Seen[]): { states: Set<string>; steps: Map<string, number> } {
  const states = new Set(parts.flatMap((part) => [...part.states]));
  const steps = new Map<string, number>();
  for (const part of parts)
    for (const [key, n] of part.steps) steps.set(key, Math.min(n, steps.get(key) ?? Number.POSITIVE_INFINITY));
  return { states, steps };
}

const partsOf = (ops: number, of: number): Part[] => Array.from({ length: of }, (_, n) => ({ ops, number: n + 1, of }));

describe.each([
  ['packet-2012', 'packet', 'tiny', 1, 3],
  ['packet-2012', 'packet', 'tiny', 2, 5],
  ['pipe-iter-2016', 'pipe-iter', 'tiny', 1, 2],
  ['extract-rfc-2022', 'extract', 'tiny', 2, 4],
] as const)('%s, %s, %s, by %i calls in %i parts', (id, scenario, text, ops, of) => {
  const whole = searched(id, scenario, text);
  const parts = partsOf(ops, of).map((part) => searched(id, scenario, text, part));

  test('the parts are the whole', () => {
    expect(whole.isExhausted).toBe(true);
    expect(parts.map(({ isExhausted }) => isExhausted)).toEqual(parts.map(() => true));
    const { states, steps } = together(parts);
    expect([...states].sort()).toEqual([...whole.states].sort());
    expect(Object.fromEntries(steps)).toEqual(Object.fromEntries(whole.steps));
  });

  test('and without one of them they are less, or it has nothing of its own', () => {
    const less = parts.map((_, n) => together(parts.filter((_part, m) => m !== n)).states.size);
    expect(Math.min(...less)).toBeLessThan(whole.states.size);
  });
});

describe('shares', () => {
  test('are each state once', () => {
    for (const of of [1, 2, 3, 7, 20]) {
      const shares = partsOf(1, of).map((part) => shareOf(part, 5, 16));
      expect(shares[0][0]).toBe(5);
      expect(shares[of - 1][1]).toBe(16);
      for (let n = 1; n < of; n++) expect(shares[n][0]).toBe(shares[n - 1][1]);
    }
  });
});
