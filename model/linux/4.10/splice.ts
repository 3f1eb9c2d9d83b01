/**
 * generic_file_splice_read() around a read_iter, as it was from 4.9 to 5.19: what a
 * failing read_iter has emitted is freed by moving the iterator back and advancing it by 0.
 *
 * The C function is one; the model's read_iter is an automaton that runs between the two
 * halves, under the pipe's lock.
 *
 * @kernel 4.10 fs/splice.c generic_file_splice_read
 */
import { EAGAIN, EFAULT } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';

/** Up to the call of ->read_iter(). */
export function genericFileSpliceRead(k: Kernel, len: number): void {
  k.fn.iovIterPipe(k, k.iter, ITER_PIPE, len);
  k.iter.startHead = k.iter.idx; // the local `idx` of the C
}

/** From the return of ->read_iter() on. */
export function genericFileSpliceReadDone(k: Kernel, ret: number): number {
  const to = k.iter;
  if (ret < 0) {
    to.idx = to.startHead;
    to.iovOffset = 0;
    k.fn.iovIterAdvance(k, to, 0); // truncates to where the iterator began
    if (ret === -EFAULT) ret = -EAGAIN;
  }
  return ret;
}
