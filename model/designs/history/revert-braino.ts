/**
 * A moment of 4.12-rc: the first iov_iter_revert() of a pipe takes off the slot that it ends in
 * what has to stay, instead of what has to go. Where both are the same, nobody sees it.
 *
 * Put back into 5.8, whose function is that of 4.12 but for the form of the ring.
 *
 * @kernel 27c0e3748e41 lib/iov_iter.c iov_iter_revert: the origin
 * @kernel 8c9a694dc046 lib/iov_iter.c iov_iter_revert: the merge of the fix
 */
import { sizeT } from '../../cint.js';
import { defineDesign } from '../../design.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';
import { pipeBuf, slotAdd } from '../../linux/5.8/pipe.js';
import { design as linux58 } from '../linux-5.8.js';

/** @kernel 27c0e3748e41 lib/iov_iter.c iov_iter_revert */
function iovIterRevert(k: Kernel, i: IovIter, unroll: number): void {
  if (i.flavour !== ITER_PIPE || unroll === 0) {
    linux58.functions.iovIterRevert(k, i, unroll);
    return;
  }
  i.count += unroll;
  let { head, iovOffset: off } = i;
  for (;;) {
    k.turn('iov_iter_revert');
    let b = pipeBuf(k, head);
    const n = sizeT(off - b.offset);
    if (unroll < n) {
      off = sizeT(off - (n - unroll));
      break;
    }
    unroll -= n;
    if (unroll === 0 && head === i.startHead) {
      off = 0;
      break;
    }
    head = slotAdd(k, head, -1);
    b = pipeBuf(k, head);
    off = b.offset + b.len;
  }
  i.iovOffset = off;
  i.head = head;
  k.fn.pipeTruncate(k, i);
}

export const design = defineDesign({
  id: 'revert-braino',
  title: 'Linux 5.8, with the arithmetic of the first iov_iter_revert() of a pipe',
  source: [{ tree: '8c9a694dc046', file: 'lib/iov_iter.c', symbol: 'iov_iter_revert' }],
  history: { origins: ['27c0e3748e41'], fix: '8c9a694dc046' },
  base: linux58,
  override: { iovIterRevert },
  scenarios: ['pipe-iter'],
  expect: { violates: [{ invariant: 'bytes-in-order' }] },
});
