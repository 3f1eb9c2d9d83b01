/**
 * iov_iter_extract_pages() as posted (seed 004), repaired, and as it is in 6.3 and 6.12: what is listed,
 * and how it is held. The exits that go wrong are in extract-exits.test.ts.
 */
import type { Bounds } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import { design as repaired } from '#iov/model/designs/extract-rfc-2022-repaired.js';
import { design as rfc } from '#iov/model/designs/extract-rfc-2022.js';
import { design as linux612 } from '#iov/model/designs/linux-6.12.js';
import { design as linux63 } from '#iov/model/designs/linux-6.3.js';
import { EFAULT, ENOMEM } from '#iov/model/errno.js';
import { FOLL_GET, FOLL_PIN, Writer } from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import { Extraction, READ, underIo, WRITE } from './extraction.js';
import { CHILD, PARENT, PARENT_LATER } from './processes.js';

const ALL: [string, Design][] = [rfc, repaired, linux63, linux612].map((design) => [design.id, design]);
/** What is left of an exit that lists nothing: arrays that nobody frees, and a warning. */
const left = ({ k }: Extraction): [number, string] => [k.arrays, k.warned];

describe('what all of them do', () => {
  test.each(ALL)('%s: pages from inside a page on, as far as the list has room', (_id, design) => {
    const x = new Extraction(design).on('ubuf:[1+11]');
    expect([x.extract(11, 2), x.at().slice(4)]).toEqual(['7 +1 U0 U1', '+7 4']);
    expect([x.extract(99), x.k.iter.count]).toEqual(['4 +0 U2', 0]);
    expect(x.extract(1)).toBe('0 +0');
  });

  test.each(ALL)('%s: the first segment of user memory that is not empty', (_id, design) => {
    const x = new Extraction(design).on('iovec:[1+0,1+4]', WRITE);
    expect([x.extract(9), x.at()]).toEqual(['4 +1 U0 U1', '2/0 +0 0']);
  });

  test.each(ALL)('%s: fewer pages than asked for, and how far the iterator moves', (_id, design) => {
    const x = new Extraction(design).on('ubuf:[0+12]');
    x.k.userFault = 8;
    expect([x.extract(12), x.k.iter.count]).toEqual(['8 +0 U0 U1', 4]);
    expect([x.extract(4), x.k.iter.count]).toEqual([`${-EFAULT} +0`, 4]);
  });

  test.each(ALL)('%s: pages of one segment of a bvec, none of them referenced', (_id, design) => {
    const x = new Extraction(design).on('bvec:[1+4,0+4]');
    expect([x.extract(8), x.at(), x.refs()]).toEqual(['4 +1 K0 K1', '1/1 +0 4', [1, 1]]);
    expect([x.extract(8), x.at()]).toEqual(['4 +0 K0', '2/0 +0 0']);
  });

  test.each(ALL)('%s: pages of an xarray up to a hole, with a retry entry on the way', (_id, design) => {
    const x = new Extraction(design).on('xarray:F0-@1', WRITE);
    x.k.xaRetry = 0;
    expect([x.extract(7), x.refs(), x.k.iter.count]).toEqual(['3 +1 F0', [1], 4]);
    expect([x.k.xaRetry, x.extract(4)]).toEqual([-1, '0 +0']);
  });

  test.each(ALL)('%s: no content, no pages', (_id, design) => {
    expect(new Extraction(design).on('discard:[0+16]').extract(4)).toBe(`${-EFAULT} +0`);
  });

  test.each(ALL)('%s: no memory for the list', (_id, design) => {
    for (const text of ['ubuf:[0+4]', 'bvec:[0+4,0+4]', 'xarray:F0F1@0']) {
      const x = new Extraction(design).on(text);
      x.k.oom = 0;
      expect([x.extractAlloc(4), x.k.arrays]).toEqual([`${-ENOMEM} +0`, 0]);
    }
  });

  test.each(ALL)('%s: a list of its own making is handed over', (_id, design) => {
    const x = new Extraction(design).on('ubuf:[1+11]');
    expect([x.extractAlloc(4), x.k.pagesArrayMax, x.k.arrays]).toEqual(['4 +1 U0 U1', 2, 1]);
  });
});

describe('how pages are held', () => {
  const held = (design: Design, text: string, direction: number): number[] => {
    const x = new Extraction(design).on(text, direction);
    const { k } = x;
    const mode = design.present.has('iovIterExtractMode')
      ? k.fn.iovIterExtractMode(k, k.iter)
      : k.fn.iovIterExtractWillPin(k, k.iter)
        ? FOLL_PIN
        : 0;
    x.extract(4);
    return [mode, ...x.refs().map((n) => n - 1)];
  };

  test.each([
    ['extract-rfc-2022', rfc, [FOLL_GET, 1]],
    ['extract-rfc-2022-repaired', repaired, [FOLL_PIN, 16]],
    ['linux-6.3', linux63, [FOLL_PIN, 16]],
    ['linux-6.12', linux612, [FOLL_PIN, 16]],
  ])('%s: a source and a destination of user memory', (_id, design, source) => {
    expect(held(design, 'ubuf:[0+4]', WRITE)).toEqual(source);
    expect(held(design, 'ubuf:[0+4]', READ)).toEqual([FOLL_PIN, 16]);
  });

  test.each(ALL)('%s: everything else is listed, and the mode says so', (_id, design) => {
    for (const text of ['bvec:[0+4,0+4]', 'xarray:F0F1@0']) expect(held(design, text, READ)).toEqual([0, 0]);
  });

  test('a kvec is refused as posted, and listed since: the direct map, and vmalloc page by page', () => {
    for (const design of [rfc, repaired]) {
      expect(new Extraction(design).on('kvec:[1+4,0+4]').extract(4)).toBe(`${-EFAULT} +0`);
    }
    for (const design of [linux63, linux612]) {
      const x = new Extraction(design).on('kvec:[1+4,0+4]', WRITE);
      expect([x.extract(8), x.at(), x.refs()]).toEqual(['4 +1 K0 K1', '1/1 +0 4', [1, 1]]);
      expect(new Extraction(design).on('kvec:vmalloc[3+5]').extract(9)).toBe('5 +3 K3 K2');
    }
  });

  test('a folio_queue is listed page by page, from one folio and one segment into the next', () => {
    for (const text of ['folioq:4+4+4+4', 'folioq:4>4>4>4']) {
      const x = new Extraction(linux612).on(text);
      x.k.fn.iovIterAdvance(x.k, x.k.iter, 1);
      expect([x.extract(9), x.refs(), x.k.iter.count]).toEqual(['9 +1 K0 K1 K2', [1, 1, 1], 6]);
      expect([x.extract(2), x.extract(9), x.k.iter.count]).toEqual(['2 +2 K2', '4 +0 K3', 0]);
      x.k.fn.iovIterRevert(x.k, x.k.iter, 14);
      expect([x.extract(3), x.getPages(9, 2), x.refs()]).toEqual(['3 +2 K0 K1', '7 +1 K1 K2', [2, 2]]);
    }
    const large = new Extraction(linux612, { order: 1 }).on('folioq:8+8');
    large.k.fn.iovIterAdvance(large.k, large.k.iter, 5);
    expect([large.extract(9), large.k.iter.count]).toEqual(['9 +1 K1 K2 K3', 2]);
  });

  test('the pages of a pipe are the pipe’s alone, unless repaired; 6.3 refuses a pipe', () => {
    const posted = new Extraction(rfc).onPipe(8);
    expect([posted.k.fn.iovIterExtractMode(posted.k, posted.k.iter), posted.extract(8), posted.refs()]).toEqual([
      0,
      '8 +0 p0 p1',
      [1, 1],
    ]);
    const mended = new Extraction(repaired).onPipe(8);
    expect([mended.k.fn.iovIterExtractMode(mended.k, mended.k.iter), mended.extract(8), mended.refs()]).toEqual([
      FOLL_GET,
      '8 +0 p0 p1',
      [2, 2],
    ]);
    expect(new Extraction(linux63).onPipe(8).extract(8)).toBe(`${-EFAULT} +0`);
  });
});

describe('EX-SRC-GET: a source under I/O, fork, and both processes write', () => {
  /** Who wrote what the device reads in the end; the parent before or after, the child never. */
  const sent = (design: Design, cow: Bounds['cow']): number => {
    const p = underIo(design, WRITE, { cow });
    p.fork();
    p.store(PARENT, PARENT_LATER);
    p.store(CHILD, Writer.Child);
    return p.k.pagesArray[0]?.data[0] ?? -1;
  };

  test('as posted, the device sends the child’s bytes where the rule is mapcount', () => {
    expect(sent(rfc, 'mapcount')).toBe(Writer.Child);
    expect([sent(rfc, 'refcount'), sent(rfc, 'exclusive')]).toEqual([Writer.Parent, Writer.Parent]);
  });

  test.each([
    ['extract-rfc-2022-repaired', repaired],
    ['linux-6.3', linux63],
    ['linux-6.12', linux612],
  ])('%s: what the parent wrote last, since fork() copies a pinned page', (_id, design) => {
    for (const cow of ['refcount', 'exclusive'] as const) {
      expect(sent(design, cow)).toBe(PARENT_LATER);
    }
  });
});

describe('the repaired design', () => {
  test('without any fix is the document', () => {
    const none = repaired.without(Object.keys(repaired.fixes ?? {}));
    expect(none.contract).toEqual(rfc.contract);
    for (const text of ['bvec:[0+0,4+4]', 'bvec:[1+0,4+4]', 'xarray:-F1@1', 'xarray:-F1@0', 'ubuf:[1+11]']) {
      for (const direction of [READ, WRITE]) {
        const [a, b] = [none, rfc].map((design) => new Extraction(design).on(text, direction));
        expect([a.extractAlloc(5), a.at(), a.refs(), ...left(a)]).toEqual([
          b.extractAlloc(5),
          b.at(),
          b.refs(),
          ...left(b),
        ]);
      }
    }
    const [a, b] = [none, rfc].map((design) => new Extraction(design).onPipe(8));
    expect([a.extract(8), a.refs()]).toEqual([b.extract(8), b.refs()]);
  });

  test('promises what its fixes do', () => {
    expect(repaired.contract.extract).toMatchObject({ source: 'pin', pipe: 'get' });
    expect(repaired.without(['pin-sources']).contract.extract).toMatchObject({ source: 'get', pipe: 'get' });
    expect(repaired.without(['reference-pipe-pages']).contract.extract).toMatchObject({ source: 'pin', pipe: 'none' });
  });
});
