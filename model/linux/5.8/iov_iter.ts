/**
 * lib/iov_iter.c of 5.8 as far as a pipe is concerned: the entries that all flavours share,
 * and the pages of a pipe. It checks segments in copy_page_to_iter() (4.13) and sums what
 * it puts into a pipe (4.20). Filling and moving are in iov_iter_pipe.ts.
 *
 * The ring has no slots of the kernel's own here: max_usage is ring_size.
 *
 * @kernel 5.8 lib/iov_iter.c; include/linux/pipe_fs_i.h pipe_space_for_user
 */
import { divRoundUp, sizeT } from '../../cint.js';
import { isPipe } from '../../designs/pipe-iter-2016.js';
import { EFAULT, ENOMEM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, Page } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';
import { getPage, getPagesArray, kvfreeArray, storePage } from '../../mm.js';
import { iovIter48 } from '../4.8/iov_iter.js';
import {
  copyPageToIterPipe,
  copyPipeToIter,
  csumAndCopyToPipeIter,
  dataStart,
  iovIterRevert,
  pipeAdvance,
  pipeTruncate,
  pipeZero,
  pushPipe,
  sanity,
} from './iov_iter_pipe.js';
import { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from './pipe.js';
import { genericFileSpliceRead, genericFileSpliceReadDone } from './splice.js';

const base = iovIter48 as Required<typeof iovIter48>;

/** @kernel 5.8 lib/iov_iter.c page_copy_sane, for pages of order 0 */
export function pageCopySane(k: Kernel, offset: number, n: number): boolean {
  if (offset + n <= k.pageSize) return true;
  k.warn('page_copy_sane');
  return false;
}

/** @kernel 5.8 lib/iov_iter.c copy_page_to_iter */
export function copyPageToIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, offset, bytes)) return 0;
  return isPipe(i)
    ? k.fn.copyPageToIterPipe(k, page, offset, bytes, i)
    : base.copyPageToIter(k, page, offset, bytes, i);
}

/** @kernel 5.8 lib/iov_iter.c csum_and_copy_to_iter */
function csumAndCopyToIter(k: Kernel, bytes: number, i: IovIter): number {
  return isPipe(i) ? csumAndCopyToPipeIter(k, bytes, i) : base.csumAndCopyToIter(k, bytes, i);
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
  if (!isPipe(i)) return base.iovIterAlignment(k, i);
  const size = i.count;
  if (size !== 0 && i.iovOffset !== 0 && k.fn.allocated(k, pipeBuf(k, i.head))) return size | i.iovOffset;
  return size;
}

/** @kernel 5.8 lib/iov_iter.c iov_iter_gap_alignment: it warns before it looks at count. */
export function iovIterGapAlignment(k: Kernel, i: IovIter): number {
  if (!isPipe(i)) return base.iovIterGapAlignment(k, i);
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
  if (i.count === 0) return 0;
  if (!isPipe(i)) return base.iovIterNpages(k, i, maxpages);
  if (!k.fn.sanity(k, i)) return 0;
  k.fn.dataStart(k, i);
  return Math.min(pipeSpaceForUser(k, k.out.idx), maxpages);
}

export const iovIter58 = {
  sanity,
  dataStart,
  pushPipe,
  copyPageToIterPipe,
  copyPipeToIter,
  pipeZero,
  pipeTruncate,
  pipeAdvance,
  iovIterRevert,
  copyPageToIter,
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
