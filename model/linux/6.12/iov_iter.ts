/**
 * lib/iov_iter.c of 6.12 (late 6.12.y), as far as it differs from 6.3. The copies are in
 * copy.ts, what ITER_FOLIOQ does is in folioq.ts.
 *
 * iov_iter_alignment() and iov_iter_is_aligned() were rewritten in 6.9: they look at the first
 * segment before they look at what is left of count, also where the iterator is used up and
 * stands behind the last one.
 *
 * @kernel 6.12 lib/iov_iter.c
 */
import { divRoundUp, sizeT } from '../../cint.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, IovIterState, Kernel, Vec } from '../../kernel.js';
import { ITER_BVEC, ITER_FOLIOQ, ITER_IOVEC, ITER_KVEC, ITER_UBUF, ITER_XARRAY } from '../../kernel.js';
import { kvfreeArray } from '../../mm.js';
import { bvecAt, iovAt, vecOf } from '../6.1/iov_iter/iterate.js';
import { init61 } from '../6.1/iov_iter/init.js';
import { maxRwCount, move61 } from '../6.1/iov_iter/move.js';
import { pages61 } from '../6.1/iov_iter/pages.js';
import { query61 } from '../6.1/iov_iter/query.js';
import { extract63, extractSegments66 } from '../6.3/extract.js';
import { copies612, copies612Added } from './copy.js';
import { folioq612, folioqSingleSegCount, isFolioq } from './folioq.js';

/** `unsigned maxpages` of iov_iter_get_pages_alloc2(): ~0U */
const ANY_NUMBER = 0xffffffff;

/** @kernel 6.12 include/linux/uio.h iov_iter_ubuf: one segment, since 6.4; no function looks at it. */
function iovIterUbuf(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  init61.iovIterUbuf(k, i, direction, vec, count);
  i.segs = 1;
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_advance */
function iovIterAdvance(k: Kernel, i: IovIter, size: number): void {
  if (isFolioq(i)) k.fn.iovIterFolioqAdvance(k, i, Math.min(size, i.count));
  else move61.iovIterAdvance(k, i, size);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_revert */
function iovIterRevert(k: Kernel, i: IovIter, unroll: number): void {
  if (!isFolioq(i)) {
    move61.iovIterRevert(k, i, unroll);
    return;
  }
  if (unroll === 0) return;
  if (unroll > maxRwCount(k)) {
    k.warn('iov_iter_revert');
    return;
  }
  i.count += unroll;
  if (unroll <= i.iovOffset) {
    i.iovOffset -= unroll;
    return;
  }
  unroll -= i.iovOffset;
  i.iovOffset = 0;
  k.fn.iovIterFolioqRevert(k, i, unroll);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_restore: a ubuf is no reason to warn any more. */
function iovIterRestore(k: Kernel, i: IovIter, state: IovIterState): void {
  if (i.flavour !== ITER_UBUF) {
    move61.iovIterRestore(k, i, state);
    return;
  }
  i.iovOffset = state.iovOffset;
  i.count = state.count;
}

/** The branch of __iov_iter_get_pages_alloc() for a folio_queue. */
function getFolioqPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  maxsize = Math.min(maxsize, i.count, maxRwCount(k));
  return maxsize === 0 ? 0 : k.fn.iterFolioqGetPages(k, i, maxsize, maxpages);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_get_pages2 */
function iovIterGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (!isFolioq(i)) return pages61.iovIterGetPages(k, i, maxsize, maxpages);
  if (maxpages === 0) return 0;
  k.bugOn(k.pagesArrayMax === 0, 'iov_iter_get_pages2', 'BUG_ON(!pages)');
  return getFolioqPages(k, i, maxsize, maxpages);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_get_pages_alloc2 */
function iovIterGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number {
  if (!isFolioq(i)) return pages61.iovIterGetPagesAlloc(k, i, maxsize);
  k.pagesArrayMax = 0;
  const len = getFolioqPages(k, i, maxsize, ANY_NUMBER);
  if (len <= 0 && k.pagesArrayMax !== 0) {
    kvfreeArray(k, 'iov_iter_get_pages_alloc2');
    k.pagesArrayMax = 0;
  }
  return len;
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_npages */
function iovIterNpages(k: Kernel, i: IovIter, maxpages: number): number {
  if (!isFolioq(i)) return query61.iovIterNpages(k, i, maxpages);
  if (i.count === 0) return 0;
  return Math.min(divRoundUp((i.iovOffset % k.pageSize) + i.count, k.pageSize), maxpages);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_single_seg_count */
function iovIterSingleSegCount(k: Kernel, i: IovIter): number {
  return isFolioq(i) ? folioqSingleSegCount(k, i) : query61.iovIterSingleSegCount(k, i);
}

/** What the rewritten loops look at: where a segment begins, and its bytes behind the iterator's position. */
const SEGMENT = { at: 0, len: 0 };

/** Segment `n` of an iovec, kvec or bvec, from `skip` on. */
function segment(k: Kernel, i: IovIter, n: number, skip: number, by: string): typeof SEGMENT {
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

/** Which length of a bvec's first segment counts: what the iterator has left of it, or all of it. */
export type BvecLength = 'rest' | 'whole';

/** @kernel 6.12 lib/iov_iter.c iov_iter_aligned_iovec, iov_iter_aligned_bvec */
function areSegsAligned(k: Kernel, i: IovIter, addrMask: number, lenMask: number, bvecLength: BvecLength): boolean {
  let size = i.count;
  let skip = i.iovOffset;
  let n = i.seg;
  do {
    const s = segment(k, i, n, skip, 'iov_iter_is_aligned');
    const rest = i.flavour === ITER_BVEC && bvecLength === 'whole' ? s.len + skip : s.len;
    const len = Math.min(rest, size);
    if ((len & lenMask) !== 0 || (s.at & addrMask) !== 0) return false;
    n++;
    size -= len;
    skip = 0;
  } while (size !== 0);
  return true;
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_is_aligned */
function isAligned(k: Kernel, i: IovIter, addrMask: number, lenMask: number, bvecLength: BvecLength): boolean {
  switch (i.flavour) {
    case ITER_IOVEC:
    case ITER_KVEC:
    case ITER_BVEC:
      return areSegsAligned(k, i, addrMask, lenMask, bvecLength);
    case ITER_FOLIOQ:
      return (i.count & lenMask) === 0 && (i.iovOffset & addrMask) === 0;
    default:
      return query61.iovIterIsAligned(k, i, addrMask, lenMask);
  }
}

/** iov_iter_is_aligned() by how a bvec's first length is taken: 2263639f96f2 forgot what the iterator has moved past. */
export function isAlignedBy(bvecLength: BvecLength): Required<KernelFunctions>['iovIterIsAligned'] {
  return (k, i, addrMask, lenMask) => isAligned(k, i, addrMask, lenMask, bvecLength);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_alignment_iovec, iov_iter_alignment_bvec: only the latter counts empty segments. */
function segsAlignment(k: Kernel, i: IovIter): number {
  let res = 0;
  let size = i.count;
  let skip = i.iovOffset;
  let n = i.seg;
  do {
    const s = segment(k, i, n, skip, 'iov_iter_alignment');
    if (s.len !== 0 || i.flavour === ITER_BVEC) {
      const len = Math.min(s.len, size);
      res |= s.at | len;
      size -= len;
    }
    n++;
    skip = 0;
  } while (size !== 0);
  return sizeT(res);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_alignment */
function iovIterAlignment(k: Kernel, i: IovIter): number {
  switch (i.flavour) {
    case ITER_IOVEC:
    case ITER_KVEC:
    case ITER_BVEC:
      return segsAlignment(k, i);
    case ITER_FOLIOQ:
      return sizeT(i.iovOffset | i.count);
    case ITER_XARRAY:
      return sizeT((vecOf(k, i, 'iov_iter_alignment').xarrayStart + i.iovOffset) | i.count);
    default:
      return query61.iovIterAlignment(k, i);
  }
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_extract_pages */
function iovIterExtractPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (!isFolioq(i)) return extract63.iovIterExtractPages(k, i, maxsize, maxpages);
  maxsize = Math.min(maxsize, i.count, maxRwCount(k));
  return maxsize === 0 ? 0 : k.fn.iovIterExtractFolioqPages(k, i, maxsize, maxpages);
}

/** What 6.3 has under another body. */
export const iovIter612 = {
  ...copies612,
  ...extractSegments66,
  iovIterUbuf,
  iovIterAdvance,
  iovIterRevert,
  iovIterRestore,
  iovIterGetPages,
  iovIterGetPagesAlloc,
  iovIterNpages,
  iovIterSingleSegCount,
  iovIterIsAligned: isAlignedBy('rest'),
  iovIterAlignment,
  iovIterExtractPages,
} satisfies Partial<KernelFunctions>;

/** What is new since. */
export const iovIter612Added = { ...copies612Added, ...folioq612 } satisfies Partial<KernelFunctions>;
