/**
 * fs/pipe.c of 3.3: the ring of (curbuf, nrbufs, buffers), merging by ops, no packets.
 *
 * The user's buffer is one segment, so that the atomic first attempt and its repetition
 * (pipe_iov_copy_to_user, pipe_iov_copy_from_user) come to one attempt: all or nothing.
 *
 * @kernel 3.3 fs/pipe.c
 */
import { fillBytes } from '../../bytes.js';
import { sizeT } from '../../cint.js';
import { ASLEEP, EAGAIN, EFAULT, EINVAL, ENOMEM, ERESTARTSYS } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { O_CLOEXEC, O_DIRECT, O_NONBLOCK, PIPE_BUF_FLAG_LRU, PipeBufOps } from '../../kernel.js';
import { allocPage, putPage } from '../../mm.js';
import { copyFromUser, copyToUser } from '../../uaccess.js';
import type { Task } from '../../wait.js';
import { finishWait, sleepOn } from '../../wait.js';
import { sigpipe } from './pipe_release.js';

/** @kernel 3.3 fs/pipe.c anon_pipe_buf_release: the last reference is kept as tmp_page. */
export function anonPipeBufRelease(k: Kernel, buf: PipeBuffer): void {
  const page = buf.page;
  if (page !== null && page.refcount === 1 && k.pipe.tmpPage === null) {
    k.pipe.tmpPage = page;
    fillBytes(page.data, 0); // whoever takes it next has not written it
    return;
  }
  putPage(k, page, 'anon_pipe_buf_release');
}

/** @kernel 3.3 fs/pipe.c generic_pipe_buf_release */
export function genericPipeBufRelease(k: Kernel, buf: PipeBuffer): void {
  putPage(k, buf.page, 'generic_pipe_buf_release');
}

/** @kernel 3.3 fs/splice.c page_cache_pipe_buf_release */
export function pageCachePipeBufRelease(k: Kernel, buf: PipeBuffer): void {
  putPage(k, buf.page, 'page_cache_pipe_buf_release');
  buf.flags &= ~PIPE_BUF_FLAG_LRU;
}

/** `buf->ops = NULL; ops->release(pipe, buf);` as pipe_read spells it. */
export function pipeBufRelease(k: Kernel, buf: PipeBuffer): void {
  const ops = buf.ops;
  buf.ops = PipeBufOps.Null;
  callRelease(k, buf, ops);
}

/** `ops->release(pipe, buf)` for any ops, NULL included. */
export function callRelease(k: Kernel, buf: PipeBuffer, ops: number): void {
  switch (ops) {
    case PipeBufOps.Anon:
    case PipeBufOps.Packet:
      k.fn.anonPipeBufRelease(k, buf);
      return;
    case PipeBufOps.PageCache:
    case PipeBufOps.UserPage:
      k.fn.pageCachePipeBufRelease(k, buf);
      return;
    case PipeBufOps.Default:
      k.fn.genericPipeBufRelease(k, buf);
      return;
    default:
      k.die('no-bug', 'pipe_buf_release', 'buf->ops->release is called with ops == NULL');
  }
}

/** `ops->can_merge`: a property of the ops table up to 5.7. */
export function canMerge(_k: Kernel, buf: PipeBuffer): boolean {
  return buf.ops === PipeBufOps.Anon;
}

/** 3.3 looks at nothing but the length; seed 002 adds the packets here. */
export function pipeReadConsumed(_k: Kernel, _buf: PipeBuffer, _chars: number, totalLen: number): number {
  return totalLen;
}

/** Nothing is left to read: what pipe_read returns, or ASLEEP. A writer that sleeps is waited for, whatever was read. */
function readEmpty(k: Kernel, task: Task, ret: number): number {
  const { pipe } = k;
  if (pipe.writers === 0) return ret;
  if (pipe.waitingWriters === 0) {
    if (ret !== 0) return ret;
    if (task.isNonblock) return -EAGAIN;
  }
  if (task.hasSignal !== 0) return ret === 0 ? -ERESTARTSYS : ret;
  return ASLEEP;
}

/** pipe_wait() of a reader; do_wakeup stays set. */
function waitForBytes(k: Kernel, task: Task, ret: number, left: number, doWakeup: boolean): number {
  const { rdWait } = k.pipe;
  if (doWakeup) k.fn.wakeUpInterruptible(k, rdWait, 1);
  return sleepOn(k, task, rdWait, false, ret, left, doWakeup);
}

/**
 * Takes from a buffer what the reader has room for: bytes, or what confirm says, or -EFAULT. The part of pipe_read that is
 * the same in every version.
 *
 * @kernel 6.18 fs/pipe.c anon_pipe_read
 */
export function readBuffer(k: Kernel, buf: PipeBuffer, totalLen: number, by: string): number {
  const chars = buf.len > totalLen ? totalLen : buf.len;
  if (buf.page?.isUptodate === false) {
    const error = k.fn.pipeBufConfirm(k, buf);
    if (error !== 0) return error;
  }
  if (copyToUser(k, buf.page, buf.offset, chars, by) < chars) return -EFAULT;
  buf.offset += chars;
  buf.len -= chars;
  return chars;
}

/** @kernel 3.3 fs/pipe.c pipe_read; where there are no tasks it is non-blocking, and a writer is there. */
export function pipeRead(k: Kernel, totalLen: number): number {
  if (totalLen === 0) return 0;
  const { pipe, task } = k;
  let ret = 0;
  let doWakeup = false;
  if (task !== null && task.isResumed) {
    finishWait(task, pipe.rdWait);
    ret = task.ret;
    totalLen = task.left;
    doWakeup = task.doWakeup !== 0;
  }
  for (;;) {
    k.turn('pipe_read');
    if (pipe.nrbufs > 0) {
      const buf = pipe.bufs[pipe.curbuf];
      const chars = readBuffer(k, buf, totalLen, 'pipe_read');
      if (chars < 0) {
        if (ret === 0) ret = chars;
        break;
      }
      ret += chars;
      totalLen = k.fn.pipeReadConsumed(k, buf, chars, totalLen);
      if (buf.len === 0) {
        k.fn.pipeBufRelease(k, buf);
        pipe.curbuf = (pipe.curbuf + 1) & (pipe.buffers - 1);
        pipe.nrbufs--;
        doWakeup = true;
      }
      totalLen -= chars;
      if (totalLen === 0) break;
    }
    if (pipe.nrbufs > 0) continue;
    if (task !== null) {
      const next = readEmpty(k, task, ret);
      if (next === ASLEEP) return waitForBytes(k, task, ret, totalLen, doWakeup);
      ret = next;
    } else if (ret === 0) ret = -EAGAIN;
    break;
  }
  if (task !== null && doWakeup) k.fn.wakeUpInterruptible(k, pipe.rdWait, 1);
  return ret;
}

/**
 * Appends to the last buffer if it merges and has room: bytes appended, 0, or what confirm says, or -EFAULT. The part of
 * pipe_write that is the same in every version.
 *
 * @kernel 6.18 fs/pipe.c anon_pipe_write
 */
export function appendTo(k: Kernel, buf: PipeBuffer, chars: number, filp: number): number {
  const offset = buf.offset + buf.len;
  if (!k.fn.canMerge(k, buf, filp) || offset + chars > k.pageSize) return 0;
  if (buf.page?.isUptodate === false) {
    const error = k.fn.pipeBufConfirm(k, buf);
    if (error !== 0) return error;
  }
  if (copyFromUser(k, buf.page, offset, chars, 'pipe_write') < chars) return -EFAULT;
  buf.len += chars;
  return chars;
}

function tryMerge(k: Kernel, chars: number, filp: number): number {
  const { pipe } = k;
  if (pipe.nrbufs === 0 || chars === 0) return 0;
  return appendTo(k, pipe.bufs[(pipe.curbuf + pipe.nrbufs - 1) & (pipe.buffers - 1)], chars, filp);
}

/** Fills the slot behind the last used one: bytes, -ENOMEM or -EFAULT. */
function writeBuffer(k: Kernel, totalLen: number, filp: number): number {
  const { pipe } = k;
  const buf = pipe.bufs[(pipe.curbuf + pipe.nrbufs) & (pipe.buffers - 1)];
  let page = pipe.tmpPage;
  if (page === null) {
    page = allocPage(k);
    if (page === null) return -ENOMEM;
    pipe.tmpPage = page;
  }
  const chars = totalLen < k.pageSize ? totalLen : k.pageSize;
  if (copyFromUser(k, page, 0, chars, 'pipe_write') < chars) {
    fillBytes(page.data, 0);
    return -EFAULT;
  }
  buf.page = page;
  buf.offset = 0;
  buf.len = chars;
  k.fn.pipeWriteInsert(k, buf, filp);
  pipe.nrbufs++;
  pipe.tmpPage = null;
  return chars;
}

/** The ring is full: pipe_wait() of a writer, which readers know of. */
function waitForRoom(k: Kernel, task: Task, ret: number, left: number, doWakeup: boolean): number {
  const { pipe } = k;
  if (doWakeup) k.fn.wakeUpInterruptible(k, pipe.rdWait, 1);
  pipe.waitingWriters++;
  return sleepOn(k, task, pipe.rdWait, false, ret, left, false);
}

/** @kernel 3.3 fs/pipe.c pipe_write; where there are no tasks it is non-blocking, and a reader is there. */
export function pipeWrite(k: Kernel, totalLen: number, filp: number): number {
  if (totalLen === 0) return 0;
  const { pipe, task } = k;
  let ret = 0;
  let doWakeup = false;
  if (task !== null && task.isResumed) {
    finishWait(task, pipe.rdWait);
    pipe.waitingWriters--;
    ret = task.ret;
    totalLen = task.left;
  } else {
    if (task !== null && pipe.readers === 0) return sigpipe(k);
    ret = tryMerge(k, totalLen & (k.pageSize - 1), filp);
    if (ret < 0) return ret;
    totalLen -= ret;
    doWakeup = ret > 0;
  }
  while (totalLen > 0) {
    k.turn('pipe_write');
    if (task !== null && pipe.readers === 0) {
      const error = sigpipe(k);
      if (ret === 0) ret = error;
      break;
    }
    if (pipe.nrbufs < pipe.buffers) {
      const chars = writeBuffer(k, totalLen, filp);
      // Whatever came of it: but for -ENOMEM.
      doWakeup ||= chars !== -ENOMEM;
      if (chars < 0) {
        if (ret === 0) ret = chars;
        break;
      }
      ret += chars;
      totalLen -= chars;
      continue;
    }
    if (task === null || task.isNonblock || task.hasSignal !== 0) {
      if (ret === 0) ret = task === null || task.isNonblock ? -EAGAIN : -ERESTARTSYS;
      break;
    }
    return waitForRoom(k, task, ret, totalLen, doWakeup);
  }
  if (task !== null && doWakeup) k.fn.wakeUpInterruptible(k, pipe.rdWait, 1);
  return ret;
}

/** 3.3 sets no flags on a buffer that pipe_write fills: what the slot held stays. */
export function pipeWriteInsert(_k: Kernel, buf: PipeBuffer): void {
  buf.ops = PipeBufOps.Anon;
}

/** @kernel 3.3 fs/pipe.c do_pipe_flags */
export function pipe2(_k: Kernel, flags: number): number {
  return (sizeT(flags) & ~(O_CLOEXEC | O_NONBLOCK)) !== 0 ? -EINVAL : 0;
}

/** @kernel 3.3 fs/fcntl.c setfl: O_DIRECT asks for a_ops->direct_IO, which a pipe has not. */
export function setfl(k: Kernel, filp: number, arg: number): number {
  if ((arg & O_DIRECT) !== 0) return -EINVAL;
  k.files[filp].fFlags = arg & (O_NONBLOCK | O_DIRECT);
  return 0;
}

export const pipe33: Partial<KernelFunctions> = {
  anonPipeBufRelease,
  genericPipeBufRelease,
  pageCachePipeBufRelease,
  pipeBufRelease,
  canMerge,
  pipeRead,
  pipeReadConsumed,
  pipeWriteInsert,
  pipeWrite,
  pipe2,
  setfl,
};
