/** What 6.3 and 6.12 do otherwise than 6.1: the direction is looked at, ITER_FOLIOQ, and the questions about it. */
import type { Design } from '#iov/model/design.js';
import { design as linux61 } from '#iov/model/designs/linux-6.1.js';
import { design as linux612 } from '#iov/model/designs/linux-6.12.js';
import { design as linux63 } from '#iov/model/designs/linux-6.3.js';
import type { Bounds } from '#iov/model/bounds.js';
import type { FunctionName } from '#iov/model/functions.js';
import { FOLL_PIN, IovIterState } from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import { Extraction, READ, WRITE } from './extraction.js';
import { expectBug } from './iterators.js';

const DIRECTED: [string, Design][] = [linux63, linux612].map((design) => [design.id, design]);
const QUEUES = ['folioq:4+4+4+4', 'folioq:4>4>4>4'];

/** An iterator over memory whose bytes all differ, and a kernel buffer whose bytes do too. */
function on(text: string, direction = READ, design = linux612, over: Partial<Bounds> = {}): Extraction {
  const x = new Extraction(design, over).on(text, direction);
  x.k.driverPages.forEach(({ data }, n) => {
    for (let b = 0; b < data.length; b++) data[b] = 4 * n + b + 1;
  });
  for (let b = 0; b < x.k.kbuf.length; b++) x.k.kbuf[b] = 100 + b;
  return x;
}

const driver = ({ k }: Extraction): number[] => k.driverPages.flatMap(({ data }) => [...data]);
const from = (first: number, n: number): number[] => Array.from({ length: n }, (_, b) => first + b);

describe('the direction, since 6.2', () => {
  test.each(DIRECTED)('%s: a copy to a source warns and copies nothing', (_id, design) => {
    for (const name of ['copyToIter', 'copyMcToIter', 'csumAndCopyToIter'] as const) {
      const { k } = on('kvec:[0+4]', WRITE, design);
      expect([k.fn[name](k, 2, k.iter), k.iter.count, k.warned]).toEqual([0, 4, expect.stringContaining('to_iter')]);
    }
    const { k } = on('kvec:[0+4]', WRITE, design);
    expect([k.fn.copyPageToIter(k, k.filePages[0], 0, 2, k.iter), k.warned]).toEqual([0, 'copy_page_to_iter']);
  });

  test.each(DIRECTED)('%s: so does one from a destination, a discard iterator among them', (_id, design) => {
    const names = ['copyFromIter', 'copyFromIterNocache', 'copyFromIterFlushcache', 'csumAndCopyFromIter'] as const;
    for (const text of ['kvec:[0+4]', 'discard:[0+16]']) {
      for (const name of names) {
        const { k } = on(text, READ, design);
        expect([k.fn[name](k, 2, k.iter), k.warned]).toEqual([0, expect.stringContaining('from_iter')]);
      }
      const { k } = on(text, READ, design);
      expect(k.fn.iovIterCopyFromUserAtomic(k, k.filePages[0], 0, 2, k.iter)).toBe(0);
      expect(k.warned).toBe('copy_page_from_iter_atomic');
    }
  });

  test('6.1 copies either way, and iov_iter_zero() does so still', () => {
    const { k } = on('kvec:[0+4]', WRITE, linux61);
    expect([k.fn.copyToIter(k, 2, k.iter), k.warned]).toEqual([2, '']);
    for (const design of [linux63, linux612]) {
      const zero = on('kvec:[0+4]', WRITE, design);
      expect([zero.k.fn.iovIterZero(zero.k, 2, zero.k.iter), zero.k.warned]).toEqual([2, '']);
    }
  });

  test.each(DIRECTED)(
    '%s: a sum of what is thrown away takes nothing off count, nor is limited by it',
    (_id, design) => {
      const { k } = on('discard:[0+16]', READ, design);
      expect([k.fn.csumAndCopyToIter(k, 17, k.iter), k.iter.count]).toEqual([17, 16]);
      const old = on('discard:[0+16]', READ, linux61);
      expect([old.k.fn.csumAndCopyToIter(old.k, 1, old.k.iter), old.k.warned]).toEqual([0, 'csum_and_copy_to_iter']);
    },
  );
});

describe.each(QUEUES)('copies over %s', (text) => {
  test('into it', () => {
    const x = on(text);
    x.k.fn.iovIterAdvance(x.k, x.k.iter, 3);
    expect([x.k.fn.copyToIter(x.k, 6, x.k.iter), x.k.iter.count]).toEqual([6, 7]);
    expect(driver(x)).toEqual([...from(1, 3), ...from(100, 6), ...from(10, 7)]);
    expect([x.k.fn.copyToIter(x.k, 99, x.k.iter), x.k.fn.copyToIter(x.k, 1, x.k.iter)]).toEqual([7, 0]);
  });

  test('out of it, into kernel memory and into a page', () => {
    const x = on(text, WRITE);
    expect([x.k.fn.copyFromIter(x.k, 5, x.k.iter), [...x.k.kbuf.subarray(0, 6)]]).toEqual([5, [...from(1, 5), 105]]);
    expect(x.k.fn.copyPageFromIter(x.k, x.k.filePages[0], 1, 3, x.k.iter)).toBe(3);
    expect(x.k.fn.iovIterCopyFromUserAtomic(x.k, x.k.filePages[1], 0, 4, x.k.iter)).toBe(4);
    expect(x.k.filePages.map(({ data }) => [...data])).toEqual([
      [1, 6, 7, 8],
      [9, 10, 11, 12],
    ]);
  });

  test('zeros, a page, sums, and a source that strikes', () => {
    const x = on(text);
    const { k } = x;
    k.filePages[0].data.fill(50);
    expect(k.fn.iovIterZero(k, 3, k.iter)).toBe(3);
    expect(k.fn.copyPageToIter(k, k.filePages[0], 1, 3, k.iter)).toBe(3);
    expect(k.fn.copyPageToIterNofault(k, k.filePages[0], 3, 1, k.iter)).toBe(1);
    k.out.csum = 0;
    expect([k.fn.csumAndCopyToIter(k, 2, k.iter), k.out.csum]).toEqual([2, 201]);
    k.poison = 1;
    expect([k.fn.copyMcToIter(k, 3, k.iter), k.iter.count]).toEqual([1, 6]);
    expect(driver(x)).toEqual([0, 0, 0, 50, 50, 50, 50, 100, 101, 100, ...from(11, 6)]);
    const source = on(text, WRITE);
    source.k.out.csum = 0;
    expect([source.k.fn.csumAndCopyFromIter(source.k, 3, source.k.iter), source.k.out.csum]).toEqual([3, 6]);
  });
});

describe.each(QUEUES)('the place in %s', (text) => {
  test('a copy goes on from the end of a folio, where a list of pages has left the iterator', () => {
    const x = on(text);
    x.extract(4);
    expect([x.k.iter.iovOffset, x.k.fn.copyToIter(x.k, 1, x.k.iter), x.k.iter.count]).toEqual([4, 1, 11]);
    expect(driver(x)).toEqual([...from(1, 4), 100, ...from(6, 11)]);
  });

  test('forward and back, over folios and segments', () => {
    const x = on(text);
    const { k } = x;
    const at = (): number[] => [k.iter.seg * (text.includes('>') ? 1 : 0) + k.iter.folioqSlot, k.iter.iovOffset];
    k.fn.iovIterAdvance(k, k.iter, 9);
    expect([at(), k.iter.count]).toEqual([[2, 1], 7]);
    k.fn.iovIterRevert(k, k.iter, 6);
    expect([at(), k.iter.count]).toEqual([[0, 3], 13]);
    k.fn.iovIterAdvance(k, k.iter, 99);
    k.fn.iovIterRevert(k, k.iter, 1);
    expect([at(), k.iter.count]).toEqual([[3, 3], 1]);
    expectBug(k, () => k.fn.iovIterRevert(k, k.iter, 17));
  });

  test('what may be asked of it', () => {
    const { k } = on(text);
    k.fn.iovIterAdvance(k, k.iter, 3);
    expect(k.fn.iovIterNpages(k, k.iter, 9)).toBe(4);
    expect(k.fn.iovIterNpages(k, k.iter, 2)).toBe(2);
    expect(k.fn.iovIterAlignment(k, k.iter)).toBe(3 | 13);
    expect([k.fn.iovIterIsAligned(k, k.iter, 3, 0), k.fn.iovIterIsAligned(k, k.iter, 0, 1)]).toEqual([false, false]);
    // The folio, not what is left of it.
    expect(k.fn.iovIterSingleSegCount(k, k.iter)).toBe(4);
    k.fn.iovIterAdvance(k, k.iter, 99);
    expect([k.fn.iovIterSingleSegCount(k, k.iter), k.fn.iovIterNpages(k, k.iter, 9)]).toEqual([0, 0]);
  });
});

describe('what else is new', () => {
  test('copy_to_iter_full(): all of it, or the iterator is put back', () => {
    const { k } = on('ubuf:[0+8]');
    k.userFault = 5;
    expect([k.fn.copyToIterFull(k, 4, k.iter), k.iter.count]).toEqual([1, 4]);
    expect([k.fn.copyToIterFull(k, 4, k.iter), k.iter.count, k.iter.iovOffset]).toEqual([0, 4, 4]);
  });

  test('copy_page_to_iter_nofault(): a run that faults counts as none, whatever was copied', () => {
    const { k } = on('ubuf:[0+8]');
    k.userFault = 2;
    k.filePages[0].data.fill(50);
    expect([k.fn.copyPageToIterNofault(k, k.filePages[0], 0, 4, k.iter), k.iter.count]).toEqual([0, 8]);
    expect([...k.userPages[0].data.subarray(0, 2)]).toEqual([50, 50]);
  });

  test('a ubuf is saved and restored without a warning', () => {
    for (const [design, warned] of [
      [linux63, 'iov_iter_restore'],
      [linux612, ''],
    ] as const) {
      const { k } = on('ubuf:[0+8]', READ, design);
      const state = new IovIterState();
      k.fn.iovIterSaveState(k, k.iter, state);
      k.fn.iovIterAdvance(k, k.iter, 3);
      k.fn.iovIterRestore(k, k.iter, state);
      expect([k.iter.count, k.iter.iovOffset, k.warned]).toEqual([8, 0, warned]);
    }
  });

  test('since 6.9 the alignment of an iterator that is used up is that of what lies behind its segments', () => {
    for (const text of ['iovec:[0+4,0+4]', 'kvec:[0+4,0+4]', 'bvec:[0+4,0+4]']) {
      const old = on(text, READ, linux63);
      old.k.fn.iovIterAdvance(old.k, old.k.iter, 8);
      expect([
        old.k.fn.iovIterAlignment(old.k, old.k.iter),
        old.k.fn.iovIterIsAligned(old.k, old.k.iter, 3, 3),
      ]).toEqual([0, true]);
      const { k } = on(text);
      k.fn.iovIterAdvance(k, k.iter, 8);
      expectBug(k, () => k.fn.iovIterAlignment(k, k.iter));
      expectBug(k, () => k.fn.iovIterIsAligned(k, k.iter, 3, 3));
    }
  });

  test('segments are aligned as in 6.1 otherwise', () => {
    const texts = new Extraction(linux612).k.vecs.map(({ text }) => text).filter((text) => /^(io|k|b)vec:/.test(text));
    expect(texts.length).toBeGreaterThan(100);
    const both = [linux61, linux612].map((design) => new Extraction(design));
    for (const text of texts) {
      const [a, b] = both.map((x) => {
        const { k } = x.on(text);
        const ask = (): unknown[] => [
          k.fn.iovIterAlignment(k, k.iter),
          k.fn.iovIterIsAligned(k, k.iter, 3, 1),
          k.fn.iovIterIsAligned(k, k.iter, 1, 3),
        ];
        const first = ask();
        k.fn.iovIterAdvance(k, k.iter, k.iter.count - 1);
        return [...first, ...ask()];
      });
      expect([text, ...b]).toEqual([text, ...a]);
    }
  });

  test('no pipe any more, and nothing that only a pipe needs', () => {
    const gone: FunctionName[] = ['iovIterPipe', 'sanity', 'appendPipe', 'pipeGetPages', 'genericFileSpliceRead'];
    expect(gone.filter((name) => linux612.present.has(name))).toEqual([]);
    expect(gone.filter((name) => !linux63.present.has(name))).toEqual([]);
    expect(linux612.present.has('pipeRead')).toBe(true);
  });

  test('a bio takes its pages by get_pages2 in 6.3, and by extraction, with pins, in 6.12', () => {
    const held = (design: Design): number[] => {
      const { k } = on('ubuf:[0+4]', READ, design);
      expect(k.fn.bioIovIterGetPages(k, k.iter)).toBe(0);
      return [k.request.hold, k.userPages[0].refcount];
    };
    expect([held(linux63), held(linux612)]).toEqual([
      [1, 2],
      [FOLL_PIN, 17],
    ]);
  });
});
