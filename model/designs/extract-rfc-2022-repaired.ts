/**
 * Seed 004 with its defects repaired, each by a named fix: one branch a fix, in a copy of
 * the document's function. Without any fix it is the document, its contract too.
 *
 * The kernel did not repair the pipe: it took ITER_PIPE away (6.5), and gave the pages
 * extracted from it as the reason. The fix here does what get_pages has always done.
 * The array of a call that lists nothing is freed where the call began, as
 * iov_iter_get_pages_alloc2() does; 11cf15dacff6 does it for user memory alone.
 *
 * @kernel 6.1 lib/iov_iter.c pipe_get_pages: reference-pipe-pages
 * @kernel 7d58fe731028 lib/iov_iter.c iov_iter_extract_user_pages: pin-sources
 * @kernel f741bd7178c9 lib/iov_iter.c iov_iter_extract_bvec_pages: skip-empty-bvecs
 * @kernel 72c00e84e611 lib/iov_iter.c iov_iter_extract_xarray_pages: nothing-of-no-page
 * @kernel 11cf15dacff6 lib/iov_iter.c iov_iter_extract_user_pages: free-the-array
 */
import { sizeT } from '../cint.js';
import type { Contract } from '../contract.js';
import type { FixSet } from '../design.js';
import { defineDesign } from '../design.js';
import { KNOWN_GET_PAGES2 } from '../known.js';
import { EFAULT, ENOMEM } from '../errno.js';
import type { KernelFunctions } from '../functions.js';
import type { IovIter, Kernel } from '../kernel.js';
import { FOLL_GET, FOLL_PIN, FOLL_WRITE, ITER_PIPE } from '../kernel.js';
import { bvecAt, pageAfter, userBackedIter, vecOf } from '../linux/6.1/iov_iter/iterate.js';
import { iterXarrayPopulatePages, wantPagesArray } from '../linux/6.1/iov_iter/pages.js';
import { getPage, kvfreeArray, storePage } from '../mm.js';
import { CONTRACT_EXTRACT_RFC, extractUser, design as extractRfc2022, RETENTIONS_RFC } from './extract-rfc-2022.js';

/** @kernel 7d58fe731028 include/linux/uio.h iov_iter_extract_will_pin: its answer, as a mode. */
function iovIterExtractMode(fix: FixSet, i: IovIter): number {
  if (i.flavour === ITER_PIPE) return fix['reference-pipe-pages'] ? FOLL_GET : 0;
  if (!userBackedIter(i)) return 0;
  return i.dataSource && !fix['pin-sources'] ? FOLL_GET : FOLL_PIN;
}

/** @kernel 6.1 lib/iov_iter.c pipe_get_pages */
function iovIterExtractPipePages(fix: FixSet, k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
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
    if (fix['reference-pipe-pages']) getPage(k, page, 'iov_iter_extract_pipe_pages');
  }
  return j === 0 ? -EFAULT : maxsize - left;
}

/** @kernel 72c00e84e611 lib/iov_iter.c iov_iter_extract_xarray_pages */
function iovIterExtractXarrayPages(fix: FixSet, k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const by = 'iov_iter_extract_xarray_pages';
  const pos = vecOf(k, i, by).xarrayStart + i.iovOffset;
  const offset = pos % k.pageSize;
  k.out.start = offset;
  maxpages = wantPagesArray(k, maxsize, offset, maxpages);
  if (maxpages === 0) return -ENOMEM;
  const nr = iterXarrayPopulatePages(k, i, Math.floor(pos / k.pageSize), maxpages, by, 0);
  if (nr === 0 && fix['nothing-of-no-page']) return 0;
  maxsize = Math.min(sizeT(nr * k.pageSize - offset), maxsize);
  i.iovOffset += maxsize;
  i.count -= maxsize;
  return maxsize;
}

/** The iterator on its first segment that has a byte left; false where there is none. */
function skipEmptyBvecs(k: Kernel, i: IovIter, by: string): boolean {
  while (i.segs !== 0 && bvecAt(k, i, i.seg, by).len === i.iovOffset) {
    i.iovOffset = 0;
    i.seg++;
    i.segs--;
  }
  return i.segs !== 0;
}

/** @kernel f741bd7178c9 lib/iov_iter.c iov_iter_extract_bvec_pages */
function iovIterExtractBvecPages(fix: FixSet, k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const by = 'iov_iter_extract_bvec_pages';
  if (fix['skip-empty-bvecs'] && !skipEmptyBvecs(k, i, by)) return 0;
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
  if (i.iovOffset === bvec.len) {
    i.iovOffset = 0;
    i.seg++;
    i.segs--;
  }
  return maxsize;
}

/** @kernel 7d58fe731028 lib/iov_iter.c iov_iter_extract_user_pages: both directions, writing only into a destination. */
function iovIterExtractUserPagesAndPin(fix: FixSet, k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (i.dataSource && !fix['pin-sources']) {
    k.warn('iov_iter_extract_user_pages_and_pin');
    return -EFAULT;
  }
  const addr = k.fn.firstIovecSegment(k, i, maxsize);
  return extractUser(k, i, addr, maxpages, 'pin', i.dataSource ? FOLL_PIN : FOLL_PIN | FOLL_WRITE);
}

/** @kernel 11cf15dacff6 lib/iov_iter.c iov_iter_extract_user_pages; 6.1 lib/iov_iter.c iov_iter_get_pages_alloc2 */
function iovIterExtractPages(fix: FixSet, k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const willAlloc = k.pagesArrayMax === 0;
  const ret = extractRfc2022.functions.iovIterExtractPages(k, i, maxsize, maxpages);
  if (fix['free-the-array'] && ret <= 0 && willAlloc && k.pagesArrayMax !== 0) {
    kvfreeArray(k, 'iov_iter_extract_pages');
    k.pagesArrayMax = 0;
  }
  return ret;
}

/** Binds the functions to a set of fixes; done once, where the design is made. */
function repaired(fix: FixSet): Partial<KernelFunctions> {
  return {
    iovIterExtractMode: (_k, i) => iovIterExtractMode(fix, i),
    iovIterExtractPages: (k, i, maxsize, maxpages) => iovIterExtractPages(fix, k, i, maxsize, maxpages),
    iovIterExtractPipePages: (k, i, maxsize, maxpages) => iovIterExtractPipePages(fix, k, i, maxsize, maxpages),
    iovIterExtractXarrayPages: (k, i, maxsize, maxpages) => iovIterExtractXarrayPages(fix, k, i, maxsize, maxpages),
    iovIterExtractBvecPages: (k, i, maxsize, maxpages) => iovIterExtractBvecPages(fix, k, i, maxsize, maxpages),
    iovIterExtractUserPagesAndPin: (k, i, maxsize, maxpages) =>
      iovIterExtractUserPagesAndPin(fix, k, i, maxsize, maxpages),
  };
}

function contract(fix: FixSet): Contract {
  const { said } = CONTRACT_EXTRACT_RFC;
  const isPinned = fix['pin-sources'];
  const isReferenced = fix['reference-pipe-pages'];
  return {
    ...CONTRACT_EXTRACT_RFC,
    extract: { ...RETENTIONS_RFC, source: isPinned ? 'pin' : 'get', pipe: isReferenced ? 'get' : 'none' },
    said: {
      ...said,
      extract: [
        said.extract ?? '',
        ...(isPinned ? ['but for sources, which are pinned like destinations (7d58fe731028)'] : []),
        ...(isReferenced ? ['but for the pages of a pipe, on which the caller gets references of its own'] : []),
      ].join('; '),
    },
  };
}

export const design = defineDesign({
  id: 'extract-rfc-2022-repaired',
  title: 'iov_iter_extract_pages (seed 004), repaired',
  source: [{ tree: '004', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_pages' }],
  base: extractRfc2022,
  repairs: 'extract-rfc-2022',
  fixes: {
    'reference-pipe-pages': 'the caller gets references of its own on pages of a pipe, and the mode says so',
    'pin-sources': 'user memory is pinned for both directions, so that fork copies a page under I/O',
    'skip-empty-bvecs': 'empty segments of a bvec are passed over before anything is listed',
    'nothing-of-no-page': 'an xarray that has no page at the position gives 0 bytes, wherever in a page that is',
    'free-the-array': 'an array that was allocated for a call that lists nothing is freed',
  },
  override: repaired,
  contract,
  // get_pages2 is that of the base.
  expect: { known: KNOWN_GET_PAGES2 },
});
