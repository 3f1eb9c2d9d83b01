/** User memory that faults, sources that strike, and what 6.1's iterators make of it. */
import {
  FAULT_FLAG_WRITE,
  ITER_BVEC,
  ITER_DISCARD,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_UBUF,
  ITER_XARRAY,
  READ,
  Vma,
  WRITE,
} from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import {
  at,
  bytesAt,
  dest,
  eight,
  iov,
  kbuf,
  kernel,
  pipeKernel,
  SEGS,
  source,
  vec,
  WITH_MEMORY,
} from './iterators.js';

describe('a fault for good', () => {
  test.each([
    ['iovec', ITER_IOVEC, '0+0 2+3 5+6'],
    ['ubuf', ITER_UBUF, '2+9'],
  ])('ends a copy at the byte that faults: %s', (_, flavour, spans) => {
    const k = kernel();
    const to = dest(k, flavour, spans);
    const was = bytesAt(to.places);
    k.userFault = 7;
    expect([k.fn.copyToIter(k, 9, to.i), to.i.count, k.isFaultHit]).toEqual([5, 4, true]);
    expect(bytesAt(to.places)).toEqual([...kbuf(k, 5), ...was.slice(5)]);
    expect(k.fn.copyToIter(k, 1, to.i)).toBe(0);
    const from = source(k, flavour, spans);
    expect([k.fn.copyFromIterFull(k, 9, from.i), from.i.count, k.fn.copyFromIter(k, 9, from.i)]).toEqual([0, 9, 5]);
    const zero = dest(k, flavour, spans);
    expect([k.fn.iovIterZero(k, 6, zero.i), bytesAt(zero.places).slice(0, 6)]).toEqual([5, [0, 0, 0, 0, 0, was[5]]]);
  });

  test('is not met by what ends before it', () => {
    const k = kernel();
    const { i } = dest(k, ITER_UBUF, '2+9');
    k.userFault = 7;
    expect([k.fn.copyToIter(k, 5, i), k.isFaultHit]).toEqual([5, false]);
    expect([k.fn.copyToIter(k, 0, i), k.isFaultHit]).toEqual([0, false]);
    expect([k.fn.copyToIter(k, 1, i), k.isFaultHit]).toEqual([0, true]);
  });

  test('a page is copied as far as its bytes go', () => {
    const k = kernel();
    k.userFault = 5;
    const to = dest(k, ITER_IOVEC, '3+4');
    expect([k.fn.copyPageToIter(k, k.filePages[0], 0, 4, to.i), to.i.count]).toEqual([2, 2]);
    const from = source(k, ITER_IOVEC, '3+4');
    expect([k.fn.copyPageFromIter(k, k.filePages[0], 0, 4, from.i), from.i.count]).toEqual([2, 2]);
    const atomic = source(k, ITER_IOVEC, '3+4');
    expect([k.fn.iovIterCopyFromUserAtomic(k, k.filePages[0], 0, 4, atomic.i), atomic.i.count]).toEqual([2, 2]);
  });

  test('a sum takes a segment whole or not at all', () => {
    const k = kernel();
    const { i } = dest(k, ITER_IOVEC, '0+3 4+3');
    k.out.csum = 0;
    k.userFault = 5;
    expect([k.fn.csumAndCopyToIter(k, 6, i), at(i)]).toEqual([3, '1/1 +0 3']);
    expect(k.out.csum).toBe(0x80 + 0x81 + 0x82);
  });

  test.each(['copyFromIterFull', 'copyFromIterFullNocache', 'csumAndCopyFromIterFull'] as const)(
    'all or nothing, the iterator is put back over segments: %s',
    (name) => {
      const k = kernel();
      const { i } = source(k, ITER_IOVEC, SEGS);
      k.fn.iovIterAdvance(k, i, 1);
      k.userFault = 5;
      expect([k.fn[name](k, 5, i), at(i)]).toEqual([0, '1/4 +1 7']);
      k.userFault = -1;
      expect([k.fn[name](k, 5, i), at(i)]).toEqual([1, '3/2 +4 2']);
      expect([k.fn[name](k, 3, i), at(i)]).toEqual([0, '3/2 +4 2']);
    },
  );
});

describe('a machine check in the source', () => {
  test.each(WITH_MEMORY)('ends a copy_mc: %s', (_, flavour) => {
    const k = kernel();
    const { i, places } = dest(k, flavour, eight(flavour));
    const was = bytesAt(places);
    k.poison = 5;
    expect([k.fn.copyMcToIter(k, 8, i), i.count]).toEqual([5, 3]);
    expect(bytesAt(places)).toEqual([...kbuf(k, 5), ...was.slice(5)]);
    k.poison = 0;
    expect([k.fn.copyMcToIter(k, 3, i), i.count]).toEqual([0, 3]);
    k.poison = -1;
    expect(k.fn.copyMcToIter(k, 3, i)).toBe(3);
  });

  test('or the fault does that comes first', () => {
    const k = kernel();
    k.poison = 5;
    k.userFault = 6;
    expect(k.fn.copyMcToIter(k, 8, dest(k, ITER_UBUF, '3+8').i)).toBe(3);
    k.userFault = 9;
    expect(k.fn.copyMcToIter(k, 8, dest(k, ITER_UBUF, '3+8').i)).toBe(5);
  });

  test('leaves nothing in a pipe that was not read', () => {
    const k = pipeKernel(8);
    k.poison = 5;
    expect([k.fn.copyMcToIter(k, 8, k.iter), k.iter.count]).toEqual([5, 3]);
    expect(k.pipe.bufs.map(({ len }) => len)).toEqual([4, 1]);
    expect(k.fn.sanity(k, k.iter)).toBe(true);
    k.poison = 0;
    expect([k.fn.copyMcToIter(k, 3, k.iter), k.iter.count, k.fn.sanity(k, k.iter)]).toEqual([0, 3, true]);
  });
});

describe('fault_in_iov_iter', () => {
  test('says how many bytes are not there', () => {
    const k = kernel();
    const { i } = dest(k, ITER_IOVEC, '1+2 0+0 5+7');
    expect([k.fn.iovIterFaultInReadable(k, i, 99), k.fn.faultInIovIterWriteable(k, i, 9)]).toEqual([90, 0]);
    k.userFault = 8;
    expect([k.fn.iovIterFaultInReadable(k, i, 9), k.fn.faultInIovIterWriteable(k, i, 99)]).toEqual([4, 94]);
    // Only the first byte of each page is touched.
    k.userFault = 6;
    expect([k.fn.iovIterFaultInReadable(k, i, 5), k.fn.iovIterFaultInReadable(k, i, 6)]).toEqual([0, 1]);
    const { i: ubuf } = dest(k, ITER_UBUF, '2+9');
    expect([k.fn.faultInIovIterWriteable(k, ubuf, 9), k.fn.faultInIovIterWriteable(k, ubuf, 12)]).toEqual([3, 6]);
  });

  test('has nothing to do for kernel memory', () => {
    const k = kernel();
    k.userFault = 0;
    for (const flavour of [ITER_KVEC, ITER_BVEC, ITER_XARRAY, ITER_DISCARD]) {
      const { i } = dest(k, flavour, '0+4');
      expect([k.fn.iovIterFaultInReadable(k, i, 4), k.fn.faultInIovIterWriteable(k, i, 4)]).toEqual([0, 0]);
    }
    const p = pipeKernel(4);
    expect(p.fn.iovIterFaultInReadable(p, p.iter, 4)).toBe(0);
  });
});

describe('memory that is not there yet', () => {
  const PAGED = { vpages: 3, page: 4 } as const;
  const NINE = vec(ITER_UBUF, { iov: iov('2+9') });

  test('is faulted in as the access needs it, but not under kmap_atomic()', () => {
    const k = kernel(PAGED, 'fork-dma');
    const mm = k.mms[0];
    mm.vma[0] = mm.vma[1] = Vma.Anon; // and nothing at page 2
    const asked: string[] = [];
    const handler = k.fn.handleMmFault;
    k.fn.handleMmFault = (kk, m, vpage, flags) => {
      asked.push(`${vpage}${flags === FAULT_FLAG_WRITE ? 'w' : 'r'}`);
      return handler(kk, m, vpage, flags);
    };
    k.fn.iovIterUbuf(k, k.iter, WRITE, NINE, 9);
    expect([k.fn.iovIterCopyFromUserAtomic(k, k.filePages[0], 0, 4, k.iter), asked]).toEqual([0, []]);
    expect([k.fn.copyFromIter(k, 9, k.iter), asked]).toEqual([6, ['0r', '1r']]);
    expect(mm.ptes.map(({ page, isWritable }) => (page === null ? '-' : isWritable ? 'w' : 'r'))).toEqual([
      'r',
      'r',
      '-',
    ]);
    asked.length = 0;
    k.fn.iovIterUbuf(k, k.iter, READ, NINE, 9);
    expect([k.fn.copyToIter(k, 9, k.iter), k.isFaultHit, asked]).toEqual([6, true, ['0w', '1w']]);
    expect([...(mm.ptes[1].page?.data ?? [])]).toEqual(kbuf(k, 6).slice(2));
    asked.length = 0;
    k.fn.iovIterUbuf(k, k.iter, READ, NINE, 9);
    expect([k.fn.iovIterZero(k, 6, k.iter), asked]).toEqual([6, []]);
  });

  test('ends a copy where the handler fails, or may not write', () => {
    const k = kernel(PAGED, 'fork-dma');
    const mm = k.mms[0];
    mm.vma[0] = Vma.Anon;
    mm.vma[1] = Vma.ReadOnlyAnon;
    k.fn.iovIterUbuf(k, k.iter, READ, NINE, 9);
    k.oom = 0;
    expect([k.fn.copyToIter(k, 9, k.iter), k.isOomHit, k.isFaultHit]).toEqual([0, true, true]);
    expect([k.fn.faultInIovIterWriteable(k, k.iter, 9), k.fn.copyToIter(k, 9, k.iter)]).toEqual([7, 2]);
    k.fn.iovIterUbuf(k, k.iter, WRITE, NINE, 9);
    expect([k.fn.iovIterFaultInReadable(k, k.iter, 9), k.fn.copyFromIter(k, 9, k.iter)]).toEqual([3, 6]);
  });
});
