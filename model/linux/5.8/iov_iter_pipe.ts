/**
 * ITER_PIPE of 5.8, filling and moving: 4.10 on the free-running ring (5.5), with
 * iov_iter_revert() (4.12). What asks for pages and what only asks is in iov_iter.ts.
 *
 * An iterator is (head, iov_offset) and where it started (start_head); head is the last slot
 * that it filled, or the first free one while iov_offset is 0. New slots still keep the
 * flags of their last occupant, and a flag is now what decides whether a write may append.
 *
 * @kernel 5.8 lib/iov_iter.c
 */
import { sizeT, ssizeT } from '../../cint.js';
import type { IovIter, Kernel, Page, PipeBuffer } from '../../kernel.js';
import { PipeBufOps, Tag } from '../../kernel.js';
import { allocPage, getPage, memcpyToPage } from '../../mm.js';
import { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from './pipe.js';

/** MAX_RW_COUNT is the page-aligned part of it. */
const INT_MAX = 0x7fffffff;

/** @kernel 5.8 lib/iov_iter.c sanity */
export function sanity(k: Kernel, i: IovIter): boolean {
  const { pipe } = k;
  let isBad: boolean;
  if (i.iovOffset !== 0) {
    const p = pipeBuf(k, i.head);
    isBad = pipeOccupancy(k) === 0 || i.head !== slotAdd(k, pipe.head, -1) || p.offset + p.len !== i.iovOffset;
  } else {
    isBad = i.head !== pipe.head;
  }
  if (isBad) k.warn('sanity');
  return !isBad;
}

/** @kernel 5.8 lib/iov_iter.c copy_page_to_iter_pipe: a new slot gets no flags. */
export function copyPageToIterPipe(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (bytes > i.count) bytes = i.count;
  if (bytes === 0) return 0;
  if (!k.fn.sanity(k, i)) return 0;

  const off = i.iovOffset;
  let iHead = i.head;
  let buf = pipeBuf(k, iHead);
  if (off !== 0) {
    if (offset === off && buf.page === page) {
      buf.len += bytes; // the last slot goes on
      i.iovOffset += bytes;
      i.count -= bytes;
      return bytes;
    }
    iHead = slotAdd(k, iHead, 1);
    buf = pipeBuf(k, iHead);
  }
  if (pipeFull(k, iHead)) return 0;
  buf.ops = PipeBufOps.PageCache;
  getPage(k, page, 'copy_page_to_iter_pipe');
  buf.page = page;
  buf.offset = offset;
  buf.len = bytes;
  k.pipe.head = slotAdd(k, iHead, 1);
  i.iovOffset = offset + bytes;
  i.head = iHead;
  i.count -= bytes;
  return bytes;
}

/** @kernel 5.8 lib/iov_iter.c data_start; leaves *iter_headp and *offp in k.out. */
export function dataStart(k: Kernel, i: IovIter): void {
  let iterHead = i.head;
  let off = i.iovOffset;
  if (off !== 0 && (!k.fn.allocated(k, pipeBuf(k, iterHead)) || off === k.pageSize)) {
    iterHead = slotAdd(k, iterHead, 1);
    off = 0;
  }
  k.out.idx = iterHead;
  k.out.off = off;
}

/** @kernel 5.8 lib/iov_iter.c push_pipe; leaves *iter_headp and *offp in k.out. */
export function pushPipe(k: Kernel, i: IovIter, size: number): number {
  if (size > i.count) size = i.count;
  if (size === 0) return 0;

  let left = ssizeT(size);
  k.fn.dataStart(k, i);
  let iterHead = k.out.idx;
  const off = k.out.off;
  if (off !== 0) {
    left -= k.pageSize - off;
    if (left <= 0) {
      pipeBuf(k, iterHead).len += size;
      return size;
    }
    pipeBuf(k, iterHead).len = k.pageSize;
    iterHead = slotAdd(k, iterHead, 1);
  }
  while (!pipeFull(k, iterHead)) {
    k.turn('push_pipe');
    const buf = pipeBuf(k, iterHead);
    const page = allocPage(k);
    if (page === null) break;
    buf.ops = PipeBufOps.Default;
    buf.page = page;
    buf.offset = 0;
    buf.len = Math.min(left, k.pageSize);
    left -= buf.len;
    iterHead = slotAdd(k, iterHead, 1);
    k.pipe.head = iterHead;
    if (left === 0) return size;
  }
  return size - left;
}

/** The sum of the source's bytes from..to, a byte's being its tag. */
export function csumOfSource(k: Kernel, from: number, to: number): number {
  let sum = 0;
  for (let n = from; n < to; n++) sum += n === k.srcMark ? Tag.Marked : Tag.Plain;
  return sum;
}

/** The loop that the copying primitives share: fills what push_pipe has pushed, and sums it where asked to. */
function fill(k: Kernel, i: IovIter, n: number, mark: number, isSummed: boolean, by: string): void {
  let iHead = k.out.idx;
  let off = k.out.off;
  let done = 0;
  do {
    k.turn(by);
    const chunk = Math.min(n, k.pageSize - off);
    memcpyToPage(k, pipeBuf(k, iHead).page, off, chunk, mark - done, by);
    if (isSummed) k.out.csum += csumOfSource(k, done, done + chunk);
    i.head = iHead;
    i.iovOffset = off + chunk;
    n -= chunk;
    done += chunk;
    off = 0;
    iHead = slotAdd(k, iHead, 1);
  } while (n !== 0);
  i.count -= done;
}

/** @kernel 5.8 lib/iov_iter.c copy_pipe_to_iter */
export function copyPipeToIter(k: Kernel, bytes: number, i: IovIter): number {
  if (!k.fn.sanity(k, i)) return 0;
  bytes = k.fn.pushPipe(k, i, bytes);
  if (bytes !== 0) fill(k, i, bytes, k.srcMark, false, 'copy_pipe_to_iter');
  return bytes;
}

/** @kernel 5.8 lib/iov_iter.c csum_and_copy_to_pipe_iter; adds to the sum in k.out.csum. */
export function csumAndCopyToPipeIter(k: Kernel, bytes: number, i: IovIter): number {
  if (!k.fn.sanity(k, i)) return 0;
  bytes = k.fn.pushPipe(k, i, bytes);
  if (bytes !== 0) fill(k, i, bytes, k.srcMark, true, 'csum_and_copy_to_iter');
  return bytes;
}

/** @kernel 5.8 lib/iov_iter.c pipe_zero */
export function pipeZero(k: Kernel, bytes: number, i: IovIter): number {
  if (!k.fn.sanity(k, i)) return 0;
  bytes = k.fn.pushPipe(k, i, bytes);
  if (bytes !== 0) fill(k, i, bytes, -1, false, 'pipe_zero');
  return bytes;
}

/** @kernel 5.8 lib/iov_iter.c pipe_truncate: the iterator's position becomes the end of the pipe. */
export function pipeTruncate(k: Kernel, i: IovIter): void {
  const { pipe } = k;
  if (pipeOccupancy(k) === 0) return;
  let pHead = pipe.head;
  let iHead = i.head;
  const off = i.iovOffset;
  if (off !== 0) {
    const buf = pipeBuf(k, iHead);
    buf.len = sizeT(off - buf.offset);
    iHead = slotAdd(k, iHead, 1);
  }
  while (pHead !== iHead) {
    k.turn('pipe_truncate');
    pHead = slotAdd(k, pHead, -1);
    k.fn.pipeBufRelease(k, pipeBuf(k, pHead));
  }
  pipe.head = pHead;
}

/** @kernel 5.8 lib/iov_iter.c pipe_advance */
export function pipeAdvance(k: Kernel, i: IovIter, size: number): void {
  if (i.count < size) size = i.count;
  if (size !== 0) {
    let iHead = i.head;
    let left = size;
    let buf: PipeBuffer;
    if (i.iovOffset !== 0) left += i.iovOffset - pipeBuf(k, iHead).offset; // counted from the start of the slot
    for (;;) {
      k.turn('pipe_advance');
      buf = pipeBuf(k, iHead);
      if (left <= buf.len) break;
      left -= buf.len;
      iHead = slotAdd(k, iHead, 1);
    }
    i.head = iHead;
    i.iovOffset = buf.offset + left;
  }
  i.count -= size;
  k.fn.pipeTruncate(k, i);
}

/**
 * @kernel 5.8 lib/iov_iter.c iov_iter_revert, of a pipe: slot by slot back from the iterator's position;
 * it ends at start_head only where exactly nothing is left to undo.
 */
export function iovIterRevert(k: Kernel, i: IovIter, unroll: number): void {
  if (unroll === 0) return;
  if (unroll > (INT_MAX & -k.pageSize)) {
    k.warn('iov_iter_revert');
    return;
  }
  i.count += unroll;
  let iHead = i.head;
  let off = i.iovOffset;
  for (;;) {
    k.turn('iov_iter_revert');
    let b = pipeBuf(k, iHead);
    const n = sizeT(off - b.offset);
    if (unroll < n) {
      off = sizeT(off - unroll);
      break;
    }
    unroll -= n;
    if (unroll === 0 && iHead === i.startHead) {
      off = 0;
      break;
    }
    iHead = slotAdd(k, iHead, -1);
    b = pipeBuf(k, iHead);
    off = b.offset + b.len;
  }
  i.iovOffset = off;
  i.head = iHead;
  k.fn.pipeTruncate(k, i);
}
