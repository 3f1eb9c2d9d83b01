/**
 * Where iov_iter_extract_pages() goes wrong: each defect of the document (seed 004) shown in it, in the
 * kernels that have it too, and gone where it was mended.
 */
import type { Design } from '#iov/model/design.js';
import { design as repaired } from '#iov/model/designs/extract-rfc-2022-repaired.js';
import { design as rfc } from '#iov/model/designs/extract-rfc-2022.js';
import { design as linux612 } from '#iov/model/designs/linux-6.12.js';
import { design as linux63 } from '#iov/model/designs/linux-6.3.js';
import { EFAULT, EINVAL, ENOMEM } from '#iov/model/errno.js';
import { gupFunctions63 } from '#iov/model/gup.js';
import { Tag } from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import { Extraction, READ, WRITE } from './extraction.js';

const ALL: [string, Design][] = [rfc, repaired, linux63, linux612].map((design) => [design.id, design]);
const MENDED: [string, Design][] = [repaired, linux612].map((design) => [design.id, design]);
const WITH_PIPE: [string, Design][] = [rfc, repaired].map((design) => [design.id, design]);

/** What is left of an exit that lists nothing: arrays that nobody frees, and a warning. */
const left = ({ k }: Extraction): [number, string] => [k.arrays, k.warned];

describe('a pipe', () => {
  test.each(WITH_PIPE)('%s: the page begun, then new ones, as far as there are slots', (_id, design) => {
    const x = new Extraction(design).onPipe(16);
    expect(x.k.fn.copyToIter(x.k, 1, x.k.iter)).toBe(1);
    expect([x.extract(15), x.k.iter.count]).toEqual(['7 +1 p0 p1', 8]);
    expect([x.extract(8), x.k.iter.count]).toEqual([`${-EFAULT} +0`, 8]);
  });

  test.each(WITH_PIPE)('%s: EX-PIPE-UNINIT, bytes can be read before there are any', (_id, design) => {
    const x = new Extraction(design).onPipe(4);
    x.extract(4);
    const [buf] = x.k.pipe.bufs;
    expect([buf.len, buf.page?.data[0]]).toEqual([4, Tag.NeverWritten]);
  });

  test('EX-PIPE-REVERT: revert frees a page under the I/O that extracted it', () => {
    const x = new Extraction(rfc).onPipe(8);
    x.extract(8, 2);
    x.k.fn.iovIterRevert(x.k, x.k.iter, 4);
    expect(x.refs()).toEqual([1, 0]);
  });

  test('EX-PIPE-REVERT: with get_pages2, and repaired, the same calls leave the caller its page', () => {
    const old = new Extraction(rfc).onPipe(8);
    old.getPages(8, 2);
    old.k.fn.iovIterRevert(old.k, old.k.iter, 4);
    expect(old.refs()).toEqual([2, 1]);
    const x = new Extraction(repaired).onPipe(8);
    x.extract(8, 2);
    x.k.fn.iovIterRevert(x.k, x.k.iter, 4);
    expect(x.refs()).toEqual([2, 1]);
  });

  test('the first page of a pipe that fails leaves an array behind', () => {
    const x = new Extraction(rfc).onPipe(4);
    x.k.oom = 1;
    expect([x.extractAlloc(4), ...left(x)]).toEqual([`${-EFAULT} +0`, 1, '']);
    const mended = new Extraction(repaired).onPipe(4);
    mended.k.oom = 1;
    expect([mended.extractAlloc(4), ...left(mended)]).toEqual([`${-EFAULT} +0`, 0, '']);
  });
});

describe('EX-BVEC-ZEROSEG: empty segments', () => {
  test('as posted, one at the start of a page is -ENOMEM for ever, with a warning', () => {
    const x = new Extraction(rfc).on('bvec:[0+0,4+4]');
    expect([x.extract(4), x.at(), x.k.warned]).toEqual([`${-ENOMEM} +0`, '0/2 +0 4', 'want_pages_array']);
    expect([x.extract(4), x.at()]).toEqual([`${-ENOMEM} +0`, '0/2 +0 4']);
  });

  test('as posted, one inside a page is 0 once, with a page listed, and an array left behind', () => {
    const x = new Extraction(rfc).on('bvec:[1+0,4+4]');
    expect([x.extractAlloc(4), x.at(), ...left(x)]).toEqual(['0 +1 K0', '1/1 +0 4', 1, '']);
    expect(x.extract(4)).toBe('4 +0 K1');
  });

  test('as posted, one behind a full one is entered too, where iov_iter_advance() would pass over it', () => {
    const x = new Extraction(rfc).on('bvec:[0+4,0+0,0+4]');
    expect([x.extract(8), x.at()]).toEqual(['4 +0 K0', '1/2 +0 4']);
    expect([x.extract(8), x.at(), x.k.warned]).toEqual([`${-ENOMEM} +0`, '1/2 +0 4', 'want_pages_array']);
  });

  test.each(MENDED)('%s passes over them', (_id, design) => {
    for (const text of ['bvec:[0+0,4+4]', 'bvec:[1+0,4+4]']) {
      const x = new Extraction(design).on(text);
      expect([x.extractAlloc(4), x.at(), ...left(x)]).toEqual(['4 +0 K1', '2/0 +0 0', 1, '']);
    }
    const x = new Extraction(design).on('bvec:[0+4,0+0,0+4]');
    expect([x.extract(8), x.extract(8), x.k.warned]).toEqual(['4 +0 K0', '4 +0 K0', '']);
  });

  test.each(['bvec', 'kvec'])('6.3 loses its way in a %s: 0, and nothing is left to take the count from', (flavour) => {
    const x = new Extraction(linux63).on(`${flavour}:[0+0,4+4]`);
    expect([x.extract(4), x.at(), x.k.warned]).toEqual(['0 +0', '2/0 +0 4', '']);
    expect(x.extract(4)).toBe('0 +0');
    const y = new Extraction(linux612).on(`${flavour}:[0+0,4+4]`);
    expect([y.extract(4), y.at()]).toEqual(['4 +0 K1', '2/0 +0 0']);
  });
});

describe('an xarray without a page at the position', () => {
  test.each([
    ['extract-rfc-2022', rfc],
    ['linux-6.3', linux63],
    ['linux-6.12', linux612],
  ])('%s: inside a page, all that was asked for, and not one entry', (_id, design) => {
    const x = new Extraction(design).on('xarray:-F1@1');
    expect([x.extract(5), x.k.iter.iovOffset, x.k.iter.count]).toEqual(['5 +1', 5, 2]);
  });

  test('repaired: nothing', () => {
    const x = new Extraction(repaired).on('xarray:-F1@1');
    expect([x.extractAlloc(5), x.k.iter.count, ...left(x)]).toEqual(['0 +1', 7, 0, '']);
  });

  test.each([
    ['extract-rfc-2022', rfc, 1],
    ['extract-rfc-2022-repaired', repaired, 0],
    ['linux-6.3', linux63, 1],
    ['linux-6.12', linux612, 1],
  ])('%s: at the start of a page 0, and arrays left behind: %#', (_id, design, arrays) => {
    const x = new Extraction(design).on('xarray:-F1@0');
    expect([x.extractAlloc(5), x.k.iter.count, ...left(x)]).toEqual(['0 +0', 8, arrays, '']);
  });
});

describe('user memory that is not there', () => {
  test.each([
    ['extract-rfc-2022', rfc, 1],
    ['extract-rfc-2022-repaired', repaired, 0],
    ['linux-6.3', linux63, 1],
    ['linux-6.12', linux612, 1],
  ])('%s: -EFAULT, and arrays left behind: %#', (_id, design, arrays) => {
    for (const direction of [READ, WRITE]) {
      const x = new Extraction(design).on('ubuf:[0+4]', direction);
      x.k.userFault = 0;
      expect([x.extractAlloc(4), ...left(x)]).toEqual([`${-EFAULT} +0`, arrays, '']);
    }
  });

  test('EX-GUPFLAGS: 6.3 refuses FOLL_PIN from outside mm/, so that no destination can be extracted', () => {
    const x = new Extraction(rfc).on('ubuf:[0+4]');
    x.k.fn = { ...x.k.fn, ...gupFunctions63 };
    expect([x.extract(4), x.k.warned]).toEqual([`${-EINVAL} +0`, 'pin_user_pages_fast']);
    const source = new Extraction(rfc).on('ubuf:[0+4]', WRITE);
    source.k.fn = { ...source.k.fn, ...gupFunctions63 };
    expect(source.extract(4)).toBe('4 +0 U0');
  });
});

describe('a list without room', () => {
  test.each(ALL)('%s: -ENOMEM and a warning, where get_pages2 says 0', (_id, design) => {
    for (const text of ['ubuf:[0+4]', 'bvec:[0+4,0+4]', 'xarray:F0F1@0']) {
      const x = new Extraction(design).on(text);
      x.k.pagesArrayMax = 1;
      expect(x.k.fn.iovIterExtractPages(x.k, x.k.iter, 4, 0)).toBe(-ENOMEM);
      expect(x.k.warned).toBe('want_pages_array');
      const y = new Extraction(design).on(text);
      y.k.pagesArrayMax = 1;
      expect([y.k.fn.iovIterGetPages(y.k, y.k.iter, 4, 0), y.k.warned]).toEqual([0, '']);
    }
  });
});
