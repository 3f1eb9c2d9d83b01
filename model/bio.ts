/**
 * A bio that takes its pages from an iterator, and drops them: k.request is the bio, one entry a page (bi_io_vec),
 * `bytes` its bi_size, `hold` what BIO_NO_PAGE_REF or BIO_PAGE_PINNED say. `on` is the caller's.
 *
 * Of block/bio.c there is only what decides about references: no merging of neighbouring pages into one bio_vec (they
 * are dropped page by page all the same), no zone append, no limits of a queue, no marking of pages as dirty, no
 * bio chains or clones. Up to 5.19 get_pages does not move the iterator and bio.c does: that form is not here.
 *
 * @kernel 6.1 block/bio.c
 */
import { divRoundUp } from './cint.js';
import { EFAULT } from './errno.js';
import type { KernelFunctions } from './functions.js';
import type { IovIter, Kernel, Page } from './kernel.js';
import { FOLL_GET, FOLL_PIN, ITER_BVEC } from './kernel.js';
import { putPage } from './mm.js';

const UINT_MAX = 0xffffffff;

type Bio = Required<Pick<KernelFunctions, 'bioIovIterGetPages' | 'bioReleasePages'>>;

/** @kernel 6.3 block/blk.h bio_release_page; put_page() alone in 6.1. */
export function releasePage(k: Kernel, page: Page | null, by: string): void {
  const { hold } = k.request;
  if (hold === FOLL_GET) putPage(k, page, by);
  else if (hold === FOLL_PIN && page !== null) k.fn.unpinUserPage(k, page);
}

function appendEntry(k: Kernel, page: Page, len: number, offset: number): void {
  const r = k.request;
  r.page[r.nr] = page;
  r.off[r.nr] = offset;
  r.len[r.nr] = len;
  r.nr++;
  r.bytes += len;
}

/** What follows in the same page is merged, and its hold dropped. @kernel 6.1 block/bio.c bio_iov_add_page */
function addPage(k: Kernel, page: Page, len: number, offset: number): void {
  const r = k.request;
  const last = r.nr - 1;
  if (last < 0 || r.page[last] !== page || r.off[last] + r.len[last] !== offset) {
    appendEntry(k, page, len, offset);
    return;
  }
  r.len[last] += len;
  r.bytes += len;
  releasePage(k, page, 'bio_iov_add_page');
}

/** Entry `n` of the list that the iterator gave. */
function pageAt(k: Kernel, n: number): Page {
  const page = k.isEntryWritten[n] ? k.pagesArray[n] : null;
  if (page === null) k.die('no-bug', '__bio_iov_iter_get_pages', `entry ${n} of the page list was never written`);
  return page;
}

/** Pages of the first segment, and of as much of it as the bio has room for: bytes, or an error. */
export function takeSegment(k: Kernel, i: IovIter, isExtract: boolean): number {
  const r = k.request;
  const room = r.page.length - r.nr;
  k.pagesArrayMax = room;
  k.isEntryWritten.fill(false);
  const most = UINT_MAX - r.bytes;
  const got = isExtract ? k.fn.iovIterExtractPages(k, i, most, room) : k.fn.iovIterGetPages(k, i, most, room);
  return got === 0 ? -EFAULT : got;
}

/** Adds the first `bytes` of what the iterator gave, from k.out.start on; how many entries of the list they are. */
export function addList(k: Kernel, bytes: number): number {
  let offset = k.out.start;
  let n = 0;
  for (let left = bytes; left > 0; n++) {
    const len = Math.min(k.pageSize - offset, left);
    addPage(k, pageAt(k, n), len, offset);
    left -= len;
    offset = 0;
  }
  return n;
}

/**
 * One segment: adds what is whole blocks, gives the rest back to the iterator, and drops the pages that it did not add.
 *
 * @kernel 6.1 block/bio.c __bio_iov_iter_get_pages
 */
function addSegment(k: Kernel, i: IovIter, block: number, isExtract: boolean): number {
  const got = takeSegment(k, i, isExtract);
  if (got < 0) return got;
  const nrPages = divRoundUp(k.out.start + got, k.pageSize);
  const trim = got & (block - 1);
  k.fn.iovIterRevert(k, i, trim);
  for (let n = addList(k, got - trim); n < nrPages; n++) releasePage(k, pageAt(k, n), '__bio_iov_iter_get_pages');
  return got === trim ? -EFAULT : 0;
}

/**
 * The bio borrows the iterator's own array, so that it takes all of it at once; the model's request has as many
 * entries as it has, and leaves the rest to the next bio.
 *
 * @kernel 6.1 block/bio.c bio_iov_bvec_set
 */
function bvecSet(k: Kernel, i: IovIter): void {
  const r = k.request;
  const { vec } = i;
  if (vec === null) return;
  let left = i.count;
  let skip = i.iovOffset;
  for (let s = i.seg; s < i.seg + i.segs && left > 0; s++) {
    const { page, offset, len } = vec.bvec[s];
    const end = offset + Math.min(len, skip + left);
    let at = offset + skip;
    while (at < end && r.nr < r.page.length) {
      const inPage = at % k.pageSize;
      const part = Math.min(k.pageSize - inPage, end - at);
      appendEntry(k, k.pages[page.pfn + Math.floor(at / k.pageSize)], part, inPage);
      at += part;
      left -= part;
    }
    if (r.nr === r.page.length) return;
    skip = 0;
  }
}

/** How the bio holds its pages; asked once, because the iterator may change. */
function holdOf(k: Kernel, i: IovIter, isExtract: boolean): number {
  if (i.flavour === ITER_BVEC) return 0;
  if (!isExtract) return FOLL_GET;
  return k.fn.iovIterExtractWillPin(k, i) ? FOLL_PIN : 0;
}

/** Adds one segment: 0, or an error. */
export type AddSegment = (k: Kernel, i: IovIter) => number;

/** @kernel 6.1 block/bio.c bio_iov_iter_get_pages: an error only where there is no page at all. */
export function fillBio(k: Kernel, i: IovIter, isExtract: boolean, add: AddSegment): number {
  const r = k.request;
  r.hold = holdOf(k, i, isExtract);
  r.isSource = i.dataSource;
  r.mm = k.current;
  if (i.flavour === ITER_BVEC) {
    bvecSet(k, i);
    k.fn.iovIterAdvance(k, i, r.bytes);
    return 0;
  }
  let ret = 0;
  do {
    k.turn('bio_iov_iter_get_pages');
    ret = add(k, i);
  } while (ret === 0 && i.count !== 0 && r.nr < r.page.length);
  return r.nr > 0 ? 0 : ret;
}

function iovIterGetPages(k: Kernel, i: IovIter, block: number, isExtract: boolean): number {
  return fillBio(k, i, isExtract, (kernel, iter) => addSegment(kernel, iter, block, isExtract));
}

/** @kernel 6.1 block/bio.c __bio_release_pages */
function bioReleasePages(k: Kernel): void {
  const r = k.request;
  for (let e = 0; e < r.nr; e++) {
    releasePage(k, r.page[e], 'bio_release_pages');
    r.page[e] = null;
    r.off[e] = r.len[e] = 0;
  }
  r.nr = r.bytes = 0;
}

/** 6.0 to 6.2, by get_pages2, on a device with blocks of so many bytes (a power of two). */
export function bioWithBlocks(block: number): Bio {
  return { bioIovIterGetPages: (k, i) => iovIterGetPages(k, i, block, false), bioReleasePages };
}

/** 6.3 and later, by extract_pages. @kernel 6.3 block/bio.c bio_iov_iter_get_pages */
export function bioExtractWithBlocks(block: number): Bio {
  return { bioIovIterGetPages: (k, i) => iovIterGetPages(k, i, block, true), bioReleasePages };
}

/** A device with blocks of two bytes: an odd end is trimmed. */
export const bioFunctions = bioWithBlocks(2) satisfies Partial<KernelFunctions>;

export const bioExtractFunctions = bioExtractWithBlocks(2) satisfies Partial<KernelFunctions>;
