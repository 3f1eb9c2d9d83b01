/** One test for each hunk of seed 000 that has behaviour; docs/coverage-of-seeds.md names them by number. */
import { describe, expect, test } from 'vitest';
import { design } from '#iov/model/designs/pipe-iter-2016.js';
import { ITER_PIPE, Tag } from '#iov/model/kernel.js';
import type { Played } from './play.js';
import { play, slots, TWO_SLOTS } from './play.js';

const CARELESS = `${TWO_SLOTS},callers=careless`;

const run = (bounds: string, ...lines: string[]): Played => play(design, 'pipe-iter', bounds, lines);

describe('fs/splice.c, include/linux/uio.h', () => {
  test('000-01 a slot that copy_to_iter fills has default_pipe_buf_ops, and no write merges into it', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_to_iter bytes=1', 'pipe_unlock', 'pwrite fd=w size=1');
    expect(slots(p)).toEqual(['default 0+1 0x0', 'anon 0+1 0x0']);
  });

  test('000-04 the type of the iterator is ITER_PIPE, which is 8', () => {
    const { k } = run(TWO_SLOTS, 'iov_iter_pipe count=1').runner;
    expect([k.iter.type, ITER_PIPE]).toEqual([8, 8]);
  });

  test('000-05 idx and nr_segs are the same bytes', () => {
    const { k } = run(TWO_SLOTS, 'iov_iter_pipe count=8', 'copy_to_iter bytes=5').runner;
    expect([k.iter.idx, k.iter.nrSegs]).toEqual([1, 1]);
  });

  test('000-06 iov_for_each never runs its body for a pipe', () => {
    expect(run(TWO_SLOTS, 'iov_iter_pipe count=1', 'iov_for_each').returns[1]).toBe('0');
  });

  test('000-08 a pipe is no iovec', () => {
    expect(run(TWO_SLOTS, 'iov_iter_pipe count=1', 'iter_is_iovec').returns[1]).toBe('0');
  });
});

describe('lib/iov_iter.c, filling', () => {
  test('000-09 PIPE_PARANOIA is on: an iterator that is not sane gets a warning and nothing else', () => {
    const p = run(
      'page=4,ring=1',
      'iov_iter_pipe count=4',
      'copy_to_iter bytes=1',
      'iov_iter_get_pages maxsize=3 maxpages=1',
      'iov_iter_advance size=0',
      'put_pages',
      'copy_to_iter bytes=1',
    );
    expect(p.returns.at(-1)).toBe('0');
    expect(p.broken).toContain('no-warn');
  });

  test('000-10 copy_page_to_iter_pipe: a reference, the next chunk of the page, and 0 on a full ring', () => {
    const p = run(
      TWO_SLOTS,
      'iov_iter_pipe count=9',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'copy_page_to_iter page=0 offset=1 bytes=1',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'copy_page_to_iter page=1 offset=0 bytes=1',
    );
    expect(p.returns.slice(1)).toEqual(['1', '1', '1', '0']);
    expect(slots(p)).toEqual(['page_cache 0+2 0x0', 'page_cache 0+1 0x0']);
    expect(p.runner.k.filePages[0].refcount).toBe(3);
    expect(p.runner.k.iter).toMatchObject({ idx: 1, iovOffset: 1, count: 6 });
  });

  test('000-11 copy_to_iter fills up the last page, takes new ones, and is short when the ring is full', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=9', 'copy_to_iter bytes=1', 'copy_to_iter bytes=8');
    expect(p.returns.slice(1)).toEqual(['1', '7']);
    expect(slots(p)).toEqual(['default 0+4 0x0', 'default 0+4 0x0']);
    const q = run(TWO_SLOTS, 'iov_iter_pipe count=9', 'copy_to_iter bytes=8 fail_alloc=1');
    expect(q.returns[1]).toBe('4');
  });

  test('000-14 copy_page_to_iter goes to the pipe’s own function, copy_page_from_iter warns', () => {
    expect(slots(run(TWO_SLOTS, 'iov_iter_pipe count=1', 'copy_page_to_iter page=0 offset=0 bytes=1'))).toEqual([
      'page_cache 0+1 0x0',
    ]);
    const p = run(CARELESS, 'iov_iter_pipe count=1', 'copy_page_from_iter');
    expect([p.returns[1], p.broken]).toEqual(['0', ['no-warn']]);
  });

  test('000-15 iov_iter_zero does as copy_to_iter, with zeros', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=9', 'iov_iter_zero bytes=5');
    expect(slots(p)).toEqual(['default 0+4 0x0', 'default 0+1 0x0']);
    expect(p.runner.k.pipe.bufs[1].page?.data[0]).toBe(Tag.Plain);
  });
});

describe('lib/iov_iter.c, reading from a pipe', () => {
  test.each([
    ['000-12', 'copy_from_iter'],
    ['000-13', 'copy_from_iter_nocache'],
    ['000-16', 'iov_iter_copy_from_user_atomic'],
    ['000-26', 'csum_and_copy_from_iter'],
  ])('%s %s warns and returns 0', (_hunk, op) => {
    const p = run(CARELESS, 'iov_iter_pipe count=1', op);
    expect([p.returns[1], p.broken]).toEqual(['0', ['no-warn']]);
  });
});

describe('lib/iov_iter.c, moving and asking', () => {
  test('000-17 advance cuts the slot where it ends and frees those behind it', () => {
    const p = run(
      TWO_SLOTS,
      'iov_iter_pipe count=8',
      'iov_iter_get_pages maxsize=8 maxpages=2',
      'device_write bytes=3',
      'iov_iter_advance size=3',
    );
    expect(slots(p)).toEqual(['default 0+3 0x0']);
    expect(p.runner.k.iter).toMatchObject({ idx: 0, iovOffset: 3 });
  });

  test('000-18 the single segment of a pipe is all of count', () => {
    expect(run(TWO_SLOTS, 'iov_iter_pipe count=9', 'iov_iter_single_seg_count').returns[1]).toBe('9');
  });

  test('000-19 iov_iter_pipe stands after the last buffer; another direction is a BUG', () => {
    const p = run(TWO_SLOTS, 'pwrite fd=w size=1', 'iov_iter_pipe count=5');
    expect(p.runner.k.iter).toMatchObject({ active: true, idx: 1, iovOffset: 0, count: 5 });
    expect(run(CARELESS, 'iov_iter_pipe_wrong_direction').broken).toEqual(['no-bug']);
  });

  test('000-20 alignment is count, or count with the offset in an anonymous page', () => {
    const own = run(TWO_SLOTS, 'iov_iter_pipe count=9', 'copy_to_iter bytes=1', 'iov_iter_alignment');
    expect(own.returns[2]).toBe('9');
    const file = run(
      TWO_SLOTS,
      'iov_iter_pipe count=5',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'iov_iter_alignment',
    );
    expect(file.returns[2]).toBe('4');
  });

  test('000-21 gap_alignment warns and answers ~0U', () => {
    const p = run(CARELESS, 'iov_iter_pipe count=1', 'iov_iter_gap_alignment');
    expect([p.returns[1], p.broken]).toEqual(['-1', ['no-warn']]);
  });

  test('000-27 csum_and_copy_to_iter warns and returns 0', () => {
    const { k } = run(TWO_SLOTS, 'iov_iter_pipe count=1').runner;
    expect(k.fn.csumAndCopyToIter(k, 1, k.iter)).toBe(0);
    expect(k.warned).toBe('csum_and_copy_to_iter');
  });

  test('000-28 npages counts slots from where data goes, at most maxpages', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=9', 'copy_to_iter bytes=1', 'iov_iter_npages maxpages=3');
    expect(p.returns[2]).toBe('2');
    expect(run(TWO_SLOTS, 'iov_iter_pipe count=9', 'iov_iter_npages maxpages=1').returns[1]).toBe('1');
  });

  test('000-29 dup_iter warns and returns NULL, and has copied', () => {
    const p = run(CARELESS, 'iov_iter_pipe count=1', 'dup_iter');
    expect(p.returns[1]).toBe('0');
    expect(p.broken).toEqual(expect.arrayContaining(['no-warn', 'queries-match-their-definition']));
  });
});

describe('lib/iov_iter.c, pages', () => {
  test('000-22 get_pages lists whole pages only: the partial one is counted and missing', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=8', 'iov_iter_get_pages maxsize=5 maxpages=2');
    expect(p.returns[1]).toBe('5');
    expect(p.runner.k.request.nr).toBe(1);
    expect(p.broken).toEqual(['page-list-complete']);
  });

  test('000-23 get_pages pushes pages as copy_to_iter would, with a reference each for the caller', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=8', 'iov_iter_get_pages maxsize=8 maxpages=2');
    expect([p.returns[1], p.broken]).toEqual(['8', []]);
    expect(p.runner.k.pipe.bufs.map(({ page }) => page?.refcount)).toEqual([2, 2]);
    expect(p.runner.k.iter).toMatchObject({ idx: 0, iovOffset: 0, count: 8 });
  });

  test('000-24 get_pages_alloc keeps the page array where an error looks like a huge size_t', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=1', 'iov_iter_get_pages_alloc maxsize=1 fail_alloc=1');
    expect(p.returns[1]).toBe('-EFAULT');
    expect(p.broken).toEqual(['array-has-one-owner']);
  });

  test('000-25 get_pages_alloc hands over an array of its own; without memory for it, -ENOMEM', () => {
    const p = run(TWO_SLOTS, 'iov_iter_pipe count=4', 'iov_iter_get_pages_alloc maxsize=4');
    expect([p.returns[1], p.runner.k.arrays, p.broken]).toEqual(['4', 1, []]);
    const q = run(TWO_SLOTS, 'iov_iter_pipe count=4', 'iov_iter_get_pages_alloc maxsize=4 fail_alloc=0');
    expect([q.returns[1], q.runner.k.arrays]).toEqual(['-ENOMEM', 0]);
  });
});
