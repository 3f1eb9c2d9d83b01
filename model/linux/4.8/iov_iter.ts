/**
 * lib/iov_iter.c of 4.8, before ITER_PIPE: iterators over user memory (ITER_IOVEC), kernel
 * memory (ITER_KVEC) and pages (ITER_BVEC). How segments are walked is in iov_iter/walk.ts,
 * what is done with a piece in iov_iter/steps.ts, pages and alignment in iov_iter/pages.ts.
 *
 * The other side of copy_to_iter() and copy_from_iter() is k.kbuf. copy_page_to_iter() and
 * copy_page_from_iter() call them for a kvec or bvec in C; here they share their walk, since
 * what they copy is no part of k.kbuf.
 *
 * @kernel 4.8 lib/iov_iter.c
 */
import { EFAULT } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, Page, Vec } from '../../kernel.js';
import { ITER_BVEC, ITER_IOVEC, ITER_KVEC } from '../../kernel.js';
import { mayAllocate } from '../../mm.js';
import { faultInUser } from '../../uaccess.js';
import { alignment, gapAlignment, getPages, getPagesAlloc, npages } from './iov_iter/pages.js';
import { copyIn, copyInAtomic, copyOut, csumIn, csumOut, nothing, zero } from './iov_iter/steps.js';
import type { Step } from './iov_iter/walk.js';
import { iovAt, isWalkedAsIovec, iterateAllKinds, iterateAndAdvance, segLen, Walk } from './iov_iter/walk.js';

/** A bvec is not longer than a page, and is one piece. */
const whole = new Walk(false);

/** What the constructors share: the iterator is at the start of its segments. */
export function init(i: IovIter, type: number, vec: Vec, segs: number, count: number): void {
  i.clear();
  i.active = true;
  i.type = type;
  i.vec = vec;
  i.segs = segs;
  i.count = count;
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_init, of a task whose addresses are the user's */
function iovIterInit(_k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  init(i, ITER_IOVEC | direction, vec, vec.iov.length, count);
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_kvec; the model's callers leave out the ITER_KVEC that its BUG_ON() is about. */
function iovIterKvec(_k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  init(i, ITER_KVEC | direction, vec, vec.iov.length, count);
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_bvec; as for iov_iter_kvec() */
function iovIterBvec(_k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  init(i, ITER_BVEC | direction, vec, vec.bvec.length, count);
}

/** The page of byte `at` from `page` on, which may be part of a larger folio. */
function subPage(k: Kernel, page: Page, at: number, by: string): Page {
  const sub: Page | undefined = k.pages[page.pfn + Math.floor(at / k.pageSize)];
  if (sub === undefined) k.die('no-bug', by, `${by}() goes past the last page of memory`);
  if (sub.head.refcount === 0) k.die('no-use-after-free', by, `${by}() touches page ${sub.name}, which is free`);
  return sub;
}

/** Walks with a page as the other side. */
function walkPage(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter, step: Step, by: string): number {
  let done = 0;
  for (;;) {
    const at = offset + done;
    const sub = subPage(k, page, at, by);
    const chunk = Math.min(bytes - done, k.pageSize - (at % k.pageSize));
    const ret = iterateAndAdvance(k, i, chunk, step, sub.data, at % k.pageSize, by);
    done += ret;
    if (ret < chunk || done === bytes) return done;
  }
}

/** @kernel 4.8 lib/iov_iter.c copy_page_to_iter, copy_page_to_iter_iovec: by 0 an iovec does not move, a kvec may. */
function copyPageToIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (isWalkedAsIovec(i) && (bytes === 0 || i.count === 0)) return 0;
  return walkPage(k, page, offset, bytes, i, copyOut, 'copy_page_to_iter');
}

/** @kernel 4.8 lib/iov_iter.c copy_page_from_iter, copy_page_from_iter_iovec */
function copyPageFromIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (isWalkedAsIovec(i) && (bytes === 0 || i.count === 0)) return 0;
  return walkPage(k, page, offset, bytes, i, copyIn, 'copy_page_from_iter');
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_copy_from_user_atomic: neither moves nor looks at count. */
function iovIterCopyFromUserAtomic(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const by = 'iov_iter_copy_from_user_atomic';
  const at = offset % k.pageSize;
  if (at + bytes > k.pageSize) k.die('no-bug', by, `${by}() writes past the page that is mapped`);
  return iterateAllKinds(k, i, bytes, copyInAtomic, subPage(k, page, offset, by).data, at, by);
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_single_seg_count; behind the last segment, min() of count and of what is there is 0. */
function iovIterSingleSegCount(k: Kernel, i: IovIter): number {
  if (i.nrSegs === 1 || i.count === 0) return i.count;
  return Math.min(i.count, segLen(k, i, i.seg, 'iov_iter_single_seg_count') - i.iovOffset);
}

/** @kernel 4.8 lib/iov_iter.c iov_iter_fault_in_readable: everything but bvec and kvec is an array of struct iovec. */
function iovIterFaultInReadable(k: Kernel, i: IovIter, bytes: number): number {
  const by = 'iov_iter_fault_in_readable';
  if (!isWalkedAsIovec(i)) return 0;
  whole.begin(i, bytes);
  while (whole.next(k, i, by)) {
    if (faultInUser(k, whole.addr, whole.len, false) !== 0) return -EFAULT;
    whole.took(k, i, whole.len, by);
  }
  return 0;
}

/** @kernel 4.8 lib/iov_iter.c dup_iter: the copy has its own array, which differs in nothing that it may look at. */
export function dupIter(k: Kernel, to: IovIter, from: IovIter): number {
  to.copyFrom(from);
  if (mayAllocate(k)) return 1;
  to.vec = null;
  return 0;
}

/** @kernel 4.8 include/linux/uio.h iov_for_each: runs of the body, which walks a copy of the iterator. */
export function runsOfBody(k: Kernel, i: IovIter): number {
  const { seg, segs, iovOffset, count } = i;
  let runs = 0;
  while (i.count > 0) {
    k.turn('iov_for_each');
    const { len } = iovAt(k, i, i.seg, 'iov_iter_iovec');
    k.fn.iovIterAdvance(k, i, Math.min(i.count, len - i.iovOffset));
    runs++;
  }
  i.seg = seg;
  i.segs = segs;
  i.iovOffset = iovOffset;
  i.count = count;
  return runs;
}

export const iovIter48: Partial<KernelFunctions> = {
  iovIterInit,
  iovIterKvec,
  iovIterBvec,
  /** @kernel 4.8 include/linux/uio.h iter_is_iovec */
  iterIsIovec: (_k, i) => isWalkedAsIovec(i),
  iovForEach: (k, i) => ((i.type & ITER_BVEC) === 0 ? runsOfBody(k, i) : 0),
  copyToIter: (k, bytes, i) => iterateAndAdvance(k, i, bytes, copyOut, k.kbuf, 0, 'copy_to_iter'),
  copyFromIter: (k, bytes, i) => iterateAndAdvance(k, i, bytes, copyIn, k.kbuf, 0, 'copy_from_iter'),
  copyFromIterNocache: (k, bytes, i) => iterateAndAdvance(k, i, bytes, copyIn, k.kbuf, 0, 'copy_from_iter_nocache'),
  copyPageToIter,
  copyPageFromIter,
  iovIterZero: (k, bytes, i) => iterateAndAdvance(k, i, bytes, zero, k.kbuf, 0, 'iov_iter_zero'),
  iovIterCopyFromUserAtomic,
  iovIterAdvance: (k, i, size) => void iterateAndAdvance(k, i, size, nothing, k.kbuf, 0, 'iov_iter_advance'),
  iovIterSingleSegCount,
  iovIterAlignment: (k, i) => alignment(k, i, whole),
  iovIterGapAlignment: (k, i) => gapAlignment(k, i, whole),
  iovIterNpages: (k, i, maxpages) => npages(k, i, maxpages, whole),
  iovIterGetPages: (k, i, maxsize, maxpages) => getPages(k, i, maxsize, maxpages, whole),
  iovIterGetPagesAlloc: (k, i, maxsize) => getPagesAlloc(k, i, maxsize, whole),
  /** Adds to the sum in k.out.csum. */
  csumAndCopyToIter: (k, bytes, i) => iterateAndAdvance(k, i, bytes, csumOut, k.kbuf, 0, 'csum_and_copy_to_iter'),
  csumAndCopyFromIter: (k, bytes, i) => iterateAndAdvance(k, i, bytes, csumIn, k.kbuf, 0, 'csum_and_copy_from_iter'),
  iovIterFaultInReadable,
  dupIter,
};
