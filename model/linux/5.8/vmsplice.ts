/**
 * vmsplice() into a free-running ring (8cefc107ca54, 5.5), and out of one.
 *
 * @kernel 5.8 fs/splice.c
 */
import { EAGAIN } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer, Vec } from '../../kernel.js';
import { headTailEnds } from '../../ends.js';
import { withIter } from '../4.10/vmsplice.js';
import { fuseDevOf } from '../4.8/fuse_dev.js';
import { spliceFromPipeOf } from '../4.8/splice_from_pipe.js';
import { copyBuf } from '../6.1/splice_pipes.js';
import { pipeBuf, pipeFull, slotAdd } from './pipe.js';

/** @kernel 5.8 fs/splice.c add_to_pipe */
export function addToPipe(k: Kernel, buf: PipeBuffer): number {
  const { pipe } = k;
  if (!pipeFull(k)) {
    copyBuf(pipeBuf(k, pipe.head), buf);
    pipe.head = slotAdd(k, pipe.head, 1);
    return buf.len;
  }
  k.fn.pipeBufRelease(k, buf);
  return -EAGAIN;
}

/** Nothing to do where there are no bytes. @kernel 5.8 fs/splice.c do_vmsplice, vmsplice_to_pipe, wait_for_space */
export function vmspliceToPipe(k: Kernel, vec: Vec, flags: number): number {
  if (vec.bytes === 0) return 0;
  return pipeFull(k) ? -EAGAIN : withIter(k, vec, flags);
}

export const vmsplice58: Partial<KernelFunctions> = {
  addToPipe,
  vmspliceToPipe,
  ...spliceFromPipeOf(headTailEnds),
  ...fuseDevOf(headTailEnds),
};
