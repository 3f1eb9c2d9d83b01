/** Copies of lib/iov_iter.c of 6.1, flavour by flavour: which bytes, what return, which position after. */
import {
  ITER_BVEC,
  ITER_DISCARD,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_UBUF,
  ITER_XARRAY,
  READ,
  WRITE,
} from '#iov/model/kernel.js';
import { VMALLOC_START } from '#iov/model/vecs.js';
import { describe, expect, test } from 'vitest';
import {
  allBytes,
  bytesAt,
  dest,
  eight,
  expectBug,
  expectQuiet,
  iov,
  kbuf,
  kernel,
  make,
  pipeKernel,
  SEGMENTED,
  SEGS,
  source,
  vec,
  WITH_MEMORY,
} from './iterators.js';

describe('copies of bytes', () => {
  test.each(WITH_MEMORY)('copy_to_iter: %s', (_, flavour) => {
    const k = kernel();
    const { i, places } = dest(k, flavour, eight(flavour));
    const others = allBytes(k);
    for (const [page, n] of places) others[page.pfn * k.pageSize + n] = -1;
    expect([k.fn.copyToIter(k, 5, i), i.count]).toEqual([5, 3]);
    expect(bytesAt(places.slice(0, 5))).toEqual(kbuf(k, 5));
    expect(k.fn.copyToIter(k, 9, i)).toBe(3);
    expect(bytesAt(places)).toEqual([...kbuf(k, 5), ...kbuf(k, 3)]);
    expect(k.fn.copyToIter(k, 1, i)).toBe(0);
    const after = allBytes(k);
    expect(after.filter((value, n) => others[n] >= 0 && others[n] !== value)).toEqual([]);
    expectQuiet(k);
  });

  test.each(WITH_MEMORY)('copy_from_iter and its kind: %s', (_, flavour) => {
    for (const name of ['copyFromIter', 'copyFromIterNocache', 'copyFromIterFlushcache'] as const) {
      const k = kernel();
      const { i, places } = source(k, flavour, eight(flavour));
      const want = bytesAt(places);
      expect([k.fn[name](k, 5, i), k.fn[name](k, 9, i), k.fn[name](k, 1, i)]).toEqual([5, 3, 0]);
      expect(kbuf(k, 5)).toEqual([...want.slice(5), want[3], want[4]]);
      expectQuiet(k);
    }
  });

  test.each(SEGMENTED)('where a walk leaves the segments: %s', (_, flavour) => {
    const k = kernel();
    const { i } = dest(k, flavour, SEGS);
    const left: string[] = [];
    for (let n = 0; n < 8; n++) {
      k.fn.copyToIter(k, 1, i);
      left.push(`${i.seg}/${i.segs} +${i.iovOffset}`);
    }
    // A used up segment is left at once, and the empty ones behind it only by the next walk.
    expect(left).toEqual(['1/4 +1', '2/3 +0', '3/2 +1', '3/2 +2', '3/2 +3', '3/2 +4', '3/2 +5', '4/1 +0']);
  });

  test.each(WITH_MEMORY)('iov_iter_zero: %s', (_, flavour) => {
    const k = kernel();
    const { i, places } = dest(k, flavour, eight(flavour));
    const was = bytesAt(places);
    expect([k.fn.iovIterZero(k, 6, i), i.count]).toEqual([6, 2]);
    expect(bytesAt(places)).toEqual([0, 0, 0, 0, 0, 0, was[6], was[7]]);
  });

  test.each(WITH_MEMORY)('sums: %s', (_, flavour) => {
    const k = kernel();
    const { i, places } = dest(k, flavour, eight(flavour));
    k.out.csum = 1000;
    expect(k.fn.csumAndCopyToIter(k, 7, i)).toBe(7);
    expect(k.out.csum).toBe(1000 + kbuf(k, 7).reduce((a, b) => a + b));
    const from = source(k, flavour, eight(flavour)).i;
    k.out.csum = 0;
    expect(k.fn.csumAndCopyFromIter(k, 99, from)).toBe(8);
    expect(k.out.csum).toBe(bytesAt(places).reduce((a, b) => a + b));
  });

  test('a kvec over vmalloc memory, whose pages lie the other way round', () => {
    const k = kernel();
    k.fn.iovIterKvec(k, k.iter, READ, vec(ITER_KVEC, { iov: iov('2+6', VMALLOC_START) }), 6);
    expect(k.fn.copyToIter(k, 6, k.iter)).toBe(6);
    expect([...k.driverPages[3].data.slice(2), ...k.driverPages[2].data]).toEqual(kbuf(k, 6));
  });

  test('no direction is refused', () => {
    const k = kernel();
    const { i, places } = source(k, ITER_UBUF, '3+8');
    expect([k.fn.copyToIter(k, 2, i), bytesAt(places.slice(0, 2))]).toEqual([2, kbuf(k, 2)]);
    expectQuiet(k);
  });

  test('a count beyond the segments is memory that is not theirs', () => {
    const k = kernel();
    k.fn.iovIterInit(k, k.iter, READ, vec(ITER_IOVEC, { iov: iov('0+3') }), 5);
    expectBug(k, () => k.fn.copyToIter(k, 4, k.iter));
  });
});

describe('copies of a page', () => {
  test.each(WITH_MEMORY)('to and from: %s', (_, flavour) => {
    const k = kernel();
    const page = flavour === ITER_XARRAY ? k.driverPages[3] : k.filePages[0];
    const buf = k.kbuf;
    const to = dest(k, flavour, eight(flavour));
    expect(k.fn.copyPageToIter(k, page, 1, 3, to.i)).toBe(3);
    expect(bytesAt(to.places.slice(0, 3))).toEqual([...page.data.subarray(1)]);
    const from = source(k, flavour, eight(flavour));
    const want = bytesAt(from.places);
    expect(k.fn.copyPageFromIter(k, page, 0, 2, from.i)).toBe(2);
    expect(k.fn.iovIterCopyFromUserAtomic(k, page, 2, 2, from.i)).toBe(2);
    expect([...page.data]).toEqual(want.slice(0, 4));
    expect([from.i.count, k.kbuf === buf, k.kbufAt]).toEqual([4, true, 0]);
    expectQuiet(k);
    expect(k.fn.copyPageToIter(k, page, 2, 3, to.i)).toBe(0);
    expect(k.warned).toBe('page_copy_sane');
  });

  test('of a folio: its bytes go on in the next page', () => {
    const k = kernel({ order: 1 });
    const [head, tail] = k.driverPages;
    const { i, places } = dest(k, ITER_UBUF, '1+10');
    expect(k.fn.copyPageToIter(k, head, 3, 5, i)).toBe(5);
    expect(bytesAt(places.slice(0, 5))).toEqual([head.data[3], ...tail.data]);
    expect(k.fn.copyPageToIter(k, head, 5, 2, i)).toBe(2);
    expect(bytesAt(places.slice(5, 7))).toEqual([tail.data[1], tail.data[2]]);
    const from = source(k, ITER_UBUF, '1+10');
    expect(k.fn.iovIterCopyFromUserAtomic(k, head, 2, 4, from.i)).toBe(4);
    const got = [head.data[2], head.data[3], tail.data[0], tail.data[1]];
    expect(got).toEqual(bytesAt(from.places.slice(0, 4)));
    expectQuiet(k);
    expect(k.fn.copyPageToIter(k, tail, 1, 4, i)).toBe(0);
    expect(k.warned).toBe('page_copy_sane');
  });

  test('goes through the table, and the kernel buffer is back even after an oops', () => {
    const k = kernel();
    const { kbuf: buf } = k;
    const { i } = dest(k, ITER_UBUF, '0+4');
    const seen: number[] = [];
    k.fn.copyToIter = (kk, bytes) => {
      seen.push(bytes, kk.kbuf[kk.kbufAt]);
      return kk.die('no-bug', 'copy_to_iter', 'for this test');
    };
    expectBug(k, () => k.fn.copyPageToIter(k, k.filePages[1], 2, 2, i));
    expect([seen, k.kbuf === buf, k.kbufAt]).toEqual([[2, k.filePages[1].data[2]], true, 0]);
  });
});

describe('no memory of their own', () => {
  test('discard counts in every function but two, which warn', () => {
    const k = kernel();
    const { i } = dest(k, ITER_DISCARD, '0+16');
    const was = allBytes(k);
    expect([k.fn.copyToIter(k, 3, i), k.fn.iovIterZero(k, 2, i), k.fn.copyFromIter(k, 1, i)]).toEqual([3, 2, 1]);
    expect(k.fn.copyPageToIter(k, k.filePages[0], 1, 2, i)).toBe(2);
    expect([i.count, i.iovOffset]).toEqual([8, 0]);
    expectQuiet(k);
    expect(k.fn.csumAndCopyToIter(k, 1, i)).toBe(0);
    expect(k.warned).toBe('csum_and_copy_to_iter');
    k.beginOp();
    expect(k.fn.iovIterCopyFromUserAtomic(k, k.filePages[0], 0, 1, i)).toBe(0);
    expect([k.warned, i.count]).toEqual(['copy_page_from_iter_atomic', 8]);
    expect([k.fn.copyMcToIter(k, 99, i), i.count]).toEqual([8, 0]);
    expect(allBytes(k)).toEqual(was);
  });

  test.each([
    ['copyFromIter', 'copy_from_iter'],
    ['copyFromIterNocache', 'copy_from_iter_nocache'],
    ['copyFromIterFlushcache', 'copy_from_iter_flushcache'],
    ['csumAndCopyFromIter', 'csum_and_copy_from_iter'],
  ] as const)('a pipe is no source: %s', (name, warned) => {
    const k = pipeKernel(8);
    expect([k.fn[name](k, 2, k.iter), k.iter.count, k.warned]).toEqual([0, 8, warned]);
  });

  test('a pipe is no source for a page', () => {
    const k = pipeKernel(8);
    const page = k.filePages[0];
    expect([k.fn.copyPageFromIter(k, page, 0, 2, k.iter), k.warned]).toEqual([0, 'copy_from_iter']);
    k.beginOp();
    const ret = k.fn.iovIterCopyFromUserAtomic(k, page, 0, 2, k.iter);
    expect([ret, k.warned, k.iter.count]).toEqual([0, 'copy_page_from_iter_atomic', 8]);
  });
});

describe('holes of an xarray', () => {
  test('are passed over: what was meant for one goes to the next page', () => {
    const k = kernel();
    const [f0, f1, f2] = k.filePages;
    k.fn.iovIterXarray(k, k.iter, READ, vec(ITER_XARRAY, { xarray: [f0, null, f2, null], xarrayStart: 2 }), 14);
    const f1Was = [...f1.data];
    k.xaRetry = 2;
    expect([k.fn.copyToIter(k, 9, k.iter), k.iter.count, k.iter.iovOffset]).toEqual([6, 8, 6]);
    expect([...f0.data.slice(2), ...f2.data]).toEqual(kbuf(k, 6));
    expect([[...f1.data], k.xaRetry]).toEqual([f1Was, -1]);
    // Position 8 is page 2 again, which takes the next bytes in place of those before.
    expect(k.fn.copyToIter(k, 2, k.iter)).toBe(2);
    expect([...f2.data.subarray(0, 2)]).toEqual(kbuf(k, 2));
  });

  test('end a copy where no page is behind them', () => {
    const k = kernel();
    const [f0] = k.filePages;
    k.fn.iovIterXarray(k, k.iter, WRITE, vec(ITER_XARRAY, { xarray: [f0, null], xarrayStart: 1 }), 7);
    expect([k.fn.copyFromIter(k, 7, k.iter), k.fn.copyFromIter(k, 7, k.iter), k.iter.count]).toEqual([3, 0, 4]);
    expect(kbuf(k, 3)).toEqual([...f0.data.subarray(1)]);
  });
});

describe('making one', () => {
  test('assigns it as a whole, and keeps the direction', () => {
    const k = kernel();
    const { iter } = k;
    const v = vec(ITER_IOVEC, { iov: iov('0+4') });
    iter.nofault = true;
    iter.iovOffset = iter.seg = 3;
    k.fn.iovIterInit(k, iter, WRITE, v, 4);
    expect([iter.dataSource, iter.flavour, iter.nofault, iter.active]).toEqual([true, ITER_IOVEC, false, true]);
    expect([iter.iovOffset, iter.seg, iter.segs, iter.vec === v]).toEqual([0, 0, 1, true]);
    k.fn.iovIterUbuf(k, iter, READ, v, 4);
    expect([iter.dataSource, iter.flavour, iter.segs, k.warned]).toEqual([false, ITER_UBUF, 0, '']);
  });

  test.each([
    ['iov_iter_init', ITER_IOVEC],
    ['iov_iter_ubuf', ITER_UBUF],
    ['iov_iter_kvec', ITER_KVEC],
    ['iov_iter_bvec', ITER_BVEC],
  ])('%s warns of a direction that is none, and takes it for WRITE', (name, flavour) => {
    const k = kernel();
    expect([make(k, flavour, 2, '0+4').i.dataSource, k.warned]).toEqual([true, name]);
  });

  test('an xarray has two directions, a discard iterator one: BUG()', () => {
    const k = kernel();
    expectBug(k, () => make(k, ITER_XARRAY, 2, '0+4'));
    expectBug(k, () => make(k, ITER_DISCARD, WRITE, '0+4'));
  });
});
