/** Searches for tests: a whole space, or until one class is found. */
import type { ExploreResult } from '#iov/check/explore.js';
import { Explorer } from '#iov/check/explore.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { expect } from 'vitest';

export function designOf(id: string): Design {
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`no design ${id}`);
  return design;
}

export interface Search extends ExploreResult {
  readonly runner: Runner;
  readonly explorer: Explorer;
  /** `invariant op function steps` of every class, in the order of discovery. */
  readonly lines: readonly string[];
  /** The trace of the first class of an invariant, as op texts; empty if none. */
  traceOf(invariant: string): string[];
}

export function search(
  design: Design,
  scenario: ScenarioName,
  bounds: string,
  steps = Number.POSITIVE_INFINITY,
): Search {
  const runner = new Runner(design, parseBounds(bounds, undefined, SCENARIOS[scenario]), scenario);
  const explorer = new Explorer(runner, { memoryBytes: 2e9, steps, isOver: () => false });
  const result = explorer.run();
  return {
    ...result,
    runner,
    explorer,
    lines: result.classes.map((c) => `${c.class.invariant} ${c.class.op} ${c.class.function} ${c.path.length}`),
    traceOf(invariant) {
      const found = result.classes.find((c) => c.class.invariant === invariant);
      return found === undefined ? [] : found.path.map((n) => runner.ops[n].text);
    },
  };
}

/** All that a search comes to: states under their numbers, paths, classes and outcomes; not its bytes. */
export function everythingOf(explorer: Explorer): {
  readonly result: Omit<ExploreResult, 'bytes'>;
  readonly images: Int32Array;
  readonly parents: Int32Array;
  readonly ops: Uint16Array;
  readonly reached: unknown;
} {
  const { bytes: _bytes, ...result } = explorer.run();
  const { store, runner } = explorer;
  return {
    result,
    images: store.images(),
    parents: store.parent.slice(0, store.size),
    ops: store.op.slice(0, store.size),
    reached: runner.reached.table(),
  };
}

/** What is known of a design in a scenario, and can be found at default bounds, as `invariant op`. */
export function knownOf(design: Design, scenario: ScenarioName): Set<string> {
  const known = (design.expect.known ?? []).filter((k) => k.scenario === scenario && k.isBeyond !== true);
  return new Set(known.map((k) => `${k.invariant} ${k.op}`));
}

/** The classes of a search, and what is known, as `invariant op`. */
export interface Known {
  readonly classes: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
}

/**
 * A whole space has so many states and edges, and nothing in it but what is known and what is excused; at default bounds
 * all that is known is there.
 */
export function expectKnownOnly(
  id: string,
  scenario: ScenarioName,
  bounds: string,
  counts: { readonly states: number; readonly edges: number },
  isExcused: (found: string) => boolean = () => false,
): Known {
  const design = designOf(id);
  const { isExhausted, states, edges, classes } = search(design, scenario, bounds);
  expect({ isExhausted, states, edges }).toEqual({ isExhausted: true, ...counts });
  const known = knownOf(design, scenario);
  const found = new Set(classes.map((c) => `${c.class.invariant} ${c.class.op}`));
  expect([...found].filter((line) => !known.has(line) && !isExcused(line))).toEqual([]);
  if (bounds.startsWith('default')) expect(found).toEqual(known);
  return { classes: found, known };
}
