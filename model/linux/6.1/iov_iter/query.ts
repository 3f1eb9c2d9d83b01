/**
 * What may be asked of an iterator, 6.1: sizes, alignments, copies of it, and whether user
 * memory is there. Nothing moves.
 *
 * @kernel 6.1 lib/iov_iter.c; include/linux/uio.h
 */
import { divRoundUp, sizeT } from '../../../cint.js';
import type { KernelFunctions } from '../../../functions.js';
import type { Kernel } from '../../../kernel.js';
import { ITER_BVEC, ITER_IOVEC, ITER_KVEC, ITER_PIPE, ITER_UBUF, ITER_XARRAY, IovIter } from '../../../kernel.js';
import { mayAllocate } from '../../../mm.js';
import { faultInUser } from '../../../uaccess.js';
import { bvecAt, iovAt, vecOf } from './iterate.js';

/** Address and bytes of the iterator's segment `n`, without the part before its position. */
interface Segment {
  at: number;
  len: number;
}

/** Of the last call of segment(). */
const SEGMENT: Segment = { at: 0, len: 0 };

/** Segment `n` of an iovec, kvec or bvec from its position on; a bvec's address is its offset. */
function segment(k: Kernel, i: IovIter, n: number, by: string): Segment {
  const skip = n === i.seg ? i.iovOffset : 0;
  if (i.flavour === ITER_BVEC) {
    const { offset, len } = bvecAt(k, i, n, by);
    SEGMENT.at = offset + skip;
    SEGMENT.len = len - skip;
  } else {
    const { base, len } = iovAt(k, i, n, by);
    SEGMENT.at = base + skip;
    SEGMENT.len = len - skip;
  }
  return SEGMENT;
}

const ubufAt = (k: Kernel, i: IovIter, by: string): number => iovAt(k, i, 0, by).base + i.iovOffset;
const xarrayAt = (k: Kernel, i: IovIter, by: string): number => vecOf(k, i, by).xarrayStart + i.iovOffset;

/** @kernel 6.1 lib/iov_iter.c iov_iter_single_seg_count */
function iovIterSingleSegCount(k: Kernel, i: IovIter): number {
  const hasSegs = i.flavour === ITER_IOVEC || i.flavour === ITER_KVEC || i.flavour === ITER_BVEC;
  if (!hasSegs || i.segs <= 1) return i.count;
  return Math.min(i.count, segment(k, i, i.seg, 'iov_iter_single_seg_count').len);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_aligned_iovec, iov_iter_aligned_bvec */
function areSegsAligned(k: Kernel, i: IovIter, addrMask: number, lenMask: number): boolean {
  let size = i.count;
  const end = i.seg + i.segs;
  for (let n = i.seg; n < end; n++) {
    const s = segment(k, i, n, 'iov_iter_is_aligned');
    const len = Math.min(s.len, size);
    if ((len & lenMask) !== 0 || (s.at & addrMask) !== 0) return false;
    size -= len;
    if (size === 0) break;
  }
  return true;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_is_aligned */
function iovIterIsAligned(k: Kernel, i: IovIter, addrMask: number, lenMask: number): boolean {
  const by = 'iov_iter_is_aligned';
  const isLenAligned = (i.count & lenMask) === 0;
  switch (i.flavour) {
    case ITER_UBUF:
      return isLenAligned && (ubufAt(k, i, by) & addrMask) === 0;
    case ITER_IOVEC:
    case ITER_KVEC:
    case ITER_BVEC:
      return areSegsAligned(k, i, addrMask, lenMask);
    case ITER_PIPE:
      return isLenAligned && (i.count === 0 || i.lastOffset <= 0 || (i.lastOffset & addrMask) === 0);
    case ITER_XARRAY:
      return isLenAligned && (xarrayAt(k, i, by) & addrMask) === 0;
    default:
      return true;
  }
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_alignment_iovec, iov_iter_alignment_bvec: only the latter counts empty segments. */
function segsAlignment(k: Kernel, i: IovIter): number {
  let res = 0;
  let size = i.count;
  const end = i.seg + i.segs;
  for (let n = i.seg; n < end; n++) {
    const s = segment(k, i, n, 'iov_iter_alignment');
    if (s.len === 0 && i.flavour !== ITER_BVEC) continue;
    const len = Math.min(s.len, size);
    res |= s.at | len;
    size -= len;
    if (size === 0) break;
  }
  return res;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_alignment */
function iovIterAlignment(k: Kernel, i: IovIter): number {
  const by = 'iov_iter_alignment';
  const size = i.count;
  switch (i.flavour) {
    case ITER_UBUF:
      return size === 0 ? 0 : sizeT(ubufAt(k, i, by) | size);
    case ITER_IOVEC:
    case ITER_KVEC:
    case ITER_BVEC:
      return sizeT(segsAlignment(k, i));
    case ITER_PIPE:
      return size !== 0 && i.lastOffset > 0 ? size | i.lastOffset : size;
    case ITER_XARRAY:
      return sizeT(xarrayAt(k, i, by) | size);
    default:
      return 0;
  }
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_gap_alignment: whole segments, wherever the iterator stands in the first. */
function iovIterGapAlignment(k: Kernel, i: IovIter): number {
  const by = 'iov_iter_gap_alignment';
  if (i.flavour === ITER_UBUF) return 0;
  if (i.flavour !== ITER_IOVEC) {
    k.warn(by);
    return sizeT(~0);
  }
  let res = 0;
  let v = 0;
  let size = i.count;
  const end = i.seg + i.segs;
  for (let n = i.seg; n < end; n++) {
    const { base, len } = iovAt(k, i, n, by);
    if (len === 0) continue;
    if (v !== 0) res |= base | v;
    v = base + len;
    if (size <= len) break;
    size -= len;
  }
  return sizeT(res);
}

/** @kernel 6.1 lib/iov_iter.c iov_npages, bvec_npages */
function segsNpages(k: Kernel, i: IovIter, maxpages: number): number {
  let size = i.count;
  let npages = 0;
  for (let n = i.seg; size !== 0; n++) {
    const s = segment(k, i, n, 'iov_iter_npages');
    const len = Math.min(s.len, size);
    size -= len;
    if (len !== 0 || i.flavour === ITER_BVEC) npages += divRoundUp((s.at % k.pageSize) + len, k.pageSize);
    if (npages > maxpages) return maxpages;
  }
  return npages;
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_npages */
function iovIterNpages(k: Kernel, i: IovIter, maxpages: number): number {
  const by = 'iov_iter_npages';
  if (i.count === 0) return 0;
  switch (i.flavour) {
    case ITER_UBUF:
      return Math.min(divRoundUp((ubufAt(k, i, by) % k.pageSize) + i.count, k.pageSize), maxpages);
    case ITER_IOVEC:
    case ITER_KVEC:
    case ITER_BVEC:
      return segsNpages(k, i, maxpages);
    case ITER_PIPE:
      if (!k.fn.sanity(k, i)) return 0;
      k.fn.pipeNpages(k, i);
      return Math.min(k.out.npages, maxpages);
    case ITER_XARRAY:
      return Math.min(divRoundUp((xarrayAt(k, i, by) % k.pageSize) + i.count, k.pageSize), maxpages);
    default:
      return 0;
  }
}

/**
 * @kernel 6.1 lib/iov_iter.c dup_iter: 0 is NULL, which callers take for -ENOMEM. The copy of
 * the segments reads like the original, which never changes, so that the two share it here.
 */
function dupIter(k: Kernel, to: IovIter, from: IovIter): number {
  to.copyFrom(from);
  switch (from.flavour) {
    case ITER_PIPE:
      k.warn('dup_iter');
      return 0;
    case ITER_BVEC:
    case ITER_KVEC:
    case ITER_IOVEC:
      return mayAllocate(k) ? 1 : 0;
    default:
      return 0;
  }
}

/** @kernel 6.1 include/linux/uio.h iter_is_iovec */
function iterIsIovec(_k: Kernel, i: IovIter): boolean {
  return i.flavour === ITER_IOVEC;
}

/** The copy that iovForEach() moves. */
const WALK = new IovIter();

/**
 * @kernel 6.1 include/linux/uio.h iov_iter_iovec: how often the body runs of a loop over the
 * iovecs. The macro iov_for_each is gone; its callers make the loop themselves, over an
 * ITER_IOVEC only.
 */
function iovForEach(k: Kernel, start: IovIter): number {
  if (!k.fn.iterIsIovec(k, start)) return 0;
  WALK.copyFrom(start);
  let runs = 0;
  while (WALK.count !== 0) {
    k.turn('iov_for_each');
    const len = Math.min(WALK.count, segment(k, WALK, WALK.seg, 'iov_iter_iovec').len);
    runs++;
    k.fn.iovIterAdvance(k, WALK, len);
  }
  return runs;
}

/** Both directions of fault_in_iov_iter_*(): bytes of `size` that were NOT faulted in. */
function faultIn(k: Kernel, i: IovIter, size: number, isWrite: boolean, by: string): number {
  if (i.flavour !== ITER_UBUF && i.flavour !== ITER_IOVEC) return 0;
  let count = Math.min(size, i.count);
  size -= count;
  if (i.flavour === ITER_UBUF) return size + faultInUser(k, ubufAt(k, i, by), count, isWrite);
  for (let n = i.seg; count !== 0; n++) {
    const { at, len: rest } = segment(k, i, n, by);
    const len = Math.min(count, rest);
    const ret = faultInUser(k, at, len, isWrite);
    count -= len - ret;
    if (ret !== 0) break;
  }
  return count + size;
}

export const query61 = {
  iovIterSingleSegCount,
  iovIterIsAligned,
  iovIterAlignment,
  iovIterGapAlignment,
  iovIterNpages,
  dupIter,
  iterIsIovec,
  iovForEach,
  /** @kernel 6.1 lib/iov_iter.c fault_in_iov_iter_readable */
  iovIterFaultInReadable: (k, i, bytes) => faultIn(k, i, bytes, false, 'fault_in_iov_iter_readable'),
  /** @kernel 6.1 lib/iov_iter.c fault_in_iov_iter_writeable */
  faultInIovIterWriteable: (k, i, bytes) => faultIn(k, i, bytes, true, 'fault_in_iov_iter_writeable'),
} satisfies Partial<KernelFunctions>;
