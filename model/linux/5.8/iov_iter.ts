/**
 * lib/iov_iter.c of 5.8: the entries that pipes share with other flavours where both have
 * changed, and the pages of a pipe. It sums what it puts into a pipe (4.20). Filling and
 * moving a pipe are in iov_iter_pipe.ts, other flavours in iov_iter_flavours.ts.
 *
 * The ring has no slots of the kernel's own here: max_usage is ring_size.
 *
 * @kernel 5.8 lib/iov_iter.c; include/linux/pipe_fs_i.h pipe_space_for_user
 */
import { divRoundUp, sizeT } from '../../cint.js';
import { isPipe } from '../../designs/pipe-iter-2016.js';
import { EFAULT, ENOMEM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';
import { getPage, getPagesArray, kvfreeArray, memcpyToPage, storePage } from '../../mm.js';
import { alignment, gapAlignment, npages as npagesOf } from '../4.8/iov_iter/pages.js';
import { iovIter48 } from '../4.8/iov_iter.js';
import {
  byPage,
  copyMcToIter as copyMcToFlavour,
  flavours58,
  flavours58Added,
  isDiscard,
  iovIterRevert as revertFlavour,
  poisoned,
} from './iov_iter_flavours.js';
import {
  copyPageToIterPipe,
  copyPipeToIter,
  csumAndCopyToPipeIter,
  dataStart,
  iovIterRevert as revertPipe,
  pipeAdvance,
  pipeTruncate,
  pipeZero,
  pushPipe,
  sanity,
} from './iov_iter_pipe.js';
import { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from './pipe.js';
import { genericFileSpliceRead, genericFileSpliceReadDone } from './splice.js';

const base = iovIter48 as Required<typeof iovIter48>;

/** @kernel 5.8 lib/iov_iter.c csum_and_copy_to_iter */
function csumAndCopyToIter(k: Kernel, bytes: number, i: IovIter): number {
  if (isPipe(i)) return csumAndCopyToPipeIter(k, bytes, i);
  if (!isDiscard(i)) return base.csumAndCopyToIter(k, bytes, i);
  k.warn('csum_and_copy_to_iter');
  return 0;
}

/**
 * @kernel 5.8 lib/iov_iter.c copy_pipe_to_iter_mcsafe: pages are pushed for all bytes, and stay
 * behind the iterator where the source failed.
 */
export function copyPipeToIterMcsafe(k: Kernel, bytes: number, i: IovIter): number {
  const by = 'copy_pipe_to_iter_mcsafe';
  if (!k.fn.sanity(k, i)) return 0;
  let n = k.fn.pushPipe(k, i, bytes);
  if (n === 0) return 0;
  let iHead = k.out.idx;
  let off = k.out.off;
  let xfer = 0;
  do {
    k.turn(by);
    const chunk = Math.min(n, k.pageSize - off);
    const rem = poisoned(k, xfer, chunk);
    memcpyToPage(k, pipeBuf(k, iHead).page, off, chunk - rem, k.srcMark - xfer, by);
    i.head = iHead;
    i.iovOffset = off + chunk - rem;
    xfer += chunk - rem;
    if (rem !== 0) break;
    n -= chunk;
    off = 0;
    iHead = slotAdd(k, iHead, 1);
  } while (n !== 0);
  i.count -= xfer;
  return xfer;
}

/** @kernel 5.8 lib/iov_iter.c _copy_to_iter_mcsafe, which 5.10 calls _copy_mc_to_iter */
function copyMcToIter(k: Kernel, bytes: number, i: IovIter): number {
  return isPipe(i) ? copyPipeToIterMcsafe(k, bytes, i) : copyMcToFlavour(k, bytes, i);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_revert */
function iovIterRevert(k: Kernel, i: IovIter, unroll: number): void {
  if (isPipe(i)) revertPipe(k, i, unroll);
  else revertFlavour(k, i, unroll);
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_pipe; the model's callers say ITER_PIPE where 4.20 and later say READ. */
function iovIterPipe(k: Kernel, i: IovIter, direction: number, count: number): void {
  k.bugOn(direction !== ITER_PIPE, 'iov_iter_pipe', 'BUG_ON(direction != READ)');
  if (pipeFull(k)) k.warn('iov_iter_pipe');
  i.active = true;
  i.type = direction;
  i.head = k.pipe.head;
  i.iovOffset = 0;
  i.count = count;
  i.startHead = i.head;
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_alignment */
function iovIterAlignment(k: Kernel, i: IovIter): number {
  if (!isPipe(i)) return isDiscard(i) ? 0 : alignment(k, i, byPage);
  const size = i.count;
  if (size !== 0 && i.iovOffset !== 0 && k.fn.allocated(k, pipeBuf(k, i.head))) return size | i.iovOffset;
  return size;
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_gap_alignment: it warns before it looks at count. */
export function iovIterGapAlignment(k: Kernel, i: IovIter): number {
  if (!isPipe(i) && !isDiscard(i)) return gapAlignment(k, i, byPage);
  k.warn('iov_iter_gap_alignment');
  return sizeT(~0);
}

/** @kernel 5.8 include/linux/pipe_fs_i.h pipe_space_for_user: slots from `head` on that may be filled. */
function pipeSpaceForUser(k: Kernel, head: number): number {
  const { pipe } = k;
  const occupancy = pipeOccupancy(k, head);
  if (occupancy >= pipe.maxUsage) return 0;
  return Math.min(pipe.ringSize - occupancy, pipe.maxUsage);
}

/** @kernel 5.8 lib/iov_iter.c __pipe_get_pages */
function pipeGetPagesList(k: Kernel, i: IovIter, maxsize: number): number {
  let n = k.fn.pushPipe(k, i, maxsize);
  if (n === 0) return -EFAULT;
  let iterHead = k.out.idx;
  k.out.start = k.out.off;
  maxsize = n;
  n += k.out.start;
  let entry = 0;
  while (n > 0) {
    k.turn('__pipe_get_pages');
    const { page } = pipeBuf(k, iterHead);
    storePage(k, entry++, page, '__pipe_get_pages');
    getPage(k, page, '__pipe_get_pages');
    iterHead = slotAdd(k, iterHead, 1);
    n -= k.pageSize;
  }
  return maxsize;
}

/** @kernel 5.8 lib/iov_iter.c pipe_get_pages */
function pipeGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (maxsize === 0) return 0;
  if (!k.fn.sanity(k, i)) return -EFAULT;
  k.fn.dataStart(k, i);
  k.out.start = k.out.off;
  const npages = pipeSpaceForUser(k, k.out.idx);
  const capacity = sizeT(Math.min(npages, maxpages) * k.pageSize - k.out.start);
  return k.fn.pipeGetPagesList(k, i, Math.min(maxsize, capacity));
}

/** @kernel 5.8 lib/iov_iter.c pipe_get_pages_alloc */
function pipeGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number {
  if (maxsize === 0) return 0;
  if (!k.fn.sanity(k, i)) return -EFAULT;
  k.fn.dataStart(k, i);
  k.out.start = k.out.off;
  let npages = pipeSpaceForUser(k, k.out.idx);
  let n = npages * k.pageSize - k.out.start;
  if (maxsize > n) maxsize = n;
  else npages = divRoundUp(maxsize + k.out.start, k.pageSize);
  if (!getPagesArray(k, npages)) return -ENOMEM;
  n = k.fn.pipeGetPagesList(k, i, maxsize);
  if (n <= 0) kvfreeArray(k, 'pipe_get_pages_alloc');
  return n;
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_npages */
function iovIterNpages(k: Kernel, i: IovIter, maxpages: number): number {
  if (i.count === 0 || isDiscard(i)) return 0;
  if (!isPipe(i)) return npagesOf(k, i, maxpages, byPage);
  if (!k.fn.sanity(k, i)) return 0;
  k.fn.dataStart(k, i);
  return Math.min(pipeSpaceForUser(k, k.out.idx), maxpages);
}

/** What 4.10 has under another body. */
export const iovIter58 = {
  ...flavours58,
  sanity,
  dataStart,
  pushPipe,
  copyPageToIterPipe,
  copyPipeToIter,
  pipeZero,
  pipeTruncate,
  pipeAdvance,
  csumAndCopyToIter,
  iovIterPipe,
  iovIterAlignment,
  iovIterGapAlignment,
  pipeGetPagesList,
  pipeGetPages,
  pipeGetPagesAlloc,
  iovIterNpages,
  genericFileSpliceRead,
  genericFileSpliceReadDone,
} satisfies Partial<KernelFunctions>;

/** What is new since. */
export const iovIter58Added = { ...flavours58Added, iovIterRevert, copyMcToIter } satisfies Partial<KernelFunctions>;
