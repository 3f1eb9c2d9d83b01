/** Where mutants are looked for: designs, scenarios, bounds, engines, in the order in which they are tried. */
import { DESIGNS } from '../../model/designs/designs.js';
import type { Base, Place } from './protocol.js';

/** A mutant is tried on the first of these that executes it. */
export const BASELINES = [
  'linux-6.1',
  'linux-6.18',
  'linux-4.8',
  'linux-4.10',
  'linux-5.8',
  'linux-3.3',
  'linux-6.3',
  'linux-6.12',
];

/** Cheapest first. Steps are edges of the exhaustive engine. */
const STAGES = [
  { engine: 'exhaustive', bounds: 'tiny', steps: 20_000 },
  { engine: 'random', bounds: 'default', steps: 10_000 },
  { engine: 'exhaustive', bounds: 'default', steps: 15_000 },
] as const;

/** For what survives and differs. */
const LAST_STAGE = { engine: 'coverage', bounds: 'default', steps: 10_000 } as const;

/** Scenarios in which a survivor is looked for beyond the first stage. */
const SCENARIOS_MAX = 3;

export function allPlaces(designs: readonly string[] = BASELINES): Place[] {
  return designs.flatMap((design) => {
    const scenarios = DESIGNS.find(({ id }) => id === design)?.scenarios ?? [];
    return scenarios.flatMap((scenario) => [...STAGES, LAST_STAGE].map((stage) => ({ design, scenario, ...stage })));
  });
}

export const textOf = ({ design, scenario, engine, bounds }: Place): string =>
  `${design} ${scenario} ${bounds} ${engine}`;

/**
 * Where a mutant is tried, in order: `last` only if it differs. Nothing is tried where its place is not executed.
 * Whatever executes it on the other baselines is asked last: what one kernel lets pass, another may not.
 */
export function basesFor(id: number, bases: readonly Base[]): { first: Base[]; last: Base[] } {
  const covering = bases.filter(({ covers }) => covers.includes(id));
  const design = BASELINES.find((name) => covering.some(({ place }) => place.design === name));
  const isOf = ({ place }: Base, stage: { engine: string; bounds: string }): boolean =>
    place.engine === stage.engine && place.bounds === stage.bounds;
  const here = covering.filter(({ place }) => place.design === design);
  const of = (stage: { engine: string; bounds: string }): Base[] => {
    const found = here.filter((base) => isOf(base, stage));
    return stage === STAGES[0] ? found : found.slice(0, SCENARIOS_MAX);
  };
  const elsewhere = covering.filter((base) => base.place.design !== design && isOf(base, STAGES[0]));
  return { first: STAGES.flatMap(of), last: [...elsewhere, ...of(LAST_STAGE)] };
}
