/**
 * fs/pipe.c of 5.8 to 6.12: the free-running ring (head, tail, max_usage; 5.5), mergeability
 * as a flag of the buffer (5.8), and a slot taken before the copy from the user (5.5), so
 * that a fault leaves an empty buffer behind.
 *
 * @kernel 6.1 fs/pipe.c; include/linux/pipe_fs_i.h
 */
import { ASLEEP, EAGAIN, EFAULT, ENOMEM, ERESTARTSYS } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { PIPE_BUF_FLAG_CAN_MERGE, PIPE_BUF_FLAG_PACKET, PipeBufOps } from '../../kernel.js';
import { allocPage } from '../../mm.js';
import { copyFromUser } from '../../uaccess.js';
import type { Task } from '../../wait.js';
import { sleepOn, waitEventInterruptible } from '../../wait.js';
import { appendTo, readBuffer } from '../3.3/pipe.js';
import { dropEnd, sigpipe } from '../3.3/pipe_release.js';

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

/** @kernel 6.1 fs/pipe.c pipe_readable */
export function pipeReadable(k: Kernel): boolean {
  return pipeOccupancy(k) > 0 || k.pipe.writers === 0;
}

/** @kernel 6.1 fs/pipe.c pipe_writable */
export function pipeWritable(k: Kernel): boolean {
  return !pipeFull(k) || k.pipe.readers === 0;
}

/** @kernel 6.1 fs/pipe.c pipe_write, after it has slept (0dd1e3773ae8): of the head that there is now. */
export function pipeWriteWasEmpty(k: Kernel): boolean {
  return pipeOccupancy(k) === 0;
}

/** Nothing is left to read, and nothing was read: what pipe_read returns, or ASLEEP. */
export function waitForBytes(k: Kernel, task: Task, totalLen: number, wasFull: boolean): number {
  const { pipe } = k;
  if (pipe.writers === 0) return 0;
  if (task.isNonblock) return -EAGAIN;
  // An empty buffer may have been taken out of a full ring.
  if (wasFull) k.fn.wakeUpInterruptible(k, pipe.wrWait, 1);
  return task.hasSignal === 0 ? sleepOn(k, task, pipe.rdWait, true, 0, totalLen, false) : -ERESTARTSYS;
}

/** The end of pipe_read: a writer, if the ring was full; the next reader, if this one was woken alone and bytes are left. */
export function wakeAfterRead(k: Kernel, task: Task, wasFull: boolean): void {
  const { pipe } = k;
  if (wasFull) k.fn.wakeUpInterruptible(k, pipe.wrWait, 1);
  if (task.isResumed && pipeOccupancy(k) > 0) k.fn.wakeUpInterruptible(k, pipe.rdWait, 1);
}

/** @kernel 6.1 fs/pipe.c pipe_read; where there are no tasks it is non-blocking, and a writer is there. */
export function pipeRead(k: Kernel, totalLen: number): number {
  if (totalLen === 0) return 0;
  const { pipe, task } = k;
  let ret = 0;
  let wasFull = false;
  if (task !== null) {
    if (task.isResumed) {
      const error = waitEventInterruptible(task, pipe.rdWait, k.fn.pipeReadable(k), true);
      if (error !== 0) return error;
      totalLen = task.left;
    }
    wasFull = pipeFull(k);
  }
  for (;;) {
    k.turn('pipe_read');
    if (pipeOccupancy(k) > 0) {
      const buf = pipeBuf(k, pipe.tail);
      const chars = readBuffer(k, buf, totalLen, 'pipe_read');
      if (chars < 0) {
        if (ret === 0) ret = chars;
        break;
      }
      ret += chars;
      totalLen = k.fn.pipeReadConsumed(k, buf, chars, totalLen);
      if (buf.len === 0) {
        k.fn.pipeBufRelease(k, buf);
        pipe.tail = slotAdd(k, pipe.tail, 1);
      }
      totalLen -= chars;
      if (totalLen === 0) break;
      if (pipeOccupancy(k) > 0) continue;
    }
    if (ret !== 0) break;
    ret = task === null ? -EAGAIN : waitForBytes(k, task, totalLen, wasFull);
    if (ret === ASLEEP || ret === -ERESTARTSYS) return ret;
    break;
  }
  if (task !== null) wakeAfterRead(k, task, wasFull);
  return ret;
}

function tryMerge(k: Kernel, chars: number, filp: number): number {
  return chars === 0 || pipeOccupancy(k) === 0 ? 0 : appendTo(k, pipeBuf(k, k.pipe.head - 1), chars, filp);
}

/** Takes a slot and fills it: bytes, -ENOMEM or -EFAULT. */
function writeBuffer(k: Kernel, totalLen: number, filp: number): number {
  const { pipe } = k;
  let page = pipe.tmpPage;
  if (page === null) {
    page = allocPage(k);
    if (page === null) return -ENOMEM;
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
  if (copied < want) return -EFAULT;
  buf.len = copied;
  return copied;
}

/** The ring is full: -EAGAIN, -ERESTARTSYS, or ASLEEP after readers were told of what was written. */
function waitForRoom(k: Kernel, task: Task | null, ret: number, left: number, wasEmpty: boolean): number {
  if (task === null || task.isNonblock) return -EAGAIN;
  if (task.hasSignal !== 0) return -ERESTARTSYS;
  if (wasEmpty) k.fn.wakeUpInterruptible(k, k.pipe.rdWait, 1);
  return sleepOn(k, task, k.pipe.wrWait, true, ret, left, false);
}

/** The end of pipe_write: a reader, if there was nothing to read; the next writer, if this one was woken alone and there is room. */
function wakeAfterWrite(k: Kernel, task: Task, wasEmpty: boolean): void {
  const { pipe } = k;
  if (wasEmpty) k.fn.wakeUpInterruptible(k, pipe.rdWait, 1);
  if (task.isResumed && !pipeFull(k)) k.fn.wakeUpInterruptible(k, pipe.wrWait, 1);
}

/** What differs between the pipe_write of 5.8 and the anon_pipe_write of 6.18. */
export interface PipeWriteParts {
  readonly by: string;
  isFull(k: Kernel): boolean;
  /** Fills one slot: bytes, -ENOMEM or -EFAULT. */
  writeBuffer(k: Kernel, totalLen: number, filp: number): number;
}

/** pipe_write() of these parts. */
export function pipeWriteOf(parts: PipeWriteParts): KernelFunctions['pipeWrite'] {
  return (k, totalLen, filp) => writeBy(k, totalLen, filp, parts);
}

/** @kernel 6.1 fs/pipe.c pipe_write; where there are no tasks it is non-blocking, and a reader is there. */
function writeBy(k: Kernel, totalLen: number, filp: number, parts: PipeWriteParts): number {
  if (totalLen === 0) return 0;
  const { pipe, task } = k;
  const isResumed = task !== null && task.isResumed;
  if (isResumed && waitEventInterruptible(task, pipe.wrWait, k.fn.pipeWritable(k), true) === ASLEEP) return ASLEEP;
  const wasEmpty = task !== null && (isResumed ? k.fn.pipeWriteWasEmpty(k) : pipeOccupancy(k) === 0);
  let ret = 0;
  if (isResumed) {
    ret = task.ret;
    totalLen = task.left;
  } else {
    if (task !== null && pipe.readers === 0) return sigpipe(k);
    ret = tryMerge(k, totalLen & (k.pageSize - 1), filp);
    if (ret < 0) return ret;
    totalLen -= ret;
  }
  while (totalLen > 0) {
    k.turn(parts.by);
    if (task !== null && pipe.readers === 0) {
      const error = sigpipe(k);
      if (ret === 0) ret = error;
      break;
    }
    if (parts.isFull(k)) {
      const error = waitForRoom(k, task, ret, totalLen, wasEmpty);
      if (error === ASLEEP) return error;
      if (ret === 0) ret = error;
      break;
    }
    const copied = parts.writeBuffer(k, totalLen, filp);
    if (copied < 0) {
      if (ret === 0) ret = copied;
      break;
    }
    ret += copied;
    totalLen -= copied;
  }
  if (task !== null) wakeAfterWrite(k, task, wasEmpty);
  return ret;
}

export const pipeWrite = pipeWriteOf({ by: 'pipe_write', isFull: (k) => pipeFull(k), writeBuffer });

/** @kernel 6.1 fs/pipe.c pipe_release: everybody, where the last file of one end goes and the other end is there (6551d5c56eb0). */
export function pipeRelease(k: Kernel, fMode: number): void {
  const { pipe } = k;
  dropEnd(k, fMode);
  if ((pipe.readers === 0) !== (pipe.writers === 0)) {
    k.fn.wakeUpInterruptible(k, pipe.rdWait, 0);
    k.fn.wakeUpInterruptible(k, pipe.wrWait, 0);
  }
  if (pipe.readers === 0 && pipe.writers === 0) k.fn.freePipeInfo(k);
}

export const pipe58: Partial<KernelFunctions> = { canMerge, pipeWriteInsert, pipeRead, pipeWrite, pipeRelease };
export const pipe58Added: Partial<KernelFunctions> = { pipeReadable, pipeWritable, pipeWriteWasEmpty };
