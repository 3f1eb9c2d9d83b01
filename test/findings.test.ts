/**
 * The traces of docs/findings.md, as literal ops: each is found, by the search, at its
 * length; and each named fix, taken out, brings back the violation that it is for.
 */
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const FOUND: readonly [
  finding: string,
  design: string,
  bounds: string,
  invariant: string,
  op: string,
  steps: number,
][] = [
  ['F-1', 'pipe-iter-2016', 'tiny', 'packet-boundaries', 'copy_to_iter', 4],
  ['F-1', 'pipe-iter-2016', 'tiny', 'packet-boundaries', 'copy_page_to_iter', 4],
  ['F-1', 'pipe-iter-2016-can-merge', 'tiny', 'page-cache-written-only-by-writers', 'pwrite', 6],
  ['F-2', 'pipe-iter-2016', 'tiny', 'page-list-complete', 'iov_iter_get_pages', 2],
  ['F-3', 'pipe-iter-2016', 'tiny', 'count-consumed-exactly', 'iov_iter_advance', 4],
  ['F-4', 'pipe-iter-2016', 'tiny', 'no-unwritten-byte-readable', 'iov_iter_advance', 3],
  ['F-5', 'pipe-iter-2016', 'tiny', 'sanity', 'iov_iter_advance', 4],
  ['F-6', 'pipe-iter-2016', 'tiny', 'array-has-one-owner', 'iov_iter_get_pages_alloc', 2],
  ['F-7', 'pipe-iter-2016', 'tiny', 'queries-match-their-definition', 'iov_iter_npages', 3],
  ['F-7', 'linux-4.10', 'tiny', 'queries-match-their-definition', 'iov_iter_npages', 3],
  ['F-10', 'linux-6.1', 'tiny', 'no-unwritten-byte-readable', 'iov_iter_revert', 5],
  ['F-10', 'linux-6.1', 'tiny', 'bytes-in-order', 'read_iter_return', 5],
  ['F-13', 'pipe-iter-mail-2016', 'tiny', 'no-warn', 'iov_iter_advance', 3],
];

describe('findings', () => {
  const cache = new Map<string, ReturnType<typeof search>>();
  const at = (id: string, bounds: string): ReturnType<typeof search> => {
    const key = `${id} ${bounds}`;
    const hit = cache.get(key) ?? search(designOf(id), 'pipe-iter', bounds);
    cache.set(key, hit);
    return hit;
  };

  test.each(FOUND)('%s: %s (%s) breaks %s at %s in %i steps', (_finding, id, bounds, invariant, op, steps) => {
    const found = at(id, bounds).classes.find((c) => c.class.invariant === invariant && c.class.op === op);
    expect(found?.path.length).toBe(steps);
    expect(found?.isAfterOthers).toBe(false);
  });

  test('sanity() is content while unwritten bytes are readable through the full ring', () => {
    const { classes, runner } = at('pipe-iter-2016', 'tiny');
    const fencepost = classes.find((c) => c.class.invariant === 'no-unwritten-byte-readable');
    runner.reset();
    const broken = fencepost?.path.map((n) => {
      runner.take(n);
      return runner.broken.map((i) => i.id);
    });
    expect(broken?.at(-1)).toContain('no-unwritten-byte-readable');
    expect(broken?.flat()).not.toContain('sanity');
  });
});

describe('each named fix is needed', () => {
  const NEEDED: readonly [design: string, fix: string, invariant: string][] = [
    ['pipe-iter-2016-repaired', 'init-flags', 'packet-boundaries'],
    ['pipe-iter-2016-repaired', 'ceil-page-array', 'page-list-complete'],
    ['pipe-iter-2016-repaired', 'signed-get-pages-alloc', 'array-has-one-owner'],
    ['pipe-iter-2016-repaired', 'advance-consumes-count', 'count-consumed-exactly'],
    ['pipe-iter-2016-repaired', 'truncate-by-count', 'no-unwritten-byte-readable'],
    ['pipe-iter-2016-repaired', 'restore-length', 'no-unwritten-byte-readable'],
    ['pipe-iter-2016-repaired', 'npages-of-full-ring', 'queries-match-their-definition'],
    ['packet-2012-repaired', 'no-merge-into-stream', 'packet-boundaries'],
    ['packet-2012-repaired', 'setfl-keeps-o-direct', 'returns-what-it-promised'],
  ];

  test.each(NEEDED)('%s without %s breaks %s', (id, fix, invariant) => {
    const design = designOf(id);
    const found = search(design.without([fix]), design.scenarios[0], 'tiny');
    expect(found.traceOf(invariant).length).toBeGreaterThan(0);
    expect(found.classes.every((c) => c.isAfterOthers || c.path.length > 0)).toBe(true);
  });

  test('with all of them nothing is left', () => {
    for (const id of ['pipe-iter-2016-repaired', 'packet-2012-repaired']) {
      const design = designOf(id);
      const found = search(design, design.scenarios[0], 'tiny');
      expect(found.classes).toEqual([]);
      expect(found.isExhausted).toBe(true);
    }
  });

  test('every fix is in the table', () => {
    for (const id of ['pipe-iter-2016-repaired', 'packet-2012-repaired']) {
      const names = NEEDED.filter((row) => row[0] === id).map((row) => row[1]);
      expect(names.sort()).toEqual(Object.keys(designOf(id).fixes ?? {}).sort());
    }
  });

  test('without any of them the sibling is the document: same states, edges and classes', () => {
    for (const [id, posted, bounds] of [
      ['pipe-iter-2016-repaired', 'pipe-iter-2016', 'tiny,contents=off'],
      ['packet-2012-repaired', 'packet-2012', 'tiny'],
    ]) {
      const design = designOf(id);
      const bare = search(design.without(Object.keys(design.fixes ?? {})), design.scenarios[0], bounds);
      const seed = search(designOf(posted), design.scenarios[0], bounds);
      expect([bare.states, bare.edges, bare.classes.length]).toEqual([seed.states, seed.edges, seed.classes.length]);
    }
  });
});
