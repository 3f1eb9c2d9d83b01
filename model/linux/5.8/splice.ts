/**
 * generic_file_splice_read() of 5.5 to 5.19: as in 4.10, with the position of the new ring.
 *
 * The C function is one; see linux/4.10/splice.ts.
 *
 * @kernel 5.8 fs/splice.c generic_file_splice_read
 */
import { EAGAIN, EFAULT } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';

/** Up to the call of ->read_iter(); the C keeps head in a local, which start_head equals. */
export function genericFileSpliceRead(k: Kernel, len: number): void {
  k.fn.iovIterPipe(k, k.iter, ITER_PIPE, len);
}

/** From the return of ->read_iter() on. */
export function genericFileSpliceReadDone(k: Kernel, ret: number): number {
  const to = k.iter;
  if (ret < 0) {
    to.head = to.startHead;
    to.iovOffset = 0;
    k.fn.iovIterAdvance(k, to, 0); // frees what was emitted
    if (ret === -EFAULT) ret = -EAGAIN;
  }
  return ret;
}
