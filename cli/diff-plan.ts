/** From two designs and options to comparisons: one a scenario. */
import { namedBounds, parseBounds, UsageError } from '../harness/bounds-text.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import type { NamedDesign } from './designs.js';
import type { DiffOptions } from './diff-options.js';
import type { DiffJob } from './protocol.js';

/** `default` is what the two designs take for default, B's word over A's. */
function boundsFor(a: NamedDesign, b: NamedDesign, text: string, name: ScenarioName): Bounds {
  const scenario = SCENARIOS[name];
  const own = [a, b].map(({ facts }) => ({ ...facts.bounds, ...facts.boundsIn[name] }));
  const base = { ...namedBounds('default', scenario), ...own[0], ...own[1] };
  const [first, ...rest] = text.split(',');
  const bounds = parseBounds(first.trim() === 'default' ? rest.join(',') : text, base, scenario);
  // What ops name is renamed on neither side: harness/pair.ts.
  return bounds.symmetry === 'on' ? { ...bounds, symmetry: 'ring+anon' } : bounds;
}

function scenariosOf(a: NamedDesign, b: NamedDesign, asked: ScenarioName | undefined): readonly ScenarioName[] {
  if (asked !== undefined) return [asked];
  const both = a.facts.scenarios.filter((name) => b.facts.scenarios.includes(name));
  if (both.length > 0) return both;
  throw new UsageError(
    `${a.facts.id} is checked in ${a.facts.scenarios.join(', ')}, and ${b.facts.id} in ${b.facts.scenarios.join(', ')}; name one with --scenario`,
  );
}

/** In the order of A's scenarios. `names`: as they were given, for the command line that a report shows, if any. */
export function diffJobs(
  [left, right]: readonly [NamedDesign, NamedDesign],
  options: DiffOptions,
  names: readonly (string | undefined)[] | undefined,
  hasColour: boolean,
): DiffJob[] {
  // The C and the design that restates it keep the same fields: they are the same Kernel.
  const isOfTree = options.kernelTree !== undefined && left.ref.name === right.ref.name;
  return scenariosOf(left, right, options.scenario).map((scenario) => ({
    ...options.job,
    isLockstep: options.job.isLockstep || isOfTree,
    refs: [left.ref, right.ref],
    scenario,
    bounds: boundsFor(left, right, options.bounds, scenario),
    hasColour,
    command: names === undefined ? '' : options.commandFor(names, scenario),
  }));
}
