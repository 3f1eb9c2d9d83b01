/** The scenario fork-dma: how large it is, that its short forms lose nothing, and that every engine can walk it. */
import { Explorer } from '#iov/check/explore.js';
import { runRandom } from '#iov/fuzz/random.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { makeNormalise } from '#iov/harness/normal.js';
import { findImpurity } from '#iov/harness/purity.js';
import { reproduces } from '#iov/harness/replay.js';
import { Runner, classKey } from '#iov/harness/runner.js';
import type { Bounds } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import { describe, expect, test } from 'vitest';
import { FAULT_MUTANTS } from './fork-dma/fault-mutants.js';
import { FORK_MUTANTS } from './fork-dma/fork-mutants.js';
import { GUP_MUTANTS } from './fork-dma/gup-mutants.js';
import { designOfMutant, linux61, sound } from './fork-dma/mutant.js';
import { designOf, search } from './search.js';

const NO_LIMIT = { memoryBytes: 2e9, steps: Number.POSITIVE_INFINITY, isOver: () => false };
const ONE_PAGE = 'vpages=1,files=1';
const RULES = ['mapcount', 'refcount', 'exclusive'] as const;

function mutantNamed(name: string): Design {
  const mutant = [...FORK_MUTANTS, ...FAULT_MUTANTS, ...GUP_MUTANTS].find((m) => m.name === name);
  if (mutant === undefined) throw new Error(`there is no mutant '${name}'`);
  return designOfMutant(mutant);
}

/** A changed number is a changed model: say why in the commit. */
describe('golden counts', () => {
  test.each([
    { bounds: 'cow=mapcount', states: 5898, edges: 52971, depth: 19, classes: 2 },
    { bounds: 'cow=refcount', states: 3382, edges: 30932, depth: 17, classes: 1 },
    { bounds: 'cow=exclusive', states: 3382, edges: 30932, depth: 17, classes: 1 },
    { bounds: 'refbits=5,bias=8', states: 3382, edges: 30932, depth: 17, classes: 1 },
    { bounds: 'order=1', states: 3382, edges: 30932, depth: 17, classes: 1 },
    { bounds: 'contents=off', states: 1599, edges: 14700, depth: 10, classes: 0 },
  ])('linux-6.1, one page, $bounds', (golden) => {
    const { states, edges, depth, classes, isExhausted } = search(linux61, 'fork-dma', `${ONE_PAGE},${golden.bounds}`);
    expect({ ...golden, states, edges, depth, classes: classes.length }).toEqual(golden);
    expect(isExhausted).toBe(true);
  });

  test.each([
    { cow: 'mapcount', states: 10890, edges: 94524 },
    { cow: 'refcount', states: 3084, edges: 27125 },
    { cow: 'exclusive', states: 3162, edges: 27906 },
  ])('a kernel that pins, one page, cow=$cow', (golden) => {
    const { states, edges } = search(sound, 'fork-dma', `${ONE_PAGE},cow=${golden.cow}`);
    expect({ ...golden, states, edges }).toEqual(golden);
  });
});

/** A runner in which only one of the two renamings is off: of pages (in the image), or of values (after each op). */
function runnerWithout(off: 'pages' | 'values', design: Design, text: string): Runner {
  const bounds = parseBounds(text);
  const whole: Bounds = { ...bounds, symmetry: off === 'pages' ? 'off' : 'on' };
  const runner = new Runner(design, whole, 'fork-dma');
  (runner.k as { bounds: Bounds }).bounds = { ...bounds, symmetry: off === 'pages' ? 'on' : 'off' };
  return runner;
}

/** The images of another search, brought to the form of `on`. */
function imagesThrough(on: Runner, arena: Int32Array, states: number): Set<string> {
  const out = new Set<string>();
  const image = new Int32Array(on.words);
  for (let s = 0; s < states; s++) {
    on.load(arena, s * on.words);
    makeNormalise(on.k, on.w)(on.k, on.g, on.w);
    on.save(image, 0);
    out.add(image.join());
  }
  return out;
}

/** Searches with and without: the same classes, as shortly, and exactly the same states when they are renamed. */
function expectSame(off: 'pages' | 'values', design: Design, bounds: string): void {
  const on = search(design, 'fork-dma', bounds);
  const explorer = new Explorer(runnerWithout(off, design, bounds), NO_LIMIT);
  const full = explorer.run();
  expect(full.isExhausted).toBe(true);
  expect(full.states).toBeGreaterThan(on.states);
  const lines = full.classes.map(({ class: c, path }) => `${c.invariant} ${c.op} ${c.function} ${path.length}`);
  expect(lines.sort()).toEqual([...on.lines].sort());
  const images = imagesThrough(on.runner, explorer.store.images(), full.states);
  expect(images.size).toBe(on.states);
  expect(images).toEqual(imagesThrough(on.runner, on.explorer.store.images(), on.states));
}

describe('names that do not matter', () => {
  test.each(RULES)('of pages, linux-6.1, cow=%s', (cow) => expectSame('pages', linux61, `${ONE_PAGE},cow=${cow}`));

  test('of pages, folios of two', () => expectSame('pages', sound, `${ONE_PAGE},order=1,oom=off`));

  test.each(RULES)('of values, linux-6.1, cow=%s', (cow) => expectSame('values', linux61, `${ONE_PAGE},cow=${cow}`));

  test.each(['refcount', 'exclusive'])('of values, a kernel that pins, cow=%s', (cow) =>
    expectSame('values', sound, `${ONE_PAGE},cow=${cow}`),
  );

  // Not so of a mistake that goes unseen where two pages hold the same by chance: there, what is renamed sees more.
  test.each(['fork ignores pins', 'every page is reused', 'nothing is unshared', 'unpin drops one reference'])(
    'of values, %s',
    (name) => expectSame('values', mutantNamed(name), `${ONE_PAGE},follow=0`),
  );
});

/** MMF_HAS_PINNED is forgotten where it decides nothing; with few references to a pin it is kept. */
test.each([
  ['a kernel that pins', sound],
  ['fork ignores pins', mutantNamed('fork ignores pins')],
])('the flag of a process that has pinned changes nothing of what is found: %s', (_name, design) => {
  const [forgotten, kept] = [16, 4].map((bias) => search(design, 'fork-dma', `${ONE_PAGE},bias=${bias}`));
  expect(kept.states).toBeGreaterThan(forgotten.states);
  expect(kept.lines).toEqual(forgotten.lines);
});

describe.each(['contents=3', 'contents=off', 'order=1', 'cow=mapcount'])('the image, %s', (bounds) => {
  const { runner, explorer, states } = search(linux61, 'fork-dma', `vpages=2,files=1,${bounds}`, 100_000);
  const arena = explorer.store.images();

  test('loads what it has saved', () => {
    const again = new Int32Array(runner.words);
    for (let s = 0; s < states; s += 7) {
      const at = s * runner.words;
      runner.load(arena, at);
      expect(runner.save(again, 0)).toBe(true);
      expect([...again]).toEqual([...arena.subarray(at, at + runner.words)]);
    }
  });

  test('has a form that does not change when it is brought to it again', () => {
    const again = new Int32Array(runner.words);
    for (let s = 0; s < states; s += 7) {
      const at = s * runner.words;
      runner.load(arena, at);
      makeNormalise(runner.k, runner.w)(runner.k, runner.g, runner.w);
      runner.save(again, 0);
      expect([...again]).toEqual([...arena.subarray(at, at + runner.words)]);
    }
  });

  test('holds all state', () => {
    expect(findImpurity(runner, explorer.store)).toBeUndefined();
  });
});

describe('the random engine', () => {
  const isOver = (): boolean => false;
  const keysOf = (classes: readonly { readonly class: Parameters<typeof classKey>[0] }[]): string[] =>
    classes.map((c) => classKey(c.class)).sort();

  test.each([
    ['linux-6.1', linux61, 'cow=mapcount'],
    ['extract-rfc-2022', designOf('extract-rfc-2022'), 'cow=mapcount'],
    ['fork ignores pins', mutantNamed('fork ignores pins'), 'cow=exclusive'],
    ['unmapping drops pins too', mutantNamed('unmapping drops pins too'), 'cow=exclusive'],
  ] as const)('%s: finds what the exhaustive engine finds', (_name, design, cow) => {
    const bounds = `${ONE_PAGE},${cow}`;
    const whole = search(design, 'fork-dma', bounds);
    const runner = new Runner(design, parseBounds(bounds), 'fork-dma');
    const { classes } = runRandom(runner, { seed: 1, steps: 300_000, isOver });
    expect(keysOf(classes)).toEqual(expect.arrayContaining(keysOf(whole.classes.filter((c) => !c.isAfterOthers))));
    expect(keysOf(whole.classes)).toEqual(expect.arrayContaining(keysOf(classes)));
    for (const found of classes) expect(reproduces(runner, found.path, found.class)).toBe(found.path.length - 1);
  });

  test('finds nothing in a larger world of a kernel that is right, and takes every op', () => {
    for (const bounds of ['vpages=4,files=2', 'vpages=2,files=1,order=1', 'vpages=3,files=1,cow=refcount,bias=4']) {
      const runner = new Runner(sound, parseBounds(bounds), 'fork-dma');
      const { classes } = runRandom(runner, { seed: 1, steps: 200_000, isOver });
      expect(classes.map((c) => c.class)).toEqual([]);
      expect(runner.reached.missing()).toEqual([]);
    }
  });
});
