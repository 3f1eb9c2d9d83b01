/**
 * ITER_PIPE of 6.1: making one, its pages, and copy_mc. Filling and moving are in
 * ../iov_iter_pipe.ts.
 *
 * @kernel 6.1 lib/iov_iter.c
 */
import { EFAULT, ENOMEM } from '../../../errno.js';
import type { IovIter, Kernel } from '../../../kernel.js';
import { ITER_PIPE } from '../../../kernel.js';
import { getPage, memcpyToPage, storePage } from '../../../mm.js';
import { pipeFull, pipeOccupancy } from '../../5.8/pipe.js';
import { beforePoison } from './iterate.js';
import { wantPagesArray } from './pages.js';

/** @kernel 6.1 lib/iov_iter.c iov_iter_pipe; the model's callers say ITER_PIPE where 4.20 and later say READ. */
export function iovIterPipe(k: Kernel, i: IovIter, direction: number, count: number): void {
  k.bugOn(direction !== ITER_PIPE, 'iov_iter_pipe', 'BUG_ON(direction != READ)');
  if (pipeFull(k)) k.warn('iov_iter_pipe');
  i.clear();
  i.active = true;
  i.type = direction;
  i.head = k.pipe.head;
  i.startHead = k.pipe.head;
  i.count = count;
}

/** @kernel 6.1 lib/iov_iter.c pipe_npages: leaves *npages in k.out, returns the offset in the partial slot. */
export function pipeNpages(k: Kernel, i: IovIter): number {
  const off = i.lastOffset;
  k.out.npages = Math.max(k.pipe.maxUsage - pipeOccupancy(k), 0);
  if (off > 0 && off < k.pageSize) {
    k.out.npages++;
    return off;
  }
  return 0;
}

/** @kernel 6.1 lib/iov_iter.c pipe_get_pages */
export function pipeGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
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

/** @kernel 6.1 lib/iov_iter.c copy_mc_pipe_to_iter: what the source did not yield is reverted at once. */
export function copyMcPipeToIter(k: Kernel, bytes: number, i: IovIter): number {
  if (bytes > i.count) bytes = i.count;
  if (bytes === 0) return 0;
  if (!k.fn.sanity(k, i)) return 0;
  let xfer = 0;
  while (xfer < bytes) {
    k.turn('copy_mc_pipe_to_iter');
    const page = k.fn.appendPipe(k, i, bytes - xfer);
    if (page === null) break;
    const off = k.out.off;
    const chunk = Math.min(bytes - xfer, k.pageSize - off);
    const good = beforePoison(k, xfer, chunk);
    memcpyToPage(k, page, off, good, k.srcMark - xfer, 'copy_mc_pipe_to_iter');
    xfer += good;
    if (good < chunk) {
      k.fn.iovIterRevert(k, i, chunk - good);
      break;
    }
  }
  return xfer;
}
