/**
 * lib/iov_iter.c of 5.8 for every flavour but the pipe: what 4.8 and 4.10 had, where it has
 * changed. New are ITER_DISCARD (4.20), which counts bytes and stores none, iov_iter_revert()
 * (4.12), copies whose source may fail (4.18) or goes past the cache (4.13), and bvecs longer
 * than a page (5.1). An entry that pipes have too goes on to theirs.
 *
 * A discarding iterator is a destination; what reads from it finds nothing there, and most of
 * these functions do not warn. Its iov_offset is moved and never looked at.
 *
 * @kernel 5.8 lib/iov_iter.c
 */
import { sizeT } from '../../cint.js';
import { branches } from '../../designs/pipe-iter-2016.js';
import { EFAULT } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, Page, Vec } from '../../kernel.js';
import { ITER_BVEC, ITER_DISCARD, ITER_IOVEC, ITER_KVEC, ITER_PIPE, READ, WRITE } from '../../kernel.js';
import { getPages, getPagesAlloc } from '../4.8/iov_iter/pages.js';
import { copyIn, copyOut } from '../4.8/iov_iter/steps.js';
import type { Step } from '../4.8/iov_iter/walk.js';
import { bvecAt, iovAt, iterateAndAdvance, Walk } from '../4.8/iov_iter/walk.js';
import { init, iovIter48, runsOfBody } from '../4.8/iov_iter.js';
import { iovIter410 } from '../4.10/iov_iter.js';

/** Flavours of 4.8, without a branch for pipes. */
const plain = iovIter48 as Required<typeof iovIter48>;
/** The same behind the branch for pipes, as 4.10 has them. */
const below = { ...branches, ...iovIter410 } as Required<typeof branches>;

/** for_each_bvec() ends its pieces at pages. */
export const byPage = new Walk(true);

/** MAX_RW_COUNT is the page-aligned part of it. */
const INT_MAX = 0x7fffffff;

export const isDiscard = (i: IovIter): boolean => (i.type & ITER_DISCARD) !== 0;
const isPipeOrDiscard = (i: IovIter): boolean => (i.type & (ITER_PIPE | ITER_DISCARD)) !== 0;

function refuse(k: Kernel, by: string): number {
  k.warn(by);
  return 0;
}

/** WARN_ON(direction & ~(READ | WRITE)) */
function directionOf(k: Kernel, direction: number, by: string): number {
  if ((direction & ~(READ | WRITE)) !== 0) k.warn(by);
  return direction & (READ | WRITE);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_init, of a task whose addresses are the user's */
function iovIterInit(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  init(i, ITER_IOVEC | directionOf(k, direction, 'iov_iter_init'), vec, vec.iov.length, count);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_kvec */
function iovIterKvec(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  init(i, ITER_KVEC | directionOf(k, direction, 'iov_iter_kvec'), vec, vec.iov.length, count);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_bvec */
function iovIterBvec(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  init(i, ITER_BVEC | directionOf(k, direction, 'iov_iter_bvec'), vec, vec.bvec.length, count);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_discard */
function iovIterDiscard(k: Kernel, i: IovIter, direction: number, count: number): void {
  k.bugOn(direction !== READ, 'iov_iter_discard', 'BUG_ON(direction != READ)');
  i.clear();
  i.active = true;
  i.type = ITER_DISCARD | READ;
  i.count = count;
}

/** @kernel 5.8 lib/iov_iter.c iterate_and_advance, ITER_DISCARD */
function discard(i: IovIter, n: number): number {
  if (i.count < n) n = i.count;
  i.iovOffset += n;
  i.count -= n;
  return n;
}

/** @kernel 5.8 lib/iov_iter.c page_copy_sane */
export function pageCopySane(k: Kernel, page: Page, offset: number, n: number): boolean {
  let v = sizeT(n + offset);
  if (n <= v && v <= k.pageSize) return true;
  const { head } = page;
  v += (page.pfn - head.pfn) * k.pageSize;
  if (n <= v && v <= k.pageSize * (head.hasTail ? 2 : 1)) return true;
  k.warn('page_copy_sane');
  return false;
}

/** @kernel 5.8 lib/iov_iter.c copy_page_to_iter: what is discarded is neither clamped to count nor taken off it. */
function copyPageToIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, page, offset, bytes)) return 0;
  return isDiscard(i) ? bytes : below.copyPageToIter(k, page, offset, bytes, i);
}

/** @kernel 5.8 lib/iov_iter.c copy_page_from_iter */
function copyPageFromIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, page, offset, bytes)) return 0;
  return isPipeOrDiscard(i) ? refuse(k, 'copy_page_from_iter') : plain.copyPageFromIter(k, page, offset, bytes, i);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_copy_from_user_atomic */
function iovIterCopyFromUserAtomic(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, page, offset, bytes)) return 0;
  if (isPipeOrDiscard(i)) return refuse(k, 'iov_iter_copy_from_user_atomic');
  return plain.iovIterCopyFromUserAtomic(k, page, offset, bytes, i);
}

/** Bytes of the source behind its poisoned one, that one included: what copy_to_user_mcsafe() leaves of a piece. */
export function poisoned(k: Kernel, at: number, len: number): number {
  return k.poison >= at && k.poison < at + len ? at + len - k.poison : 0;
}

/** @kernel 5.8 lib/iov_iter.c copyout_mcsafe, memcpy_mcsafe_to_page */
const copyOutMc: Step = (k, isUser, addr, len, buf, at) => {
  const left = poisoned(k, at, len);
  return left + copyOut(k, isUser, addr, len - left, buf, at);
};

/**
 * @kernel 5.8 lib/iov_iter.c _copy_to_iter_mcsafe, but for a pipe: a kvec or bvec of which
 * less was copied is returned from where it stood.
 */
export function copyMcToIter(k: Kernel, bytes: number, i: IovIter): number {
  return isDiscard(i) ? discard(i, bytes) : iterateAndAdvance(k, i, bytes, copyOutMc, k.kbuf, 0, 'copy_to_iter_mcsafe');
}

/** @kernel 5.8 lib/iov_iter.c _copy_from_iter_flushcache */
function copyFromIterFlushcache(k: Kernel, bytes: number, i: IovIter): number {
  const by = 'copy_from_iter_flushcache';
  if ((i.type & ITER_PIPE) !== 0) return refuse(k, by);
  return isDiscard(i) ? discard(i, bytes) : iterateAndAdvance(k, i, bytes, copyIn, k.kbuf, 0, by);
}

/** Of what is discarded everything is there at once: iterate_all_kinds does nothing. */
function takeDiscarded(k: Kernel, bytes: number, i: IovIter): number {
  if (i.count < bytes) return 0;
  k.fn.iovIterAdvance(k, i, bytes);
  return 1;
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_advance: what is discarded may be more than count, which wraps. */
function iovIterAdvance(k: Kernel, i: IovIter, size: number): void {
  if (isDiscard(i)) i.count = sizeT(i.count - size);
  else below.iovIterAdvance(k, i, size);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_revert, but for a pipe; nobody looks where the array begins. */
export function iovIterRevert(k: Kernel, i: IovIter, unroll: number): void {
  const by = 'iov_iter_revert';
  if (unroll === 0) return;
  if (unroll > (INT_MAX & -k.pageSize)) {
    k.warn(by);
    return;
  }
  i.count += unroll;
  if (isDiscard(i)) return;
  if (unroll <= i.iovOffset) {
    i.iovOffset -= unroll;
    return;
  }
  unroll -= i.iovOffset;
  for (;;) {
    i.seg--;
    i.segs++;
    const n = (i.type & ITER_BVEC) !== 0 ? bvecAt(k, i, i.seg, by).len : iovAt(k, i, i.seg, by).len;
    if (unroll <= n) {
      i.iovOffset = n - unroll;
      return;
    }
    unroll -= n;
  }
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_get_pages */
function iovIterGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (maxsize > i.count) maxsize = i.count;
  if ((i.type & ITER_PIPE) !== 0) return k.fn.pipeGetPages(k, i, maxsize, maxpages);
  return isDiscard(i) ? -EFAULT : getPages(k, i, maxsize, maxpages, byPage);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_get_pages_alloc */
function iovIterGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number {
  if (maxsize > i.count) maxsize = i.count;
  if ((i.type & ITER_PIPE) !== 0) return k.fn.pipeGetPagesAlloc(k, i, maxsize);
  return isDiscard(i) ? -EFAULT : getPagesAlloc(k, i, maxsize, byPage);
}

/** @kernel 5.8 lib/iov_iter.c dup_iter: NULL for what is discarded, although the copy is good. */
function dupIter(k: Kernel, to: IovIter, from: IovIter): number {
  if (!isDiscard(from)) return below.dupIter(k, to, from);
  to.copyFrom(from);
  return 0;
}

/** What 4.10 has under another body. */
export const flavours58 = {
  iovIterInit,
  iovIterKvec,
  iovIterBvec,
  /** @kernel 5.8 include/linux/uio.h iter_is_iovec */
  iterIsIovec: (_k, i) => i.flavour === ITER_IOVEC,
  /** @kernel 5.8 include/linux/uio.h iov_for_each */
  iovForEach: (k, i) => (i.flavour === ITER_IOVEC || i.flavour === ITER_KVEC ? runsOfBody(k, i) : 0),
  copyToIter: (k, n, i) => (isDiscard(i) ? discard(i, n) : below.copyToIter(k, n, i)),
  copyFromIter: (k, n, i) => (isDiscard(i) ? discard(i, n) : below.copyFromIter(k, n, i)),
  copyFromIterNocache: (k, n, i) => (isDiscard(i) ? discard(i, n) : below.copyFromIterNocache(k, n, i)),
  copyFromIterFull: (k, n, i) => (isDiscard(i) ? takeDiscarded(k, n, i) : below.copyFromIterFull(k, n, i)),
  copyFromIterFullNocache: (k, n, i) =>
    isDiscard(i) ? takeDiscarded(k, n, i) : below.copyFromIterFullNocache(k, n, i),
  csumAndCopyFromIter: (k, n, i) =>
    isDiscard(i) ? refuse(k, 'csum_and_copy_from_iter') : below.csumAndCopyFromIter(k, n, i),
  csumAndCopyFromIterFull: (k, n, i) =>
    isDiscard(i) ? refuse(k, 'csum_and_copy_from_iter_full') : below.csumAndCopyFromIterFull(k, n, i),
  copyPageToIter,
  copyPageFromIter,
  iovIterZero: (k, n, i) => (isDiscard(i) ? discard(i, n) : below.iovIterZero(k, n, i)),
  iovIterCopyFromUserAtomic,
  iovIterAdvance,
  iovIterSingleSegCount: (k, i) => (isDiscard(i) ? i.count : below.iovIterSingleSegCount(k, i)),
  iovIterGetPages,
  iovIterGetPagesAlloc,
  dupIter,
} satisfies Partial<KernelFunctions>;

/** What is new since. */
export const flavours58Added = { iovIterDiscard, copyFromIterFlushcache } satisfies Partial<KernelFunctions>;
