/** Where 6.1's iterators stand after they were moved, and what they answer to questions. */
import {
  ITER_BVEC,
  ITER_DISCARD,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_UBUF,
  ITER_XARRAY,
  IovIterState,
} from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import { at, dest, eight, expectBug, expectQuiet, FLAT, kernel, SEGMENTED, SEGS, WITH_MEMORY } from './iterators.js';

describe('advance and revert', () => {
  test.each(SEGMENTED)('over segments: %s', (_, flavour) => {
    const k = kernel();
    const { i } = dest(k, flavour, SEGS);
    const seen = [at(i)];
    for (const n of [0, 1, 1, 5, 9]) {
      k.fn.iovIterAdvance(k, i, n);
      seen.push(at(i));
    }
    // By 0: over the empty segment in front.
    expect(seen).toEqual(['0/5 +0 8', '1/4 +0 8', '1/4 +1 7', '3/2 +0 6', '3/2 +5 1', '5/0 +0 0']);
    k.fn.iovIterAdvance(k, i, 0);
    const back: string[] = [];
    for (const n of [0, 1, 5, 1, 1]) {
      k.fn.iovIterRevert(k, i, n);
      back.push(at(i));
    }
    expect(back).toEqual(['5/0 +0 0', '3/2 +5 1', '3/2 +0 6', '1/4 +1 7', '1/4 +0 8']);
    expectBug(k, () => k.fn.iovIterRevert(k, i, 1));
  });

  test.each(SEGMENTED)('back over several segments at once: %s', (_, flavour) => {
    const k = kernel();
    const { i } = dest(k, flavour, SEGS);
    k.fn.iovIterAdvance(k, i, 6);
    k.fn.iovIterRevert(k, i, 5);
    expect(at(i)).toBe('1/4 +1 7');
    k.fn.iovIterAdvance(k, i, 6);
    k.fn.iovIterRevert(k, i, 5);
    expect(at(i)).toBe('3/2 +0 6');
  });

  test.each(FLAT)('by offset: %s', (_, flavour) => {
    const k = kernel();
    const { i } = dest(k, flavour, '3+8');
    k.fn.iovIterAdvance(k, i, 7);
    k.fn.iovIterAdvance(k, i, 7);
    expect([i.iovOffset, i.count]).toEqual([8, 0]);
    k.fn.iovIterRevert(k, i, 6);
    expect([i.iovOffset, i.count]).toEqual([2, 6]);
    expectBug(k, () => k.fn.iovIterRevert(k, i, 3));
  });

  test('discard: only count', () => {
    const k = kernel();
    const { i } = dest(k, ITER_DISCARD, '0+8');
    k.fn.iovIterAdvance(k, i, 9);
    k.fn.iovIterRevert(k, i, 3);
    expect([i.iovOffset, i.count]).toEqual([0, 3]);
  });

  test('by more than MAX_RW_COUNT it warns and stays', () => {
    const k = kernel();
    const { i } = dest(k, ITER_DISCARD, '0+8');
    k.fn.iovIterRevert(k, i, 0x7fffffff);
    expect([k.warned, i.count]).toEqual(['iov_iter_revert', 8]);
  });
});

describe('copies of an iterator', () => {
  const ALL = [...WITH_MEMORY, ['discard', ITER_DISCARD] as const];

  test.each(ALL)('save, restore: %s', (_, flavour) => {
    const k = kernel();
    const { i } = dest(k, flavour, eight(flavour));
    const state = new IovIterState();
    k.fn.iovIterAdvance(k, i, 1);
    const was = at(i);
    k.fn.iovIterSaveState(k, i, state);
    k.fn.iovIterAdvance(k, i, 6);
    const moved = at(i);
    k.fn.iovIterRestore(k, i, state);
    const isRestored = flavour !== ITER_XARRAY && flavour !== ITER_DISCARD;
    expect(at(i)).toBe(isRestored ? was : moved);
    // A kvec and a ubuf are warned about, although they are restored.
    expect(k.warned).toBe(flavour === ITER_IOVEC || flavour === ITER_BVEC ? '' : 'iov_iter_restore');
  });

  test.each(ALL)('dup_iter: %s', (_, flavour) => {
    const k = kernel();
    const { i } = dest(k, flavour, '1+6');
    k.fn.iovIterAdvance(k, i, 2);
    const hasSegments = flavour === ITER_IOVEC || flavour === ITER_KVEC || flavour === ITER_BVEC;
    // Without segments it is NULL, though there is a copy.
    expect(k.fn.dupIter(k, k.iterCopy, i)).toBe(hasSegments ? 1 : 0);
    expect([at(k.iterCopy), k.iterCopy.vec, k.iterCopy.type]).toEqual([at(i), i.vec, i.type]);
    expectQuiet(k);
    k.oom = 0;
    expect([k.fn.dupIter(k, k.iterCopy, i), k.isOomHit]).toEqual([0, hasSegments]);
  });
});

describe('questions', () => {
  /** Asks an iterator that has moved by `skip`; by 0 it would leave empty segments behind. */
  function moved(flavour: number, spans: string, skip: number) {
    const k = kernel();
    const { i } = dest(k, flavour, spans);
    if (skip > 0) k.fn.iovIterAdvance(k, i, skip);
    return { k, i };
  }

  test.each(SEGMENTED)('npages: %s', (_, flavour) => {
    const ask = (spans: string, n = 99, skip = 0): number => {
      const { k, i } = moved(flavour, spans, skip);
      return k.fn.iovIterNpages(k, i, n);
    };
    // 1 page of 1+2; 3 of 3+6. Each empty bvec that begins inside a page is one more.
    expect(ask(SEGS)).toBe(flavour === ITER_BVEC ? 6 : 4);
    expect([ask('1+2 3+6', 3), ask('1+2 3+6', 99, 3), ask('1+2', 99, 2)]).toEqual([3, 2, 0]);
  });

  test('npages without segments', () => {
    const ask = (flavour: number, n: number): number => {
      const { k, i } = moved(flavour, '3+6', 0);
      return k.fn.iovIterNpages(k, i, n);
    };
    for (const [, flavour] of FLAT) expect([ask(flavour, 99), ask(flavour, 2)]).toEqual([3, 2]);
    expect(ask(ITER_DISCARD, 99)).toBe(0);
  });

  test('alignment', () => {
    const ask = (flavour: number, spans: string, skip = 0): number => {
      const { k, i } = moved(flavour, spans, skip);
      return k.fn.iovIterAlignment(k, i) & 15;
    };
    // An empty segment counts in a bvec alone.
    expect([ask(ITER_IOVEC, '8+4 5+0'), ask(ITER_BVEC, '8+0 5+0 0+4')]).toEqual([12, 13]);
    expect([ask(ITER_IOVEC, '0+8 8+2'), ask(ITER_IOVEC, '0+8', 4)]).toEqual([10, 4]);
    expect([ask(ITER_UBUF, '2+4'), ask(ITER_UBUF, '2+4', 4)]).toEqual([6, 0]);
    expect([ask(ITER_XARRAY, '2+4'), ask(ITER_XARRAY, '3+4', 4)]).toEqual([6, 7]);
    expect(ask(ITER_DISCARD, '3+3')).toBe(0);
    const { k, i } = moved(ITER_IOVEC, '0+8 8+2', 0);
    i.count = 8; // iov_iter_truncate()
    expect(k.fn.iovIterAlignment(k, i)).toBe(8);
  });

  test('gap_alignment: of an iovec alone', () => {
    const k = kernel();
    const gap = (flavour: number, spans: string): number => k.fn.iovIterGapAlignment(k, dest(k, flavour, spans).i);
    expect([gap(ITER_IOVEC, '1+3 9+0 8+4'), gap(ITER_IOVEC, '1+3'), gap(ITER_UBUF, '1+3')]).toEqual([12, 0, 0]);
    expectQuiet(k);
    expect([gap(ITER_BVEC, '1+3'), k.warned]).toEqual([0xffffffff, 'iov_iter_gap_alignment']);
  });

  test.each(WITH_MEMORY)('is_aligned looks at what is left of the segment: %s', (_, flavour) => {
    const ask = (skip: number, addr: number, len: number): boolean => {
      const { k, i } = moved(flavour, '4+6', skip);
      return k.fn.iovIterIsAligned(k, i, addr, len);
    };
    expect([ask(0, 3, 1), ask(0, 3, 3)]).toEqual([true, false]);
    // Two bytes on, four are left, from the middle of a page.
    expect([ask(2, 1, 3), ask(2, 3, 3)]).toEqual([true, false]);
  });

  test('is_aligned looks at every segment', () => {
    const ask = (flavour: number, spans: string): boolean => {
      const { k, i } = moved(flavour, spans, 0);
      return k.fn.iovIterIsAligned(k, i, 3, 3);
    };
    for (const [, flavour] of SEGMENTED) {
      expect([ask(flavour, '0+4 2+4'), ask(flavour, '0+4 4+4'), ask(flavour, '0+4 4+2')]).toEqual([false, true, false]);
    }
    expect(ask(ITER_DISCARD, '1+3')).toBe(true);
  });

  test.each(SEGMENTED)('single_seg_count: %s', (_, flavour) => {
    const { k, i } = moved(flavour, '1+3 4+5', 1);
    const first = k.fn.iovIterSingleSegCount(k, i);
    k.fn.iovIterAdvance(k, i, 3);
    expect([first, k.fn.iovIterSingleSegCount(k, i)]).toEqual([2, 4]);
  });

  test('single_seg_count, iter_is_iovec and a loop over iovecs without any', () => {
    for (const flavour of [ITER_UBUF, ITER_XARRAY, ITER_DISCARD]) {
      const { k, i } = moved(flavour, '1+5', 0);
      expect([k.fn.iovIterSingleSegCount(k, i), k.fn.iterIsIovec(k, i), k.fn.iovForEach(k, i)]).toEqual([5, false, 0]);
    }
    const { k, i } = moved(ITER_IOVEC, SEGS, 0);
    // The first segment is empty, and is one run; the others are passed over.
    expect([k.fn.iterIsIovec(k, i), k.fn.iovForEach(k, i), at(i)]).toEqual([true, 3, '0/5 +0 8']);
  });
});
