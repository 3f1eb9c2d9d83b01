/** One test for each statement of seed 001 that has behaviour; docs/coverage-of-seeds.md names them by number. */
import { resolveOp } from '#iov/harness/op-text.js';
import { Step } from '#iov/harness/runner.js';
import { describe, expect, test } from 'vitest';
import { design } from '#iov/model/designs/pipe-iter-mail-2016.js';
import type { Vec } from '#iov/model/kernel.js';
import { ITER_IOVEC, READ } from '#iov/model/kernel.js';
import type { Played } from './play.js';
import { play, slots, TWO_SLOTS } from './play.js';

/** Two bytes and two bytes of user memory; nothing is copied there. */
const TWO_SEGMENTS: Vec = {
  index: -1,
  flavour: ITER_IOVEC,
  text: '[0+2,4+2]',
  iov: [
    { base: 0, len: 2 },
    { base: 4, len: 2 },
  ],
  bvec: [],
  xarray: [],
  xarrayStart: 0,
  folioq: [],
  bytes: 4,
};

const CARELESS = `${TWO_SLOTS},callers=careless`;

const run = (bounds: string, ...lines: string[]): Played => play(design, 'pipe-iter', bounds, lines);

/** A direct read that has asked for `size` bytes, and whose device has written `done` of them. */
const directRead = (size: number, done: number): string[] => [
  'iov_iter_pipe count=1',
  `iov_iter_get_pages maxsize=${size} maxpages=2`,
  `device_write bytes=${done}`,
];

describe('filling', () => {
  test('001-01 the flavour is backed by the slots of a pipe, and is a destination only', () => {
    const { k } = run(TWO_SLOTS, 'pwrite fd=w size=1', 'iov_iter_pipe count=1').runner;
    expect(k.iter).toMatchObject({ type: 8, idx: 1, iovOffset: 0 });
    expect(run(CARELESS, 'iov_iter_pipe_wrong_direction').broken).toEqual(['no-bug']);
  });

  test('001-02 an element is page cache, copied data, or empty', () => {
    const p = run(
      TWO_SLOTS,
      'iov_iter_pipe count=1',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'copy_to_iter bytes=1',
    );
    expect(slots(p)).toEqual(['page_cache 0+1 0x0', 'default 0+1 0x0']);
  });

  test('001-03 copy_page_to_iter takes a reference, and offset and len as they come', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_page_to_iter page=1 offset=1 bytes=3');
    expect(slots(p)).toEqual(['page_cache 1+3 0x0']);
    expect(p.runner.k.filePages[1].refcount).toBe(2);
  });

  test('001-04 the next chunk of the same page makes the element longer', () => {
    const p = run(
      TWO_SLOTS,
      'iov_iter_pipe count=1',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'copy_page_to_iter page=0 offset=1 bytes=3',
    );
    expect(slots(p)).toEqual(['page_cache 0+4 0x0']);
  });

  test('001-05 copy_to_iter goes on in the last element of copied data', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_to_iter bytes=1', 'copy_to_iter bytes=3');
    expect(slots(p)).toEqual(['default 0+4 0x0']);
  });

  test('001-06 otherwise it takes a new page, until no element is left', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_to_iter bytes=5', 'copy_to_iter bytes=8');
    expect(p.returns.slice(1)).toEqual(['5', '3']);
    expect(slots(p)).toEqual(['default 0+4 0x0', 'default 0+4 0x0']);
  });

  test('001-07 zero_iter does the same', () => {
    expect(slots(run(TWO_SLOTS, 'iov_iter_pipe count=1', 'iov_iter_zero bytes=5'))).toEqual([
      'default 0+4 0x0',
      'default 0+1 0x0',
    ]);
  });
});

describe('pages', () => {
  test('001-08 get_pages puts new pages into the next elements, as copied data', () => {
    const p = run(
      TWO_SLOTS,
      'iov_iter_pipe count=1',
      'copy_to_iter bytes=1',
      'iov_iter_get_pages maxsize=4 maxpages=1',
    );
    expect(p.runner.k.request.page[0]).toBe(p.runner.k.pipe.bufs[1].page);
  });

  test('001-09 their lengths are PAGE_SIZE at once', () => {
    expect(slots(run(TWO_SLOTS, 'iov_iter_pipe count=1', 'iov_iter_get_pages maxsize=1 maxpages=1'))).toEqual([
      'default 0+4 0x0',
    ]);
  });

  test('001-10 the new primitive cuts the element where it ends, and frees those behind it', () => {
    const p = run(TWO_SLOTS, ...directRead(8, 3), 'iov_iter_commit size=3');
    expect(slots(p)).toEqual(['default 0+3 0x0']);
  });

  test('001-11 for another flavour it is iov_iter_advance', () => {
    const { k } = run(TWO_SLOTS).runner;
    k.fn.iovIterInit(k, k.iterCopy, READ, TWO_SEGMENTS, 4);
    k.fn.iovIterCommit(k, k.iterCopy, 3);
    expect(k.iterCopy).toMatchObject({ count: 1, seg: 1, iovOffset: 1, nrSegs: 1 });
  });

  test('001-12 get_pages_alloc allocates the array, then does as get_pages', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'iov_iter_get_pages_alloc maxsize=5');
    expect([p.returns[1], p.runner.k.arrays, p.runner.k.request.nr]).toEqual(['5', 1, 2]);
  });
});

describe('moving and asking', () => {
  test('001-13 alignment is 0', () => {
    expect(run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_to_iter bytes=1', 'iov_iter_alignment').returns[2]).toBe('0');
  });

  test('001-14 advance moves over the elements and frees nothing', () => {
    const lines = ['iov_iter_get_pages maxsize=8 maxpages=2 iter=copy', 'iov_iter_advance size=8 iter=copy'];
    const p = run(TWO_SLOTS, 'generic_file_splice_read len=8 read_iter=direct', ...lines);
    expect(p.broken).toEqual([]);
    expect(slots(p)).toHaveLength(2);
    expect(p.runner.k.iterCopy).toMatchObject({ idx: 1, iovOffset: 4 });
  });

  test('001-15 advance to anywhere but the end of the last element screams', () => {
    const lines = ['iov_iter_get_pages maxsize=1 maxpages=1 iter=copy', 'iov_iter_advance size=1 iter=copy'];
    expect(run(TWO_SLOTS, 'generic_file_splice_read len=1 read_iter=direct', ...lines).broken).toEqual(['no-warn']);
  });

  test('001-16 count is what fits', () => {
    const { k } = run(TWO_SLOTS, 'pwrite fd=w size=1', 'iov_iter_pipe count=1', 'copy_to_iter bytes=1').runner;
    expect(k.iter.count).toBe(3);
  });

  test('001-17 count does not fall by what copy_page_to_iter returned', () => {
    const { k } = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_page_to_iter page=0 offset=0 bytes=1').runner;
    expect(k.iter.count).toBe(4);
  });

  test('001-19 fault-in does nothing', () => {
    const p = run(CARELESS, 'iov_iter_pipe count=1', 'iov_iter_fault_in_readable');
    expect([p.returns[1], p.broken]).toEqual(['0', []]);
  });

  test('001-20 npages is the number of elements left', () => {
    expect(
      run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_to_iter bytes=1', 'iov_iter_npages maxpages=3').returns[2],
    ).toBe('1');
  });

  test('001-22 csum_and_copy_to_iter copies, and sums what it copied', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'csum_and_copy_to_iter bytes=3');
    expect([p.returns[1], p.runner.k.out.csum, slots(p)]).toEqual(['3', 3, ['default 0+3 0x0']]);
  });
});

describe('what a pipe is not for', () => {
  test.each([
    ['001-18', 'copy_from_iter'],
    ['001-18', 'copy_from_iter_nocache'],
    ['001-18', 'copy_page_from_iter'],
    ['001-18', 'iov_iter_copy_from_user_atomic'],
    ['001-18', 'csum_and_copy_from_iter'],
    ['001-21', 'dup_iter'],
  ])('%s %s is a BUG', (_item, op) => {
    // The mail promises the BUG(): it is no violation, and the path goes no further.
    const { runner } = run(CARELESS, 'iov_iter_pipe count=1');
    const n = resolveOp(runner, op);
    expect(runner.take(Number(n))).toBe(Step.Idle);
    expect(runner.k.fatal).toBe('no-bug');
  });
});
