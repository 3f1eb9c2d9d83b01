/** get_pages2 and get_pages_alloc2 of 6.1: which pages, referenced how often, and the iterator behind them. */
import { EFAULT, ENOMEM } from '#iov/model/errno.js';
import type { IovIter, Kernel } from '#iov/model/kernel.js';
import {
  FOLL_NOFAULT,
  FOLL_WRITE,
  ITER_BVEC,
  ITER_DISCARD,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_UBUF,
  ITER_XARRAY,
  READ,
} from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import { at, bytesOf, dest, expectBug, kernel, source, vec, WITH_MEMORY } from './iterators.js';

/** Calls with room for `maxpages` entries: return, start, names of the entries that were written. */
function get(k: Kernel, i: IovIter, maxsize: number, maxpages: number): string {
  k.pagesArrayMax = maxpages;
  k.isEntryWritten.fill(false);
  k.out.start = 0;
  const ret = k.fn.iovIterGetPages(k, i, maxsize, maxpages);
  const names = k.pagesArray.filter((_, n) => k.isEntryWritten[n]).map((page) => page?.name ?? '-');
  return [ret, `+${k.out.start}`, ...names].join(' ');
}

const refs = (pages: Kernel['pages']): string => pages.map(({ refcount }) => refcount).join(' ');

describe('user memory', () => {
  test('the first segment with bytes, and the iterator behind it', () => {
    const k = kernel();
    const { i } = dest(k, ITER_IOVEC, '9+0 3+6 0+0 12+4');
    k.fn.iovIterAdvance(k, i, 1);
    expect([get(k, i, 99, 9), at(i)]).toEqual(['5 +0 U1 U2', '3/1 +0 4']);
    expect(refs(k.userPages)).toBe('1 2 2 1');
    expect([get(k, i, 3, 9), at(i)]).toEqual(['3 +0 U3', '3/1 +3 1']);
  });

  test('as many pages as the array has room for', () => {
    const k = kernel();
    const { i } = dest(k, ITER_UBUF, '3+10');
    expect([get(k, i, 9, 2), i.count]).toEqual(['5 +3 U0 U1', 5]);
    expect([get(k, i, 9, 2), i.count]).toEqual(['5 +0 U2 U3', 0]);
    expect([get(k, i, 9, 2), get(k, dest(k, ITER_UBUF, '0+4').i, 4, 0)]).toEqual(['0 +0', '0 +0']);
  });

  test('fewer pages than asked for', () => {
    const k = kernel();
    const { i } = dest(k, ITER_UBUF, '3+12');
    k.userFault = 8;
    expect([get(k, i, 12, 9), at(i)]).toEqual(['5 +3 U0 U1', '0/0 +5 7']);
    expect([get(k, i, 12, 9), at(i)]).toEqual([`${-EFAULT} +0`, '0/0 +5 7']);
    expect([k.fn.iovIterGetPagesAlloc(k, i, 4), k.arrays, i.count]).toEqual([-EFAULT, 0, 7]);
    expect(refs(k.userPages)).toBe('2 2 1 1');
  });

  test('flags follow the direction and nofault', () => {
    const k = kernel();
    const flags: number[] = [];
    const gup = k.fn.getUserPagesFast;
    k.fn.getUserPagesFast = (kk, start, nr, f) => {
      flags.push(f);
      return gup(kk, start, nr, f);
    };
    get(k, dest(k, ITER_UBUF, '3+6').i, 6, 9);
    const { i } = source(k, ITER_IOVEC, '1+6');
    i.nofault = true;
    get(k, i, 6, 9);
    expect(flags).toEqual([FOLL_WRITE, FOLL_NOFAULT]);
  });

  test('BUG() where count has bytes and no segment has, or where there is no array', () => {
    const k = kernel();
    k.fn.iovIterInit(k, k.iter, READ, vec(ITER_IOVEC, { iov: [{ base: 0, len: 0 }] }), 4);
    expectBug(k, () => get(k, k.iter, 4, 2));
    k.pagesArrayMax = 0;
    expectBug(k, () => k.fn.iovIterGetPages(k, k.iter, 4, 2));
  });
});

describe('bvec', () => {
  test('the first segment, over page ends', () => {
    const k = kernel();
    const { i } = source(k, ITER_BVEC, '6+7 0+3');
    expect([get(k, i, 99, 2), at(i)]).toEqual(['6 +2 K1 K2', '0/2 +6 4']);
    expect([get(k, i, 99, 2), at(i)]).toEqual(['1 +0 K3', '1/1 +0 3']);
    expect([get(k, i, 2, 2), at(i)]).toEqual(['2 +0 K0', '1/1 +2 1']);
    expect(refs(k.driverPages)).toBe('2 2 2 2');
  });

  test('an empty first segment at a page start is -ENOMEM, for ever', () => {
    const k = kernel();
    const { i } = dest(k, ITER_BVEC, '4+0 0+4');
    expect([k.fn.iovIterGetPagesAlloc(k, i, 4), k.warned, k.arrays]).toEqual([-ENOMEM, 'want_pages_array', 0]);
    expect(at(i)).toBe('0/2 +0 4');
  });

  test('an empty first segment inside a page is 0, and a reference is lost', () => {
    const k = kernel();
    const { i } = dest(k, ITER_BVEC, '5+0 0+4');
    expect([k.fn.iovIterGetPagesAlloc(k, i, 4), k.warned, k.arrays, at(i)]).toEqual([0, '', 0, '1/1 +0 4']);
    expect(refs(k.driverPages)).toBe('1 2 1 1');
  });

  test('pages of a folio share its count', () => {
    const k = kernel({ order: 1 });
    expect(get(k, dest(k, ITER_BVEC, '1+6').i, 9, 9)).toBe('6 +1 K0 K1');
    expect(k.driverPages[0].refcount).toBe(4);
  });
});

describe('xarray', () => {
  test('up to a hole', () => {
    const k = kernel();
    const [f0, f1, , f3] = k.filePages;
    k.fn.iovIterXarray(k, k.iter, READ, vec(ITER_XARRAY, { xarray: [f0, f1, null, f3], xarrayStart: 1 }), 15);
    k.xaRetry = 1;
    expect([get(k, k.iter, 99, 9), k.iter.count, k.xaRetry]).toEqual(['7 +1 F0 F1', 8, -1]);
    expect([get(k, k.iter, 99, 9), k.iter.count]).toEqual(['0 +0', 8]);
    expect(refs(k.filePages)).toBe('2 2 1 1');
    expect([k.fn.iovIterGetPagesAlloc(k, k.iter, 4), k.arrays]).toEqual([0, 0]);
  });

  test('as many pages as the array has room for', () => {
    const k = kernel();
    const { i } = dest(k, ITER_XARRAY, '2+9');
    expect([get(k, i, 9, 2), i.count]).toEqual(['6 +2 F0 F1', 3]);
    expect([get(k, i, 9, 2), i.count]).toEqual(['3 +0 F2', 0]);
  });
});

describe('every flavour', () => {
  test.each([
    ['kvec', ITER_KVEC],
    ['discard', ITER_DISCARD],
  ])('none has pages to give: %s', (_, flavour) => {
    const k = kernel();
    const { i } = dest(k, flavour, '0+4');
    expect([get(k, i, 4, 2), k.fn.iovIterGetPagesAlloc(k, i, 4)]).toEqual([`${-EFAULT} +0`, -EFAULT]);
    expect([k.arrays, i.count]).toEqual([0, 4]);
  });

  test.each(WITH_MEMORY.filter(([name]) => name !== 'kvec'))(
    "an allocated array is the caller's, or is not there: %s",
    (_, flavour) => {
      const k = kernel();
      const { i } = dest(k, flavour, '3+6');
      expect([k.fn.iovIterGetPagesAlloc(k, i, 99), k.arrays, k.pagesArrayMax, i.count]).toEqual([6, 1, 3, 0]);
      k.fn.iovIterRevert(k, i, 6);
      k.oom = 0;
      expect([k.fn.iovIterGetPagesAlloc(k, i, 99), k.arrays, i.count]).toEqual([-ENOMEM, 1, 6]);
    },
  );
});

describe('pages of 4096 bytes', () => {
  const MIB = 1 << 20;
  const real = (): Kernel => kernel({ page: 4096, vpages: 300, segs: 1, ring: 16 });

  test('1 MiB through user memory in a thousand segments', () => {
    const k = real();
    const sent = Uint8Array.from({ length: MIB }, (_, n) => n * 7 + (n >> 8));
    k.kbuf = sent;
    const text = Array.from({ length: 1024 }, (_, n) => `${50 + n * 1190}+${n % 9 === 0 ? 0 : 1189}`).join(' ');
    const { i: to } = dest(k, ITER_IOVEC, text);
    expect([k.fn.copyToIter(k, MIB, to), to.count]).toEqual([MIB, bytesOf(text) - MIB]);
    k.fn.iovIterRevert(k, to, MIB);
    expect([to.seg, to.iovOffset, to.count]).toEqual([1, 0, bytesOf(text)]);
    const { i: from } = source(k, ITER_IOVEC, text);
    k.kbuf = new Uint8Array(MIB);
    expect(k.fn.copyFromIter(k, MIB, from)).toBe(MIB);
    expect(Buffer.compare(k.kbuf, sent)).toBe(0);
  });

  test('hundreds of pages of a bvec and of a ubuf', () => {
    const k = real();
    k.kbuf = new Uint8Array(MIB).fill(7);
    const { i } = dest(k, ITER_BVEC, `100+${MIB}`);
    const last = k.driverPages[256];
    last.data[100] = 9;
    expect([k.fn.iovIterNpages(k, i, 1000), k.fn.copyToIter(k, MIB, i), i.count]).toEqual([257, MIB, 0]);
    expect([k.driverPages[0].data[100], last.data[99], last.data[100]]).toEqual([7, 7, 9]);
    const { i: ubuf } = dest(k, ITER_UBUF, `4095+${MIB}`);
    expect([k.fn.iovIterGetPagesAlloc(k, ubuf, MIB), k.pagesArrayMax, k.out.start]).toEqual([MIB, 257, 4095]);
    expect(k.pagesArray[256]?.name).toBe('U256');
  });
});
