/** From options to searches: each design x scenario x engine, in the order in which they were named. */
import { checkBoundsOf, namedBounds, parseBounds } from '../harness/bounds-text.js';
import type { EngineName } from '../harness/result.js';
import type { Known } from '../model/design.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import type { NamedDesign } from './designs.js';
import type { CheckOptions } from './options.js';
import type { Search } from './protocol.js';

/** Steps of a random search that no --budget limits. */
const RANDOM_STEPS = 2_000_000;

export interface Planned {
  readonly search: Search;
  readonly known: readonly Known[];
  /** Index of the search of its base, under careless callers. */
  readonly base?: number;
}

export interface Plan {
  readonly shown: readonly Planned[];
  /** All searches; those of `shown` come first, in their order. */
  readonly searches: readonly Search[];
}

/** `default` is the design's own default. */
export function boundsFor(design: NamedDesign, text: string, name: ScenarioName): Bounds {
  const scenario = SCENARIOS[name];
  const { bounds, boundsIn } = design.facts;
  const own = { ...namedBounds('default', scenario), ...bounds, ...boundsIn[name] };
  const [first, ...rest] = text.split(',');
  return parseBounds(first.trim() === 'default' ? rest.join(',') : text, own, scenario);
}

/** Something has to end a random search. */
function stepsFor(engine: EngineName, { steps, seconds }: CheckOptions): number {
  const isEndless = steps === Number.POSITIVE_INFINITY && seconds === Number.POSITIVE_INFINITY;
  return engine !== 'exhaustive' && isEndless ? RANDOM_STEPS : steps;
}

export function plan(designs: readonly NamedDesign[], options: CheckOptions, hasColour: boolean): Plan {
  const shown: Planned[] = [];
  const bases: Search[] = [];
  const baseOf = (search: Search): number => {
    const same = bases.findIndex(
      (b) => b.ref === search.ref && b.scenario === search.scenario && b.engine === search.engine,
    );
    return same >= 0 ? same : bases.push({ ...search, onBase: true }) - 1;
  };
  for (const design of designs) {
    if (options.scenario !== undefined) checkBoundsOf(options.bounds, SCENARIOS[options.scenario]);
    const scenarios = options.scenario === undefined ? design.facts.scenarios : [options.scenario];
    for (const scenario of scenarios) {
      const bounds = boundsFor(design, options.bounds, scenario);
      for (const engine of options.engines) {
        const search: Search = {
          ref: design.ref,
          onBase: false,
          scenario,
          bounds,
          engine,
          seed: options.seed,
          steps: stepsFor(engine, options),
          seconds: options.seconds,
          memoryBytes: options.memoryBytes,
          timing: options.timing,
          hasColour,
          ...(options.traces === undefined ? {} : { traces: options.traces }),
        };
        const hasBase = bounds.callers === 'careless' && design.facts.hasBase;
        const known = design.facts.expect.known ?? [];
        shown.push({ search, known, ...(hasBase ? { base: baseOf(search) } : {}) });
      }
    }
  }
  const first = shown.length;
  return {
    shown: shown.map((planned) => (planned.base === undefined ? planned : { ...planned, base: first + planned.base })),
    searches: [...shown.map(({ search }) => search), ...bases],
  };
}
