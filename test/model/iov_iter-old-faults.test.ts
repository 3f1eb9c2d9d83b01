/** User memory that faults under an iterator of 4.8, 4.10 or 5.8. */
import { EFAULT } from '#iov/model/errno.js';
import type { Kernel } from '#iov/model/kernel.js';
import { ITER_BVEC, ITER_IOVEC, ITER_KVEC, ITER_PIPE, WRITE } from '#iov/model/kernel.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { boot, bytesAt, KERNELS, memory, oops, over, where } from './old-iter.js';

let k: Kernel;

for (const design of KERNELS)
  describe(design.id, () => {
    beforeEach(() => {
      k = boot(design);
    });

    describe('user memory that faults', () => {
      const spans = '0+2 4+3';

      test('ends a copy where it is, and the iterator stands there', () => {
        over(k, ITER_IOVEC, spans);
        k.userFault = 5;
        expect(k.fn.copyToIter(k, 5, k.iter)).toBe(3);
        expect(where(k)).toBe('1+1 2/1');
        expect(k.isFaultHit).toBe(true);
        expect(memory(k, ITER_IOVEC)).toEqual(bytesAt({ 0: 1, 1: 2, 4: 3 }));
        expect(k.fn.copyToIter(k, 2, k.iter)).toBe(0);
        expect(where(k)).toBe('1+1 2/1');
      });

      test('at the first byte of a segment leaves the iterator at its start', () => {
        over(k, ITER_IOVEC, spans);
        k.userFault = 4;
        expect(k.fn.iovIterZero(k, 5, k.iter)).toBe(2);
        expect(where(k)).toBe('1+0 3/1');
      });

      test('ends page copies and copies that do not move', () => {
        const [file] = k.filePages;
        k.userFault = 1;
        over(k, ITER_IOVEC, spans);
        expect(k.fn.copyPageToIter(k, file, 0, 4, k.iter)).toBe(1);
        expect(where(k)).toBe('0+1 4/2');
        over(k, ITER_IOVEC, spans, WRITE);
        expect(k.fn.copyPageFromIter(k, file, 0, 4, k.iter)).toBe(1);
        over(k, ITER_IOVEC, spans, WRITE);
        expect(k.fn.iovIterCopyFromUserAtomic(k, file, 0, 4, k.iter)).toBe(1);
        expect(where(k)).toBe('0+0 5/2');
      });

      test('counts nothing of a summed piece', () => {
        over(k, ITER_IOVEC, spans);
        k.userFault = 5;
        k.out.csum = 0;
        expect(k.fn.csumAndCopyToIter(k, 5, k.iter)).toBe(2);
        expect([k.out.csum, where(k)]).toEqual([3, '1+0 3/1']);
        over(k, ITER_IOVEC, spans, WRITE);
        expect(k.fn.csumAndCopyFromIter(k, 5, k.iter)).toBe(2);
      });

      test('is reported by fault_in_readable', () => {
        over(k, ITER_IOVEC, spans, WRITE);
        expect(k.fn.iovIterFaultInReadable(k, k.iter, 5)).toBe(0);
        k.userFault = 4;
        expect(k.fn.iovIterFaultInReadable(k, k.iter, 2)).toBe(0);
        expect(k.fn.iovIterFaultInReadable(k, k.iter, 3)).toBe(-EFAULT);
        expect(where(k)).toBe('0+0 5/2');
      });
    });

    test('page faults are handled, but not under iov_iter_copy_from_user_atomic()', () => {
      k.mms[0].ptes[0].page = null;
      let faults = 0;
      k.fn.handleMmFault = (kernel, mm, vpage) => {
        faults++;
        mm.ptes[vpage].page = kernel.userPages[vpage];
        return 0;
      };
      over(k, ITER_IOVEC, '1+2', WRITE);
      expect([k.fn.iovIterCopyFromUserAtomic(k, k.filePages[0], 0, 2, k.iter), faults]).toEqual([0, 0]);
      expect([k.fn.copyFromIter(k, 2, k.iter), faults]).toEqual([2, 1]);
    });

    test('fault_in_readable takes everything but kvec and bvec for an array of struct iovec', () => {
      for (const flavour of [ITER_KVEC, ITER_BVEC]) {
        over(k, flavour, '0+1', WRITE);
        expect(k.fn.iovIterFaultInReadable(k, k.iter, 9)).toBe(0);
      }
      over(k, ITER_IOVEC, '0+1', WRITE);
      expect(oops(k, () => k.fn.iovIterFaultInReadable(k, k.iter, 2))).toBe('no-bug iov_iter_fault_in_readable');
      k = boot(design);
      k.iter.type = ITER_PIPE;
      k.iter.count = 1;
      expect(oops(k, () => k.fn.iovIterFaultInReadable(k, k.iter, 1))).toBe('no-bug iov_iter_fault_in_readable');
    });
  });
