/** The entry of the bundle that `npm run jsfuzz:target` makes: model, judge and one design behind one function. */
import { Target } from '../fuzz/target.js';
import { Runner } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';

/** What a target runs. It exports this beside `fuzz`, so that its inputs can be told in words. */
export interface TargetWorld {
  /** Id of a design, or the path of its file. */
  readonly name: string;
  readonly without: readonly string[];
  /** Both of them, as a trace has it. */
  readonly fullName: string;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  /** What the design is known to have wrong is gone on from. */
  readonly skipsKnown: boolean;
}

export function makeTarget(design: Design, world: TargetWorld): Target {
  const { without, fullName, scenario, bounds, skipsKnown } = world;
  const less = without.length === 0 ? design : design.without(without);
  return new Target(new Runner(less, bounds, scenario), fullName, skipsKnown);
}
