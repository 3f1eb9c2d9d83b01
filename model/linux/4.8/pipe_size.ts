/**
 * F_SETPIPE_SZ and FIONREAD of the ring of (curbuf, nrbufs), 4.8.
 *
 * @kernel 4.8 fs/pipe.c
 */
import { sizeT } from '../../cint.js';
import { EBUSY, EINVAL, ENOMEM, EPERM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';
import { mayAllocate } from '../../mm.js';
import { allocRing, installRing, roundPipeSize } from '../6.1/pipe_size.js';
import { copyBuf } from '../6.1/splice_pipes.js';

/** @kernel 4.8 fs/pipe.c pipe_set_size, behind its limits: the old ring from curbuf on. */
export function pipeResizeRing(k: Kernel, nrPages: number): number {
  const { pipe } = k;
  if (nrPages < pipe.nrbufs) return -EBUSY;
  if (!mayAllocate(k)) return -ENOMEM;
  const bufs = allocRing(nrPages);
  if (pipe.nrbufs > 0) {
    let tail = pipe.curbuf + pipe.nrbufs;
    tail = tail < pipe.buffers ? 0 : tail & (pipe.buffers - 1);
    const head = pipe.nrbufs - tail;
    for (let s = 0; s < head; s++) copyBuf(bufs[s], pipe.bufs[pipe.curbuf + s]);
    for (let s = 0; s < tail; s++) copyBuf(bufs[head + s], pipe.bufs[s]);
  }
  pipe.curbuf = 0;
  installRing(pipe, bufs);
  return 0;
}

/**
 * @kernel 4.8 fs/pipe.c pipe_fcntl, pipe_set_size. roundup_pow_of_two(0) is undefined there; what x86 makes of it,
 * one page, is what pipe2_04 of LTP asks for.
 */
export function pipeSetSize(k: Kernel, arg: number): number {
  const nrPages = Math.floor(k.fn.roundPipeSize(k, sizeT(arg)) / k.pageSize);
  if (nrPages === 0) return -EINVAL;
  if (nrPages > k.bounds.ring) return -EPERM;
  const ret = k.fn.pipeResizeRing(k, nrPages);
  return ret < 0 ? ret : nrPages * k.pageSize;
}

/** @kernel 4.8 fs/pipe.c pipe_ioctl: FIONREAD */
export function pipeIoctl(k: Kernel): number {
  const { pipe } = k;
  let count = 0;
  for (let j = 0; j < pipe.nrbufs; j++) count += pipe.bufs[(pipe.curbuf + j) & (pipe.buffers - 1)].len;
  return count;
}

export const pipeSize48: Partial<KernelFunctions> = { roundPipeSize, pipeResizeRing, pipeSetSize, pipeIoctl };
