/**
 * F_SETPIPE_SZ of 5.8: the ring is installed and a writer woken before max_usage, up to which writers may fill it, is
 * raised.
 *
 * @kernel c73be61cede5 fs/pipe.c (5.8)
 */
import { sizeT } from '../../cint.js';
import { EINVAL, EPERM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';
import { moveRing, pipeIoctl } from '../6.1/pipe_size.js';

/** @kernel 5.8 fs/pipe.c pipe_resize_ring */
export function pipeResizeRing(k: Kernel, nrSlots: number): number {
  const { pipe } = k;
  const { maxUsage } = pipe;
  const ret = moveRing(k, nrSlots);
  if (ret < 0) return ret;
  pipe.maxUsage = Math.min(maxUsage, nrSlots);
  k.fn.wakeUpInterruptible(k, pipe.wrWait, 1);
  return 0;
}

/** @kernel 5.8 fs/pipe.c pipe_set_size */
export function pipeSetSize(k: Kernel, arg: number): number {
  const nrSlots = Math.floor(k.fn.roundPipeSize(k, sizeT(arg)) / k.pageSize);
  if (nrSlots === 0) return -EINVAL;
  if (nrSlots > k.pipe.maxUsage && nrSlots > k.bounds.ring) return -EPERM;
  const ret = k.fn.pipeResizeRing(k, nrSlots);
  if (ret < 0) return ret;
  k.pipe.maxUsage = nrSlots;
  return nrSlots * k.pageSize;
}

export const pipeSize58: Partial<KernelFunctions> = { pipeResizeRing, pipeSetSize, pipeIoctl };
