/**
 * lib/iov_iter.c of 6.1 as far as a pipe is concerned: the entries that all flavours share,
 * and the pages of a pipe. Filling and moving are in iov_iter_pipe.ts.
 *
 * iov_iter_get_pages() and iov_iter_get_pages_alloc() are called get_pages2 and
 * get_pages_alloc2 since 6.0, because they move the iterator; the table keeps the old names.
 * iov_iter_copy_from_user_atomic() is copy_page_from_iter_atomic() (5.14),
 * iov_iter_fault_in_readable() is fault_in_iov_iter_readable() (5.16).
 *
 * @kernel 6.1 lib/iov_iter.c
 */
import { divRoundUp } from '../../cint.js';
import { isPipe } from '../../designs/pipe-iter-2016.js';
import { EFAULT, ENOMEM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';
import { getPage, getPagesArray, kvfreeArray, storePage } from '../../mm.js';
import { iovIter48 } from '../4.8/iov_iter.js';
import { pipeFull, pipeOccupancy } from '../5.8/pipe.js';
import {
  appendPipe,
  copyPageToIterPipe,
  copyPipeToIter,
  csumAndCopyToPipeIter,
  iovIterRevert,
  lastOffset,
  pipeAdvance,
  pipeDiscardFrom,
  pipeZero,
  pushAnon,
  pushPage,
  sanity,
} from './iov_iter_pipe.js';
import { genericFileSpliceReadDone } from './splice.js';

const base = iovIter48 as Required<typeof iovIter48>;

/** `unsigned maxpages` of iov_iter_get_pages_alloc2(): ~0U */
const ANY_NUMBER = 0xffffffff;

/** @kernel 6.1 lib/iov_iter.c iov_iter_pipe; the model's callers say ITER_PIPE where 4.20 and later say READ. */
function iovIterPipe(k: Kernel, i: IovIter, direction: number, count: number): void {
  k.bugOn(direction !== ITER_PIPE, 'iov_iter_pipe', 'BUG_ON(direction != READ)');
  if (pipeFull(k)) k.warn('iov_iter_pipe');
  i.clear();
  i.active = true;
  i.type = direction;
  i.head = k.pipe.head;
  i.startHead = k.pipe.head;
  i.count = count;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_advance */
function iovIterAdvance(k: Kernel, i: IovIter, size: number): void {
  if (i.count < size) size = i.count;
  if (isPipe(i)) k.fn.pipeAdvance(k, i, size);
  else base.iovIterAdvance(k, i, size);
}

/** @kernel 6.1 lib/iov_iter.c csum_and_copy_to_iter */
function csumAndCopyToIter(k: Kernel, bytes: number, i: IovIter): number {
  return isPipe(i) ? csumAndCopyToPipeIter(k, bytes, i) : base.csumAndCopyToIter(k, bytes, i);
}

/** @kernel 6.1 lib/iov_iter.c fault_in_iov_iter_readable: user memory does not fault here, and a pipe has none. */
function iovIterFaultInReadable(): number {
  return 0;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_alignment */
function iovIterAlignment(k: Kernel, i: IovIter): number {
  if (!isPipe(i)) return base.iovIterAlignment(k, i);
  const size = i.count;
  return size !== 0 && i.lastOffset > 0 ? size | i.lastOffset : size;
}

/** @kernel 6.1 lib/iov_iter.c pipe_npages: leaves *npages in k.out, returns the offset in the partial slot. */
function pipeNpages(k: Kernel, i: IovIter): number {
  const off = i.lastOffset;
  k.out.npages = Math.max(k.pipe.maxUsage - pipeOccupancy(k), 0);
  if (off > 0 && off < k.pageSize) {
    k.out.npages++;
    return off;
  }
  return 0;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_npages */
function iovIterNpages(k: Kernel, i: IovIter, maxpages: number): number {
  if (i.count === 0) return 0;
  if (!isPipe(i)) return base.iovIterNpages(k, i, maxpages);
  if (!k.fn.sanity(k, i)) return 0;
  k.fn.pipeNpages(k, i);
  return Math.min(k.out.npages, maxpages);
}

/** @kernel 6.1 lib/iov_iter.c want_pages_array: k.pagesArrayMax 0 is *res == NULL. */
function wantPagesArray(k: Kernel, size: number, start: number, maxpages: number): number {
  const count = Math.min(divRoundUp(size + start, k.pageSize), maxpages);
  if (count === 0) k.warn('want_pages_array');
  if (k.pagesArrayMax === 0 && !getPagesArray(k, count)) return 0;
  return count;
}

/** @kernel 6.1 lib/iov_iter.c pipe_get_pages */
function pipeGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (!k.fn.sanity(k, i)) return -EFAULT;
  const off = k.fn.pipeNpages(k, i);
  k.out.start = off;
  if (k.out.npages === 0) return -EFAULT;
  const count = wantPagesArray(k, maxsize, off, Math.min(k.out.npages, maxpages));
  if (count === 0) return -ENOMEM;
  let npages = 0;
  let left = maxsize;
  for (; npages < count; npages++) {
    k.turn('pipe_get_pages');
    const page = k.fn.appendPipe(k, i, left);
    if (page === null) break;
    const chunk = Math.min(left, k.pageSize - k.out.off);
    storePage(k, npages, page, 'pipe_get_pages');
    getPage(k, page, 'pipe_get_pages');
    left -= chunk;
  }
  return npages === 0 ? -EFAULT : maxsize - left;
}

/** @kernel 6.1 lib/iov_iter.c __iov_iter_get_pages_alloc */
function getPagesOf(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (maxsize > i.count) maxsize = i.count;
  if (maxsize === 0) return 0;
  return isPipe(i) ? k.fn.pipeGetPages(k, i, maxsize, maxpages) : base.iovIterGetPages(k, i, maxsize, maxpages);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_get_pages2 */
function iovIterGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  return maxpages === 0 ? 0 : getPagesOf(k, i, maxsize, maxpages);
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

/** What 5.8 has under another body. */
export const iovIter61 = {
  sanity,
  copyPageToIterPipe,
  copyPipeToIter,
  csumAndCopyToIter,
  pipeZero,
  pipeAdvance,
  pipeGetPages,
  iovIterPipe,
  iovIterAdvance,
  iovIterRevert,
  iovIterFaultInReadable,
  iovIterAlignment,
  iovIterNpages,
  iovIterGetPages,
  iovIterGetPagesAlloc,
  genericFileSpliceReadDone,
} satisfies Partial<KernelFunctions>;

/** What is new since. */
export const iovIter61Added = {
  pushAnon,
  pushPage,
  lastOffset,
  appendPipe,
  pipeNpages,
  pipeDiscardFrom,
} satisfies Partial<KernelFunctions>;
