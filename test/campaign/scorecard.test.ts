/** The published scorecard: whole, and nothing in it by luck. scorecard-smoke.test.ts measures part of it again. */
import { readFileSync, readdirSync } from 'node:fs';
import { drawnDifferences, exhaustiveDifferences, gaps, smokePlaces } from '#iov/campaign/scorecard/compare.js';
import { exhaust, hunt, isTarget, randomHunt, runnerAt, sightingOf } from '#iov/campaign/scorecard/measure.js';
import { boundsText, bugOf, designNamed, scoredDesigns } from '#iov/campaign/scorecard/places.js';
import { REASONS } from '#iov/campaign/scorecard/reasons.js';
import type { PlaceScore, Row, Scorecard } from '#iov/campaign/scorecard/scorecard.js';
import {
  DRAWING,
  foundBy,
  isFoundForSure,
  median,
  nameOf,
  placeScore,
  scorecardJson,
  targetOfRow,
  withHits,
  withMissing,
} from '#iov/campaign/scorecard/scorecard.js';
import { scorecardText } from '#iov/reports/scorecard.js';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const json = read('reports/published/scorecard.json');
const card = JSON.parse(json) as Scorecard;
const rows = card.places.flatMap((place) => place.rows.map((row) => ({ place, row, name: nameOf(place, row) })));

function placeNamed(design: string): PlaceScore {
  const place = card.places.find((p) => p.design === design);
  if (place === undefined) throw new Error(design);
  return place;
}

describe('the published scorecard', () => {
  test('is about every document as posted and every bug of the history', () => {
    const history = readdirSync(new URL('model/designs/history/', ROOT)).map((file) => file.replace(/\.ts$/, ''));
    const posted = [
      'packet-2012',
      'pipe-iter-2016',
      'pipe-iter-mail-2016',
      'extract-rfc-2022',
      'read-to-read-rfc-2022',
    ];
    expect(scoredDesigns().map(({ id }) => id)).toEqual(expect.arrayContaining([...history, ...posted]));
    expect(gaps(card)).toEqual([]);
  });

  test('a design without a row is named, and one that is gone', () => {
    const less = { ...card, places: card.places.filter(({ design }) => design !== 'tee-merge') };
    expect(gaps(less)).toEqual(['tee-merge has no row in the scorecard; run npm run scorecard -- --design tee-merge']);
    expect(
      gaps(
        card,
        scoredDesigns().filter(({ id }) => id !== 'tee-merge'),
      ),
    ).toEqual([expect.stringMatching(/^tee-merge has rows in splice, where nothing is expected of it; run/)]);
  });

  test('has at least thirty rows, each found by an engine and not by luck of one seed', () => {
    expect(rows.length).toBeGreaterThanOrEqual(30);
    expect(rows.filter(({ row }) => !isFoundForSure(row)).map(({ name }) => name)).toEqual([]);
    for (const { row } of rows) for (const engine of DRAWING) expect(row[engine]).toHaveLength(card.seeds.length);
  });

  test('has a row for each violation that a design expects, as short as it says', () => {
    for (const design of scoredDesigns()) {
      for (const { invariant, steps } of design.expect.violates ?? []) {
        const own = rows.filter(({ place, row }) => place.design === design.id && row.invariant === invariant);
        const shortest = Math.min(...own.map(({ row }) => row.exhaustive?.shortest ?? Number.NaN));
        expect([design.id, invariant, shortest]).toEqual([design.id, invariant, steps ?? shortest]);
        expect(own.every(({ row }) => row.isExpected)).toBe(true);
      }
    }
  });

  test('no trace is shorter than the one that is proved shortest', () => {
    for (const { row, name } of rows) {
      for (const tries of DRAWING.flatMap((engine) => row[engine])) {
        if (tries !== null) expect([name, tries[2]]).toEqual([name, Math.max(tries[2], row.exhaustive?.shortest ?? 0)]);
      }
    }
  });

  test('says why, where chance finds a row by one seed or none, and not where it finds it by all', () => {
    const namesOf = (isOf: (found: number[]) => boolean): string[] =>
      rows.filter(({ row }) => isOf(DRAWING.map((engine) => foundBy(row[engine])))).map(({ name }) => name);
    const reasons = REASONS.map(({ row }) => row);
    expect(reasons).toEqual(expect.arrayContaining(namesOf((found) => Math.max(...found) < 2)));
    expect(namesOf((found) => Math.min(...found) < card.seeds.length)).toEqual(expect.arrayContaining(reasons));
    for (const { why } of REASONS) expect(why).toMatch(/^[A-Z].{20,}\.$/);
  });

  test('is one structure, written in two forms', () => {
    expect(scorecardJson(card)).toBe(json);
    expect(read('reports/published/scorecard.md'), 'run: npm run scorecard -- --render').toBe(scorecardText(card));
  });
});

describe('the small form', () => {
  test('is not small where it should not be', () => {
    expect(smokePlaces(card, 'exhaustive').length).toBeGreaterThan(10);
    expect(smokePlaces(card, 'random').length).toBeGreaterThan(10);
    expect(new Set(smokePlaces(card, 'coverage').map(({ base }) => base)).size).toBe(2);
  });

  const place = placeNamed('packet-2012');
  const targets = place.rows.map(targetOfRow);
  const changed = (change: (row: Row) => Row): PlaceScore => ({
    ...place,
    rows: [change(place.rows[0]), place.rows[1]],
  });

  test('a count of the exhaustive engine that differs is one sentence', () => {
    const now = exhaust(runnerAt(place), card.steps, targets);
    expect(exhaustiveDifferences(place, now)).toEqual([]);
    const other = changed((row) => ({ ...row, exhaustive: { shortest: 1, states: 1, edges: 7 } }));
    expect(exhaustiveDifferences(other, now)).toEqual([
      'packet-2012, packet: returns-what-it-promised at fcntl_setfl: exhaustive has 1 steps after 93 edges, and the scorecard says 1 steps after 7 edges; run npm run scorecard, and say in the commit why it changed',
    ]);
    expect(exhaustiveDifferences(place, { ...now, sightings: now.sightings.slice(1) })).toEqual([
      expect.stringContaining('exhaustive has nothing, and the scorecard says 1 steps'),
    ]);
  });

  test('and so is one of an engine that draws', () => {
    const now = hunt(randomHunt(runnerAt(place), card.seeds[0], card.steps), targets);
    expect(drawnDifferences(card, place, 'random', now)).toEqual([]);
    const other = changed((row) => ({ ...row, random: [[3, 4, 1], ...row.random.slice(1)] }));
    expect(drawnDifferences(card, other, 'random', now)).toEqual([
      expect.stringMatching(
        /^packet-2012, packet: returns-what-it-promised at fcntl_setfl: random, seed 1, has 1 steps after \d+ runs and \d+ steps, and the scorecard says 1 steps after 3 runs and 4 steps; run npm run scorecard/,
      ),
    ]);
    expect(drawnDifferences(card, place, 'random', [null, now[1]])).toEqual([
      expect.stringContaining('seed 1, has nothing, and'),
    ]);
  });
});

describe('a measurement', () => {
  const place = { design: 'packet-2012', scenario: 'packet' } as const;
  const there = { invariant: 'packet-boundaries', op: 'pwrite' };
  const nowhere = { invariant: 'no-warn', op: 'pwrite' };

  test('ends with what it looks for, and with its budget', () => {
    const all = exhaust(runnerAt(place), Number.POSITIVE_INFINITY);
    expect(all.isExhausted).toBe(true);
    expect(sightingOf(there, all.sightings)).toMatchObject({ shortest: 2, isAfterOthers: false, edges: 114 });
    expect(sightingOf(nowhere, all.sightings)).toBeUndefined();
    expect(exhaust(runnerAt(place), 200).edges).toBeLessThan(all.edges);
    const [hit, none] = hunt(randomHunt(runnerAt(place), 1, 20_000), [there, nowhere]);
    expect(hit).toMatchObject({ trace: 2 });
    expect(none).toBeNull();
  });

  test('counts the same for the same seed, and what was spent only grows', () => {
    const spent: number[][] = [];
    const run = (): void => {
      randomHunt(
        runnerAt({ design: 'copy-mc-short', scenario: 'pipe-iter' }),
        2,
        60_000,
      )(
        () => false,
        (_found, { runs, steps }) => spent.push([runs, steps]),
      );
    };
    run();
    const first = spent.splice(0);
    run();
    expect(spent).toEqual(first);
    expect(first.length).toBeGreaterThan(5);
    expect(first.toSorted(([a], [b]) => a - b)).toEqual(first);
    expect(first.every(([runs, steps]) => runs > 0 && steps >= runs / 2)).toBe(true);
  });

  test('a target is a rule in a call, and in a function where one is named', () => {
    const found = { invariant: 'packet-boundaries', op: 'pwrite', function: 'pipe_write' };
    expect(
      [there, nowhere, { ...there, function: 'pipe_write' }, { ...there, function: 'other' }].map((target) =>
        isTarget(target, found),
      ),
    ).toEqual([true, false, true, false]);
  });
});

describe('the rows of a place', () => {
  const place = { design: 'pipe-iter-2016-can-merge', scenario: 'pipe-iter' } as const;
  const seen = (invariant: string, op: string, fn: string, isAfterOthers = false): object => ({
    class: { invariant, op, function: fn },
    shortest: 3,
    isAfterOthers,
    states: 1,
    edges: 2,
    seconds: 0.123,
  });
  const of = (own: object[], base: object[]): string[] => {
    const whole = (sightings: object[]): Parameters<typeof placeScore>[1] =>
      ({ states: 1, edges: 2, isExhausted: true, sightings }) as Parameters<typeof placeScore>[1];
    return withMissing([placeScore(place, whole(own), whole(base))]).flatMap((p) =>
      p.rows.map((row) => nameOf(p, row)),
    );
  };
  const NAME = 'pipe-iter-2016-can-merge, pipe-iter: page-cache-written-only-by-writers at';
  const RULE = 'page-cache-written-only-by-writers';

  test('are what its base does not break, and what nothing else has to break for', () => {
    const own = [
      seen(RULE, 'pwrite', 'a'),
      seen(RULE, 'pwrite', 'b'),
      seen('no-warn', 'tee', 'a'),
      seen('sanity', 'tee', 'a', true),
    ];
    expect(of(own, [seen('no-warn', 'tee', 'b')])).toEqual([`${NAME} pwrite`]);
  });

  test('name the function where the base breaks the rule in the same call', () => {
    expect(of([seen(RULE, 'pwrite', 'a'), seen(RULE, 'pwrite', 'b')], [seen(RULE, 'pwrite', 'b')])).toEqual([
      `${NAME} pwrite, in a()`,
    ]);
  });

  test('are consequences where the design expects nothing else, and nothing where there is nothing', () => {
    expect(of([seen(RULE, 'pwrite', 'a', true)], [])).toEqual([`${NAME} pwrite`]);
    expect(of([], [])).toEqual([`${NAME} no call`]);
  });

  test('take medians over all seeds', () => {
    expect([median([3, 1, 2]), median([5, undefined, 1]), median([5, undefined, undefined])]).toEqual([
      2,
      5,
      undefined,
    ]);
    const [first] = card.places;
    const hit = { runs: 1, steps: 2, trace: 3, seconds: 0.0123 };
    const hits = Array.from({ length: 5 }, () => first.rows.map(() => hit));
    expect(withHits(first, 'random', hits).rows[0]).toMatchObject({
      random: hits.map(() => [1, 2, 3]),
      seconds: { random: 0.012 },
    });
  });

  test('say in words which bug it is, and the bounds that are not the usual ones', () => {
    expect(bugOf(designNamed('tee-merge'))).toBe(
      'copies by tee and splice that a write may be merged into, as up to 5.0',
    );
    expect(boundsText({ design: 'tee-ref-overflow', scenario: 'splice' })).toBe(
      'default,slots=0,contents=off,refbits=2',
    );
  });
});
