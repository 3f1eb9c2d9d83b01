/** A small part of the scorecard, measured again: counts repeat by their seed, so each has to be what was published. */
import type { Design } from '../../model/design.js';
import type { Exhausted, Hit } from './measure.js';
import { sightingOf } from './measure.js';
import { scoredDesigns } from './places.js';
import type { Drawing, PlaceScore, Row, Scorecard, Try } from './scorecard.js';
import { nameOf, targetOfRow } from './scorecard.js';

/** What a search of the smoke may take, by what is published of it. */
const EDGES_MAX = 50_000;
const STEPS_MAX = 30_000;
/** Places of coverage: each needs a build, which takes seconds. */
const COVERAGE_MAX = 2;
export const SMOKE_SEED = 1;

const ADVICE = 'run npm run scorecard, and say in the commit why it changed';

function cost(place: PlaceScore, of: (row: Row) => number): number {
  return Math.max(...place.rows.map(of));
}

const stepsOf =
  (engine: Drawing, seed: number) =>
  (row: Row): number =>
    row[engine][seed]?.[1] ?? Number.POSITIVE_INFINITY;

function cheap(card: Scorecard, of: (row: Row) => number, max: number): PlaceScore[] {
  return card.places.filter((place) => cost(place, of) <= max);
}

/** Edges after which the exhaustive engine has found what it is to find again, or will not soon. */
export function edgesFor(place: PlaceScore): number {
  return 2 * cost(place, (row) => row.exhaustive?.edges ?? 0);
}

/** The places that an engine is run on again. */
export function smokePlaces(card: Scorecard, engine: 'exhaustive' | Drawing): PlaceScore[] {
  if (engine === 'exhaustive')
    return cheap(card, (row) => row.exhaustive?.edges ?? Number.POSITIVE_INFINITY, EDGES_MAX);
  const seed = card.seeds.indexOf(SMOKE_SEED);
  const places = cheap(card, stepsOf(engine, seed), STEPS_MAX);
  if (engine === 'random') return places;
  const byCost = places.toSorted((a, b) => cost(a, stepsOf(engine, seed)) - cost(b, stepsOf(engine, seed)));
  // Builds of two kernels, not two of one.
  const bases = new Set<string>();
  return byCost.filter(({ base }) => bases.size < COVERAGE_MAX && !bases.has(base) && bases.add(base));
}

function sentence(place: PlaceScore, row: Row, engine: string, was: string, is: string): string {
  return `${nameOf(place, row)}: ${engine} has ${is}, and the scorecard says ${was}; ${ADVICE}`;
}

/** Where the exhaustive engine came to something else. */
export function exhaustiveDifferences(place: PlaceScore, now: Exhausted): string[] {
  return place.rows.flatMap((row) => {
    const seen = sightingOf(targetOfRow(row), now.sightings);
    // Edges are exact; states are those known at the end of a round, which is as long as the budget allows.
    const text = (s: Row['exhaustive'] | undefined): string =>
      s === null || s === undefined ? 'nothing' : `${s.shortest} steps after ${s.edges} edges`;
    const [was, is] = [text(row.exhaustive), text(seen)];
    return was === is ? [] : [sentence(place, row, 'exhaustive', was, is)];
  });
}

/** Where an engine that draws came to something else by the seed of the smoke. */
export function drawnDifferences(
  card: Scorecard,
  place: PlaceScore,
  engine: Drawing,
  now: readonly (Hit | null)[],
): string[] {
  const seed = card.seeds.indexOf(SMOKE_SEED);
  const text = (t: Try): string => (t === null ? 'nothing' : `${t[2]} steps after ${t[0]} runs and ${t[1]} steps`);
  return place.rows.flatMap((row, n) => {
    const hit = now[n];
    const [was, is] = [text(row[engine][seed]), text(hit && [hit.runs, hit.steps, hit.trace])];
    return was === is ? [] : [sentence(place, row, `${engine}, seed ${SMOKE_SEED},`, was, is)];
  });
}

/** What the scorecard lacks, or has and should not. */
export function gaps(card: Scorecard, designs: readonly Design[] = scoredDesigns()): string[] {
  const known = new Set(card.places.map(({ design }) => design));
  const missing = designs.filter(({ id }) => !known.has(id));
  const foreign = card.places.filter(
    ({ design, scenario }) => !designs.some(({ id, scenarios }) => id === design && scenarios.includes(scenario)),
  );
  return [
    ...missing.map(({ id }) => `${id} has no row in the scorecard; run npm run scorecard -- --design ${id}`),
    ...foreign.map(
      ({ design, scenario }) =>
        `${design} has rows in ${scenario}, where nothing is expected of it; run npm run scorecard -- --design ${design}`,
    ),
  ];
}
