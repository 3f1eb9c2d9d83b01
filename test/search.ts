/** Searches for tests: a whole space, or until one class is found. */
import type { ExploreResult } from '#iov/check/explore.js';
import { Explorer } from '#iov/check/explore.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';

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
