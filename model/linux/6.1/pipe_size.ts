/**
 * F_SETPIPE_SZ and FIONREAD, 5.8 to 6.12. pipe_max_size is what the bounds give the largest
 * ring; the user may not go beyond it.
 *
 * @kernel 6.1 fs/pipe.c
 */
import { sizeT } from '../../cint.js';
import { EBUSY, EINVAL, ENOMEM, EPERM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeInodeInfo } from '../../kernel.js';
import { PipeBuffer } from '../../kernel.js';
import { mayAllocate } from '../../mm.js';
import { copyBuf } from './splice_pipes.js';

/** @kernel 6.1 fs/pipe.c round_pipe_size: 0 for more than 2^31. */
export function roundPipeSize(k: Kernel, size: number): number {
  if (size > 2 ** 31) return 0;
  let out = k.pageSize;
  while (out < size) out *= 2;
  return out;
}

/** Arrays of pipe buffers, by their length: one is at work at a time. */
const spare: PipeBuffer[][] = [];
const EMPTY = new PipeBuffer();

/** kcalloc() of an array of pipe buffers: scratch, copied back by `installRing`. */
export function allocRing(nrSlots: number): readonly PipeBuffer[] {
  const bufs = (spare[nrSlots] ??= Array.from({ length: nrSlots }, () => new PipeBuffer()));
  for (let s = 0; s < nrSlots; s++) copyBuf(bufs[s], EMPTY);
  return bufs;
}

/** The old array is freed and this one is the ring's; slots that it has not are empty. */
export function installRing(pipe: PipeInodeInfo, bufs: readonly PipeBuffer[]): void {
  for (let s = 0; s < pipe.bufs.length; s++) copyBuf(pipe.bufs[s], s < bufs.length ? bufs[s] : EMPTY);
  pipe.buffers = pipe.ringSize = pipe.maxUsage = bufs.length;
}

/** The old ring from tail on, in two parts where it wraps. */
export function moveRing(k: Kernel, nrSlots: number): number {
  const { pipe } = k;
  if (!mayAllocate(k)) return -ENOMEM;
  const bufs = allocRing(nrSlots);
  const mask = pipe.ringSize - 1;
  const n = (pipe.head - pipe.tail) & k.headMask;
  if (nrSlots < n) return -EBUSY;
  const h = pipe.head & mask;
  const t = pipe.tail & mask;
  if (n > 0) {
    if (h > t) for (let s = 0; s < n; s++) copyBuf(bufs[s], pipe.bufs[t + s]);
    else {
      const rest = pipe.ringSize - t;
      for (let s = 0; s < rest; s++) copyBuf(bufs[s], pipe.bufs[t + s]);
      for (let s = 0; s < h; s++) copyBuf(bufs[rest + s], pipe.bufs[s]);
    }
  }
  pipe.head = n;
  pipe.tail = 0;
  installRing(pipe, bufs);
  return 0;
}

/** @kernel 6.1 fs/pipe.c pipe_resize_ring: a writer is woken when there is room for it (e95aada4cb93, 6.8 and 6.1.y). */
export function pipeResizeRing(k: Kernel, nrSlots: number): number {
  const ret = moveRing(k, nrSlots);
  if (ret === 0) k.fn.wakeUpInterruptible(k, k.pipe.wrWait, 1);
  return ret;
}

/** @kernel 6.1 fs/pipe.c pipe_set_size */
export function pipeSetSize(k: Kernel, arg: number): number {
  const size = k.fn.roundPipeSize(k, sizeT(arg));
  const nrSlots = Math.floor(size / k.pageSize);
  if (nrSlots === 0) return -EINVAL;
  if (nrSlots > k.pipe.maxUsage && nrSlots > k.bounds.ring) return -EPERM;
  const ret = k.fn.pipeResizeRing(k, nrSlots);
  return ret < 0 ? ret : k.pipe.maxUsage * k.pageSize;
}

/** @kernel 6.1 fs/pipe.c pipe_ioctl: FIONREAD */
export function pipeIoctl(k: Kernel): number {
  const { pipe } = k;
  let count = 0;
  for (let tail = pipe.tail; tail !== pipe.head; tail = (tail + 1) & k.headMask) {
    k.turn('pipe_ioctl');
    count += pipe.bufs[tail & (pipe.ringSize - 1)].len;
  }
  return count;
}

export const pipeSize61: Partial<KernelFunctions> = { roundPipeSize, pipeResizeRing, pipeSetSize, pipeIoctl };
