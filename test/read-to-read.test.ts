/**
 * The scenario read-to-read: what seed 003 breaks as posted, over sequences of calls, and that
 * its repaired sibling does not; that each named fix is needed.
 */
import type { Design } from '#iov/model/design.js';
import { describe, expect, test } from 'vitest';
import { play } from './docs/play.js';
import { designOf, search } from './search.js';

const posted = designOf('read-to-read-rfc-2022');
const repaired = designOf('read-to-read-rfc-2022-repaired');

const call = (files: string, flags: string, len: number, choice = ''): string =>
  `io_splice files=${files} flags=${flags} len=${len}${choice === '' ? '' : ` with=${choice}`}`;
const BOTH = 'DIRECT|READ_TO_READ';

const run = (...lines: string[]): ReturnType<typeof play> => play(posted, 'read-to-read', 'default,files=3', lines);

describe('as posted', () => {
  const found = search(posted, 'read-to-read', 'default');

  test('is searched to its end', () => {
    const { isExhausted, states, edges, depth } = found;
    expect({ isExhausted, states, edges, depth, classes: found.classes.length }).toEqual({
      isExhausted: true,
      states: 14,
      edges: 21501,
      depth: 2,
      classes: 17,
    });
  });

  test.each([
    ['no-warn', call('fuse>f', 'READ_TO_READ', 1)],
    ['errors-have-no-effect', call('fuse>f', 'READ_TO_READ', 1)],
    ['internal-pipe-is-neutral', call('fuse>f', 'READ_TO_READ', 1)],
    ['no-bug', call('fuse>f', 'DIRECT', 1, 'no_off_in')],
    ['refcount-equals-owners', call('fuse>f', BOTH, 1, 'empty_slot:last')],
  ])('%s in one call', (invariant, trace) => {
    expect(found.traceOf(invariant)).toEqual([trace]);
  });

  test('the consumer reads into the page cache of a producer that knows no flag', () => {
    const trace = found.traceOf('page-cache-written-only-by-writers');
    expect(trace).toHaveLength(2);
    expect(trace[1]).toBe(call('own>f', BOTH, 1));
  });
});

describe('a stale consumed_by_read, call after call', () => {
  const STALE = call('fuse>f', 'READ_TO_READ', 1);

  test.each([
    ['the flag check', STALE],
    ['a failing kcalloc', call('fuse>f', BOTH, 1, 'fail_alloc')],
    ['a check that fails the second time', call('fuse>f', BOTH, 1, 'deny_out:later')],
    ['a lender that has nothing to lend', call('fuse>f', BOTH, 1, 'producer:0')],
    ['a lender that fails', call('fuse>f', BOTH, 1, 'producer:-EIO')],
  ])('is left by %s', (_name, line) => {
    const p = run(line);
    expect(p.runner.k.added[0]).toBe(1);
    expect(p.broken.flat()).toContain('internal-pipe-is-neutral');
  });

  test.each([
    ['reads as the end of the file, where a plain file produces', call('f>g', BOTH, 1), '0'],
    ['writes the page cache, where a producer knows nothing of it', call('own>f', BOTH, 1), '1'],
    ['keeps ublk from lending ever again', call('ublk>f', BOTH, 1), '-EINVAL'],
  ])('%s', (_name, line, ret) => {
    const p = run(call('fuse>f', BOTH, 1, 'fail_alloc'), line);
    expect(p.returns.at(-1)).toBe(ret);
    expect(p.broken.length).toBeGreaterThan(0);
  });

  test('is forgotten by the next read to read that succeeds', () => {
    expect(run(STALE, call('fuse>f', BOTH, 1)).runner.k.added[0]).toBe(0);
  });
});

describe('what a call moves', () => {
  test('bytes of the file are in the lent pages, as many as are reported', () => {
    const p = run(call('fuse>f', BOTH, 5), call('ublk>f', BOTH, 3, 'off_out:1'), call('f>g', 'DIRECT', 4));
    expect([p.returns, p.broken]).toEqual([['5', '3', '4'], []]);
  });

  test('the end of the file, and a short read, end the call without harm', () => {
    const p = run(
      call('fuse>f', BOTH, 5, 'off_out:1'),
      call('fuse>f', BOTH, 1, 'off_out:eof'),
      call('fuse>f', BOTH, 4, 'consumer:1'),
    );
    expect([p.returns, p.broken]).toEqual([['4', '0', '1'], []]);
  });

  test('empty slots in front are passed over', () => {
    const p = run(call('fuse>f', BOTH, 2, 'empty_slot:first'));
    expect([p.returns, p.broken]).toEqual([['2'], []]);
  });
});

describe('the repaired sibling', () => {
  test.each(['tiny', 'default'])('breaks nothing at %s', (bounds) => {
    const found = search(repaired, 'read-to-read', bounds);
    expect(found.classes).toEqual([]);
    expect(found.isExhausted).toBe(true);
  });

  const NEEDED: readonly [fix: string, invariant: string, trace: string][] = [
    ['both-flags', 'no-warn', call('fuse>f', 'READ_TO_READ', 1)],
    ['clear-the-flag', 'internal-pipe-is-neutral', call('fuse>f', BOTH, 1, 'producer:0')],
    ['positions-of-files', 'no-bug', call('fuse>f', 'DIRECT', 1, 'no_off_in')],
    ['keep-efault', 'returns-what-it-promised', call('fuse>f', BOTH, 1, 'consumer:-EFAULT')],
    ['whole-slots', 'returns-what-it-promised', call('fuse>f', BOTH, 3, 'big_slot')],
    ['drop-empty-slots', 'refcount-equals-owners', call('fuse>f', BOTH, 1, 'empty_slot:last')],
    ['tee-has-no-such-flag', 'returns-what-it-promised', 'io_tee_prep flags=DIRECT'],
  ];

  test.each(NEEDED)('without %s breaks %s', (fix, invariant, trace) => {
    expect(search(repaired.without([fix]), 'read-to-read', 'default', 30_000).traceOf(invariant)).toEqual([trace]);
  });

  test('every fix is in the table', () => {
    expect(NEEDED.map(([fix]) => fix)).toEqual(Object.keys(repaired.fixes ?? {}));
  });

  test('without any of them it is the document', () => {
    const bare: Design = repaired.without(Object.keys(repaired.fixes ?? {}));
    const [a, b] = [bare, posted].map((design) => search(design, 'read-to-read', 'default'));
    expect([a.states, a.edges, a.classes.length]).toEqual([b.states, b.edges, b.classes.length]);
  });
});
