/** What the scorecard is about: each design that is expected to break something, in each of its scenarios. */
import { boundKeys, namedBounds } from '../../harness/bounds-text.js';
import type { Bounds } from '../../model/bounds.js';
import type { Design } from '../../model/design.js';
import { DESIGNS } from '../../model/designs/designs.js';
import type { ScenarioName } from '../../model/scenario.js';
import { SCENARIOS } from '../../model/scenario.js';

export interface Place {
  readonly design: string;
  readonly scenario: ScenarioName;
}

/** Documents as posted, and bugs of the history: whatever has a violation that must be found. */
export function scoredDesigns(designs: readonly Design[] = DESIGNS): Design[] {
  return designs.filter(({ expect }) => (expect.violates ?? []).length > 0);
}

export function placesOf(design: Design): Place[] {
  return design.scenarios.map((scenario) => ({ design: design.id, scenario }));
}

export function designNamed(id: string): Design {
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`the scorecard names a design '${id}', which there is not`);
  return design;
}

/** What `check` takes where no bounds are given. */
export function boundsAt({ design, scenario }: Place): Bounds {
  const { bounds, boundsIn } = designNamed(design);
  return { ...namedBounds('default', SCENARIOS[scenario]), ...bounds, ...boundsIn?.[scenario] };
}

/** These bounds as `--bounds` would be told of them: `default`, and where the design has its own. */
export function boundsText(place: Place): string {
  const own = boundsAt(place);
  const usual = namedBounds('default', SCENARIOS[place.scenario]);
  const differs = boundKeys(SCENARIOS[place.scenario]).filter((key) => own[key] !== usual[key]);
  return ['default', ...differs.map((key) => `${key}=${own[key]}`)].join(',');
}

/** Which bug it is, from its title: what comes behind the kernel that has it put back. */
export function bugOf({ title }: Design): string {
  const [, bug] = /^Linux [\d.]+, with (.*)$/.exec(title) ?? [undefined, title];
  return bug;
}
