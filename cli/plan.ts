/** From options to searches: each design x scenario x engine, in the order in which they were named. */
import { checkBoundsOf, namedBounds, parseBounds } from '../harness/bounds-text.js';
import type { EngineName } from '../harness/result.js';
import type { Known } from '../model/design.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import type { NamedDesign } from './designs.js';
import type { Budget, CheckOptions } from './options.js';
import type { Search } from './protocol.js';
import { needsAccount, needsPage, needsStates } from './reporter-options.js';

/** Steps of a random search that no --budget limits. */
const RANDOM_STEPS = 2_000_000;

export interface Planned {
  readonly search: Search;
  readonly known: readonly Known[];
  /** It is short on purpose: the engines after it are what was asked for. */
  readonly isPrologue: boolean;
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

/** Of each search of `fuzz`, where no budget is given: a minute or two. */
export const FUZZ_BUDGET = '20000000-steps';

/** Edges of the exhaustive search that `fuzz` begins with, and its most of the budget. */
export const PROLOGUE_STEPS = 200_000;
const PROLOGUE_SHARE = 1 / 10;

/** What ends the search; something has to end a random one. */
function budgetFor(engine: EngineName, { steps, runs, seconds, isFuzz }: CheckOptions): Budget {
  if (engine === 'exhaustive' && isFuzz) {
    const most = Math.min(PROLOGUE_STEPS, Math.ceil(steps * PROLOGUE_SHARE));
    return { steps: most, runs, seconds: Math.round(1000 * seconds * PROLOGUE_SHARE) / 1000 };
  }
  const isEndless = [steps, runs, seconds].every((limit) => limit === Number.POSITIVE_INFINITY);
  return { steps: engine !== 'exhaustive' && isEndless ? RANDOM_STEPS : steps, runs, seconds };
}

/** How the searches of one place depend on the exhaustive one, which is number `leader` if there is one. */
function orderOf(engine: EngineName, leader: number, { engines, isFuzz }: CheckOptions): Partial<Search> {
  if (engine === 'exhaustive') return engines.includes('coverage') ? { isLeading: true } : {};
  if (leader < 0 || (engine === 'random' && !isFuzz)) return {};
  return { after: leader, ...(isFuzz ? { isNeedless: true } : {}) };
}

export function plan(designs: readonly NamedDesign[], options: CheckOptions, hasColour: boolean): Plan {
  const shown: Planned[] = [];
  const bases: Search[] = [];
  const baseOf = (search: Search): number => {
    const same = bases.findIndex(
      (b) => b.ref === search.ref && b.scenario === search.scenario && b.engine === search.engine,
    );
    if (same >= 0) return same;
    const { after: _after, isLeading: _isLeading, isNeedless: _isNeedless, hasPage: _hasPage, ...alone } = search;
    return bases.push({ ...alone, onBase: true }) - 1;
  };
  for (const design of designs) {
    if (options.scenario !== undefined) checkBoundsOf(options.bounds, SCENARIOS[options.scenario]);
    const scenarios = options.scenario === undefined ? design.facts.scenarios : [options.scenario];
    for (const scenario of scenarios) {
      const bounds = boundsFor(design, options.bounds, scenario);
      const leader = options.engines.includes('exhaustive') ? shown.length : -1;
      for (const engine of options.engines) {
        const search: Search = {
          ref: design.ref,
          onBase: false,
          scenario,
          bounds,
          engine,
          seed: options.seed,
          ...budgetFor(engine, options),
          ...orderOf(engine, leader, options),
          memoryBytes: options.memoryBytes,
          timing: options.timing,
          hasColour,
          ...(options.traces === undefined ? {} : { traces: options.traces }),
          ...(needsAccount(options.reporters) ? { isTold: true } : {}),
          ...(needsPage(options.reporters) ? { hasPage: true } : {}),
          ...(needsStates(options.reporters) ? { hasStates: true } : {}),
        };
        const hasBase = bounds.callers === 'careless' && design.facts.hasBase;
        const known = design.facts.expect.known ?? [];
        const isPrologue = options.isFuzz && engine === 'exhaustive';
        shown.push({ search, known, isPrologue, ...(hasBase ? { base: baseOf(search) } : {}) });
      }
    }
  }
  const first = shown.length;
  return {
    shown: shown.map((planned) => (planned.base === undefined ? planned : { ...planned, base: first + planned.base })),
    searches: [...shown.map(({ search }) => search), ...bases],
  };
}
