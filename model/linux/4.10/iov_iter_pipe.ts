/**
 * ITER_PIPE of 4.10: what merged as seed 000, and what was fixed since. The functions that
 * did not change are imported from the document; this file holds those that did.
 *
 * Fixed: advance takes its bytes off count, restores the length of the slot where it ends,
 * and frees by the number of slots to keep instead of comparing indices; the page array
 * lists the partial page at its end, and an error frees it. New: a warning for an iterator
 * that is made on a full ring.
 * Not fixed: a new slot keeps the flags of its last occupant; npages reckons modulo the
 * ring, so that a full one looks empty.
 *
 * @kernel 4.10 lib/iov_iter.c
 * @kernel b9dc6f65bc5e lib/iov_iter.c pipe_truncate, pipe_advance, iov_iter_pipe
 * @kernel 1689c73a739d lib/iov_iter.c __pipe_get_pages
 */
import { divRoundUp, sizeT } from '../../cint.js';
import {
  allocated,
  branches,
  copyPageToIterPipe,
  copyPipeToIter,
  dataStart,
  nextIdx,
  pagesFrom,
  pipeGetPages,
  pipeZero,
  pushPipe,
  sanity,
} from '../../designs/pipe-iter-2016.js';
import { EFAULT, ENOMEM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, PipeBuffer } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';
import { getPage, getPagesArray, kvfreeArray, storePage } from '../../mm.js';
import { genericFileSpliceRead, genericFileSpliceReadDone } from './splice.js';

/** @kernel 4.10 lib/iov_iter.c pipe_truncate: the iterator's position becomes the end of the pipe. */
export function pipeTruncate(k: Kernel, i: IovIter): void {
  const { pipe } = k;
  if (pipe.nrbufs === 0) return;
  const off = i.iovOffset;
  let idx = i.idx;
  let nrbufs = (idx - pipe.curbuf) & (pipe.buffers - 1);
  if (off !== 0) {
    pipe.bufs[idx].len = sizeT(off - pipe.bufs[idx].offset);
    idx = k.fn.nextIdx(k, idx);
    nrbufs++;
  }
  while (pipe.nrbufs > nrbufs) {
    k.turn('pipe_truncate');
    k.fn.pipeBufRelease(k, pipe.bufs[idx]);
    idx = k.fn.nextIdx(k, idx);
    pipe.nrbufs--;
  }
}

/** @kernel 4.10 lib/iov_iter.c pipe_advance */
export function pipeAdvance(k: Kernel, i: IovIter, size: number): void {
  const { pipe } = k;
  if (i.count < size) size = i.count;
  if (size !== 0) {
    let idx = i.idx;
    let left = size;
    let buf: PipeBuffer;
    if (i.iovOffset !== 0) left += i.iovOffset - pipe.bufs[idx].offset; // counted from the start of the slot
    for (;;) {
      k.turn('pipe_advance');
      buf = pipe.bufs[idx];
      if (left <= buf.len) break;
      left -= buf.len;
      idx = k.fn.nextIdx(k, idx);
    }
    i.idx = idx;
    i.iovOffset = buf.offset + left;
  }
  i.count -= size;
  k.fn.pipeTruncate(k, i);
}

/** @kernel 4.10 lib/iov_iter.c iov_iter_pipe */
export function iovIterPipe(k: Kernel, i: IovIter, direction: number, count: number): void {
  k.bugOn(direction !== ITER_PIPE, 'iov_iter_pipe', 'BUG_ON(direction != ITER_PIPE)');
  const { pipe } = k;
  if (pipe.nrbufs === pipe.buffers) k.warn('iov_iter_pipe');
  i.active = true;
  i.type = direction;
  i.idx = (pipe.curbuf + pipe.nrbufs) & (pipe.buffers - 1);
  i.iovOffset = 0;
  i.count = count;
}

/** @kernel 4.10 lib/iov_iter.c __pipe_get_pages: n is signed now, and the last page may be partial. */
export function pipeGetPagesList(k: Kernel, i: IovIter, maxsize: number): number {
  let n = k.fn.pushPipe(k, i, maxsize);
  if (n === 0) return -EFAULT;
  let idx = k.out.idx;
  k.out.start = k.out.off;
  maxsize = n;
  n += k.out.start;
  let entry = 0;
  while (n > 0) {
    k.turn('__pipe_get_pages');
    const { page } = k.pipe.bufs[idx];
    storePage(k, entry++, page, '__pipe_get_pages');
    getPage(k, page, '__pipe_get_pages');
    idx = k.fn.nextIdx(k, idx);
    n -= k.pageSize;
  }
  return maxsize;
}

/** @kernel 4.10 lib/iov_iter.c pipe_get_pages_alloc: n is signed, so that an error frees the array. */
export function pipeGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number {
  if (!k.fn.sanity(k, i)) return -EFAULT;
  k.fn.dataStart(k, i);
  k.out.start = k.out.off;
  let npages = pagesFrom(k, k.out.idx);
  let n = npages * k.pageSize - k.out.start;
  if (maxsize > n) maxsize = n;
  else npages = divRoundUp(maxsize + k.out.start, k.pageSize);
  if (!getPagesArray(k, npages)) return -ENOMEM;
  n = k.fn.pipeGetPagesList(k, i, maxsize);
  if (n <= 0) kvfreeArray(k, 'pipe_get_pages_alloc');
  return n;
}

/** The functions that other flavours have too: a branch for a pipe, as the document adds it. */
export const branches410: Partial<KernelFunctions> = branches;

/** The functions that only a pipe has. */
export const iovIterPipe410: Partial<KernelFunctions> = {
  sanity,
  nextIdx,
  allocated,
  dataStart,
  pushPipe,
  copyPageToIterPipe,
  copyPipeToIter,
  pipeZero,
  pipeTruncate,
  pipeAdvance,
  iovIterPipe,
  pipeGetPagesList,
  pipeGetPages,
  pipeGetPagesAlloc,
  genericFileSpliceRead,
  genericFileSpliceReadDone,
};
