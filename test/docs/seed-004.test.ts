/** One test for each part of seed 004 that has behaviour; docs/coverage-of-seeds.md names them by number. */
import { describe, expect, test } from 'vitest';
import { design } from '#iov/model/designs/extract-rfc-2022.js';
import { EFAULT, ENOMEM } from '#iov/model/errno.js';
import { FOLL_GET, FOLL_NOFAULT, FOLL_PIN, FOLL_WRITE } from '#iov/model/kernel.js';
import { Extraction, READ, underIo, WRITE } from '../model/extraction.js';
import { CHILD, PARENT } from '../model/processes.js';
import type { Played } from './play.js';
import { play } from './play.js';

const BIAS = 16;
const DEST = 'iov_iter_ubuf vec=ubuf:[0+4] direction=READ count=full';
const SOURCE = 'iov_iter_ubuf vec=ubuf:[0+4] direction=WRITE count=full';
const LISTED = 'iov_iter_bvec vec=bvec:[0+4] direction=READ count=full';
const TAKE = 'iov_iter_extract_pages maxsize=4 maxpages=3';

const run = (...lines: string[]): Played => play(design, 'extract', 'page=4,ring=2,files=2,vpages=2,segs=2', lines);
const on = (text: string, direction: number = READ): Extraction => new Extraction(design).on(text, direction);
const onPipe = (count: number): Extraction => new Extraction(design).onPipe(count);

/** References that the first user page, or the first of the driver's, has beside its own. */
const held = ({ runner: { k } }: Played, of: 'user' | 'driver' = 'user'): number =>
  (of === 'user' ? k.userPages : k.driverPages)[0].refcount - 1;

describe('the message', () => {
  test('004-01 a page list: references, pins, or neither', () => {
    expect(held(run(SOURCE, TAKE))).toBe(1);
    expect(held(run(DEST, TAKE))).toBe(BIAS);
    expect(held(run(LISTED, TAKE), 'driver')).toBe(0);
  });

  test('004-02 a destination under I/O stays where it is, when the process forks and writes', () => {
    const p = underIo(design, READ);
    p.fork();
    p.store(PARENT, 2);
    expect(p.page(PARENT)).toBe(p.k.pagesArray[0]);
    expect(p.page(CHILD)).not.toBe(p.k.pagesArray[0]);
  });

  test('004-03 a source does not, and the device sends what was there', () => {
    const p = underIo(design, WRITE);
    p.fork();
    p.store(PARENT, 2);
    expect(p.page(PARENT)).not.toBe(p.k.pagesArray[0]);
    expect(p.k.pagesArray[0]?.data[0]).toBe(1);
  });

  test('004-04 nothing is held of a bvec, an xarray or a pipe', () => {
    const lists = [on('bvec:[0+4,0+4]'), on('xarray:F0F1@0'), onPipe(4)];
    expect(lists.map((x) => [x.extract(4), ...x.refs()])).toEqual([
      ['4 +0 K0', 1],
      ['4 +0 F0', 1],
      ['4 +0 p0', 1],
    ]);
  });

  test('004-05 the mode is 0, FOLL_GET or FOLL_PIN', () => {
    const asked = [LISTED, SOURCE, DEST].map((made) => run(made, 'iov_iter_extract_mode').returns[1]);
    expect(asked).toEqual([0, FOLL_GET, FOLL_PIN].map(String));
  });

  test('004-06 disposed of by the mode, nothing is held any more', () => {
    for (const made of [LISTED, SOURCE, DEST]) {
      const p = run(made, TAKE, 'release_pages');
      expect([p.broken, held(p), held(p, 'driver')]).toEqual([[], 0, 0]);
    }
  });
});

describe('include/linux/uio.h', () => {
  test('004-08 FOLL_GET: one reference a page, until it is put', () => {
    const p = run(SOURCE, TAKE);
    expect([p.runner.k.request.hold, held(p)]).toEqual([FOLL_GET, 1]);
    expect(held(run(SOURCE, TAKE, 'release_pages'))).toBe(0);
  });

  test('004-09 FOLL_PIN: one pin a page, until it is unpinned', () => {
    const p = run(DEST, TAKE);
    expect([p.runner.k.request.hold, held(p)]).toEqual([FOLL_PIN, BIAS]);
    expect(held(run(DEST, TAKE, 'release_pages'))).toBe(0);
  });

  test('004-10 0: nothing', () => {
    const p = run(LISTED, TAKE);
    expect([p.runner.k.request.hold, held(p, 'driver')]).toEqual([0, 0]);
  });

  test('004-11 the macro asks for user memory first, then for the direction', () => {
    const mode = ({ k }: Extraction): number => k.fn.iovIterExtractMode(k, k.iter);
    expect(['iovec:[0+4,0+4]', 'ubuf:[0+4]'].map((text) => mode(on(text)))).toEqual([FOLL_PIN, FOLL_PIN]);
    expect(['iovec:[0+4,0+4]', 'ubuf:[0+4]'].map((text) => mode(on(text, WRITE)))).toEqual([FOLL_GET, FOLL_GET]);
    expect(['kvec:[0+4]', 'bvec:[0+4]', 'xarray:F0F1@0'].map((text) => mode(on(text, WRITE)))).toEqual([0, 0, 0]);
    expect([mode(on('discard:[0+16]')), mode(onPipe(4))]).toEqual([0, 0]);
  });
});

describe('iov_iter_extract_pipe_pages', () => {
  test('004-12 -EFAULT where the iterator is not sane, or no slot is free', () => {
    const x = onPipe(4);
    x.k.pipe.head = 1;
    expect([x.extract(4), x.k.warned]).toEqual([`${-EFAULT} +0`, 'sanity']);
    const full = onPipe(12);
    expect([full.extract(8), full.extract(4), full.k.warned]).toEqual(['8 +0 p0 p1', `${-EFAULT} +0`, '']);
  });

  test('004-13 the page begun, from where it ends, then new ones', () => {
    const x = onPipe(8);
    x.k.fn.copyToIter(x.k, 3, x.k.iter);
    expect([x.extract(4), x.k.iter.count]).toEqual(['4 +3 p0 p1', 1]);
    expect(x.k.pipe.bufs.map(({ len }) => len)).toEqual([4, 3]);
  });

  test('004-14 short where a later page fails, -EFAULT where the first does', () => {
    const [later, first] = [1, 0].map((n) => {
      const x = onPipe(8);
      x.k.oom = n;
      return x.extract(8);
    });
    expect([later, first]).toEqual(['4 +0 p0', `${-EFAULT} +0`]);
  });

  test('004-15 the pipe is locked by whoever made the iterator, and only written', () => {
    const p = run('iov_iter_pipe count=4', 'iov_iter_extract_pages maxsize=4 maxpages=3');
    expect([p.returns[1], p.broken, p.runner.k.iter.dataSource]).toEqual(['4', [], false]);
    expect(() => run('iov_iter_pipe count=4', 'pread size=1')).toThrow('can not be taken here');
  });
});

describe('the other kinds of kernel memory', () => {
  test('004-16 pages of an xarray in order, a retry entry looked up again', () => {
    const x = on('xarray:F0F1@1');
    x.k.xaRetry = 1;
    expect([x.extract(7), x.k.xaRetry]).toEqual(['7 +1 F0 F1', -1]);
  });

  test('004-17 the length goes to the end of the last page that is there; of none, it is all that was asked for', () => {
    expect([on('xarray:F0F1@1').extract(5), on('xarray:F0-@1').extract(7)]).toEqual(['5 +1 F0 F1', '3 +1 F0']);
    const x = on('xarray:-F1@1');
    expect([x.extract(7), x.k.iter.count]).toEqual(['7 +1', 0]);
  });

  test('004-18 pages of the first segment of a bvec, from its offset on', () => {
    const x = on('bvec:[1+4,0+4]');
    expect([x.extract(2), x.extract(9)]).toEqual(['2 +1 K0', '2 +3 K0 K1']);
  });

  test('004-19 at the end of a segment the next one is entered, whatever its length', () => {
    const x = on('bvec:[0+4,0+0,0+4]');
    x.extract(3);
    expect(x.at()).toBe('0/3 +3 5');
    x.extract(1);
    expect(x.at()).toBe('1/2 +0 4');
  });
});

describe('user memory', () => {
  test('004-20 the first segment with a byte in it, and no more than it has', () => {
    const { k } = on('iovec:[1+0,1+4]', WRITE);
    expect([k.fn.iovIterExtractFirstUserSegment(k, k.iter, 9), k.out.off]).toEqual([1, 4]);
    const { k: u } = on('ubuf:[3+5]', WRITE);
    u.fn.iovIterAdvance(u, u.iter, 1);
    expect([u.fn.iovIterExtractFirstUserSegment(u, u.iter, 4), u.out.off]).toEqual([4, 4]);
  });

  /** Flags that get_user_pages_fast() and pin_user_pages_fast() are called with. */
  function flags(direction: number, isNofault: boolean): [name: string, flags: number] {
    const { k } = on('ubuf:[1+7]', direction);
    let seen: [string, number] = ['', 0];
    k.fn = {
      ...k.fn,
      getUserPagesFast: (_k, _start, nr, f) => {
        seen = ['get', f];
        return nr;
      },
      pinUserPagesFast: (_k, _start, nr, f) => {
        seen = ['pin', f];
        return nr;
      },
    };
    k.iter.nofault = isNofault;
    k.pagesArrayMax = 2;
    expect(k.fn.iovIterExtractPages(k, k.iter, 7, 2)).toBe(7);
    return seen;
  }

  test('004-21 references without FOLL_WRITE; a destination is refused with a warning', () => {
    expect([flags(WRITE, false), flags(WRITE, true)]).toEqual([
      ['get', FOLL_GET],
      ['get', FOLL_GET | FOLL_NOFAULT],
    ]);
    const { k } = on('ubuf:[0+4]', READ);
    expect(k.fn.iovIterExtractUserPagesAndGet(k, k.iter, 4, 1)).toBe(-EFAULT);
    expect(k.warned).toBe('iov_iter_extract_user_pages_and_get');
  });

  test('004-22 pins with FOLL_WRITE; a source is refused with a warning', () => {
    expect([flags(READ, false), flags(READ, true)]).toEqual([
      ['pin', FOLL_PIN | FOLL_WRITE],
      ['pin', FOLL_PIN | FOLL_WRITE | FOLL_NOFAULT],
    ]);
    const { k } = on('ubuf:[0+4]', WRITE);
    expect(k.fn.iovIterExtractUserPagesAndPin(k, k.iter, 4, 1)).toBe(-EFAULT);
    expect(k.warned).toBe('iov_iter_extract_user_pages_and_pin');
  });

  test('004-23 BUG() where the mode is neither', () => {
    const { k } = on('bvec:[0+4]');
    expect(() => k.fn.iovIterExtractUserPages(k, k.iter, 4, 1)).toThrow();
    expect([k.fatal, k.fatalFunction]).toEqual(['no-bug', 'iov_iter_extract_user_pages']);
  });
});

describe('what the kernel-doc says', () => {
  test('004-24 from the current point on, and the iterator moves by the return', () => {
    const x = on('ubuf:[1+11]');
    expect([x.extract(3), x.extract(3), x.k.iter.count]).toEqual(['3 +1 U0', '3 +0 U1', 5]);
  });

  test('004-25 at most maxsize bytes and maxpages pages', () => {
    expect([on('ubuf:[1+11]').extract(5, 3), on('ubuf:[1+11]').extract(9, 2)]).toEqual(['5 +1 U0 U1', '7 +1 U0 U1']);
  });

  test('004-26 a list of the required size is allocated', () => {
    const x = on('ubuf:[1+11]');
    expect([x.extractAlloc(5), x.k.pagesArrayMax, x.k.arrays]).toEqual(['5 +1 U0 U1', 2, 1]);
  });

  test('004-27 or the caller’s is filled in, from its start', () => {
    const x = on('ubuf:[1+11]');
    expect([x.extract(5, 4), x.k.arrays, x.k.isEntryWritten.indexOf(false)]).toEqual(['5 +1 U0 U1', 0, 2]);
  });

  test('004-28 references would not do for DMA to a page: it is copied away after fork', () => {
    const p = underIo(design, WRITE);
    const page = p.k.pagesArray[0];
    p.fork();
    p.store(PARENT, 2);
    page?.data.fill(3);
    expect(p.load(PARENT)).toBe(2);
  });

  test('004-29 pins do: what the device writes is the process’s', () => {
    const p = underIo(design, READ);
    const page = p.k.pagesArray[0];
    p.fork();
    p.store(PARENT, 2);
    page?.data.fill(3);
    expect([p.load(PARENT), p.load(CHILD)]).toEqual([3, 1]);
  });

  test('004-30 new pages are added to the pipe, which alone holds them', () => {
    const x = onPipe(8);
    expect([x.extract(8), x.refs()]).toEqual(['8 +0 p0 p1', [1, 1]]);
    expect(x.k.pipe.bufs.map(({ page, len }) => [page?.name, len])).toEqual([
      ['p0', 4],
      ['p1', 4],
    ]);
  });

  test('004-31 pages of a bvec and an xarray are merely listed', () => {
    expect(held(run(LISTED, TAKE), 'driver')).toBe(0);
    const p = run('iov_iter_xarray vec=xarray:F0F1@0 direction=READ count=full', TAKE);
    expect([p.returns[1], p.runner.k.filePages[0].refcount, p.broken]).toEqual(['4', 1, []]);
  });

  test('004-32 a kvec is refused', () => {
    expect(on('kvec:[0+4]').extract(4)).toBe(`${-EFAULT} +0`);
  });

  test('004-33 a discard iterator is refused', () => {
    expect(on('discard:[0+16]').extract(4)).toBe(`${-EFAULT} +0`);
  });

  test('004-34 the list, the offset in its first page and the amount; or -ENOMEM, or -EFAULT', () => {
    expect(on('ubuf:[3+5]').extractAlloc(9)).toBe('5 +3 U0 U1');
    const noMemory = on('ubuf:[3+5]');
    noMemory.k.oom = 0;
    expect(noMemory.extractAlloc(9)).toBe(`${-ENOMEM} +3`);
    const noPage = on('ubuf:[3+5]');
    noPage.k.userFault = 0;
    expect(noPage.extract(9)).toBe(`${-EFAULT} +3`);
  });

  test('004-35 no more than count; nothing asked for is nothing done', () => {
    const x = on('ubuf:[0+4]');
    expect([x.extract(0), x.extractAlloc(0), x.k.arrays]).toEqual(['0 +0', '0 +0', 0]);
    expect([x.extract(99), x.extract(99)]).toEqual(['4 +0 U0', '0 +0']);
  });
});
