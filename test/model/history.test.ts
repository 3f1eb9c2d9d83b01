/** Designs of model/designs/history, called directly: the documented defect, beside the kernel it was put back into. */
import type { Design } from '#iov/model/design.js';
import { design as noref } from '#iov/model/designs/extract-pages-noref.js';
import { design as alignedBvecOffset } from '#iov/model/designs/history/aligned-bvec-offset.js';
import { design as discCount } from '#iov/model/designs/history/disc-count.js';
import { design as extractZeroSized } from '#iov/model/designs/history/extract-zero-sized.js';
import { design as revertBraino } from '#iov/model/designs/history/revert-braino.js';
import { design as xarrayGetpagesMath } from '#iov/model/designs/history/xarray-getpages-math.js';
import { design as zeroPagePins } from '#iov/model/designs/history/zero-page-pins.js';
import { design as linux58 } from '#iov/model/designs/linux-5.8.js';
import { design as linux61 } from '#iov/model/designs/linux-6.1.js';
import { design as linux612 } from '#iov/model/designs/linux-6.12.js';
import { ENOMEM } from '#iov/model/errno.js';
import { Vma } from '#iov/model/kernel.js';
import { expect, test } from 'vitest';
import { Extraction } from './extraction.js';
import { Processes } from './processes.js';

test('extract-pages-noref: revert frees the page that get_pages has handed out', () => {
  const run = (design: Design): number[] => {
    const x = new Extraction(design).onPipe(8);
    x.getPages(8, 2);
    x.k.fn.iovIterRevert(x.k, x.k.iter, 4);
    return x.refs();
  };
  expect([run(noref), run(linux61)]).toEqual([
    [1, 0],
    [2, 1],
  ]);
});

test.each([
  ['xarray:F0F1@0', 6, '2 +0 F0', '4 +0 F0'],
  ['xarray:F0F1@1', 5, '2 +1 F0', '3 +1 F0'],
])('xarray-getpages-math: a rest that is not listed is taken for the last page: %s', (text, size, bad, good) => {
  expect(new Extraction(xarrayGetpagesMath).on(text).getPages(size, 1)).toBe(bad);
  expect(new Extraction(linux61).on(text).getPages(size, 1)).toBe(good);
});

test('xarray-getpages-math: more than the page has, where the rest is longer than what is left of it', () => {
  const get = (design: Design): string => {
    const x = new Extraction(design).on('xarray:F0F1@0');
    x.k.fn.iovIterAdvance(x.k, x.k.iter, 3);
    return x.getPages(4, 1);
  };
  expect([get(xarrayGetpagesMath), get(linux61)]).toEqual(['3 +3 F0', '1 +3 F0']);
});

test('xarray-getpages-math: right where the list has room', () => {
  for (const text of ['xarray:F0F1@0', 'xarray:F0F1@1', 'xarray:F0-@1', 'xarray:-F1@0']) {
    for (let size = 1; size <= 7; size++) {
      const [a, b] = [xarrayGetpagesMath, linux61].map((design) => new Extraction(design).on(text).getPages(size, 4));
      expect(a).toBe(b);
    }
  }
});

test('zero-page-pins: the count of the zero page overflows, and the next pin fails', () => {
  const pin = (design: Design): [number[], number, string] => {
    const p = new Processes({ ...design.bounds, vpages: 3 }, design.functions);
    const { k } = p;
    k.pagesArrayMax = 1;
    const pins = [0, 1, 2].map((vpage) => {
      p.map(vpage, Vma.Anon);
      return k.fn.pinUserPagesFast(k, vpage * k.pageSize, 1, 0);
    });
    return [pins, k.zeroPage?.refcount ?? 0, k.warned];
  };
  expect([pin(zeroPagePins), pin(linux612)]).toEqual([
    [[1, 1, -ENOMEM], -15, 'try_grab_folio'],
    [[1, 1, 1], 1, ''],
  ]);
});

test.each(['bvec', 'kvec'])('extract-zero-sized: an empty segment of a %s swallows the request', (flavour) => {
  const text = `${flavour}:[0+0,4+4]`;
  expect(new Extraction(extractZeroSized).on(text).extract(4)).toBe('0 +0');
  expect(new Extraction(linux612).on(text).extract(4)).toBe('4 +0 K1');
});

test('aligned-bvec-offset: the length of what was moved past counts', () => {
  const ask = (design: Design, text: string, advance: number, lenMask: number): boolean => {
    const { k } = new Extraction(design).on(text);
    k.fn.iovIterAdvance(k, k.iter, advance);
    return k.fn.iovIterIsAligned(k, k.iter, 0, lenMask);
  };
  // Three bytes are left of the first segment, and one in the second.
  expect([alignedBvecOffset, linux612].map((design) => ask(design, 'bvec:[0+4,0+1]', 1, 1))).toEqual([true, false]);
  expect([alignedBvecOffset, linux612].map((design) => ask(design, 'bvec:[0+4,0+4]', 0, 3))).toEqual([true, true]);
});

test('disc-count: a discard iterator takes every byte of a page, whatever its count', () => {
  const copy = (design: Design): [number, number] => {
    const { k } = new Extraction(design, { vpages: 1 }).on('discard:[0+4]');
    k.fn.iovIterAdvance(k, k.iter, 2);
    return [k.fn.copyPageToIter(k, k.filePages[0], 0, 3, k.iter), k.iter.count];
  };
  expect([copy(discCount), copy(linux61)]).toEqual([
    [3, 2],
    [2, 0],
  ]);
});

test('revert-braino: what had to go stays, and the other way round', () => {
  const revert = (design: Design): [number, number] => {
    const { k } = new Extraction(design).onPipe(4);
    k.fn.copyToIter(k, 3, k.iter);
    k.fn.iovIterRevert(k, k.iter, 1);
    return [k.pipe.bufs[0].len, k.iter.count];
  };
  expect([revert(revertBraino), revert(linux58)]).toEqual([
    [1, 2],
    [2, 2],
  ]);
});
