/**
 * The judge of the scenario fork-dma, judged itself: mistakes that it has to notice, each with the shortest trace; and
 * right kernels, of which it has to say nothing.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { FAULT_MUTANTS } from './fork-dma/fault-mutants.js';
import { FORK_MUTANTS } from './fork-dma/fork-mutants.js';
import { GUP_MUTANTS } from './fork-dma/gup-mutants.js';
import type { Mutant } from './fork-dma/mutant.js';
import { designOfMutant, linux61, sound } from './fork-dma/mutant.js';
import { RIGHT } from './fork-dma/right.js';
import type { Search } from './search.js';
import { designOf, search } from './search.js';

const ONE_PAGE = 'vpages=1,files=1';

/** What comes after a violation is not asked for here. */
const FIRST = 'follow=0';

/** Two pages do not close in a test: so many edges, of which the first violations are. */
const EDGES_OF_TWO_PAGES = 100_000;

/** Shortest trace of each invariant that breaks before any other has. */
function shortest(found: Search): Record<string, number> {
  const out: Record<string, number> = {};
  for (const { class: c, path, isAfterOthers } of found.classes) {
    if (!isAfterOthers) out[c.invariant] = Math.min(out[c.invariant] ?? path.length, path.length);
  }
  return out;
}

function searchMutant(mutant: Mutant): Search {
  const isLarge = mutant.bounds?.includes('vpages=2') === true;
  const bounds = `${ONE_PAGE},${FIRST},${mutant.bounds ?? ''}`;
  return search(designOfMutant(mutant), 'fork-dma', bounds, isLarge ? EDGES_OF_TWO_PAGES : undefined);
}

describe('a mistake is noticed', () => {
  test.each([...FORK_MUTANTS, ...FAULT_MUTANTS, ...GUP_MUTANTS])('$name', (mutant) => {
    const found = searchMutant(mutant);
    if (found.isExhausted) expect(shortest(found)).toEqual(mutant.breaks);
    else expect(shortest(found)).toMatchObject(mutant.breaks);
    expect(Object.keys(mutant.breaks)).not.toEqual([]);
  });
});

describe('nothing is said', () => {
  test.each(RIGHT)('where $name', (right) => {
    const found = searchMutant({ ...right, breaks: {} });
    expect([found.isExhausted, found.lines]).toEqual([true, []]);
  });

  test.each([
    'cow=refcount',
    'cow=exclusive',
    'cow=refcount,bias=2',
    'cow=exclusive,bias=2',
    'cow=refcount,bias=4,order=1',
    'cow=exclusive,bias=4,order=1',
    'refbits=5,bias=8',
    'contents=off',
  ])('of a kernel that pins, %s', (bounds) => {
    const found = search(sound, 'fork-dma', `${ONE_PAGE},${bounds}`);
    expect([found.isExhausted, found.lines]).toEqual([true, []]);
    expect(found.runner.reached.missing()).toEqual([]);
  });

  test('of it as far as two pages were searched', () => {
    for (const bounds of ['files=1', 'files=2', 'files=1,order=1', 'files=1,cow=refcount']) {
      expect(search(sound, 'fork-dma', `vpages=2,${bounds}`, 300_000).lines).toEqual([]);
    }
  });
});

/** What a rule of copy-on-write does to a process that only has references under its I/O: kernel-rules, consequences. */
describe('references instead of pins', () => {
  const LOST = [
    'mmap vpage=0 of=anon',
    'iov_iter_get_pages_alloc pid=parent direction=READ buffer=ubuf:[0+2]',
    'fork',
    'device_write',
  ];
  const LEAKED = [
    'mmap vpage=0 of=anon',
    'store pid=parent vpage=0',
    'fork',
    'iov_iter_get_pages_alloc pid=parent direction=WRITE buffer=ubuf:[0+2]',
    'store pid=parent vpage=0',
    'store pid=child vpage=0',
    'device_read',
  ];

  test.each(['mapcount', 'refcount', 'exclusive'])('cow=%s: what the device writes is not private', (cow) => {
    const found = search(linux61, 'fork-dma', `${ONE_PAGE},cow=${cow}`);
    expect(found.isExhausted).toBe(true);
    expect(found.traceOf('memory-is-private')).toEqual(LOST);
    // A source with a mere reference sends the child's data by the oldest rule, and by no other.
    expect(found.traceOf('source-data-is-the-callers')).toEqual(cow === 'mapcount' ? LEAKED : []);
  });

  test('seed 004 takes pins for destinations: by the newer rules that is enough', () => {
    const repaired = designOf('extract-rfc-2022-repaired');
    for (const cow of ['refcount', 'exclusive']) {
      const found = search(repaired, 'fork-dma', `${ONE_PAGE},cow=${cow}`);
      expect([found.isExhausted, found.lines]).toEqual([true, []]);
    }
  });
});

describe('words', () => {
  let found: Search;

  beforeAll(() => {
    found = search(linux61, 'fork-dma', `${ONE_PAGE},cow=mapcount`);
  });

  /** The explanation at the end of the shortest trace. */
  function explanationOf(id: string): string | undefined {
    const { runner, classes } = found;
    const path = classes.find((c) => c.class.invariant === id)?.path ?? [];
    runner.reset();
    for (const n of path) runner.step(n);
    return runner.describe(() => '').find((f) => f.invariant === id)?.explanation;
  }

  test('whose data, of which step, and whose they have to be', () => {
    expect(explanationOf('memory-is-private')).toBe(
      "The child finds the device's data of step 4 at its page 0; it has to find zeros.",
    );
    expect(explanationOf('source-data-is-the-callers')).toBe(
      "The device reads the child's data of step 6 from page 0 of the parent, which has the parent's data of step 5 there by now.",
    );
  });
});
