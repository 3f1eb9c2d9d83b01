/**
 * Seed 004, "iov_iter: Add a function to extract a page list from an iterator" (RFC 1/2,
 * 31 Oct 2022), as posted: function by function, with its mistakes.
 *
 * What the text leans on and does not show:
 * - Its diff is against a tree with ITER_UBUF, user_backed_iter(), want_pages_array() and
 *   append_pipe(), that is 6.0 or later, and with iov->iov_base, that is before 6.4: the base
 *   is 6.1. pipe_npages() takes an int pointer there, and is handed an unsigned one; both
 *   are 32 bits, so nothing comes of it.
 * - get_user_pages_fast() and pin_user_pages_fast() are handed FOLL_GET and FOLL_PIN by name.
 *   6.1 accepts that; since 6.3 both are internal to mm/ and refused.
 * - `*pages` is set as soon as an array is allocated, and no exit frees it. Nothing is said
 *   of an error or of 0, so the list is the caller's on success only, as with
 *   iov_iter_get_pages_alloc2(), and as the callers that were written for it have it.
 * - min3() of size_t and unsigned long does not compile where they differ (32 bits): no
 *   behaviour of its own.
 *
 * The patch that uses the function (2/2 of the series) is not part of the document. Callers
 * here ask for the mode first, extract, do their I/O, and drop by the mode.
 */
import { sizeT } from '../cint.js';
import type { Contract, Retentions } from '../contract.js';
import { defineDesign } from '../design.js';
import { EFAULT, ENOMEM } from '../errno.js';
import type { KernelFunctions } from '../functions.js';
import type { IovIter, Kernel } from '../kernel.js';
import { FOLL_GET, FOLL_NOFAULT, FOLL_PIN, FOLL_WRITE, ITER_BVEC, ITER_PIPE, ITER_XARRAY } from '../kernel.js';
import { bvecAt, pageAfter, userBackedIter, vecOf } from '../linux/6.1/iov_iter/iterate.js';
import { maxRwCount } from '../linux/6.1/iov_iter/move.js';
import { firstIovecSegment, iterXarrayPopulatePages, wantPagesArray } from '../linux/6.1/iov_iter/pages.js';
import { storePage } from '../mm.js';
import { design as linux61 } from './linux-6.1.js';

/** @kernel 004 include/linux/uio.h iov_iter_extract_mode */
function iovIterExtractMode(_k: Kernel, i: IovIter): number {
  if (!userBackedIter(i)) return 0;
  return i.dataSource ? FOLL_GET : FOLL_PIN;
}

/** @kernel 004 lib/iov_iter.c iov_iter_extract_pipe_pages: pipe_get_pages() without its get_page(). */
function iovIterExtractPipePages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (!k.fn.sanity(k, i)) return -EFAULT;
  const offset = k.fn.pipeNpages(k, i);
  const nr = k.out.npages;
  if (nr === 0) return -EFAULT;
  k.out.start = offset;
  maxpages = wantPagesArray(k, maxsize, offset, Math.min(nr, maxpages));
  if (maxpages === 0) return -ENOMEM;
  let left = maxsize;
  let j = 0;
  for (; j < maxpages; j++) {
    k.turn('iov_iter_extract_pipe_pages');
    const page = k.fn.appendPipe(k, i, left);
    if (page === null) break;
    left -= Math.min(left, k.pageSize - k.out.off);
    storePage(k, j, page, 'iov_iter_extract_pipe_pages');
  }
  return j === 0 ? -EFAULT : maxsize - left;
}

/** @kernel 004 lib/iov_iter.c iov_iter_extract_xarray_pages */
function iovIterExtractXarrayPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const by = 'iov_iter_extract_xarray_pages';
  const pos = vecOf(k, i, by).xarrayStart + i.iovOffset;
  const offset = pos % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, maxsize, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  const nr = iterXarrayPopulatePages(k, i, Math.floor(pos / k.pageSize), maxpages, by, 0);
  // Of no page at all this is 0 - offset, which is huge: the whole request, with nothing listed.
  maxsize = Math.min(sizeT(nr * k.pageSize - offset), maxsize);
  i.iovOffset += maxsize;
  i.count -= maxsize;
  return maxsize;
}

/** @kernel 004 lib/iov_iter.c iov_iter_extract_bvec_pages */
function iovIterExtractBvecPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const by = 'iov_iter_extract_bvec_pages';
  const bvec = bvecAt(k, i, i.seg, by);
  let skip = i.iovOffset;
  maxsize = Math.min(maxsize, sizeT(bvec.len - skip));
  skip += bvec.offset;
  const page = pageAfter(k, bvec.page, Math.floor(skip / k.pageSize), by);
  const offset = skip % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, maxsize, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  for (let n = 0; n < maxpages; n++) storePage(k, n, pageAfter(k, page, n, by), by);
  maxsize = Math.min(maxsize, maxpages * k.pageSize - offset);
  i.count -= maxsize;
  i.iovOffset += maxsize;
  // One step, where iov_iter_advance() would go on over empty segments.
  if (i.iovOffset === bvec.len) {
    i.iovOffset = 0;
    i.seg++;
    i.segs--;
  }
  return maxsize;
}

/** What both user variants do from the segment on; `gup` puts the pages into the array. */
export function extractUser(
  k: Kernel,
  i: IovIter,
  addr: number,
  maxpages: number,
  gup: 'get' | 'pin',
  flags: number,
): number {
  const maxsize = k.out.off;
  const offset = addr % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, maxsize, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  const start = addr - offset;
  if (i.nofault) flags |= FOLL_NOFAULT;
  const res =
    gup === 'get' ? k.fn.getUserPagesFast(k, start, maxpages, flags) : k.fn.pinUserPagesFast(k, start, maxpages, flags);
  if (res <= 0) return res;
  const done = Math.min(maxsize, sizeT(res * k.pageSize - offset));
  k.fn.iovIterAdvance(k, i, done);
  return done;
}

/** @kernel 004 lib/iov_iter.c iov_iter_extract_user_pages_and_get */
function iovIterExtractUserPagesAndGet(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (!i.dataSource) {
    k.warn('iov_iter_extract_user_pages_and_get');
    return -EFAULT;
  }
  const addr = k.fn.iovIterExtractFirstUserSegment(k, i, maxsize);
  return extractUser(k, i, addr, maxpages, 'get', FOLL_GET);
}

/** @kernel 004 lib/iov_iter.c iov_iter_extract_user_pages_and_pin: the one that uses first_iovec_segment(). */
function iovIterExtractUserPagesAndPin(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (i.dataSource) {
    k.warn('iov_iter_extract_user_pages_and_pin');
    return -EFAULT;
  }
  const addr = k.fn.firstIovecSegment(k, i, maxsize);
  return extractUser(k, i, addr, maxpages, 'pin', FOLL_PIN | FOLL_WRITE);
}

/** @kernel 004 lib/iov_iter.c iov_iter_extract_user_pages */
function iovIterExtractUserPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  switch (k.fn.iovIterExtractMode(k, i)) {
    case FOLL_GET:
      return k.fn.iovIterExtractUserPagesAndGet(k, i, maxsize, maxpages);
    case FOLL_PIN:
      return k.fn.iovIterExtractUserPagesAndPin(k, i, maxsize, maxpages);
    default:
      return k.die('no-bug', 'iov_iter_extract_user_pages', 'BUG(): a mode of no user memory');
  }
}

/** @kernel 004 lib/iov_iter.c iov_iter_extract_pages */
function iovIterExtractPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  maxsize = Math.min(maxsize, i.count, maxRwCount(k));
  if (maxsize === 0) return 0;
  if (userBackedIter(i)) return k.fn.iovIterExtractUserPages(k, i, maxsize, maxpages);
  switch (i.flavour) {
    case ITER_BVEC:
      return k.fn.iovIterExtractBvecPages(k, i, maxsize, maxpages);
    case ITER_PIPE:
      return k.fn.iovIterExtractPipePages(k, i, maxsize, maxpages);
    case ITER_XARRAY:
      return k.fn.iovIterExtractXarrayPages(k, i, maxsize, maxpages);
    default:
      return -EFAULT;
  }
}

export const RETENTIONS_RFC: Retentions = {
  destination: 'pin',
  source: 'get',
  kvec: 'refused',
  bvec: 'none',
  xarray: 'none',
  pipe: 'none',
  folioq: 'refused',
  discard: 'refused',
};

export const CONTRACT_EXTRACT_RFC: Contract = {
  ...linux61.contract,
  extract: RETENTIONS_RFC,
  said: {
    ...linux61.contract.said,
    extract:
      'into user memory: pins and no references; out of user memory: references and no pins; bvec and xarray: listed only; ' +
      'pipe: destination only, new pages belong to the pipe, nothing for the caller; kvec and discard: not supported (004)',
  },
};

export const design = defineDesign({
  id: 'extract-rfc-2022',
  title: 'iov_iter_extract_pages (seed 004), as posted',
  source: [{ tree: '004', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_pages' }],
  base: linux61,
  add: {
    functions: {
      iovIterExtractMode,
      iovIterExtractPages,
      iovIterExtractPipePages,
      iovIterExtractXarrayPages,
      iovIterExtractBvecPages,
      /** @kernel 004 lib/iov_iter.c iov_iter_extract_first_user_segment: first_iovec_segment() under another name */
      iovIterExtractFirstUserSegment: firstIovecSegment,
      iovIterExtractUserPages,
      iovIterExtractUserPagesAndGet,
      iovIterExtractUserPagesAndPin,
    } satisfies Partial<KernelFunctions>,
  },
  contract: CONTRACT_EXTRACT_RFC,
  scenarios: ['extract', 'fork-dma'],
  expect: {
    violates: [
      { invariant: 'dma-target-stays-allocated', steps: 3 },
      { invariant: 'array-has-one-owner', steps: 1 },
      { invariant: 'page-list-complete', steps: 2 },
      { invariant: 'returns-what-it-promised', steps: 2 },
      { invariant: 'no-warn', steps: 2 },
    ],
  },
});
