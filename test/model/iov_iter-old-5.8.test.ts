/** What 4.10 and 5.8 have more than 4.8: all or nothing, revert, copies of a source that fails, ITER_DISCARD. */
import { design as linux58 } from '#iov/model/designs/linux-5.8.js';
import { EFAULT } from '#iov/model/errno.js';
import type { Kernel } from '#iov/model/kernel.js';
import { ITER_BVEC, ITER_DISCARD, ITER_IOVEC, ITER_KVEC, ITER_PIPE, READ, WRITE } from '#iov/model/kernel.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { boot, bytesAt, FLAVOURS, KERNELS, memory, numberMemory, oops, over, vecOf, where } from './old-iter.js';

const SINCE_410 = KERNELS.slice(1);

let k: Kernel;

for (const design of SINCE_410)
  describe(`${design.id}, all or nothing`, () => {
    beforeEach(() => {
      k = boot(design);
    });

    test.each(FLAVOURS)('%i: all, and the iterator moves', (flavour) => {
      numberMemory(k);
      over(k, flavour, '1+4', WRITE);
      expect(k.fn.copyFromIterFull(k, 2, k.iter)).toBe(1);
      expect([k.kbuf[0], k.kbuf[1], where(k)]).toEqual([101, 102, '0+2 2/1']);
      expect(k.fn.copyFromIterFullNocache(k, 1, k.iter)).toBe(1);
      k.out.csum = 1;
      expect(k.fn.csumAndCopyFromIterFull(k, 1, k.iter)).toBe(1);
      expect([k.out.csum, where(k)]).toEqual([105, '1+0 0/0']);
      expect(k.fn.copyFromIterFull(k, 1, k.iter)).toBe(0);
      expect(k.fn.copyFromIterFull(k, 0, k.iter)).toBe(1);
    });

    test('nothing, and it stays, with the sum', () => {
      over(k, ITER_IOVEC, '0+2 4+2', WRITE);
      k.userFault = 5;
      k.out.csum = 7;
      expect(k.fn.copyFromIterFull(k, 4, k.iter)).toBe(0);
      expect(k.fn.copyFromIterFullNocache(k, 4, k.iter)).toBe(0);
      expect(k.fn.csumAndCopyFromIterFull(k, 4, k.iter)).toBe(0);
      expect([k.out.csum, where(k)]).toEqual([7, '0+0 4/2']);
    });

    test('a pipe is refused', () => {
      k.iter.type = ITER_PIPE;
      k.iter.count = 4;
      expect([k.fn.copyFromIterFull(k, 1, k.iter), k.warned]).toEqual([0, 'copy_from_iter_full']);
    });
  });

describe('linux-5.8', () => {
  beforeEach(() => {
    k = boot(linux58);
  });

  test('a bvec longer than a page comes in pieces of a page', () => {
    over(k, ITER_BVEC, '1+8');
    expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(3);
    expect(k.fn.iovIterAlignment(k, k.iter)).toBe(1 | 3 | 4);
    expect(k.fn.iovIterGapAlignment(k, k.iter)).toBe(8);
    expect(k.fn.iovIterSingleSegCount(k, k.iter)).toBe(8);
    k.pagesArrayMax = 4;
    expect([k.fn.iovIterGetPages(k, k.iter, 9, 4), k.out.start]).toEqual([3, 1]);
    k.fn.iovIterAdvance(k, k.iter, 5);
    expect([k.fn.iovIterGetPages(k, k.iter, 9, 4), k.out.start, k.pagesArray[0]]).toEqual([2, 2, k.driverPages[1]]);
    expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 1)).toBe(1);
    expect(where(k)).toBe('0+5 3/1');
  });

  test.each(FLAVOURS)('revert of %i goes back over segments, and counts again', (flavour) => {
    over(k, flavour, '0+2 4+3 8+2');
    k.fn.iovIterAdvance(k, k.iter, 6);
    k.fn.iovIterRevert(k, k.iter, 1);
    expect(where(k)).toBe('2+0 2/1');
    k.fn.iovIterRevert(k, k.iter, 2);
    expect(where(k)).toBe('1+1 4/2');
    k.fn.iovIterRevert(k, k.iter, 3);
    expect(where(k)).toBe('0+0 7/3');
    k.fn.iovIterRevert(k, k.iter, 0);
    expect(where(k)).toBe('0+0 7/3');
    k.fn.iovIterAdvance(k, k.iter, 7);
    k.fn.iovIterRevert(k, k.iter, 7);
    expect(where(k)).toBe('0+0 7/3');
    expect(oops(k, () => k.fn.iovIterRevert(k, k.iter, 1))).toBe('no-bug iov_iter_revert');
  });

  test('revert steps back over empty segments, and ends at the end of one', () => {
    over(k, ITER_IOVEC, '0+2 3+0 4+2');
    k.fn.iovIterAdvance(k, k.iter, 3);
    k.fn.iovIterRevert(k, k.iter, 1);
    expect(where(k)).toBe('2+0 2/1');
    k.fn.iovIterRevert(k, k.iter, 1);
    expect(where(k)).toBe('0+1 3/3');
  });

  test('revert warns above MAX_RW_COUNT and does nothing', () => {
    over(k, ITER_IOVEC, '0+2');
    k.fn.iovIterRevert(k, k.iter, 0x7ffffffd);
    expect([k.warned, where(k)]).toEqual(['iov_iter_revert', '0+0 2/1']);
  });

  test.each([ITER_KVEC, ITER_BVEC])('copy_mc: %i is returned short from where it stood', (flavour) => {
    over(k, flavour, '0+2 4+3');
    k.poison = 3;
    expect(k.fn.copyMcToIter(k, 5, k.iter)).toBe(3);
    expect(where(k)).toBe('0+0 5/2');
    expect(memory(k, flavour)).toEqual(bytesAt({ 0: 1, 1: 2, 4: 3 }));
    k.poison = -1;
    expect(k.fn.copyMcToIter(k, 5, k.iter)).toBe(5);
    expect(where(k)).toBe('2+0 0/0');
  });

  test('copy_mc: an iovec stands where the source or the destination failed', () => {
    over(k, ITER_IOVEC, '0+2 4+3');
    k.poison = 3;
    expect(k.fn.copyMcToIter(k, 5, k.iter)).toBe(3);
    expect(where(k)).toBe('1+1 2/1');
    k.userFault = 6;
    k.poison = 2;
    expect(k.fn.copyMcToIter(k, 2, k.iter)).toBe(1);
    expect(where(k)).toBe('1+2 1/1');
  });

  test('copy_mc: a pipe keeps the pages pushed for bytes that were not copied', () => {
    k.fn.iovIterPipe(k, k.iter, ITER_PIPE, 8);
    k.poison = 2;
    expect(k.fn.copyMcToIter(k, 8, k.iter)).toBe(2);
    expect(k.iter).toMatchObject({ head: 0, iovOffset: 2, count: 6 });
    expect(k.pipe.head).toBe(2);
    expect(k.pipe.bufs.map(({ len }) => len)).toEqual([4, 4]);
    expect(k.fn.copyToIter(k, 1, k.iter)).toBe(0);
    expect(k.warned).toBe('sanity');
  });

  test('copy_from_iter_flushcache copies like the others, and refuses a pipe', () => {
    numberMemory(k);
    over(k, ITER_IOVEC, '1+2', WRITE);
    expect([k.fn.copyFromIterFlushcache(k, 3, k.iter), k.kbuf[1], where(k)]).toEqual([2, 102, '1+0 0/0']);
    k.iter.type = ITER_PIPE;
    expect([k.fn.copyFromIterFlushcache(k, 1, k.iter), k.warned]).toEqual([0, 'copy_from_iter_flushcache']);
  });

  test('page_copy_sane: past the page, or past its folio', () => {
    const [file] = k.filePages;
    over(k, ITER_IOVEC, '0+8');
    expect(k.fn.copyPageToIter(k, file, 2, 3, k.iter)).toBe(0);
    expect([k.warned, where(k)]).toEqual(['page_copy_sane', '0+0 8/1']);
    expect(k.fn.copyPageFromIter(k, file, 2, 3, k.iter)).toBe(0);
    expect(k.fn.iovIterCopyFromUserAtomic(k, file, 4, 1, k.iter)).toBe(0);
    k = boot(linux58, 1);
    const [head, tail] = k.driverPages;
    tail.data.set([5, 6, 7, 8]);
    over(k, ITER_IOVEC, '0+8');
    expect(k.fn.copyPageToIter(k, head, 3, 3, k.iter)).toBe(3);
    expect(memory(k, ITER_IOVEC).slice(0, 3)).toEqual([0, 5, 6]);
    expect(k.warned).toBe('');
    expect(k.fn.copyPageToIter(k, tail, 3, 2, k.iter)).toBe(0);
    expect(k.warned).toBe('page_copy_sane');
  });

  test('a constructor warns of a direction with a flavour in it, and takes the direction', () => {
    k.fn.iovIterKvec(k, k.iter, ITER_KVEC | WRITE, vecOf(k, ITER_KVEC, '0+1'), 1);
    expect([k.warned, k.iter.type]).toEqual(['iov_iter_kvec', ITER_KVEC | WRITE]);
    expect(oops(k, () => k.fn.iovIterDiscard(k, k.iter, WRITE, 1))).toBe('no-bug iov_iter_discard');
  });
});

describe('linux-5.8, ITER_DISCARD', () => {
  beforeEach(() => {
    k = boot(linux58);
    k.fn.iovIterDiscard(k, k.iter, READ, 6);
  });

  const sane = { type: ITER_DISCARD, vec: null, seg: 0, segs: 0 };

  test('counts what is copied into it', () => {
    expect(k.fn.copyToIter(k, 1, k.iter)).toBe(1);
    expect(k.fn.iovIterZero(k, 1, k.iter)).toBe(1);
    k.poison = 0;
    expect(k.fn.copyMcToIter(k, 1, k.iter)).toBe(1);
    expect(k.fn.copyFromIter(k, 1, k.iter)).toBe(1);
    expect(k.fn.copyFromIterNocache(k, 1, k.iter)).toBe(1);
    expect(k.fn.copyFromIterFlushcache(k, 9, k.iter)).toBe(1);
    expect(k.iter).toMatchObject({ ...sane, count: 0 });
    expect([k.warned, k.fn.copyToIter(k, 1, k.iter)]).toEqual(['', 0]);
  });

  test('says that it took a page, and does not count it', () => {
    expect(k.fn.copyPageToIter(k, k.filePages[0], 0, 4, k.iter)).toBe(4);
    k.iter.count = 1;
    expect([k.fn.copyPageToIter(k, k.filePages[0], 0, 4, k.iter), k.iter.count]).toEqual([4, 1]);
  });

  test('advance does not clamp, and count wraps', () => {
    k.fn.iovIterAdvance(k, k.iter, 4);
    expect(k.iter.count).toBe(2);
    k.fn.iovIterRevert(k, k.iter, 3);
    expect(k.iter).toMatchObject({ ...sane, count: 5, iovOffset: 0 });
    k.fn.iovIterAdvance(k, k.iter, 6);
    expect(k.iter.count).toBe(0xffffffff);
  });

  test('all or nothing looks at count alone', () => {
    expect(k.fn.copyFromIterFull(k, 4, k.iter)).toBe(1);
    expect([k.fn.copyFromIterFullNocache(k, 3, k.iter), k.iter.count]).toEqual([0, 2]);
  });

  test('has no pages, no segments and no alignment', () => {
    expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(0);
    expect(k.fn.iovIterAlignment(k, k.iter)).toBe(0);
    expect(k.fn.iovIterSingleSegCount(k, k.iter)).toBe(6);
    expect(k.fn.iovForEach(k, k.iter)).toBe(0);
    expect(k.fn.iterIsIovec(k, k.iter)).toBe(false);
    expect(k.fn.iovIterGetPages(k, k.iter, 0, 1)).toBe(-EFAULT);
    expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 1)).toBe(-EFAULT);
    expect(k.fn.dupIter(k, k.iterCopy, k.iter)).toBe(0);
    expect(k.iterCopy).toEqual(k.iter);
    expect(k.warned).toBe('');
    expect(k.fn.iovIterGapAlignment(k, k.iter)).toBe(0xffffffff);
    expect(k.warned).toBe('iov_iter_gap_alignment');
  });

  test.each([
    ['csum_and_copy_to_iter', () => k.fn.csumAndCopyToIter(k, 1, k.iter)],
    ['csum_and_copy_from_iter', () => k.fn.csumAndCopyFromIter(k, 1, k.iter)],
    ['csum_and_copy_from_iter_full', () => k.fn.csumAndCopyFromIterFull(k, 1, k.iter)],
    ['copy_page_from_iter', () => k.fn.copyPageFromIter(k, k.filePages[0], 0, 1, k.iter)],
    ['iov_iter_copy_from_user_atomic', () => k.fn.iovIterCopyFromUserAtomic(k, k.filePages[0], 0, 1, k.iter)],
  ])('%s warns and returns 0', (name, call) => {
    expect([call(), k.warned, k.iter.count]).toEqual([0, name, 6]);
  });

  test('fault_in_readable goes through the pointer that nobody has set', () => {
    expect(oops(k, () => k.fn.iovIterFaultInReadable(k, k.iter, 1))).toBe('no-bug iov_iter_fault_in_readable');
  });
});
