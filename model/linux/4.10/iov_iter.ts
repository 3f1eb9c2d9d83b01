/**
 * lib/iov_iter.c of 4.10 but for pipes: the primitives that take all or nothing. They copy
 * first and move the iterator only when all of it was there.
 *
 * What else changed for these flavours (no walk without a byte wanted) changes no result.
 *
 * @kernel 4.10 lib/iov_iter.c
 * @kernel cbbd26b8b1a6 lib/iov_iter.c copy_from_iter_full, csum_and_copy_from_iter_full
 * @kernel 33844e665104 lib/iov_iter.c iterate_all_kinds
 */
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';
import { copyIn, csumIn } from '../4.8/iov_iter/steps.js';
import type { Step } from '../4.8/iov_iter/walk.js';
import { iterateAllKinds } from '../4.8/iov_iter/walk.js';

/** All of `bytes`, and the iterator behind them; or nothing: 1, 0. */
function takeAll(k: Kernel, bytes: number, i: IovIter, step: Step, by: string): number {
  if ((i.type & ITER_PIPE) !== 0) {
    k.warn(by);
    return 0;
  }
  if (i.count < bytes || iterateAllKinds(k, i, bytes, step, k.kbuf, 0, by) < bytes) return 0;
  k.fn.iovIterAdvance(k, i, bytes);
  return 1;
}

/** @kernel 4.10 lib/iov_iter.c csum_and_copy_from_iter_full: *csum is written at the end only. */
function csumAndCopyFromIterFull(k: Kernel, bytes: number, i: IovIter): number {
  const before = k.out.csum;
  const ret = takeAll(k, bytes, i, csumIn, 'csum_and_copy_from_iter_full');
  if (ret === 0) k.out.csum = before;
  return ret;
}

export const iovIter410 = {
  copyFromIterFull: (k, bytes, i) => takeAll(k, bytes, i, copyIn, 'copy_from_iter_full'),
  copyFromIterFullNocache: (k, bytes, i) => takeAll(k, bytes, i, copyIn, 'copy_from_iter_full_nocache'),
  csumAndCopyFromIterFull,
} satisfies Partial<KernelFunctions>;
