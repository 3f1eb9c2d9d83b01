import { describe, expect, it } from 'vitest';
import { bioExtractWithBlocks, bioFunctions, bioWithBlocks } from '#iov/model/bio.js';
import { bioAlignedDown } from '#iov/model/linux/6.18/bio.js';
import type { Bounds } from '#iov/model/bounds.js';
import { EFAULT } from '#iov/model/errno.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { BioVec, IovIter, IoVec, Kernel } from '#iov/model/kernel.js';
import {
  FOLL_GET,
  FOLL_PIN,
  FOLL_WRITE,
  ITER_BVEC,
  ITER_IOVEC,
  ITER_KVEC,
  READ,
  WRITE,
  Writer,
} from '#iov/model/kernel.js';
import { storePage } from '#iov/model/mm.js';
import { leaked, PARENT, Processes } from './processes.js';

/** Moves within the segments; enough of iov_iter_advance() and iov_iter_revert() for whole vectors. */
function moveTo(i: IovIter, done: number): void {
  const list = i.flavour === ITER_BVEC ? i.vec?.bvec : i.vec?.iov;
  let at = done;
  i.seg = 0;
  i.segs = list?.length ?? 0;
  while (i.segs > 0 && at >= (list?.[i.seg].len ?? 0)) {
    at -= list?.[i.seg].len ?? 0;
    i.seg++;
    i.segs--;
  }
  i.iovOffset = at;
  i.count = (i.vec?.bytes ?? 0) - done;
}

const doneOf = (i: IovIter): number => (i.vec?.bytes ?? 0) - i.count;

/** get_pages2 or extract_pages of one segment, without the cases that the bio never meets. */
function takeSegment(k: Kernel, i: IovIter, maxsize: number, maxpages: number, flags: number): number {
  if (i.count === 0 || i.vec === null) return 0;
  const { base, len } = i.vec.iov[i.seg];
  const addr = base + i.iovOffset;
  const size = Math.min(maxsize, i.count, len - i.iovOffset);
  k.out.start = addr % k.pageSize;
  const want = Math.min(Math.ceil((k.out.start + size) / k.pageSize), maxpages);
  const write = i.dataSource ? 0 : FOLL_WRITE;
  let got = want;
  if (i.flavour === ITER_KVEC) {
    for (let n = 0; n < want; n++) storePage(k, n, k.filePages[0], 'test');
  } else if ((flags & FOLL_PIN) !== 0) {
    got = k.fn.pinUserPagesFast(k, addr - k.out.start, want, write);
  } else {
    got = k.fn.getUserPagesFast(k, addr - k.out.start, want, write);
  }
  if (got <= 0) return got;
  const bytes = Math.min(size, got * k.pageSize - k.out.start);
  moveTo(i, doneOf(i) + bytes);
  return bytes;
}

const iterFunctions = {
  iovIterGetPages: (k, i, maxsize, maxpages) => takeSegment(k, i, maxsize, maxpages, FOLL_GET),
  iovIterExtractPages: (k, i, maxsize, maxpages) => takeSegment(k, i, maxsize, maxpages, FOLL_PIN),
  iovIterExtractWillPin: (_k, i) => i.flavour === ITER_IOVEC,
  iovIterRevert: (_k, i, unroll) => moveTo(i, doneOf(i) - unroll),
  iovIterAdvance: (_k, i, size) => moveTo(i, doneOf(i) + Math.min(size, i.count)),
} satisfies Partial<KernelFunctions>;

/** A parent with `vpages` pages of its own data, and its iterator. */
function bioOver(
  iov: readonly IoVec[],
  functions: Partial<KernelFunctions> = bioWithBlocks(1),
  bounds: Partial<Bounds> = {},
  type = ITER_IOVEC | READ,
): Processes {
  const p = new Processes({ page: 4, vpages: 3, bias: 8, ...bounds }, { ...iterFunctions, ...functions });
  for (let v = 0; v < p.k.bounds.vpages; v++) p.map(v).store(PARENT, Writer.Parent, v);
  point(p.k, type, iov, []);
  return p;
}

function point(k: Kernel, type: number, iov: readonly IoVec[], bvec: readonly BioVec[]): void {
  const list = iov.length > 0 ? iov : bvec;
  const bytes = list.reduce((sum, { len }) => sum + len, 0);
  const flavour = type & ~WRITE;
  k.iter.type = type;
  k.iter.vec = { index: -1, flavour, text: '', iov, bvec, xarray: [], xarrayStart: 0, folioq: [], bytes };
  moveTo(k.iter, 0);
}

/** Entries as `page:offset+bytes`, by virtual page for the parent's own. */
function entries(p: Processes): string[] {
  const { request: r, mms } = p.k;
  return r.page.slice(0, r.nr).map((page, e) => {
    const v = mms[PARENT].ptes.findIndex((pte) => pte.page === page);
    return `${v < 0 ? page?.name : v}:${r.off[e]}+${r.len[e]}`;
  });
}

const refs = (p: Processes): number[] => p.k.mms[PARENT].ptes.map(({ page }) => page?.refcount ?? 0);

/** Functions, how their bio holds a page, and the references of a page that is mapped and held. */
const FORMS = [
  ['by get_pages2 (6.1)', bioWithBlocks(1), FOLL_GET, 2],
  ['by extract_pages (6.3)', bioExtractWithBlocks(1), FOLL_PIN, 9],
] as const;

describe.each(FORMS)('user memory, %s', (_name, functions, hold, held) => {
  it('is added page by page, over several segments, and dropped', () => {
    const p = bioOver(
      [
        { base: 1, len: 5 },
        { base: 8, len: 4 },
      ],
      functions,
    );
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    expect(entries(p)).toEqual(['0:1+3', '1:0+2', '2:0+4']);
    expect(p.k.request).toMatchObject({ hold, bytes: 9, isSource: false, mm: PARENT, ownsArray: false });
    expect([refs(p), p.k.iter.count]).toEqual([[held, held, held], 0]);
    p.k.fn.bioReleasePages(p.k);
    expect([refs(p), p.k.request.nr]).toEqual([[1, 1, 1], 0]);
    p.exit(PARENT);
    expect(leaked(p.k)).toEqual([]);
  });

  it('that goes on in the same page is one entry with one hold', () => {
    const p = bioOver(
      [
        { base: 0, len: 1 },
        { base: 1, len: 2 },
        { base: 0, len: 1 },
      ],
      functions,
      {},
      ITER_IOVEC | WRITE,
    );
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    expect(entries(p)).toEqual(['0:0+3', '0:0+1']);
    expect(p.k.request.isSource).toBe(true);
    expect(refs(p)[0]).toBe(1 + 2 * (held - 1));
    p.k.fn.bioReleasePages(p.k);
    expect(refs(p)[0]).toBe(1);
  });
});

describe.each(FORMS)('user memory that is short, %s', (_name, functions) => {
  it('that is missing ends the bio, and is an error only as the first page', () => {
    const p = bioOver([{ base: 0, len: 12 }], functions);
    p.munmap(PARENT, 1);
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    expect([entries(p), p.k.iter.count]).toEqual([['0:0+4'], 8]);
    p.k.fn.bioReleasePages(p.k);
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(-EFAULT);
    expect([p.k.request.nr, refs(p)]).toEqual([0, [1, 0, 1]]);
  });

  it('is taken as far as the bio has room', () => {
    // Four entries.
    const p = bioOver(
      Array.from({ length: 6 }, (_, n) => ({ base: 4 * (n % 3), len: 4 })),
      functions,
    );
    expect(p.k.request.page.length).toBe(4);
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    expect([entries(p).length, p.k.iter.count]).toEqual([4, 8]);
    p.k.fn.bioReleasePages(p.k);
    expect(refs(p)).toEqual([1, 1, 1]);
  });
});

describe.each([
  ['by get_pages2 (6.1)', bioWithBlocks(4)],
  ['by extract_pages (6.3)', bioExtractWithBlocks(4)],
] as const)('blocks of four bytes, %s (REVERT-AFTER-GET)', (_name, functions) => {
  it('what is no whole block goes back to the iterator, and its pages are dropped', () => {
    const p = bioOver([{ base: 2, len: 7 }], functions);
    // 2+2 and 0+2 make a block; three bytes are left, of which one is in a page of its own.
    p.k.fn.bioIovIterGetPages(p.k, p.k.iter);
    expect([entries(p), p.k.iter.count]).toEqual([['0:2+2', '1:0+2'], 3]);
    expect(refs(p)[2]).toBe(1);
    p.k.fn.bioReleasePages(p.k);
    expect(refs(p)).toEqual([1, 1, 1]);
  });

  it('less than a block is an error that keeps nothing', () => {
    const p = bioOver([{ base: 3, len: 3 }], functions);
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(-EFAULT);
    expect([p.k.request.nr, p.k.iter.count, refs(p)]).toEqual([0, 3, [1, 1, 1]]);
  });
});

describe('kernel memory', () => {
  it.each([
    ['6.1', bioWithBlocks(1)],
    ['6.3', bioExtractWithBlocks(1)],
  ])('of a bvec is borrowed, %s', (_name, functions) => {
    const p = bioOver([], functions, { files: 3 });
    const [f0, f1] = p.k.filePages;
    point(
      p.k,
      ITER_BVEC | WRITE,
      [],
      [
        { page: f1, offset: 1, len: 5 },
        { page: f0, offset: 0, len: 0 },
        { page: f0, offset: 2, len: 1 },
      ],
    );
    moveTo(p.k.iter, 1);
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    expect(entries(p)).toEqual(['F1:2+2', 'F2:0+2', 'F0:2+1']);
    expect([p.k.request.hold, p.k.request.bytes, p.k.iter.count]).toEqual([0, 5, 0]);
    expect(p.k.filePages.map(({ refcount }) => refcount)).toEqual([1, 1, 1]);
    p.k.fn.bioReleasePages(p.k);
    expect(p.k.filePages.map(({ refcount }) => refcount)).toEqual([1, 1, 1]);
  });

  it('of a kvec is listed by extract_pages, and not held', () => {
    const p = bioOver([{ base: 0, len: 4 }], bioExtractWithBlocks(1), {}, ITER_KVEC | WRITE);
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    expect([entries(p), p.k.request.hold]).toEqual([['F0:0+4'], 0]);
    p.k.fn.bioReleasePages(p.k);
    expect(p.k.filePages[0].refcount).toBe(1);
  });

  it('of more pages than the request has entries is left to the next bio', () => {
    const p = bioOver([]);
    const page = p.k.filePages[0];
    point(
      p.k,
      ITER_BVEC | WRITE,
      [],
      Array.from({ length: 5 }, () => ({ page, offset: 0, len: 4 })),
    );
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    expect([p.k.request.nr, p.k.request.bytes, p.k.iter.count]).toEqual([4, 16, 4]);
  });
});

it('the way of release is decided once, whatever becomes of the iterator (PIN-MIXED-ITER)', () => {
  const p = bioOver([{ base: 0, len: 4 }], bioExtractWithBlocks(1));
  p.k.fn.bioIovIterGetPages(p.k, p.k.iter);
  p.k.iter.type = ITER_KVEC | WRITE;
  p.k.fn.bioReleasePages(p.k);
  expect(refs(p)).toEqual([1, 1, 1]);
});

describe('blocks of four bytes, cut down in the end (6.18)', () => {
  const leftBy = (iov: readonly IoVec[]): [string[], number[]] => {
    const p = bioOver(iov, bioAlignedDown(4));
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(0);
    const filled = entries(p);
    bioFunctions.bioReleasePages(p.k);
    return [filled, refs(p)];
  };

  it('a page that is a bio_vec of its own is dropped', () => {
    expect(
      leftBy([
        { base: 0, len: 4 },
        { base: 9, len: 2 },
      ]),
    ).toEqual([['0:0+4'], [1, 1, 1]]);
  });

  it('of a bio_vec that is shortened no page is, though it ends before the last (F-82)', () => {
    expect(leftBy([{ base: 2, len: 7 }])).toEqual([
      ['0:2+2', '1:0+2'],
      [1, 1, 9],
    ]);
  });

  it('of a bio_vec that goes only the first page is (F-82)', () => {
    expect(
      leftBy([
        { base: 8, len: 4 },
        { base: 3, len: 2 },
      ]),
    ).toEqual([['2:0+4'], [1, 9, 1]]);
  });

  it('less than a block is an error, and the iterator is where it was', () => {
    const p = bioOver([{ base: 5, len: 3 }], bioAlignedDown(4));
    expect(p.k.fn.bioIovIterGetPages(p.k, p.k.iter)).toBe(-EFAULT);
    expect([p.k.request.nr, p.k.iter.count, refs(p)]).toEqual([0, 3, [1, 1, 1]]);
  });
});
