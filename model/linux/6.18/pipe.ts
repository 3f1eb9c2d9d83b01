/**
 * fs/pipe.c of 6.15 to 6.18. A page is filled before it becomes a buffer, so that a copy that
 * faults leaves nothing in the ring (ee5eda8ea595), and two pages are kept for the next writes
 * instead of one. A FIFO's read and write differ from those of a pipe() by file times alone,
 * so that they are these.
 *
 * Head and tail are `pipe_index_t` since 6.14: 32 bits on 64-bit machines, 16 on others. The
 * bound `headbits` is their width; every difference of them is taken at it (c27c66afc449).
 *
 * @kernel 6.18 fs/pipe.c; include/linux/pipe_fs_i.h
 */
import { ASLEEP, EAGAIN, EFAULT, EINVAL, ENOMEM, ERESTARTSYS } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, Page, PipeBuffer } from '../../kernel.js';
import { allocPage, forgetContents, putPage } from '../../mm.js';
import { copyFromUser } from '../../uaccess.js';
import { waitEventInterruptible } from '../../wait.js';
import { readBuffer } from '../3.3/pipe.js';
import { pipeBuf, pipeFull, pipeOccupancy, pipeWriteOf, slotAdd, waitForBytes, wakeAfterRead } from '../5.8/pipe.js';
import { pipeResizeRing as pipeResizeRing61 } from '../6.1/pipe_size.js';

/** @kernel 6.18 fs/pipe.c anon_pipe_get_page */
export function anonPipeGetPage(k: Kernel): Page | null {
  const { pipe } = k;
  const page = pipe.tmpPage ?? pipe.tmpPage2;
  if (page === null) return allocPage(k);
  if (page === pipe.tmpPage) pipe.tmpPage = null;
  else pipe.tmpPage2 = null;
  return page;
}

/** @kernel 6.18 fs/pipe.c anon_pipe_put_page: a page that nobody else holds is kept in the first free place. */
export function anonPipePutPage(k: Kernel, page: Page | null): void {
  const { pipe } = k;
  const isKept = page !== null && page.refcount === 1 && (pipe.tmpPage === null || pipe.tmpPage2 === null);
  if (!isKept) {
    putPage(k, page, 'anon_pipe_put_page');
    return;
  }
  if (pipe.tmpPage === null) pipe.tmpPage = page;
  else pipe.tmpPage2 = page;
  forgetContents(page); // whoever takes it next has not written it
}

/** @kernel 6.18 fs/pipe.c anon_pipe_buf_release */
export function anonPipeBufRelease(k: Kernel, buf: PipeBuffer): void {
  k.fn.anonPipePutPage(k, buf.page);
}

/**
 * @kernel 6.18 fs/pipe.c anon_pipe_read: writers are woken for a slot that was freed in a full ring, not for a ring that
 * was full (aaec5a95d596, 6.14). Where there are no tasks it is non-blocking, and a writer is there.
 */
export function pipeRead(k: Kernel, totalLen: number): number {
  if (totalLen === 0) return 0;
  const { pipe, task } = k;
  let ret = 0;
  let wakeWriter = false;
  if (task !== null && task.isResumed) {
    const error = waitEventInterruptible(task, pipe.rdWait, k.fn.pipeReadable(k), true);
    if (error !== 0) return error;
    totalLen = task.left;
  }
  for (;;) {
    k.turn('anon_pipe_read');
    if (pipeOccupancy(k) > 0) {
      const buf = pipeBuf(k, pipe.tail);
      const chars = readBuffer(k, buf, totalLen, 'anon_pipe_read');
      if (chars < 0) {
        if (ret === 0) ret = chars;
        break;
      }
      ret += chars;
      totalLen = k.fn.pipeReadConsumed(k, buf, chars, totalLen);
      if (buf.len === 0) {
        wakeWriter ||= pipeFull(k);
        k.fn.pipeBufRelease(k, buf);
        pipe.tail = slotAdd(k, pipe.tail, 1);
      }
      totalLen -= chars;
      if (totalLen === 0) break;
      if (pipeOccupancy(k) > 0) continue;
    }
    if (ret !== 0) break;
    ret = task === null ? -EAGAIN : waitForBytes(k, task, totalLen, wakeWriter);
    if (ret === ASLEEP || ret === -ERESTARTSYS) return ret;
    break;
  }
  if (task !== null) wakeAfterRead(k, task, wakeWriter);
  return ret;
}

/** Fills a page and makes it a buffer: bytes, -ENOMEM or -EFAULT. */
function writeBuffer(k: Kernel, totalLen: number, filp: number): number {
  const { pipe } = k;
  const page = k.fn.anonPipeGetPage(k);
  if (page === null) return -ENOMEM;
  const want = totalLen < k.pageSize ? totalLen : k.pageSize;
  const copied = copyFromUser(k, page, 0, want, 'anon_pipe_write');
  if (copied < want) {
    k.fn.anonPipePutPage(k, page);
    return -EFAULT;
  }
  const buf = pipeBuf(k, pipe.head);
  pipe.head = slotAdd(k, pipe.head, 1);
  buf.page = page;
  buf.offset = 0;
  k.fn.pipeWriteInsert(k, buf, filp);
  buf.len = copied;
  return copied;
}

/**
 * By how it finds out that the pipe is full.
 *
 * @kernel 6.18 fs/pipe.c anon_pipe_write
 */
export function pipeWriteBy(isFull: (k: Kernel) => boolean): KernelFunctions['pipeWrite'] {
  return pipeWriteOf({ by: 'anon_pipe_write', isFull, writeBuffer });
}

export const pipeWrite = pipeWriteBy((k) => pipeFull(k));

/** @kernel 6.18 fs/pipe.c pipe_resize_ring: no more slots than the counters can tell apart. */
export function pipeResizeRing(k: Kernel, nrSlots: number): number {
  return nrSlots > k.headMask ? -EINVAL : pipeResizeRing61(k, nrSlots);
}

export const pipe618: Partial<KernelFunctions> = { anonPipeBufRelease, pipeRead, pipeWrite, pipeResizeRing };

/** What is new since 6.12. */
export const pipe618Added: Partial<KernelFunctions> = { anonPipeGetPage, anonPipePutPage };
