/**
 * generic_file_splice_read() of 6.0 to 6.4: what a failing read_iter has emitted is
 * discarded from where the iterator started.
 *
 * The C function is one; see linux/4.10/splice.ts. Its first half is as in 5.8.
 *
 * @kernel 6.1 fs/splice.c generic_file_splice_read
 */
import { EAGAIN, EFAULT } from '../../errno.js';
import type { Kernel } from '../../kernel.js';

/** From the return of ->read_iter() on. */
export function genericFileSpliceReadDone(k: Kernel, ret: number): number {
  if (ret < 0) {
    k.fn.pipeDiscardFrom(k, k.iter.startHead);
    if (ret === -EFAULT) ret = -EAGAIN;
  }
  return ret;
}
