/** Copies and moves of iterators over user memory, kernel memory and pages in 4.8, 4.10 and 5.8, where they are the same. */
import type { Design } from '#iov/model/design.js';
import type { Kernel } from '#iov/model/kernel.js';
import { ITER_BVEC, ITER_IOVEC, ITER_KVEC, READ, WRITE } from '#iov/model/kernel.js';
import { VMALLOC_START } from '#iov/model/vecs.js';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  BY_NAME,
  boot,
  bytesAt,
  FLAVOURS,
  KERNELS,
  memory,
  numberMemory,
  oops,
  over,
  vecOf,
  where,
} from './old-iter.js';

let k: Kernel;

for (const design of KERNELS)
  describe(design.id, () => {
    beforeEach(() => {
      k = boot(design);
    });

    for (const { name, flavour } of BY_NAME)
      describe(name, () => {
        test('copies out in order, and moves by what it copied', () => {
          over(k, flavour, '1+2 6+3');
          expect(k.fn.copyToIter(k, 3, k.iter)).toBe(3);
          expect(where(k)).toBe('1+1 2/1');
          expect(k.fn.copyToIter(k, 9, k.iter)).toBe(2);
          expect(where(k)).toBe('2+0 0/0');
          // A bvec is contiguous behind its page, as the kernel's addresses are.
          expect(memory(k, flavour)).toEqual(bytesAt({ 1: 1, 2: 2, 6: 3, 7: 1, 8: 2 }));
          expect(k.fn.copyToIter(k, 1, k.iter)).toBe(0);
          expect(where(k)).toBe('2+0 0/0');
        });

        test('copies in, cached or not', () => {
          numberMemory(k);
          over(k, flavour, '3+4', WRITE);
          expect(k.fn.copyFromIter(k, 3, k.iter)).toBe(3);
          expect([...k.kbuf.subarray(0, 4)]).toEqual([103, 104, 105, 4]);
          expect(k.fn.copyFromIterNocache(k, 3, k.iter)).toBe(1);
          expect(k.kbuf[0]).toBe(106);
          expect(where(k)).toBe('1+0 0/0');
        });

        test('copies a page out and in, and part of a folio', () => {
          const [file] = k.filePages;
          file.data.set([7, 8, 9, 10]);
          over(k, flavour, '0+1 4+4');
          expect(k.fn.copyPageToIter(k, file, 1, 3, k.iter)).toBe(3);
          expect(memory(k, flavour)).toEqual(bytesAt({ 0: 8, 4: 9, 5: 10 }));
          over(k, flavour, '4+2', WRITE);
          expect(k.fn.copyPageFromIter(k, file, 2, 2, k.iter)).toBe(2);
          expect([...file.data]).toEqual([7, 8, 9, 10]);
          expect(where(k)).toBe('1+0 0/0');
        });

        test('writes zeros', () => {
          numberMemory(k);
          over(k, flavour, '3+2');
          expect(k.fn.iovIterZero(k, 5, k.iter)).toBe(2);
          expect(memory(k, flavour).slice(2, 6)).toEqual([102, 0, 0, 105]);
        });

        test('copies without moving, and without looking at count', () => {
          numberMemory(k);
          over(k, flavour, '1+3', WRITE, 1);
          const [file] = k.filePages;
          expect(k.fn.iovIterCopyFromUserAtomic(k, file, 1, 3, k.iter)).toBe(3);
          expect([...file.data].slice(1)).toEqual([101, 102, 103]);
          expect(where(k)).toBe('0+0 1/1');
        });

        test('sums what it copies', () => {
          k.out.csum = 10;
          over(k, flavour, '0+3');
          expect(k.fn.csumAndCopyToIter(k, 3, k.iter)).toBe(3);
          expect(k.out.csum).toBe(16);
          over(k, flavour, '0+3', WRITE);
          expect(k.fn.csumAndCopyFromIter(k, 2, k.iter)).toBe(2);
          expect(k.out.csum).toBe(19);
        });

        test('advance clamps to count, and keeps the segment where it ends', () => {
          over(k, flavour, '0+2 4+2');
          k.fn.iovIterAdvance(k, k.iter, 1);
          expect(where(k)).toBe('0+1 3/2');
          k.fn.iovIterAdvance(k, k.iter, 1);
          expect(where(k)).toBe('1+0 2/1');
          k.fn.iovIterAdvance(k, k.iter, 0);
          expect(where(k)).toBe('1+0 2/1');
          k.fn.iovIterAdvance(k, k.iter, 9);
          expect(where(k)).toBe('2+0 0/0');
          k.fn.iovIterAdvance(k, k.iter, 1);
          expect(where(k)).toBe('2+0 0/0');
        });

        test('nothing at all is walked where there are no segments', () => {
          over(k, flavour, '');
          k.fn.iovIterAdvance(k, k.iter, 5);
          expect([k.fn.copyToIter(k, 1, k.iter), k.fn.iovIterNpages(k, k.iter, 9)]).toEqual([0, 0]);
          expect([k.fn.iovIterAlignment(k, k.iter), k.fn.iovIterGetPages(k, k.iter, 1, 1)]).toEqual([0, 0]);
          expect(k.fn.iovIterSingleSegCount(k, k.iter)).toBe(0);
          expect(where(k)).toBe('0+0 0/0');
        });

        test('the current segment counts, unless it is the only one left', () => {
          over(k, flavour, '0+3 4+2');
          k.fn.iovIterAdvance(k, k.iter, 1);
          expect(k.fn.iovIterSingleSegCount(k, k.iter)).toBe(2);
          over(k, flavour, '0+3', READ, 2);
          expect(k.fn.iovIterSingleSegCount(k, k.iter)).toBe(2);
        });

        test('dup_iter copies, and says NULL where there is no memory', () => {
          over(k, flavour, '0+3');
          k.fn.iovIterAdvance(k, k.iter, 1);
          expect(k.fn.dupIter(k, k.iterCopy, k.iter)).toBe(1);
          expect(k.iterCopy).toEqual(k.iter);
          k.oom = 0;
          expect(k.fn.dupIter(k, k.iterCopy, k.iter)).toBe(0);
          expect([k.isOomHit, k.iterCopy.vec]).toEqual([true, null]);
        });

        test('more bytes than there are segments for are read past the array', () => {
          over(k, flavour, '0+2', WRITE, 3);
          expect(oops(k, () => k.fn.copyFromIter(k, 3, k.iter))).toBe('no-bug copy_from_iter');
          k = boot(design);
          over(k, flavour, '0+2', WRITE);
          const [file] = k.filePages;
          expect(oops(k, () => k.fn.iovIterCopyFromUserAtomic(k, file, 0, 3, k.iter))).toBe(
            'no-bug iov_iter_copy_from_user_atomic',
          );
        });
      });
  });

for (const design of KERNELS)
  describe(design.id, () => {
    beforeEach(() => {
      k = boot(design);
    });

    test.each([ITER_IOVEC, ITER_KVEC])('empty segments of %i are stepped over on the way to a byte only', (flavour) => {
      const spans = '0+0 0+2 3+0 4+2 5+0';
      over(k, flavour, spans);
      expect(k.fn.copyToIter(k, 2, k.iter)).toBe(2);
      expect(where(k)).toBe('2+0 2/3');
      expect(k.fn.iovIterSingleSegCount(k, k.iter)).toBe(0);
      k.fn.iovIterAdvance(k, k.iter, 1);
      expect(where(k)).toBe('3+1 1/2');
      k.fn.iovIterAdvance(k, k.iter, 1);
      expect(where(k)).toBe('4+0 0/1');
      over(k, flavour, '0+0 0+0 0+1');
      k.fn.iovIterAdvance(k, k.iter, 0);
      expect(where(k)).toBe('1+0 1/2');
    });

    test('by 0 a page copy leaves an iovec where it is, and takes a kvec over an empty segment', () => {
      const spans = '0+0 0+1';
      over(k, ITER_IOVEC, spans);
      expect(k.fn.copyPageToIter(k, k.filePages[0], 0, 0, k.iter)).toBe(0);
      expect(where(k)).toBe('0+0 1/2');
      over(k, ITER_KVEC, spans);
      expect(k.fn.copyPageToIter(k, k.filePages[0], 0, 0, k.iter)).toBe(0);
      expect(where(k)).toBe('1+0 1/1');
    });

    test('an empty bvec is never left', () => {
      const spans = '0+1 1+0 4+1';
      over(k, ITER_BVEC, spans);
      expect(k.fn.copyToIter(k, 1, k.iter)).toBe(1);
      expect(where(k)).toBe('1+0 1/2');
      expect(oops(k, () => k.fn.iovIterAdvance(k, k.iter, 1))).toBe('every-loop-ends iov_iter_advance');
      k = boot(design);
      over(k, ITER_BVEC, spans);
      expect(oops(k, () => k.fn.iovIterNpages(k, k.iter, 9))).toBe('every-loop-ends iov_iter_npages');
      k = boot(design);
      over(k, ITER_BVEC, '0+0 0+1');
      k.fn.iovIterAdvance(k, k.iter, 0);
      expect(where(k)).toBe('0+0 1/2');
      expect(oops(k, () => k.fn.iovIterGetPages(k, k.iter, 1, 1))).toBe('every-loop-ends iov_iter_get_pages');
    });

    test('vmalloc memory is copied page by page', () => {
      numberMemory(k);
      const vec = vecOf(k, ITER_KVEC, '3+3', VMALLOC_START);
      k.fn.iovIterKvec(k, k.iter, WRITE, vec, 3);
      expect(k.fn.copyFromIter(k, 3, k.iter)).toBe(3);
      // The last page comes first.
      expect([...k.kbuf.subarray(0, 3)]).toEqual([115, 108, 109]);
    });

    test('an iovec is an iovec in either direction', () => {
      const isIovec = FLAVOURS.flatMap((flavour) =>
        [READ, WRITE].map((direction) => {
          over(k, flavour, '0+1', direction);
          return [k.iter.type === (flavour | direction), k.fn.iterIsIovec(k, k.iter)];
        }),
      );
      expect(isIovec).toEqual([
        [true, true],
        [true, true],
        [true, false],
        [true, false],
        [true, false],
        [true, false],
      ]);
    });
  });

/** Places of the bytes that spans describe. */
function placesOf(text: string): number[] {
  return text.split(' ').flatMap((span) => {
    const [from, len] = span.split('+').map(Number);
    return Array.from({ length: len }, (_, n) => from + n);
  });
}

const LENS = [0, 1, 3];
const EVERY = LENS.flatMap((x) => LENS.flatMap((y) => LENS.map((z) => `1+${x} 4+${y} 8+${z}`)));

/** Fills `n` bytes after the first `skip`, and says where they are and what is left. */
function fill(design: Design, flavour: number, text: string, skip: number, n: number): unknown {
  const kernel = boot(design);
  over(kernel, flavour, text);
  kernel.fn.iovIterAdvance(kernel, kernel.iter, skip);
  return [kernel.fn.copyToIter(kernel, n, kernel.iter), kernel.iter.count, memory(kernel, flavour)];
}

for (const design of KERNELS)
  describe(`${design.id}, each place and length`, () => {
    test.each(FLAVOURS)('of %i is filled in order', (flavour) => {
      for (const text of EVERY.filter((spans) => flavour !== ITER_BVEC || !spans.includes('+0'))) {
        const places = placesOf(text);
        for (let skip = 0; skip <= places.length; skip++)
          for (let n = 0; skip + n <= places.length; n++) {
            const want = bytesAt(Object.fromEntries(places.slice(skip, skip + n).map((place, j) => [place, j + 1])));
            expect([text, skip, n, fill(design, flavour, text, skip, n)]).toEqual([
              text,
              skip,
              n,
              [n, places.length - skip - n, want],
            ]);
          }
      }
    });
  });
