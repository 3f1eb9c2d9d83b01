import { Explorer } from '#iov/check/explore.js';
import { runFastCheck } from '#iov/fuzz/fast-check.js';
import { runLoop } from '#iov/fuzz/loop.js';
import type { RandomResult } from '#iov/fuzz/random.js';
import { runRandom } from '#iov/fuzz/random.js';
import { reproduces } from '#iov/harness/replay.js';
import { DesignFault, Runner, classKey } from '#iov/harness/runner.js';
import { DEFAULT_BOUNDS, NAMED_BOUNDS } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import { describe, expect, test } from 'vitest';
import { clean, designOf, hugeCount, lostReference, throwing } from './designs.js';

const isOver = (): boolean => false;

type Engine = (runner: Runner, seed: number, size?: number) => RandomResult;

/** Each engine, and so much of it that it finds what there is; `size` is a part of that. */
const ENGINES: Readonly<Record<string, Engine>> = {
  'the tight loop': (runner, seed, size = 1) => runLoop(runner, { seed, steps: 300_000 * size, isOver }),
  'fast-check': (runner, seed, size = 1) => runFastCheck(runner, { seed, numRuns: 4000 * size, maxCommands: 200 }),
  both: (runner, seed, size = 1) => runRandom(runner, { seed, steps: 300_000 * size, isOver }),
};

const WORLDS = [
  { id: 'pipe-iter-2016', scenario: 'pipe-iter', bounds: 'tiny' },
  { id: 'packet-2012', scenario: 'packet', bounds: 'default' },
] as const;

type World = (typeof WORLDS)[number];

const runnerOf = (w: World): Runner => new Runner(designOf(w.id), NAMED_BOUNDS[w.bounds], w.scenario);
const keysOf = (classes: readonly { readonly class: RandomResult['classes'][number]['class'] }[]): string[] =>
  classes.map((c) => classKey(c.class)).sort();

describe.each(WORLDS)('on $id, $bounds', (w) => {
  const exhaustive = new Explorer(runnerOf(w), { memoryBytes: 4e9, steps: Number.POSITIVE_INFINITY, isOver }).run();
  const shortest = new Map(exhaustive.classes.map((c) => [classKey(c.class), c.path.length]));

  test.each(Object.entries(ENGINES))('%s finds what the exhaustive engine proves to be there', (_name, run) => {
    const { classes } = run(runnerOf(w), 1);
    const keys = keysOf(classes);
    expect(keys).toEqual(expect.arrayContaining(keysOf(exhaustive.classes.filter((c) => !c.isAfterOthers))));
    expect(keysOf(exhaustive.classes)).toEqual(expect.arrayContaining(keys));
  });

  test.each(Object.entries(ENGINES))('each trace of %s violates its class at its last op', (_name, run) => {
    const runner = runnerOf(w);
    for (const found of run(runner, 2).classes) {
      expect(reproduces(runner, found.path, found.class)).toBe(found.path.length - 1);
      expect(found.path.length).toBeGreaterThanOrEqual(shortest.get(classKey(found.class)) ?? Number.NaN);
      expect(found.minimality).toBe('1-minimal');
    }
  });

  test.each(Object.entries(ENGINES))('%s does the same twice with one seed', (_name, run) => {
    const first = runnerOf(w);
    const second = runnerOf(w);
    expect(run(second, 3, 0.1)).toEqual(run(first, 3, 0.1));
    expect(second.reached.table()).toEqual(first.reached.table());
    // Nor does it matter what the runner did before.
    expect(run(first, 3, 0.1)).toEqual(run(second, 3, 0.1));
  });

  test.each(Object.entries(ENGINES))('%s does something else with another seed', (_name, run) => {
    const first = runnerOf(w);
    const second = runnerOf(w);
    run(first, 3, 0.1);
    run(second, 4, 0.1);
    expect(second.reached.table()).not.toEqual(first.reached.table());
  });
});

const quality = (design: Design, run: Engine): RandomResult =>
  run(new Runner(design, { ...DEFAULT_BOUNDS, page: 4, ring: 2 }, 'pipe-iter'), 1);

describe.each(Object.entries(ENGINES))('%s', (_name, run) => {
  test('finds nothing where nothing is', () => {
    const result = quality(clean, run);
    expect(result.classes).toEqual([]);
    expect(result.steps).toBeGreaterThan(40_000);
  });

  test('finds a planted bug, and a trace of two steps', () => {
    const { classes } = quality(lostReference, run);
    const found = classes.find(
      (c) => c.class.invariant === 'refcount-equals-owners' && c.class.op === 'copy_page_to_iter',
    );
    expect(found).toMatchObject({
      class: { function: 'copy_page_to_iter_pipe' },
      severity: 'soft',
      isAfterOthers: false,
    });
    expect(found?.path).toHaveLength(2);
  });

  test('finds a value that fits no field', () => {
    const { classes } = quality(hugeCount, run);
    const found = classes.find((c) => c.class.invariant === 'value-out-of-range');
    expect(found).toMatchObject({ class: { op: 'iov_iter_zero' }, severity: 'fatal' });
  });

  test("passes on what a design's own code throws", () => {
    expect(() => quality(throwing, run)).toThrow(DesignFault);
  });
});
