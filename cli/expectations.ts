/** Whether a design's `expect.violates` was met. */
import type { CheckResult } from '../harness/result.js';
import type { Design } from '../model/design.js';

/** One sentence for each expectation that was not met. */
export function unmet(
  design: Pick<Design, 'id' | 'expect'> | undefined,
  id: string,
  results: readonly CheckResult[],
): string[] {
  if (design === undefined) return [`${id}: there is no such design.`];
  const violations = results.filter((r) => r.design === id).flatMap((r) => r.violations);
  return (design.expect.violates ?? []).flatMap(({ invariant, steps }) => {
    const lengths = violations.filter((v) => v.class.invariant === invariant).map((v) => v.steps);
    if (lengths.length === 0) return [`${id}: ${invariant} was expected to break, and did not.`];
    const least = Math.min(...lengths);
    if (steps === undefined || least === steps) return [];
    return [`${id}: ${invariant} was expected to break in ${steps} steps; the shortest trace has ${least}.`];
  });
}
