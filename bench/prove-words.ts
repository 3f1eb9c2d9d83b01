/** What a search of one of our designs came to, in the words of the published tables. */
import type { ExploreResult } from '../check/explore.js';
import type { Design } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';

/** The classes that are no consequence, told by the findings they are known as. */
export function foundIn(design: Design, scenario: ScenarioName, result: ExploreResult): string {
  const own = result.classes.filter((c) => !c.isAfterOthers);
  const findings = own.map((c) => {
    const known = design.expect.known?.find(
      (e) => e.scenario === scenario && e.invariant === c.class.invariant && (e.op ?? c.class.op) === c.class.op,
    );
    return known?.finding ?? `UNKNOWN ${c.class.invariant}`;
  });
  return findings.length === 0 ? 'nothing broken' : `only ${[...new Set(findings)].sort().join(', ')}`;
}
