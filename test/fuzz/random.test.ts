import { Choice } from '#iov/fuzz/choice.js';
import { runFastCheck } from '#iov/fuzz/fast-check.js';
import { runLoop } from '#iov/fuzz/loop.js';
import { Prng } from '#iov/fuzz/prng.js';
import type { RandomClass } from '#iov/fuzz/random.js';
import { runRandom } from '#iov/fuzz/random.js';
import { Walk, Went } from '#iov/fuzz/walk.js';
import { Runner, classKey } from '#iov/harness/runner.js';
import type { Bounds } from '#iov/model/bounds.js';
import { DEFAULT_BOUNDS, NAMED_BOUNDS } from '#iov/model/bounds.js';
import { describe, expect, test } from 'vitest';
import { clean, designOf } from './designs.js';

const isOver = (): boolean => false;
/** Two slots of four bytes. */
const BOUNDS: Bounds = { ...DEFAULT_BOUNDS, page: 4, ring: 2 };
const newRunner = (): Runner => new Runner(clean, BOUNDS, 'pipe-iter');

describe('the generator', () => {
  test('gives the same numbers for a seed, on every machine', () => {
    const prng = new Prng(42);
    expect(Array.from({ length: 8 }, () => prng.below(1000))).toMatchInlineSnapshot(`
      [
        999,
        271,
        394,
        810,
        998,
        308,
        318,
        409,
      ]
    `);
  });

  test('gives every number below, and none else', () => {
    const prng = new Prng(-7);
    const seen = new Set(Array.from({ length: 1000 }, () => prng.below(10)));
    expect([...seen].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(prng.below(1)).toBe(0);
  });
});

describe('a choice', () => {
  const runner = newRunner();
  const group = (name: string): Runner['groups'][number] => {
    const found = runner.groups.find(({ spec }) => spec.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };

  test('draws every instance', () => {
    const choice = new Choice(runner, group('copy_to_iter'));
    const prng = new Prng(1);
    const seen = new Set(Array.from({ length: 20_000 }, () => choice.draw(prng, 128)));
    const { first, end } = group('copy_to_iter');
    expect(seen.size).toBe(end - first);
  });

  test('leaves faults and marks out where it is calm', () => {
    const choice = new Choice(runner, group('copy_to_iter'));
    const prng = new Prng(1);
    const texts = Array.from({ length: 100 }, () => runner.ops[choice.draw(prng, 256)].text);
    expect(texts.filter((text) => /mark|fail_alloc/.test(text))).toEqual([]);
  });

  test('of smaller fractions is simpler', () => {
    const choice = new Choice(runner, group('copy_to_iter'));
    const at = (...fractions: number[]): string => runner.ops[choice.at(fractions)].text;
    expect(at(0, 0, 0)).toBe('copy_to_iter bytes=1');
    expect(at(0xffff, 0x7fff, 0x7fff)).toBe('copy_to_iter bytes=8');
    expect(at(0xffff, 0x7fff, 0xffff)).toBe('copy_to_iter bytes=8 fail_alloc=1');
  });

  test('moves to what is allowed', () => {
    const choice = new Choice(runner, group('pwrite'));
    runner.reset();
    const { first, end } = group('pwrite');
    const allowed = Array.from({ length: end - first }, (_, i) => first + i).filter((n) => runner.isAllowed(n));
    for (let n = first; n < end; n++) {
      const below = allowed.filter((m) => m <= n);
      expect(choice.nearest(n)).toBe(below.at(-1) ?? allowed[0]);
    }
  });
});

describe('a walk', () => {
  test('undoes an idle op', () => {
    const runner = newRunner();
    const walk = new Walk(runner, 10, () => false);
    const index = (text: string): number => runner.ops.findIndex((op) => op.text === text);
    walk.start();
    expect(walk.take(index('iov_iter_pipe count=8'))).toBe(Went.On);
    const before = new Int32Array(runner.words);
    runner.save(before, 0);
    // One byte takes one page: a second allocation is never made.
    expect(walk.take(index('copy_to_iter bytes=1 fail_alloc=1'))).toBe(Went.Nowhere);
    const after = new Int32Array(runner.words);
    runner.save(after, 0);
    expect(after).toEqual(before);
    expect([walk.steps, walk.idle, walk.path]).toEqual([1, 1, [index('iov_iter_pipe count=8')]]);
  });
});

describe('the random engine', () => {
  test.each(['linux-4.10', 'linux-6.1'])('takes every op of %s, meets a full ring, and an empty one', (id) => {
    const runner = new Runner(designOf(id), DEFAULT_BOUNDS, 'pipe-iter');
    runRandom(runner, { seed: 1, steps: 100_000, isOver });
    expect(runner.reached.missing()).toEqual([]);
  });

  test('goes round the end of a free-running head', () => {
    const runner = new Runner(designOf('linux-5.8'), DEFAULT_BOUNDS, 'packet');
    const take = runner.take.bind(runner);
    let wraps = 0;
    runner.take = (n) => {
      const { head } = runner.k.pipe;
      const step = take(n);
      if (runner.k.pipe.head < head) wraps++;
      return step;
    };
    runLoop(runner, { seed: 1, steps: 20_000, isOver });
    expect(wraps).toBeGreaterThan(100);
  });

  test('tells each class once, when it is found', () => {
    const runner = new Runner(designOf('pipe-iter-2016'), NAMED_BOUNDS.tiny, 'pipe-iter');
    const told: RandomClass[] = [];
    const result = runRandom(runner, { seed: 1, steps: 50_000, isOver, onClass: (found) => told.push(found) });
    expect(told).toEqual(result.classes);
    expect(told.length).toBeGreaterThan(5);
    expect(new Set(told.map((found) => classKey(found.class))).size).toBe(told.length);
  });

  test('takes the steps that it may, and says how far it is', () => {
    const seen: number[] = [];
    const { steps } = runRandom(newRunner(), { seed: 1, steps: 50_000, isOver, onProgress: (done) => seen.push(done) });
    expect(steps).toBe(50_000);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBeGreaterThan(40_000);
  });

  test('ends when the time is up, whatever the steps', () => {
    let asked = 0;
    const isUp = (): boolean => ++asked > 20;
    const { steps } = runRandom(newRunner(), { seed: 1, steps: Number.POSITIVE_INFINITY, isOver: isUp });
    expect(steps).toBeGreaterThan(1000);
    expect(runFastCheck(newRunner(), { seed: 1, numRuns: 1e9, maxCommands: 50, isOver: () => true })).toEqual({
      runs: 0,
      steps: 0,
      classes: [],
    });
    const spent = runLoop(newRunner(), { seed: 1, steps: 1e9, isOver: () => true });
    expect(spent).toEqual({ runs: 0, steps: 0, classes: [] });
  });

  test('ends when its runs are spent, whatever the steps', () => {
    const options = { seed: 1, steps: Number.POSITIVE_INFINITY, isOver: () => false };
    for (const runs of [1, 7, 100]) expect(runRandom(newRunner(), { ...options, runs }).runs).toBe(runs);
  });
});
