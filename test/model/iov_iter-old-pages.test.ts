/** Which pages an iterator of 4.8, 4.10 or 5.8 is made of, and what it answers about its segments. */
import { EFAULT, ENOMEM } from '#iov/model/errno.js';
import type { Kernel } from '#iov/model/kernel.js';
import { FOLL_WRITE, ITER_BVEC, ITER_IOVEC, ITER_KVEC, READ, WRITE } from '#iov/model/kernel.js';
import { design as linux48 } from '#iov/model/designs/linux-4.8.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { boot, KERNELS, over, PAGE, where } from './old-iter.js';

let k: Kernel;

for (const design of KERNELS)
  describe(design.id, () => {
    beforeEach(() => {
      k = boot(design);
    });

    test('npages: pages that a segment touches; a bvec is one', () => {
      const spans = '3+2 8+4';
      over(k, ITER_IOVEC, spans);
      expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(3);
      expect(k.fn.iovIterNpages(k, k.iter, 2)).toBe(2);
      over(k, ITER_KVEC, spans);
      expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(3);
      over(k, ITER_IOVEC, spans, READ, 1);
      expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(1);
      over(k, ITER_BVEC, '3+1 8+4');
      expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(2);
      expect(k.fn.iovIterNpages(k, k.iter, 1)).toBe(1);
    });

    test('alignment: starts and lengths of what count covers', () => {
      over(k, ITER_IOVEC, '4+4 8+8');
      expect(k.fn.iovIterAlignment(k, k.iter)).toBe(4 | 8);
      k.fn.iovIterAdvance(k, k.iter, 1);
      expect(k.fn.iovIterAlignment(k, k.iter)).toBe(5 | 3 | 8);
      over(k, ITER_BVEC, '4+4 10+2', READ, 5);
      expect(k.fn.iovIterAlignment(k, k.iter)).toBe(0 | 4 | 2 | 1);
    });

    test('gap_alignment: of an iovec what is left, of a bvec all of count, at each segment but the last', () => {
      over(k, ITER_IOVEC, '3+4 8+8');
      expect(k.fn.iovIterGapAlignment(k, k.iter)).toBe(12 | 8);
      over(k, ITER_IOVEC, '3+1');
      expect(k.fn.iovIterGapAlignment(k, k.iter)).toBe(0);
      over(k, ITER_KVEC, '0+4 4+4 9+1');
      const base = k.driverPages[0].pfn * PAGE;
      expect(k.fn.iovIterGapAlignment(k, k.iter)).toBe(9 | (base + 4) | 5 | (base + 9));
      over(k, ITER_BVEC, '0+4 6+2');
      expect(k.fn.iovIterGapAlignment(k, k.iter)).toBe(6 | 2);
    });

    describe('get_pages', () => {
      beforeEach(() => {
        k.pagesArrayMax = 4;
      });

      test('takes the pages of the first segment that is not empty, and does not move', () => {
        over(k, ITER_IOVEC, '0+0 3+6 12+1');
        expect(k.fn.iovIterGetPages(k, k.iter, 9, 4)).toBe(6);
        expect([k.out.start, where(k)]).toEqual([3, '0+0 7/3']);
        expect(k.pagesArray.slice(0, 3)).toEqual(k.userPages.slice(0, 3));
        expect(k.userPages.map(({ refcount }) => refcount)).toEqual([2, 2, 2, 1]);
      });

      test('takes as many as maxpages, as maxsize, and as there are', () => {
        over(k, ITER_IOVEC, '3+6');
        expect(k.fn.iovIterGetPages(k, k.iter, 9, 2)).toBe(5);
        expect(k.fn.iovIterGetPages(k, k.iter, 1, 4)).toBe(1);
        expect(k.userPages.map(({ refcount }) => refcount)).toEqual([3, 2, 1, 1]);
        k.userFault = 4;
        expect(k.fn.iovIterGetPages(k, k.iter, 9, 4)).toBe(1);
        k.userFault = 0;
        expect(k.fn.iovIterGetPages(k, k.iter, 9, 4)).toBe(-EFAULT);
        expect(k.fn.iovIterGetPages(k, k.iter, 0, 4)).toBe(0);
      });

      test.each([
        [READ, FOLL_WRITE],
        [WRITE, 0],
      ])('pages of direction %i are had with flags %i', (direction, flags) => {
        const asked: number[][] = [];
        k.fn.getUserPagesFast = (_k, start, nrPages, gupFlags) => {
          asked.push([start, nrPages, gupFlags]);
          return nrPages;
        };
        over(k, ITER_IOVEC, '5+4', direction);
        expect(k.fn.iovIterGetPages(k, k.iter, 4, 4)).toBe(4);
        expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 4)).toBe(4);
        expect(asked).toEqual([
          [4, 2, flags],
          [4, 2, flags],
        ]);
      });

      test('takes one page of a bvec, whatever maxpages says, and none of a kvec', () => {
        over(k, ITER_BVEC, '5+3 8+4');
        expect(k.fn.iovIterGetPages(k, k.iter, 9, 0)).toBe(3);
        expect([k.out.start, k.pagesArray[0], k.driverPages[1].refcount]).toEqual([1, k.driverPages[1], 2]);
        over(k, ITER_KVEC, '0+0 1+2');
        expect(k.fn.iovIterGetPages(k, k.iter, 9, 4)).toBe(-EFAULT);
        expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 9)).toBe(-EFAULT);
        expect(k.arrays).toBe(0);
      });

      test('_alloc hands over an array, and frees it where there are no pages', () => {
        over(k, ITER_IOVEC, '3+6');
        expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 9)).toBe(6);
        expect([k.arrays, k.pagesArrayMax, k.out.start]).toEqual([1, 3, 3]);
        k.userFault = 3;
        expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 9)).toBe(-EFAULT);
        expect(k.arrays).toBe(1);
        k.oom = 0;
        expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 9)).toBe(-ENOMEM);
        over(k, ITER_BVEC, '5+3');
        k.oom = 0;
        expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 9)).toBe(-ENOMEM);
        expect(k.driverPages[1].refcount).toBe(1);
        expect(k.fn.iovIterGetPagesAlloc(k, k.iter, 9)).toBe(3);
        expect([k.arrays, k.pagesArrayMax, k.driverPages[1].refcount]).toEqual([2, 1, 2]);
      });
    });

    test('iov_for_each runs its body for each segment, empty ones too, and not for a bvec', () => {
      const spans = '0+0 0+2 3+0 4+2 5+0';
      for (const flavour of [ITER_IOVEC, ITER_KVEC]) {
        over(k, flavour, spans);
        expect([k.fn.iovForEach(k, k.iter), where(k)]).toEqual([4, '0+0 4/5']);
      }
      over(k, ITER_BVEC, '0+2');
      expect(k.fn.iovForEach(k, k.iter)).toBe(0);
    });
  });

test('which kernel has what', () => {
  const has = (name: Parameters<typeof linux48.present.has>[0]): boolean[] => KERNELS.map((d) => d.present.has(name));
  expect(has('iovIterInit')).toEqual([true, true, true]);
  expect(has('getUserPagesFast')).toEqual([true, true, true]);
  expect(has('copyFromIterFull')).toEqual([false, true, true]);
  expect(has('csumAndCopyFromIterFull')).toEqual([false, true, true]);
  expect(has('iovIterRevert')).toEqual([false, false, true]);
  expect(has('iovIterDiscard')).toEqual([false, false, true]);
  expect(has('copyMcToIter')).toEqual([false, false, true]);
  expect(has('copyFromIterFlushcache')).toEqual([false, false, true]);
  expect(has('iovIterXarray')).toEqual([false, false, false]);
});

describe('linux-4.8, a bvec longer than a page', () => {
  test('is one piece: get_pages counts bytes of which it lists no page', () => {
    k = boot(linux48);
    k.pagesArrayMax = 4;
    over(k, ITER_BVEC, '1+6');
    expect(k.fn.iovIterGetPages(k, k.iter, 9, 4)).toBe(6);
    expect(k.isEntryWritten.filter(Boolean)).toHaveLength(1);
    expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(1);
  });
});
