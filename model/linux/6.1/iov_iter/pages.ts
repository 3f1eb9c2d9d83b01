/**
 * iov_iter_get_pages2() and iov_iter_get_pages_alloc2() of 6.1: the pages behind the next
 * bytes, a reference each, and the iterator moved past them. The table keeps the names
 * without the 2.
 *
 * Only the first segment that is not empty is looked at, in user memory; in a bvec only the
 * first one, empty or not: one of no bytes gives -ENOMEM where it starts with a page, and
 * otherwise 0, and a reference that nobody is told of.
 *
 * @kernel 6.1 lib/iov_iter.c
 */
import { divRoundUp } from '../../../cint.js';
import { EFAULT, ENOMEM } from '../../../errno.js';
import type { KernelFunctions } from '../../../functions.js';
import type { IovIter, Kernel, Page } from '../../../kernel.js';
import { FOLL_NOFAULT, FOLL_WRITE, ITER_BVEC, ITER_UBUF, ITER_XARRAY } from '../../../kernel.js';
import { getPage, getPagesArray, kvfreeArray, storePage } from '../../../mm.js';
import { bvecAt, iovAt, isPipe, pageAfter, userBackedIter, vecOf, xasRetry } from './iterate.js';
import { maxRwCount } from './move.js';

/** `unsigned maxpages` of iov_iter_get_pages_alloc2(): ~0U */
const ANY_NUMBER = 0xffffffff;

/**
 * @kernel 6.1 lib/iov_iter.c want_pages_array: k.pagesArrayMax 0 is *res == NULL. No entries
 * are warned about, and allocated without memory: the 0 reads as -ENOMEM, and there is nothing to free.
 */
export function wantPagesArray(k: Kernel, size: number, start: number, maxpages: number): number {
  const count = Math.min(divRoundUp(size + start, k.pageSize), maxpages);
  if (count === 0) k.warn('want_pages_array');
  else if (k.pagesArrayMax === 0 && !getPagesArray(k, count)) return 0;
  return count;
}

/**
 * @kernel 6.1 lib/iov_iter.c iter_xarray_populate_pages: pages from `index` on, up to a hole;
 * how many. Each is referenced unless `refs` is 0, as in what seed 004 made of it.
 */
export function iterXarrayPopulatePages(
  k: Kernel,
  i: IovIter,
  index: number,
  nrPages: number,
  by = 'iter_xarray_populate_pages',
  refs: 0 | 1 = 1,
): number {
  const { xarray } = vecOf(k, i, by);
  let ret = 0;
  while (ret < nrPages) {
    if (xasRetry(k, index)) continue;
    const page = xarray[index] ?? null;
    if (page === null) break;
    storePage(k, ret, page, by);
    if (refs === 1) getPage(k, page, by);
    ret++;
    index++;
  }
  return ret;
}

/** @kernel 6.1 lib/iov_iter.c iter_xarray_get_pages */
function iterXarrayGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const pos = vecOf(k, i, 'iter_xarray_get_pages').xarrayStart + i.iovOffset;
  const offset = pos % k.pageSize;
  k.out.start = offset;
  const count = wantPagesArray(k, maxsize, offset, maxpages);
  if (count === 0) return -ENOMEM;
  const nr = iterXarrayPopulatePages(k, i, Math.floor(pos / k.pageSize), count);
  if (nr === 0) return 0;
  maxsize = Math.min(nr * k.pageSize - offset, maxsize);
  i.iovOffset += maxsize;
  i.count -= maxsize;
  return maxsize;
}

/** @kernel 6.1 lib/iov_iter.c first_iovec_segment; *size in k.out.off. */
export function firstIovecSegment(k: Kernel, i: IovIter, maxsize: number): number {
  const by = 'first_iovec_segment';
  k.out.off = maxsize;
  if (i.flavour === ITER_UBUF) return iovAt(k, i, 0, by).base + i.iovOffset;
  let skip = i.iovOffset;
  const end = i.seg + i.segs;
  for (let seg = i.seg; seg < end; seg++, skip = 0) {
    const iov = iovAt(k, i, seg, by);
    const len = iov.len - skip;
    if (len === 0) continue;
    k.out.off = Math.min(maxsize, len);
    return iov.base + skip;
  }
  return k.die('no-bug', by, 'BUG(): no segment has a byte left, though count says so');
}

/** @kernel 6.1 lib/iov_iter.c first_bvec_segment; *size in k.out.off, *start in k.out.start. */
export function firstBvecSegment(k: Kernel, i: IovIter, maxsize: number): Page {
  const by = 'first_bvec_segment';
  const bvec = bvecAt(k, i, i.seg, by);
  k.out.off = Math.min(maxsize, bvec.len - i.iovOffset);
  const skip = bvec.offset + i.iovOffset;
  k.out.start = skip % k.pageSize;
  return pageAfter(k, bvec.page, Math.floor(skip / k.pageSize), by);
}

/** The branch of __iov_iter_get_pages_alloc() for user memory. */
function getUserPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  let gupFlags = 0;
  if (!i.dataSource) gupFlags |= FOLL_WRITE;
  if (i.nofault) gupFlags |= FOLL_NOFAULT;
  const addr = k.fn.firstIovecSegment(k, i, maxsize);
  maxsize = k.out.off;
  const start = addr % k.pageSize;
  k.out.start = start;
  const n = wantPagesArray(k, maxsize, start, maxpages);
  if (n === 0) return -ENOMEM;
  const res = k.fn.getUserPagesFast(k, addr - start, n, gupFlags);
  if (res <= 0) return res;
  maxsize = Math.min(maxsize, res * k.pageSize - start);
  k.fn.iovIterAdvance(k, i, maxsize);
  return maxsize;
}

/** The branch of __iov_iter_get_pages_alloc() for a bvec. */
function getBvecPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const by = 'iov_iter_get_pages2';
  const page = firstBvecSegment(k, i, maxsize);
  maxsize = k.out.off;
  const { start } = k.out;
  const n = wantPagesArray(k, maxsize, start, maxpages);
  if (n === 0) return -ENOMEM;
  for (let e = 0; e < n; e++) {
    const sub = pageAfter(k, page, e, by);
    storePage(k, e, sub, by);
    getPage(k, sub, by);
  }
  maxsize = Math.min(maxsize, n * k.pageSize - start);
  i.count -= maxsize;
  i.iovOffset += maxsize;
  if (i.iovOffset === bvecAt(k, i, i.seg, by).len) {
    i.iovOffset = 0;
    i.seg++;
    i.segs--;
  }
  return maxsize;
}

/** @kernel 6.1 lib/iov_iter.c __iov_iter_get_pages_alloc */
function getPagesOf(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (maxsize > i.count) maxsize = i.count;
  if (maxsize === 0) return 0;
  maxsize = Math.min(maxsize, maxRwCount(k));
  if (userBackedIter(i)) return getUserPages(k, i, maxsize, maxpages);
  if (i.flavour === ITER_BVEC) return getBvecPages(k, i, maxsize, maxpages);
  if (isPipe(i)) return k.fn.pipeGetPages(k, i, maxsize, maxpages);
  if (i.flavour === ITER_XARRAY) return k.fn.iterXarrayGetPages(k, i, maxsize, maxpages);
  return -EFAULT;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_get_pages2 */
function iovIterGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (maxpages === 0) return 0;
  k.bugOn(k.pagesArrayMax === 0, 'iov_iter_get_pages2', 'BUG_ON(!pages)');
  return getPagesOf(k, i, maxsize, maxpages);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_get_pages_alloc2 */
function iovIterGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number {
  k.pagesArrayMax = 0;
  const len = getPagesOf(k, i, maxsize, ANY_NUMBER);
  if (len <= 0 && k.pagesArrayMax !== 0) {
    kvfreeArray(k, 'iov_iter_get_pages_alloc2');
    k.pagesArrayMax = 0;
  }
  return len;
}

export const pages61 = {
  iovIterGetPages,
  iovIterGetPagesAlloc,
  firstIovecSegment,
  iterXarrayGetPages,
} satisfies Partial<KernelFunctions>;
