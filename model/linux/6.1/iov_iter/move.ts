/**
 * Moving an iterator, 6.1: forward, back, and to where it was saved.
 *
 * @kernel 6.1 lib/iov_iter.c
 */
import type { KernelFunctions } from '../../../functions.js';
import type { IovIter, IovIterState, Kernel } from '../../../kernel.js';
import { ITER_BVEC, ITER_DISCARD, ITER_IOVEC, ITER_KVEC, ITER_PIPE, ITER_UBUF, ITER_XARRAY } from '../../../kernel.js';
import { revertPipe } from '../iov_iter_pipe.js';
import { bvecAt, iovAt, isPipe } from './iterate.js';

/** MAX_RW_COUNT: INT_MAX, down to whole pages. */
export function maxRwCount(k: Kernel): number {
  return 0x7fffffff & -k.pageSize;
}

/** Bytes of segment `n` of an iovec, kvec or bvec. */
function segLen(k: Kernel, i: IovIter, n: number, by: string): number {
  return i.flavour === ITER_BVEC ? bvecAt(k, i, n, by).len : iovAt(k, i, n, by).len;
}

/** `size` bytes from the start of the current segment on; empty segments on the way are passed over. */
function advanceSegs(k: Kernel, i: IovIter, size: number, by: string): void {
  if (i.count === 0) return;
  i.count -= size;
  size += i.iovOffset;
  const end = i.seg + i.segs;
  let { seg } = i;
  for (; seg < end; seg++) {
    const len = segLen(k, i, seg, by);
    if (size < len) break;
    size -= len;
  }
  i.iovOffset = size;
  i.segs -= seg - i.seg;
  i.seg = seg;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_iovec_advance */
function iovIterIovecAdvance(k: Kernel, i: IovIter, size: number): void {
  advanceSegs(k, i, size, 'iov_iter_iovec_advance');
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_bvec_advance */
function iovIterBvecAdvance(k: Kernel, i: IovIter, size: number): void {
  advanceSegs(k, i, size, 'iov_iter_bvec_advance');
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_advance */
function iovIterAdvance(k: Kernel, i: IovIter, size: number): void {
  if (i.count < size) size = i.count;
  switch (i.flavour) {
    case ITER_UBUF:
    case ITER_XARRAY:
      i.iovOffset += size;
      i.count -= size;
      break;
    case ITER_IOVEC:
    case ITER_KVEC:
      k.fn.iovIterIovecAdvance(k, i, size);
      break;
    case ITER_BVEC:
      k.fn.iovIterBvecAdvance(k, i, size);
      break;
    case ITER_PIPE:
      k.fn.pipeAdvance(k, i, size);
      break;
    case ITER_DISCARD:
      i.count -= size;
      break;
  }
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_revert: nothing holds it at the first segment but the caller. */
function iovIterRevert(k: Kernel, i: IovIter, unroll: number): void {
  const by = 'iov_iter_revert';
  if (unroll === 0) return;
  if (unroll > maxRwCount(k)) {
    k.warn(by);
    return;
  }
  i.count += unroll;
  if (isPipe(i)) {
    revertPipe(k, i, unroll);
    return;
  }
  if (i.flavour === ITER_DISCARD) return;
  if (unroll <= i.iovOffset) {
    i.iovOffset -= unroll;
    return;
  }
  unroll -= i.iovOffset;
  k.bugOn(i.flavour === ITER_XARRAY || i.flavour === ITER_UBUF, by, 'it goes back beyond the start of the range');
  for (;;) {
    i.seg--;
    i.segs++;
    const n = segLen(k, i, i.seg, by);
    if (unroll <= n) {
      i.iovOffset = n - unroll;
      return;
    }
    unroll -= n;
  }
}

/** @kernel 6.1 include/linux/uio.h iov_iter_save_state */
function iovIterSaveState(_k: Kernel, i: IovIter, state: IovIterState): void {
  state.iovOffset = i.iovOffset;
  state.count = i.count;
  state.nrSegs = i.segs;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_restore: it warns for a kvec and a ubuf too, but restores them. */
function iovIterRestore(k: Kernel, i: IovIter, state: IovIterState): void {
  const { flavour } = i;
  if (flavour !== ITER_BVEC && flavour !== ITER_IOVEC) {
    k.warn('iov_iter_restore');
    if (flavour !== ITER_KVEC && flavour !== ITER_UBUF) return;
  }
  i.iovOffset = state.iovOffset;
  i.count = state.count;
  if (flavour === ITER_UBUF) return;
  i.seg -= state.nrSegs - i.segs;
  i.segs = state.nrSegs;
}

export const move61 = {
  iovIterAdvance,
  iovIterRevert,
  iovIterIovecAdvance,
  iovIterBvecAdvance,
  iovIterSaveState,
  iovIterRestore,
} satisfies Partial<KernelFunctions>;
