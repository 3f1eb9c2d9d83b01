/** The coverage engine: repeats by its seed, says the same as the plain build, finds what is there. */
import { COVERAGE, instrumentedBuild } from '#iov/cli/instrument.js';
import { createSession as open } from '#iov/cli/session-entry.js';
import type { SessionWorld } from '#iov/cli/session-entry.js';
import { BINS } from '#iov/fuzz/coverage/bins.js';
import { byteMutator } from '#iov/fuzz/coverage/bytes.js';
import type { CoverageResult } from '#iov/fuzz/coverage/explore.js';
import { Coverage } from '#iov/fuzz/coverage/explore.js';
import type { CoverageObject } from '#iov/fuzz/coverage/flat.js';
import { flatten } from '#iov/fuzz/coverage/flat.js';
import { OpMutator } from '#iov/fuzz/coverage/mutate.js';
import { Novelty } from '#iov/fuzz/coverage/novelty.js';
import type { Session } from '#iov/fuzz/coverage/session.js';
import { ANY, LENGTH_MAX, createSession } from '#iov/fuzz/coverage/session.js';
import { Prng } from '#iov/fuzz/prng.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { replay } from '#iov/harness/replay.js';
import { Runner, classKey } from '#iov/harness/runner.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf } from '../search.js';

const isOver = (): boolean => false;

function newRunner(id: string, scenario: ScenarioName, bounds = 'tiny'): Runner {
  return new Runner(designOf(id), parseBounds(bounds, undefined, SCENARIOS[scenario]), scenario);
}

async function search(
  id: string,
  scenario: ScenarioName,
  steps: number,
  seed = 1,
  bounds = 'tiny',
): Promise<CoverageResult> {
  const session = createSession(newRunner(id, scenario, bounds), seed, true);
  const bytes = await byteMutator(new Prng(seed), session.opCount, LENGTH_MAX);
  const options = { seed, steps, runs: Infinity, isOver, seeds: [], bytes };
  return new Coverage(session, newRunner(id, scenario, bounds), options).run();
}

describe('the coverage engine', () => {
  test('does the same for the same seed, and not for another', async () => {
    const [a, b, c] = [
      await search('packet-2012', 'packet', 30_000),
      await search('packet-2012', 'packet', 30_000),
      await search('packet-2012', 'packet', 30_000, 2),
    ];
    expect(b).toEqual(a);
    expect(c.corpus).not.toEqual(a.corpus);
    expect(a.corpus.length).toBeGreaterThan(20);
  });

  test.each([
    ['packet-2012', 'packet', 40_000, 'default'],
    ['pipe-iter-2016', 'pipe-iter', 400_000, 'default'],
    ['read-to-read-rfc-2022', 'read-to-read', 200_000, 'default'],
    ['tee-merge', 'splice', 500_000, 'default'],
    ['extract-rfc-2022', 'extract', 200_000, 'default'],
  ] as const)('finds in %s, %s, what breaks, and each trace breaks it again', async (id, scenario, steps, bounds) => {
    const { classes } = await search(id, scenario, steps, 1, bounds);
    const found = classes.map((c) => classKey(c.class));
    for (const { invariant } of designOf(id).expect.violates ?? [])
      expect(found.some((key) => key.startsWith(invariant))).toBe(true);
    const runner = newRunner(id, scenario, bounds);
    for (const { class: named, path } of classes) {
      const last = replay(runner, path).steps.at(-1);
      expect(last?.found.map(classKey)).toContain(classKey(named));
    }
  });

  test('stops where its steps, its runs or its time are spent', () => {
    const session = createSession(newRunner('linux-4.10', 'packet'), 1, true);
    const options = { seed: 1, steps: Infinity, runs: 100, isOver, seeds: [], bytes: undefined };
    expect(new Coverage(session, newRunner('linux-4.10', 'packet'), options).run().runs).toBe(100);
    let asked = 0;
    const timed = { ...options, runs: Infinity, isOver: () => ++asked > 3 };
    expect(new Coverage(session, newRunner('linux-4.10', 'packet'), timed).run().runs).toBe(3 * 256);
  });

  test('begins with the inputs that it is given', () => {
    const runner = newRunner('packet-2012', 'packet');
    const session = createSession(runner, 1, true);
    const seeds = [[0, 1, 2]];
    const options = { seed: 1, steps: Infinity, runs: 1, isOver, seeds, bytes: undefined };
    const { corpus } = new Coverage(session, newRunner('packet-2012', 'packet'), options).run();
    expect(corpus.map((ops) => [...ops])).toEqual([[0, 1, 2].filter((n) => corpus[0].includes(n))]);
    expect(corpus[0].length).toBeGreaterThan(0);
  });
});

describe('the instrumented build', () => {
  const PAIRS = [
    ['linux-6.1', 'pipe-iter'],
    ['packet-2012', 'packet'],
    ['extract-rfc-2022', 'fork-dma'],
  ] as const;

  test.each(PAIRS)('of %s takes the same steps in %s, and breaks the same', async (name, scenario) => {
    const ref = { name, url: null, without: [] };
    const bounds = parseBounds('default', undefined, SCENARIOS[scenario]);
    const world: SessionWorld = { ref, onBase: false, scenario, bounds, seed: 7, hasBins: true };
    const build = (await import(await instrumentedBuild(ref))) as { open(world: SessionWorld): Promise<Session> };
    const counters = (globalThis as unknown as Record<string, CoverageObject>)[COVERAGE];
    const flat = flatten(counters);
    const [theirs, ours] = [await build.open(world), await open(world)];
    const program = new Int32Array(60).fill(ANY);
    flat.fill(0);
    for (let run = 0; run < 100; run++) {
      theirs.run(program, program.length);
      ours.run(program, program.length);
      expect(theirs.taken.subarray(0, theirs.length)).toEqual(ours.taken.subarray(0, ours.length));
      expect(theirs.news).toEqual(ours.news);
      expect([...theirs.met.subarray(0, theirs.binsMet)]).toEqual([...ours.met.subarray(0, ours.binsMet)]);
    }
    expect(ours.reached()).toEqual(theirs.reached());
    expect(flat.filter((count) => count > 0).length).toBeGreaterThan(100);
  });
});

describe('the counters of istanbul', () => {
  test('become one array, in whole words', () => {
    const file = { s: { '0': 0, '1': 0 }, f: { '0': 0 }, b: { '0': [0, 0], '1': [0] } };
    const flat = flatten({ b: file, a: { s: { '0': 0 }, f: {}, b: {} } });
    expect(flat).toHaveLength(8);
    file.s['1']++;
    file.b['1'][0] += 2;
    expect([...flat]).toEqual([0, 0, 1, 0, 0, 0, 2, 0]);
  });
});

describe('a counter', () => {
  test('is new once, and again in each step of how often', () => {
    const novelty = new Novelty(2);
    expect([1, 1, 2, 3, 4, 7, 8, 15, 16, 200, 255].map((count) => novelty.note(1, count))).toEqual([
      2, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0,
    ]);
    expect(novelty.size).toBe(1);
  });
});

describe('a mutant', () => {
  const groups = [
    { name: 'a', first: 0, end: 10 },
    { name: 'b', first: 10, end: 13 },
  ];

  test('has ops that there are, and is not too long', () => {
    const mutator = new OpMutator(new Prng(3), groups, 12);
    const parent = Int32Array.from([0, 11, 5, 12]);
    let changed = 0;
    for (let n = 0; n < 5000; n++) {
      mutator.mutate(parent, () => Int32Array.from([9, 10]));
      expect(mutator.length).toBeLessThanOrEqual(12);
      const ops = [...mutator.out.subarray(0, mutator.length)];
      expect(ops.every((op) => op === ANY || (op >= 0 && op < 13))).toBe(true);
      if (ops.join() !== [...parent].join()) changed++;
    }
    expect(changed).toBeGreaterThan(4000);
    expect([...parent]).toEqual([0, 11, 5, 12]);
  });

  test('by bytes, too, and the same for a seed', async () => {
    const mutants = async (seed: number): Promise<number[][]> => {
      const bytes = await byteMutator(new Prng(seed), 13, 12);
      const to = new Int32Array(12);
      return Array.from({ length: 500 }, () => [...to.subarray(0, bytes?.mutate(Int32Array.from([1, 2, 12]), to))]);
    };
    const list = await mutants(5);
    expect(await mutants(5)).toEqual(list);
    expect(list.flat().every((op) => op >= 0 && op < 13)).toBe(true);
    expect(new Set(list.map(String)).size).toBeGreaterThan(200);
  });

  test('is by ops alone where there are more of them than two bytes name', async () => {
    expect(await byteMutator(new Prng(1), 2 ** 16, 12)).toBeDefined();
    expect(await byteMutator(new Prng(1), 2 ** 16 + 1, 12)).toBeUndefined();
  });
});

describe('bins', () => {
  test('tell ops, outcomes and rings apart, and begin anew with each run', () => {
    const session = createSession(newRunner('linux-6.1', 'packet'), 1, true);
    const program = new Int32Array(40).fill(ANY);
    session.run(program, 40);
    const first = session.binsMet;
    expect(first).toBeGreaterThan(20);
    expect([...session.met.subarray(0, first)].every((bin) => bin >= 0 && bin < BINS)).toBe(true);
    session.run(program, 1);
    expect(session.binsMet).toBeLessThan(12);
    expect(session.counts.reduce((sum, n) => sum + (n > 0 ? 1 : 0), 0)).toBe(session.binsMet);
  });
});
