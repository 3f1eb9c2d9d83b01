/** The scorecard: one data structure, which is published, printed and compared. */
import type { Design } from '../../model/design.js';
import type { Exhausted, Hit, Sighting, Target } from './measure.js';
import { sightingOf } from './measure.js';
import type { Place } from './places.js';
import { boundsText, bugOf, designNamed } from './places.js';

export const SEEDS: readonly number[] = [1, 2, 3, 4, 5];

/** Steps of one search by chance. */
export const STEPS = 1_000_000;

export type Drawing = 'random' | 'coverage';
export const DRAWING: readonly Drawing[] = ['random', 'coverage'];

/** Runs, steps, and the steps of the trace that was told, of one seed; null where it did not find it. */
export type Try = readonly [runs: number, steps: number, trace: number] | null;

export interface Row extends Target {
  /** The design says that this rule breaks. */
  readonly isExpected: boolean;
  /** It only ever follows from another violation; shown because the design says it. */
  readonly isAfterOthers: boolean;
  /** Of the exhaustive engine; null where it found nothing. */
  readonly exhaustive: { readonly shortest: number; readonly states: number; readonly edges: number } | null;
  /** One a seed. */
  readonly random: readonly Try[];
  readonly coverage: readonly Try[];
  /** Medians until found, by the clock; no two machines agree on them. */
  readonly seconds: Readonly<Partial<Record<'exhaustive' | Drawing, number>>>;
}

export interface PlaceScore extends Place {
  readonly bug: string;
  readonly base: string;
  readonly bounds: string;
  readonly states: number;
  readonly edges: number;
  readonly isExhausted: boolean;
  readonly rows: readonly Row[];
}

export interface Scorecard {
  readonly version: 1;
  readonly steps: number;
  readonly seeds: readonly number[];
  readonly places: readonly PlaceScore[];
}

/** Half of the values are not above it; undefined where half or more are missing. */
export function median(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.map((v) => v ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  const middle = sorted[(sorted.length - 1) >> 1];
  return Number.isFinite(middle) ? middle : undefined;
}

export const foundBy = (tries: readonly Try[]): number => tries.filter((t) => t !== null).length;

/** No luck of one seed: the exhaustive engine always finds it, or two seeds of another one did. */
export function isFoundForSure({ exhaustive, random, coverage }: Row): boolean {
  return exhaustive !== null || foundBy(random) >= 2 || foundBy(coverage) >= 2;
}

export const targetOfRow = ({ invariant, op, function: fn }: Row): Target => ({
  invariant,
  op,
  ...(fn === undefined ? {} : { function: fn }),
});

/** The op is '' where the design is expected to break the rule, and no engine was seen to. */
export function nameOf(place: Place, { invariant, op, function: fn }: Target): string {
  const where = op === '' ? 'no call' : fn === undefined ? op : `${op}, in ${fn}()`;
  return `${place.design}, ${place.scenario}: ${invariant} at ${where}`;
}

/** Two digits are as much as can be said. */
const rounded = (seconds: number): number => Number(seconds.toPrecision(2));

function rowOf(target: Target, isExpected: boolean, seen: Sighting | undefined): Row {
  const exhaustive = seen === undefined ? null : { shortest: seen.shortest, states: seen.states, edges: seen.edges };
  return {
    ...target,
    isExpected,
    isAfterOthers: seen?.isAfterOthers === true,
    exhaustive,
    random: [],
    coverage: [],
    seconds: seen === undefined ? {} : { exhaustive: rounded(seen.seconds) },
  };
}

/** Each once, in the order in which it was seen. */
function distinct(sightings: readonly Sighting[], byFunction: boolean): Target[] {
  const targets = sightings.map(({ class: { invariant, op, function: fn } }): Target => {
    return byFunction ? { invariant, op, function: fn } : { invariant, op };
  });
  return targets.filter((t, n) => n === targets.findIndex((o) => JSON.stringify(o) === JSON.stringify(t)));
}

/**
 * What breaks in the design and not in its base, each rule in each call, but for what only
 * ever follows from something else. Where that leaves nothing of a rule that the design is
 * expected to break: what is the base's but for the function, what follows from something
 * else, or what the base breaks only by a longer trace.
 */
function targetsOf(design: Design, own: readonly Sighting[], base: readonly Sighting[]): Target[] {
  const isInherited = (target: Target): boolean => sightingOf(target, base) !== undefined;
  const isNearer = (target: Target): boolean =>
    (sightingOf(target, own)?.shortest ?? Number.POSITIVE_INFINITY) < (sightingOf(target, base)?.shortest ?? 0);
  const free = own.filter(({ isAfterOthers }) => !isAfterOthers);
  const targets = distinct(free, false).filter((target) => !isInherited(target));
  for (const { invariant } of design.expect.violates ?? []) {
    if (targets.some((target) => target.invariant === invariant)) continue;
    const all = (sightings: readonly Sighting[], byFunction: boolean): Target[] =>
      distinct(
        sightings.filter(({ class: named }) => named.invariant === invariant),
        byFunction,
      );
    const of = (sightings: readonly Sighting[], byFunction: boolean): Target[] =>
      all(sightings, byFunction).filter((target) => !isInherited(target));
    const ways = [of(free, true), of(own, false), of(own, true), all(free, true).filter(isNearer)];
    targets.push(...(ways.find((way) => way.length > 0) ?? []));
  }
  return targets;
}

/** A place with its rows, before any engine that draws was there. */
export function placeScore(place: Place, own: Exhausted, base: Exhausted | undefined): PlaceScore {
  const design = designNamed(place.design);
  const { states, edges, isExhausted, sightings } = own;
  const isExpected = ({ invariant }: Target): boolean =>
    design.expect.violates?.some((v) => v.invariant === invariant) === true;
  const rows = targetsOf(design, sightings, base?.sightings ?? []).map((target) =>
    rowOf(target, isExpected(target), sightingOf(target, sightings)),
  );
  return {
    ...place,
    bug: bugOf(design),
    base: design.base?.id ?? '',
    bounds: boundsText(place),
    states,
    edges,
    isExhausted,
    rows,
  };
}

/** The places of one design. What it is expected to break, and does nowhere, is a row of the first. */
export function withMissing(places: readonly PlaceScore[]): PlaceScore[] {
  const [first, ...others] = places;
  const has = new Set(places.flatMap(({ rows }) => rows.map(({ invariant }) => invariant)));
  const missing = (designNamed(first.design).expect.violates ?? []).filter(({ invariant }) => !has.has(invariant));
  const rows = missing.map(({ invariant }) => rowOf({ invariant, op: '' }, true, undefined));
  return [{ ...first, rows: [...first.rows, ...rows] }, ...others].filter((place) => place.rows.length > 0);
}

/** The place with the hits that its rows had before. */
export function withOld(place: PlaceScore, before: readonly PlaceScore[]): PlaceScore {
  const old = before.find(({ scenario }) => scenario === place.scenario);
  const rows = place.rows.map((row) => {
    const was = old?.rows.find((r) => nameOf(place, r) === nameOf(place, row));
    if (was === undefined) return row;
    const { random, coverage } = was;
    return { ...row, random, coverage, seconds: { ...was.seconds, ...row.seconds } };
  });
  return { ...place, rows };
}

/** The place with what an engine found: one list a seed, one hit a row. */
export function withHits(place: PlaceScore, engine: Drawing, bySeed: readonly (readonly (Hit | null)[])[]): PlaceScore {
  const rows = place.rows.map((row, n) => {
    const hits = bySeed.map((seed) => seed[n]);
    const tries = hits.map((hit): Try => (hit === null ? null : [hit.runs, hit.steps, hit.trace]));
    const { [engine]: _old, ...others } = row.seconds;
    const middle = median(hits.map((hit) => hit?.seconds));
    return {
      ...row,
      [engine]: tries,
      seconds: middle === undefined ? others : { ...others, [engine]: rounded(middle) },
    };
  });
  return { ...place, rows };
}

/** One line a row, so that a change of one is a change of one line. */
export function scorecardJson({ places, ...head }: Scorecard): string {
  const line = (value: unknown): string => JSON.stringify(value);
  const text = places.map(({ rows, ...place }) => {
    const fields = Object.entries(place).map(([key, value]) => `      ${line(key)}: ${line(value)},\n`);
    return `    {\n${fields.join('')}      "rows": [\n${rows.map((row) => `        ${line(row)}`).join(',\n')}\n      ]\n    }`;
  });
  const fields = Object.entries(head).map(([key, value]) => `  ${line(key)}: ${line(value)},\n`);
  return `{\n${fields.join('')}  "places": [\n${text.join(',\n')}\n  ]\n}\n`;
}
