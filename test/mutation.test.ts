/** The mutation score in a small form: one function's mutants come to what reports/published/mutation.json says. */
import { readFileSync } from 'node:fs';
import { Explorer } from '#iov/check/explore.js';
import { mutatedBuild, mutantsOf } from '#iov/bench/mutation/build.js';
import { LOOKS, lookAt } from '#iov/bench/mutation/looks.js';
import { allPlaces } from '#iov/bench/mutation/places.js';
import type { Base, Result } from '#iov/bench/mutation/protocol.js';
import type { MutationRecord } from '#iov/bench/mutation/record.js';
import { score } from '#iov/bench/mutation/record.js';
import { renderMutation } from '#iov/bench/mutation/render.js';
import { sample } from '#iov/bench/mutation/sample.js';
import { read } from '#iov/bench/mutation/syntax.js';
import type { Lab } from '#iov/bench/mutation/trial.js';
import { baseOf, load, perform } from '#iov/bench/mutation/trial.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { beforeAll, describe, expect, test } from 'vitest';
import { designOf } from './search.js';

const FILE = 'model/linux/6.1/iov_iter/iterate.ts';
const FUNCTION = 'iterateIovec';
const PLACES = allPlaces(['linux-6.1']).filter(({ scenario }) => scenario === 'iov-iter');
const JSON_FILE = 'reports/published/mutation.json';

const record = JSON.parse(readFileSync(JSON_FILE, 'utf8')) as MutationRecord;
const quiet = (): void => {};
let lab: Lab;
let coverage: Lab;
let build: Awaited<ReturnType<typeof mutatedBuild>>;
let bases: Base[];

beforeAll(async () => {
  build = await mutatedBuild([FILE]);
  [lab, coverage] = [await load(build.code), await load(build.coverage)];
  bases = PLACES.map((place) => baseOf(coverage, place, quiet));
});

describe('the mutated build', () => {
  test('has no name of the library left in it', () => {
    expect(build.code).not.toMatch(/stryMutAct|stryCov|stryNS/);
    expect(build.mutants.length).toBeGreaterThan(20);
  });

  test('does what the plain build does, with no mutant active', () => {
    const [place] = PLACES;
    const runner = new Runner(
      designOf(place.design),
      parseBounds(place.bounds, undefined, SCENARIOS[place.scenario]),
      place.scenario,
    );
    const plain = new Explorer(runner, { memoryBytes: 2e9, steps: place.steps, isOver: () => false }).run();
    const end = lab.search(place, -1, -1, undefined, quiet);
    expect(end.how === 'ends' && end.seen.states).toBe(plain.states);
    expect(end).toEqual({ how: 'ends', seen: bases[0].seen });
  });

  test('one function is as it is in the published report', () => {
    const mutants = sample(build.mutants, record.every).filter((m) => m.function === FUNCTION);
    expect(mutants.length).toBeGreaterThan(2);
    const ground = { bases, witnesses: [] };
    const results = mutants.map(
      ({ id }) => perform(lab, () => coverage, ground, { kind: 'kernel', id }, quiet) as Result,
    );
    const own = score(mutants, results);
    const isOwn = (s: { file: string; function: string }): boolean => s.file === FILE && s.function === FUNCTION;
    expect(own.functions).toEqual(record.functions.filter(isOwn));
    const text = (s: (typeof record.survivors)[number]): string =>
      `${s.original} => ${s.mutated}: ${s.verdict}, ${s.at}`;
    expect(own.survivors.map(text)).toEqual(record.survivors.filter(isOwn).map(text));
    expect(own.functions[0].counts.killed).toBeGreaterThan(0);
  });
});

describe('mutants', () => {
  test('a statement can be left out, and what is said in words is let alone', async () => {
    const { mutants } = await mutantsOf(['model/mm.ts', 'invariants/sanity.ts']);
    const dropped = mutants.filter(({ function: fn, mutated }) => fn === 'kvfreeArray' && mutated === '');
    expect(dropped.map(({ original }) => original)).toContain('k.arrays--;');
    expect(mutants.filter(({ function: fn }) => fn === 'explain' || fn === 'marks')).toEqual([]);
    expect(mutants.filter(({ original }) => original.startsWith('k.turn('))).toEqual([]);
  });

  test('lines stay where they are', () => {
    const text = 'export function f(a: number[]): void {\n  a.push(1);\n  if (a.length > 1) a.pop();\n}\n';
    const { braced, functions } = read(text);
    expect(braced).toBe('export function f(a: number[]): void {\n  {a.push(1);}\n  if (a.length > 1) {a.pop();}\n}\n');
    expect(functions.map(({ name }) => name)).toEqual(['f']);
  });
});

describe('reports/published/mutation', () => {
  test('mutation.md says what mutation.json says', () => {
    expect(readFileSync('reports/published/mutation.md', 'utf8')).toBe(renderMutation(record, LOOKS));
  });

  test('every survivor that differs has been looked at', () => {
    const open = record.survivors.filter((s) => s.verdict === 'survives, differs' && lookAt(LOOKS, s) === undefined);
    expect(open.map(({ file, function: fn, original }) => `${file} ${fn}: ${original}`)).toEqual([]);
  });
});
