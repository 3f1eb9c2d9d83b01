/**
 * iov_iter_extract_pages() as merged: user memory is pinned in both directions, everything
 * else is merely listed. A pipe is not among the flavours that it knows, though 6.3 still
 * has ITER_PIPE: -EFAULT, as for a discard iterator.
 *
 * The flags that the caller may pass are about peer-to-peer memory, which is not modelled.
 *
 * Three of its exits are wrong, and stay so here: empty segments in front (fixed in 6.6), an
 * xarray without a page at a position inside a page, and the array that nobody frees where
 * no page is had (both fixed in 2026). docs/findings.md has them.
 *
 * @kernel 6.3 lib/iov_iter.c
 */
import { sizeT } from '../../cint.js';
import { EFAULT, ENOMEM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { FOLL_NOFAULT, FOLL_WRITE, ITER_BVEC, ITER_KVEC, ITER_XARRAY } from '../../kernel.js';
import { storePage } from '../../mm.js';
import { kernelPage } from '../../vecs.js';
import { bvecAt, iovAt, pageAfter, userBackedIter, vecOf } from '../6.1/iov_iter/iterate.js';
import { maxRwCount } from '../6.1/iov_iter/move.js';
import { iterXarrayPopulatePages, wantPagesArray } from '../6.1/iov_iter/pages.js';

/** @kernel 6.3 include/linux/uio.h iov_iter_extract_will_pin */
export function iovIterExtractWillPin(_k: Kernel, i: IovIter): boolean {
  return userBackedIter(i);
}

/** @kernel 6.3 lib/iov_iter.c iov_iter_extract_xarray_pages */
export function iovIterExtractXarrayPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const by = 'iov_iter_extract_xarray_pages';
  const pos = vecOf(k, i, by).xarrayStart + i.iovOffset;
  const offset = pos % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, maxsize, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  const nr = iterXarrayPopulatePages(k, i, Math.floor(pos / k.pageSize), maxpages, by, 0);
  // Of no page at all this is 0 - offset, which is huge: the whole request, with nothing listed.
  maxsize = Math.min(sizeT(nr * k.pageSize - offset), maxsize);
  k.fn.iovIterAdvance(k, i, maxsize);
  return maxsize;
}

/** Bytes that are left of the iterator's segment, at most maxsize. */
function ofSegment(k: Kernel, i: IovIter, maxsize: number, by: string): number {
  const { len } = i.flavour === ITER_BVEC ? bvecAt(k, i, i.seg, by) : iovAt(k, i, i.seg, by);
  return Math.min(maxsize, sizeT(len - i.iovOffset));
}

function toNextSegment(i: IovIter): void {
  i.iovOffset = 0;
  i.segs--;
  i.seg++;
}

/**
 * Passes over segments in which nothing is left, and returns the bytes to take of the one
 * that follows; 0 where there is none. An empty segment takes maxsize to 0 with it: all that
 * follow look empty too.
 *
 * @kernel 6.3 lib/iov_iter.c iov_iter_extract_bvec_pages, iov_iter_extract_kvec_pages
 */
function skipEmpty63(k: Kernel, i: IovIter, maxsize: number, by: string): number {
  while (i.segs !== 0) {
    maxsize = ofSegment(k, i, maxsize, by);
    if (maxsize !== 0) return maxsize;
    toNextSegment(i);
  }
  return 0;
}

/** The same, with the size in a variable of its own. @kernel f741bd7178c9 lib/iov_iter.c iov_iter_extract_bvec_pages */
function skipEmpty66(k: Kernel, i: IovIter, maxsize: number, by: string): number {
  while (i.segs !== 0) {
    const size = ofSegment(k, i, maxsize, by);
    if (size !== 0) return size;
    toNextSegment(i);
  }
  return 0;
}

type SkipEmpty = typeof skipEmpty63;

/** @kernel 6.3 lib/iov_iter.c iov_iter_extract_bvec_pages */
function extractBvec(k: Kernel, i: IovIter, maxsize: number, maxpages: number, skipEmpty: SkipEmpty): number {
  const by = 'iov_iter_extract_bvec_pages';
  const size = skipEmpty(k, i, maxsize, by);
  if (size === 0) return 0;
  const bvec = bvecAt(k, i, i.seg, by);
  const skip = i.iovOffset + bvec.offset;
  const page = pageAfter(k, bvec.page, Math.floor(skip / k.pageSize), by);
  const offset = skip % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, size, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  for (let n = 0; n < maxpages; n++) storePage(k, n, pageAfter(k, page, n, by), by);
  const done = Math.min(size, maxpages * k.pageSize - offset);
  k.fn.iovIterAdvance(k, i, done);
  return done;
}

/** virt_to_page() and vmalloc_to_page(), page by page. @kernel 6.3 lib/iov_iter.c iov_iter_extract_kvec_pages */
function extractKvec(k: Kernel, i: IovIter, maxsize: number, maxpages: number, skipEmpty: SkipEmpty): number {
  const by = 'iov_iter_extract_kvec_pages';
  const size = skipEmpty(k, i, maxsize, by);
  if (size === 0) return 0;
  const addr = iovAt(k, i, i.seg, by).base + i.iovOffset;
  const offset = addr % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, size, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  for (let n = 0; n < maxpages; n++) storePage(k, n, kernelPage(k, addr - offset + n * k.pageSize), by);
  const done = Math.min(size, maxpages * k.pageSize - offset);
  k.fn.iovIterAdvance(k, i, done);
  return done;
}

/** No FOLL_PIN by name: pin_user_pages_fast() means it. @kernel 6.3 lib/iov_iter.c iov_iter_extract_user_pages */
export function iovIterExtractUserPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  let gupFlags = 0;
  if (!i.dataSource) gupFlags |= FOLL_WRITE;
  if (i.nofault) gupFlags |= FOLL_NOFAULT;
  const addr = k.fn.firstIovecSegment(k, i, maxsize);
  maxsize = k.out.off;
  const offset = addr % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, maxsize, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  const res = k.fn.pinUserPagesFast(k, addr - offset, maxpages, gupFlags);
  if (res <= 0) return res; // and the array, if it is ours, with it
  maxsize = Math.min(maxsize, sizeT(res * k.pageSize - offset));
  k.fn.iovIterAdvance(k, i, maxsize);
  return maxsize;
}

/** @kernel 6.3 lib/iov_iter.c iov_iter_extract_pages */
export function iovIterExtractPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  maxsize = Math.min(maxsize, i.count, maxRwCount(k));
  if (maxsize === 0) return 0;
  if (userBackedIter(i)) return k.fn.iovIterExtractUserPages(k, i, maxsize, maxpages);
  switch (i.flavour) {
    case ITER_KVEC:
      return k.fn.iovIterExtractKvecPages(k, i, maxsize, maxpages);
    case ITER_BVEC:
      return k.fn.iovIterExtractBvecPages(k, i, maxsize, maxpages);
    case ITER_XARRAY:
      return k.fn.iovIterExtractXarrayPages(k, i, maxsize, maxpages);
    default:
      return -EFAULT;
  }
}

/** The skip loop of 6.3, which f741bd7178c9 mended. */
export const extractSegments63 = {
  iovIterExtractBvecPages: (k, i, maxsize, maxpages) => extractBvec(k, i, maxsize, maxpages, skipEmpty63),
  iovIterExtractKvecPages: (k, i, maxsize, maxpages) => extractKvec(k, i, maxsize, maxpages, skipEmpty63),
} satisfies Partial<KernelFunctions>;

/** The same since 6.6. */
export const extractSegments66 = {
  iovIterExtractBvecPages: (k, i, maxsize, maxpages) => extractBvec(k, i, maxsize, maxpages, skipEmpty66),
  iovIterExtractKvecPages: (k, i, maxsize, maxpages) => extractKvec(k, i, maxsize, maxpages, skipEmpty66),
} satisfies Partial<KernelFunctions>;

export const extract63 = {
  ...extractSegments63,
  iovIterExtractWillPin,
  iovIterExtractXarrayPages,
  iovIterExtractUserPages,
  iovIterExtractPages,
} satisfies Partial<KernelFunctions>;
