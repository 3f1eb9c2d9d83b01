/**
 * bio_iov_iter_get_pages() since 6.18: segments are no more trimmed one by one (5ff3f74e145a, 7eac33186957: only the
 * total has to be whole blocks); what is left over in the end is taken off the bio's last bio_vecs (20a0e6276edb).
 *
 * Pages next to each other are entries of their own here, and one bio_vec there. That makes a difference in this function
 * alone: it drops one page a bio_vec, and none of a bio_vec that it shortens (docs/findings.md, F-82).
 *
 * @kernel 6.18 block/bio.c
 */
import type { AddSegment } from '../../bio.js';
import { addList, fillBio, releasePage, takeSegment } from '../../bio.js';
import { EFAULT } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { ITER_BVEC } from '../../kernel.js';

/** @kernel 6.18 block/bio.c __bio_iov_iter_get_pages */
const addSegment: AddSegment = (k, i) => {
  const got = takeSegment(k, i, true);
  if (got < 0) return got;
  addList(k, got);
  return 0;
};

/** First entry of the last bio_vec: pages that follow each other are one. @kernel 6.18 block/bio.c bvec_try_merge_page */
function lastBvec(k: Kernel): number {
  const r = k.request;
  let e = r.nr - 1;
  const goesOn = (at: number): boolean =>
    r.off[at] === 0 &&
    r.off[at - 1] + r.len[at - 1] === k.pageSize &&
    r.page[at]?.pfn === (r.page[at - 1]?.pfn ?? -2) + 1;
  while (e > 0 && goesOn(e)) e--;
  return e;
}

/** The bio ends with entry `e`, of which `len` bytes stay. */
function cutAt(k: Kernel, e: number, len: number): void {
  const r = k.request;
  const from = len > 0 ? e + 1 : e;
  if (len > 0) r.len[e] = len;
  for (let n = from; n < r.nr; n++) {
    r.page[n] = null;
    r.off[n] = r.len[n] = 0;
  }
  r.nr = from;
}

/** bv_len is less by `bytes`: the pages behind its new end are not dropped. */
function shorten(k: Kernel, first: number, keep: number): void {
  let e = first;
  let left = keep;
  while (left > k.request.len[e]) left -= k.request.len[e++];
  cutAt(k, e, left);
}

/** @kernel 6.18 block/bio.c bio_iov_iter_align_down */
function alignDown(k: Kernel, i: IovIter, block: number): number {
  const r = k.request;
  let nbytes = r.bytes & (block - 1);
  if (nbytes === 0) return 0;
  k.fn.iovIterRevert(k, i, nbytes);
  r.bytes -= nbytes;
  while (nbytes !== 0) {
    const first = lastBvec(k);
    let len = 0;
    for (let e = first; e < r.nr; e++) len += r.len[e];
    if (nbytes < len) {
      shorten(k, first, len - nbytes);
      break;
    }
    releasePage(k, r.page[first], 'bio_iov_iter_align_down');
    cutAt(k, first, 0);
    nbytes -= len;
  }
  return r.nr > 0 ? 0 : -EFAULT;
}

/** On a device with blocks of so many bytes. @kernel 6.18 block/bio.c bio_iov_iter_get_pages */
export function bioAlignedDown(block: number): Pick<KernelFunctions, 'bioIovIterGetPages'> {
  return {
    bioIovIterGetPages(k, i) {
      const isBorrowed = i.flavour === ITER_BVEC;
      const ret = fillBio(k, i, true, addSegment);
      return isBorrowed || k.request.nr === 0 ? ret : alignDown(k, i, block);
    },
  };
}

export const bio618 = bioAlignedDown(2) satisfies Partial<KernelFunctions>;
