/**
 * iov_iter_extract_bvec_pages() since 6.13 (e4e535bff2bc): a list may go on from one bio_vec to the next,
 * where the first ends at the end of a page and the second begins at the start of one.
 *
 * Three things are as the source has them, and are in docs/findings.md: nobody looks whether the array
 * was had (mended by eea815a087cd in 2026); it is sized by where the iterator stands in the bio_vec, not
 * in the page; and an empty bio_vec is listed as a page of no bytes, and ends the list.
 *
 * @kernel 6.18 lib/iov_iter.c iov_iter_extract_bvec_pages; include/linux/bvec.h bvec_iter_bvec, bvec_iter_advance_single
 */
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { storePage } from '../../mm.js';
import { bvecAt, pageAfter } from '../6.1/iov_iter/iterate.js';
import { wantPagesArray } from '../6.1/iov_iter/pages.js';

const BY = 'iov_iter_extract_bvec_pages';

/** The iterator stands behind the last byte of its bio_vec: on to the next one. */
function leaveUsedUp(k: Kernel, i: IovIter): void {
  if (i.iovOffset !== bvecAt(k, i, i.seg, BY).len) return;
  i.iovOffset = 0;
  i.segs--;
  i.seg++;
}

/** @kernel 6.18 lib/iov_iter.c iov_iter_extract_bvec_pages */
export function iovIterExtractBvecPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (i.segs === 0) return 0;
  leaveUsedUp(k, i);
  let idx = 0;
  let left = maxsize;
  let done = i.iovOffset;
  let size = 0;
  maxpages = wantPagesArray(k, maxsize, done, maxpages);
  for (let nr = 0; left !== 0 && idx < i.segs; ) {
    k.turn(BY);
    const bvec = bvecAt(k, i, i.seg + idx, BY);
    const at = bvec.offset + done;
    const offset = at % k.pageSize;
    const len = Math.min(left, bvec.len - done, k.pageSize - offset);
    if (nr === 0) k.out.start = offset;
    else if (offset !== 0) break;
    if (k.pagesArrayMax === 0) k.die('no-bug', BY, `${BY}() writes to the array that it did not get: NULL`);
    storePage(k, nr++, pageAfter(k, bvec.page, Math.floor(at / k.pageSize), BY), BY);
    size += len;
    if (nr >= maxpages || offset + len !== k.pageSize) break;
    left -= len;
    done += len;
    if (done === bvec.len) {
      done = 0;
      idx++;
    }
  }
  k.fn.iovIterAdvance(k, i, size);
  return size;
}

export const extract618 = { iovIterExtractBvecPages } satisfies Partial<KernelFunctions>;
