/**
 * ITER_PIPE of 6.1, filling and moving: 5.8 rebuilt around last_offset (6.0), which says
 * where the data of the last slot end and, by its sign, whose page that is: above 0 the
 * iterator's own, below 0 somebody else's, 0 nothing put there yet. Slots are added one at a
 * time, each assigned as a whole, so that its flags are 0. What asks for pages is in
 * iov_iter/pipe.ts.
 *
 * pipe_discard_from() and iov_iter_revert() compare free-running counters with `>`, which
 * goes wrong where they wrap; the model keeps it (docs/findings.md, F-10).
 *
 * iov_offset has become last_offset: the model's iov_offset stays 0.
 *
 * @kernel 6.1 lib/iov_iter.c; include/linux/pipe_fs_i.h pipe_discard_from
 */
import type { IovIter, Kernel, Page, PipeBuffer } from '../../kernel.js';
import { PipeBufOps } from '../../kernel.js';
import { allocPage, getPage, memcpyToPage } from '../../mm.js';
import { csumOfSource } from '../5.8/iov_iter_pipe.js';
import { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from '../5.8/pipe.js';

/** @kernel 6.1 lib/iov_iter.c sanity */
export function sanity(k: Kernel, i: IovIter): boolean {
  const { pipe } = k;
  let isBad: boolean;
  if (i.lastOffset !== 0) {
    const p = pipeBuf(k, i.head);
    isBad =
      pipeOccupancy(k) === 0 || i.head !== slotAdd(k, pipe.head, -1) || p.offset + p.len !== Math.abs(i.lastOffset);
  } else {
    isBad = i.head !== pipe.head;
  }
  if (isBad) k.warn('sanity');
  return !isBad;
}

/** The slot at pipe->head++, assigned as a whole: what is not named becomes 0. */
function push(k: Kernel, ops: number, page: Page, offset: number, len: number): void {
  const { pipe } = k;
  const buf = pipeBuf(k, pipe.head);
  pipe.head = slotAdd(k, pipe.head, 1);
  buf.ops = ops;
  buf.page = page;
  buf.offset = offset;
  buf.len = len;
  buf.flags = 0;
}

/** @kernel 6.1 lib/iov_iter.c push_anon */
export function pushAnon(k: Kernel, size: number): Page | null {
  const page = allocPage(k);
  if (page !== null) push(k, PipeBufOps.Default, page, 0, size);
  return page;
}

/** @kernel 6.1 lib/iov_iter.c push_page */
export function pushPage(k: Kernel, page: Page, offset: number, size: number): void {
  push(k, PipeBufOps.PageCache, page, offset, size);
  getPage(k, page, 'push_page');
}

/** @kernel 6.1 lib/iov_iter.c last_offset; an own page starts at offset 0. */
export function lastOffset(_k: Kernel, buf: PipeBuffer): number {
  return buf.ops === PipeBufOps.Default ? buf.len : -(buf.offset + buf.len);
}

/** @kernel 6.1 lib/iov_iter.c append_pipe: room in the last slot, or a new one; leaves *off in k.out. */
export function appendPipe(k: Kernel, i: IovIter, size: number): Page | null {
  const { pipe } = k;
  const offset = i.lastOffset;
  if (offset > 0 && offset < k.pageSize) {
    const buf = pipeBuf(k, slotAdd(k, pipe.head, -1));
    size = Math.min(size, k.pageSize - offset);
    buf.len += size;
    i.lastOffset += size;
    i.count -= size;
    k.out.off = offset;
    return buf.page;
  }
  k.out.off = 0;
  size = Math.min(size, k.pageSize);
  if (pipeFull(k)) return null;
  const page = k.fn.pushAnon(k, size);
  if (page === null) return null;
  i.head = slotAdd(k, pipe.head, -1);
  i.lastOffset = size;
  i.count -= size;
  return page;
}

/** @kernel 6.1 lib/iov_iter.c copy_page_to_iter_pipe */
export function copyPageToIterPipe(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const { head } = k.pipe;
  if (bytes > i.count) bytes = i.count;
  if (bytes === 0) return 0;
  if (!k.fn.sanity(k, i)) return 0;

  if (offset !== 0 && i.lastOffset === -offset) {
    const buf = pipeBuf(k, slotAdd(k, head, -1));
    if (buf.page === page) {
      buf.len += bytes; // the last slot goes on
      i.lastOffset -= bytes;
      i.count -= bytes;
      return bytes;
    }
  }
  if (pipeFull(k)) return 0;
  k.fn.pushPage(k, page, offset, bytes);
  i.lastOffset = -(offset + bytes);
  i.head = head;
  i.count -= bytes;
  return bytes;
}

/** The loop that the copying primitives share: page by page, as far as append_pipe() goes. */
function fill(k: Kernel, i: IovIter, bytes: number, mark: number, isSummed: boolean, by: string): number {
  if (bytes > i.count) bytes = i.count;
  if (bytes === 0) return 0;
  if (!k.fn.sanity(k, i)) return 0;
  let done = 0;
  while (done < bytes) {
    k.turn(by);
    const page = k.fn.appendPipe(k, i, bytes - done);
    if (page === null) break;
    const off = k.out.off;
    const chunk = Math.min(bytes - done, k.pageSize - off);
    memcpyToPage(k, page, off, chunk, mark - done, by);
    if (isSummed) k.out.csum += csumOfSource(k, done, done + chunk);
    done += chunk;
  }
  return done;
}

/** @kernel 6.1 lib/iov_iter.c copy_pipe_to_iter */
export function copyPipeToIter(k: Kernel, bytes: number, i: IovIter): number {
  return fill(k, i, bytes, k.srcMark, false, 'copy_pipe_to_iter');
}

/** @kernel 6.1 lib/iov_iter.c csum_and_copy_to_pipe_iter; adds to the sum in k.out.csum. */
export function csumAndCopyToPipeIter(k: Kernel, bytes: number, i: IovIter): number {
  return fill(k, i, bytes, k.srcMark, true, 'csum_and_copy_to_iter');
}

/** @kernel 6.1 lib/iov_iter.c pipe_zero */
export function pipeZero(k: Kernel, bytes: number, i: IovIter): number {
  return fill(k, i, bytes, -1, false, 'pipe_zero');
}

/** @kernel 6.1 include/linux/pipe_fs_i.h pipe_discard_from: the counters are compared as they are. */
export function pipeDiscardFrom(k: Kernel, oldHead: number): void {
  const { pipe } = k;
  while (pipe.head > oldHead) {
    k.turn('pipe_discard_from');
    pipe.head = slotAdd(k, pipe.head, -1);
    k.fn.pipeBufRelease(k, pipeBuf(k, pipe.head));
  }
}

/** @kernel 6.1 lib/iov_iter.c pipe_advance; iov_iter_advance() has clamped size to count. */
export function pipeAdvance(k: Kernel, i: IovIter, size: number): void {
  let off = i.lastOffset;
  if (off === 0 && size === 0) {
    k.fn.pipeDiscardFrom(k, i.startHead);
    return;
  }
  i.count -= size;
  for (;;) {
    k.turn('pipe_advance');
    const buf = pipeBuf(k, i.head);
    if (off !== 0) size += Math.abs(off) - buf.offset; // counted from the start of the slot
    if (size <= buf.len) {
      buf.len = size;
      i.lastOffset = k.fn.lastOffset(k, buf);
      break;
    }
    size -= buf.len;
    i.head = slotAdd(k, i.head, 1);
    off = 0;
  }
  k.fn.pipeDiscardFrom(k, slotAdd(k, i.head, 1));
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_revert: from the newest slot back, no further than start_head. */
export function revertPipe(k: Kernel, i: IovIter, unroll: number): void {
  const { pipe } = k;
  let { head } = pipe;
  while (head > i.startHead) {
    k.turn('iov_iter_revert');
    head = slotAdd(k, head, -1);
    const b = pipeBuf(k, head);
    if (unroll < b.len) {
      b.len -= unroll;
      i.lastOffset = k.fn.lastOffset(k, b);
      i.head = head;
      return;
    }
    unroll -= b.len;
    k.fn.pipeBufRelease(k, b);
    pipe.head = slotAdd(k, pipe.head, -1);
  }
  i.lastOffset = 0;
  i.head = head;
}
