/**
 * fs/pipe.c of 5.8 to 6.12: the free-running ring (head, tail, max_usage; 5.5), mergeability
 * as a flag of the buffer (5.8), and a slot taken before the copy from the user (5.5), so
 * that a fault leaves an empty buffer behind.
 *
 * @kernel 6.1 fs/pipe.c; include/linux/pipe_fs_i.h
 */
import { EAGAIN, EFAULT, ENOMEM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { PIPE_BUF_FLAG_CAN_MERGE, PIPE_BUF_FLAG_PACKET, PipeBufOps } from '../../kernel.js';
import { allocPage } from '../../mm.js';
import { copyFromUser, copyToUser } from '../../uaccess.js';

/** @kernel 6.1 include/linux/pipe_fs_i.h pipe_occupancy; head and tail wrap at their width. */
export function pipeOccupancy(k: Kernel, head = k.pipe.head): number {
  return (head - k.pipe.tail) & k.headMask;
}

/** @kernel 6.1 include/linux/pipe_fs_i.h pipe_full */
export function pipeFull(k: Kernel, head = k.pipe.head): boolean {
  return pipeOccupancy(k, head) >= k.pipe.maxUsage;
}

/** @kernel 6.1 lib/iov_iter.c pipe_buf */
export function pipeBuf(k: Kernel, slot: number): PipeBuffer {
  return k.pipe.bufs[slot & (k.pipe.ringSize - 1)];
}

/** `slot + n`, for the free-running unsigned counters. */
export function slotAdd(k: Kernel, slot: number, n: number): number {
  return (slot + n) & k.headMask;
}

/** @kernel 5.8 fs/pipe.c PIPE_BUF_FLAG_CAN_MERGE */
export function canMerge(_k: Kernel, buf: PipeBuffer): boolean {
  return (buf.flags & PIPE_BUF_FLAG_CAN_MERGE) !== 0;
}

/** @kernel 5.8 fs/pipe.c pipe_write: ops and flags of a new buffer. */
export function pipeWriteInsert(k: Kernel, buf: PipeBuffer, filp: number): void {
  buf.ops = PipeBufOps.Anon;
  buf.flags = k.fn.isPacketized(k, filp) ? PIPE_BUF_FLAG_PACKET : PIPE_BUF_FLAG_CAN_MERGE;
}

/** @kernel 6.1 fs/pipe.c pipe_read; the read end is non-blocking, a writer is there. */
export function pipeRead(k: Kernel, totalLen: number): number {
  if (totalLen === 0) return 0;
  const { pipe } = k;
  let ret = 0;
  for (;;) {
    k.turn('pipe_read');
    if (pipeOccupancy(k) > 0) {
      const buf = pipeBuf(k, pipe.tail);
      const chars = buf.len > totalLen ? totalLen : buf.len;
      if (buf.page?.isUptodate === false) {
        const error = k.fn.pipeBufConfirm(k, buf);
        if (error !== 0) return ret === 0 ? error : ret;
      }
      if (copyToUser(k, buf.page, buf.offset, chars, 'pipe_read') < chars) {
        if (ret === 0) ret = -EFAULT;
        break;
      }
      ret += chars;
      buf.offset += chars;
      buf.len -= chars;
      totalLen = k.fn.pipeReadConsumed(k, buf, chars, totalLen);
      if (buf.len === 0) {
        k.fn.pipeBufRelease(k, buf);
        pipe.tail = slotAdd(k, pipe.tail, 1);
      }
      totalLen -= chars;
      if (totalLen === 0) break;
      if (pipeOccupancy(k) > 0) continue;
    }
    if (ret === 0) ret = -EAGAIN;
    break;
  }
  return ret;
}

/** Appends to the last buffer if it merges and has room: bytes appended, 0, or -EFAULT. */
export function tryMerge(k: Kernel, chars: number, filp: number): number {
  if (chars === 0 || pipeOccupancy(k) === 0) return 0;
  const buf = pipeBuf(k, k.pipe.head - 1);
  const offset = buf.offset + buf.len;
  if (!k.fn.canMerge(k, buf, filp) || offset + chars > k.pageSize) return 0;
  if (copyFromUser(k, buf.page, offset, chars, 'pipe_write') < chars) return -EFAULT;
  buf.len += chars;
  return chars;
}

/** @kernel 6.1 fs/pipe.c pipe_write; the write end is non-blocking, a reader is there. */
export function pipeWrite(k: Kernel, totalLen: number, filp: number): number {
  if (totalLen === 0) return 0;
  const { pipe } = k;
  let ret = tryMerge(k, totalLen & (k.pageSize - 1), filp);
  if (ret < 0) return ret;
  totalLen -= ret;
  if (totalLen === 0) return ret;
  for (;;) {
    k.turn('pipe_write');
    if (!pipeFull(k)) {
      let page = pipe.tmpPage;
      if (page === null) {
        page = allocPage(k);
        if (page === null) {
          if (ret === 0) ret = -ENOMEM;
          break;
        }
        pipe.tmpPage = page;
      }
      const buf = pipeBuf(k, pipe.head);
      pipe.head = slotAdd(k, pipe.head, 1);
      buf.page = page;
      buf.offset = 0;
      buf.len = 0;
      k.fn.pipeWriteInsert(k, buf, filp);
      pipe.tmpPage = null;
      const want = totalLen < k.pageSize ? totalLen : k.pageSize;
      const copied = copyFromUser(k, page, 0, want, 'pipe_write');
      if (copied < want) {
        if (ret === 0) ret = -EFAULT;
        break;
      }
      ret += copied;
      buf.len = copied;
      totalLen -= copied;
      if (totalLen === 0) break;
    }
    if (!pipeFull(k)) continue;
    if (ret === 0) ret = -EAGAIN;
    break;
  }
  return ret;
}

export const pipe58: Partial<KernelFunctions> = { canMerge, pipeWriteInsert, pipeRead, pipeWrite };
