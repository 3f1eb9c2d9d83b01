/**
 * lib/iov_iter.c from 4.8 to 5.8: which pages an iterator is made of, and how it is aligned.
 * get_pages looks at the first segment that is not empty, and does not move the iterator.
 * Versions differ in whether a bvec may be longer than a page, which the Walk knows.
 *
 * @kernel 4.8 lib/iov_iter.c
 */
import { divRoundUp, sizeT, ssizeT } from '../../../cint.js';
import { EFAULT, ENOMEM } from '../../../errno.js';
import type { IovIter, Kernel } from '../../../kernel.js';
import { FOLL_WRITE, ITER_BVEC, ITER_KVEC, WRITE } from '../../../kernel.js';
import { getPage, getPagesArray, kvfreeArray, storePage } from '../../../mm.js';
import type { Walk } from './walk.js';

const isBvec = (i: IovIter): boolean => (i.type & ITER_BVEC) !== 0;

/** The pages are written to unless the iterator is where data come from. */
const gupFlags = (i: IovIter): number => ((i.type & WRITE) === WRITE ? 0 : FOLL_WRITE);

/** Bytes that `res` of the `n` pages asked for hold, from *start on. */
const bytesOf = (k: Kernel, res: number, n: number, len: number): number =>
  ssizeT((res === n ? len : res * k.pageSize) - k.out.start);

/** @kernel 4.8 lib/iov_iter.c iov_iter_get_pages, but for a pipe; of a bvec, maxpages is not looked at. */
export function getPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number, w: Walk): number {
  const by = 'iov_iter_get_pages';
  if (maxsize > i.count) maxsize = i.count;
  w.begin(i, maxsize);
  if (!w.next(k, i, by)) return 0;
  if ((i.type & ITER_KVEC) !== 0) return -EFAULT;
  if (isBvec(i)) {
    k.out.start = w.base;
    storePage(k, 0, w.page, by);
    getPage(k, w.page, by);
    return w.len;
  }
  k.out.start = w.addr % k.pageSize;
  const len = Math.min(w.len + k.out.start, maxpages * k.pageSize);
  const n = divRoundUp(len, k.pageSize);
  const res = k.fn.getUserPagesFast(k, w.addr - k.out.start, n, gupFlags(i));
  return res < 0 ? res : bytesOf(k, res, n, len);
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_get_pages_alloc, but for a pipe */
export function getPagesAlloc(k: Kernel, i: IovIter, maxsize: number, w: Walk): number {
  const by = 'iov_iter_get_pages_alloc';
  if (maxsize > i.count) maxsize = i.count;
  w.begin(i, maxsize);
  if (!w.next(k, i, by)) return 0;
  if ((i.type & ITER_KVEC) !== 0) return -EFAULT;
  if (isBvec(i)) {
    k.out.start = w.base;
    if (!getPagesArray(k, 1)) return -ENOMEM;
    storePage(k, 0, w.page, by);
    getPage(k, w.page, by);
    return w.len;
  }
  k.out.start = w.addr % k.pageSize;
  const len = w.len + k.out.start;
  const n = divRoundUp(len, k.pageSize);
  if (!getPagesArray(k, n)) return -ENOMEM;
  const res = k.fn.getUserPagesFast(k, w.addr - k.out.start, n, gupFlags(i));
  if (res < 0) {
    kvfreeArray(k, by);
    return res;
  }
  return bytesOf(k, res, n, len);
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_npages, but for a pipe: a bvec counts as one page. */
export function npages(k: Kernel, i: IovIter, maxpages: number, w: Walk): number {
  const by = 'iov_iter_npages';
  let pages = 0;
  w.begin(i, i.count);
  while (w.next(k, i, by)) {
    pages += isBvec(i) ? 1 : divRoundUp(w.base + w.len, k.pageSize) - Math.floor(w.base / k.pageSize);
    if (pages >= maxpages) return maxpages;
    w.took(k, i, w.len, by);
  }
  return pages;
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_alignment, but for a pipe */
export function alignment(k: Kernel, i: IovIter, w: Walk): number {
  const by = 'iov_iter_alignment';
  let res = 0;
  w.begin(i, i.count);
  while (w.next(k, i, by)) {
    res |= w.base | w.len;
    w.took(k, i, w.len, by);
  }
  return sizeT(res);
}

/**
 * @kernel 4.8 lib/iov_iter.c iov_iter_gap_alignment, but for a pipe: where a segment is not
 * the last, `size` counts, which is what is left of an iovec or kvec, and all of a bvec.
 */
export function gapAlignment(k: Kernel, i: IovIter, w: Walk): number {
  const by = 'iov_iter_gap_alignment';
  let res = 0;
  w.begin(i, i.count);
  while (w.next(k, i, by)) {
    const size = isBvec(i) ? i.count : w.left;
    res |= (res === 0 ? 0 : w.base) | (size === w.len ? 0 : size);
    w.took(k, i, w.len, by);
  }
  return sizeT(res);
}
