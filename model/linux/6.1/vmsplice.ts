/**
 * vmsplice() into a pipe by the advancing variant of iov_iter_get_pages() (7d690c157c58, 6.0), and out of one past empty
 * buffers (d1a819a2ec2d, 5.9).
 *
 * @kernel 6.1 fs/splice.c
 */
import { divRoundUp } from '../../cint.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { putPage } from '../../mm.js';
import { headTailEnds } from '../../ends.js';
import { nextPages, userPageBuf } from '../4.10/vmsplice.js';
import { spliceFromPipeNext } from '../4.8/splice_from_pipe.js';

/** @kernel 6.1 fs/splice.c iter_to_pipe */
export function iterToPipe(k: Kernel, from: IovIter, flags: number): number {
  let total = 0;
  let ret = 0;
  while (from.count > 0) {
    k.turn('iter_to_pipe');
    let left = nextPages(k, from);
    if (left <= 0) {
      ret = left;
      break;
    }
    let { start } = k.out;
    const n = divRoundUp(left + start, k.pageSize);
    for (let i = 0; i < n; i++) {
      const size = Math.min(left, k.pageSize - start);
      const buf = userPageBuf(k, flags);
      buf.page = k.pagesArray[i];
      buf.offset = start;
      buf.len = size;
      ret = k.fn.addToPipe(k, buf);
      if (ret < 0) {
        k.fn.iovIterRevert(k, from, left);
        while (++i < n) putPage(k, k.pagesArray[i], 'iter_to_pipe');
        return total > 0 ? total : ret;
      }
      total += ret;
      left -= size;
      start = 0;
    }
  }
  return total > 0 ? total : ret;
}

/** @kernel 6.1 fs/splice.c splice_from_pipe_next, eat_empty_buffer */
export function nextNotEmpty(k: Kernel): number {
  for (;;) {
    k.turn('splice_from_pipe_next');
    const ret = spliceFromPipeNext(k, headTailEnds);
    if (ret <= 0) return ret;
    const buf = headTailEnds.at(k, 0);
    if (buf.len !== 0) return 1;
    k.fn.pipeBufRelease(k, buf);
    headTailEnds.pop(k);
  }
}

export const vmsplice61: Partial<KernelFunctions> = { iterToPipe, spliceFromPipeNext: nextNotEmpty };
