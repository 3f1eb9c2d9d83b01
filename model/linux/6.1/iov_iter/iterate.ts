/**
 * How 6.1 walks an iterator and moves it by what was done: one step a run of user memory,
 * a page of a bvec or of the xarray, a segment of a kvec. A pipe is never walked; a discard
 * iterator has nothing to walk over, and counts.
 *
 * Segments behind the last one are memory that C would read all the same: a count that is
 * larger than the segments is `no-bug` here, where the walk leaves the array.
 *
 * @kernel 6.1 lib/iov_iter.c iterate_buf, iterate_iovec, iterate_bvec, iterate_xarray, __iterate_and_advance
 */
import type { BioVec, IovIter, IoVec, Kernel, Page, Vec } from '../../../kernel.js';
import { ITER_BVEC, ITER_IOVEC, ITER_KVEC, ITER_PIPE, ITER_UBUF, ITER_XARRAY } from '../../../kernel.js';
import { kernelPage } from '../../../vecs.js';

/** The two bodies of a walk. `off`: bytes done before in this call. Both return the bytes that they did NOT do. */
export interface Step {
  /** At a user address. */
  user(k: Kernel, addr: number, off: number, len: number, by: string): number;
  /** At `at` of one page. */
  kernel(k: Kernel, page: Page, at: number, off: number, len: number, by: string): number;
}

/** @kernel 6.1 include/linux/uio.h iov_iter_is_pipe */
export function isPipe(i: IovIter): boolean {
  return i.flavour === ITER_PIPE;
}

/** @kernel 6.1 include/linux/uio.h user_backed_iter */
export function userBackedIter(i: IovIter): boolean {
  return i.flavour === ITER_IOVEC || i.flavour === ITER_UBUF;
}

/** What the iterator points at. */
export function vecOf(k: Kernel, i: IovIter, by: string): Vec {
  return i.vec ?? k.die('no-bug', by, `${by}() walks an iterator that points at nothing`);
}

/** `i->iov[n]` or `i->kvec[n]`, n counted from the start of the array. */
export function iovAt(k: Kernel, i: IovIter, n: number, by: string): IoVec {
  return vecOf(k, i, by).iov[n] ?? outside(k, n, by);
}

/** `i->bvec[n]`, n counted from the start of the array. */
export function bvecAt(k: Kernel, i: IovIter, n: number, by: string): BioVec {
  return vecOf(k, i, by).bvec[n] ?? outside(k, n, by);
}

function outside(k: Kernel, n: number, by: string): never {
  return k.die('no-bug', by, `${by}() reads segment ${n}, outside of the array of segments`);
}

/** `page + n`: the page n pages on in the memory map. */
export function pageAfter(k: Kernel, page: Page, n: number, by: string): Page {
  return k.pages[page.pfn + n] ?? k.die('no-bug', by, `${by}() names page ${page.pfn + n}, which does not exist`);
}

/** Pages of the folio that a page belongs to. */
export function folioPages(page: Page): number {
  return page.isLarge ? 2 : 1;
}

/** xas_retry() at an index: the entry that is met there is an internal one, once. */
export function xasRetry(k: Kernel, index: number): boolean {
  if (k.xaRetry !== index) return false;
  k.xaRetry = -1;
  return true;
}

/** Bytes of the next `len` in front of the one at which the machine check strikes. */
export function beforePoison(k: Kernel, off: number, len: number): number {
  return k.poison < 0 ? len : Math.min(len, Math.max(0, k.poison - off));
}

/** A step over linear kernel memory, page by page. */
function kernelStep(k: Kernel, step: Step, base: number, off: number, len: number, by: string): number {
  let done = 0;
  while (done < len) {
    const addr = base + done;
    const page = kernelPage(k, addr) ?? k.die('no-bug', by, `${by}() touches kernel address ${addr}: nothing is there`);
    const at = addr % k.pageSize;
    const part = Math.min(len - done, k.pageSize - at);
    const left = step.kernel(k, page, at, off + done, part, by);
    done += part - left;
    if (left !== 0) break;
  }
  return len - done;
}

/** @kernel 6.1 lib/iov_iter.c iterate_buf */
function iterateUbuf(k: Kernel, i: IovIter, n: number, step: Step, by: string): number {
  const { base } = iovAt(k, i, 0, by);
  n -= step.user(k, base + i.iovOffset, 0, n, by);
  i.iovOffset += n;
  return n;
}

/** @kernel 6.1 lib/iov_iter.c iterate_iovec */
function iterateIovec(k: Kernel, i: IovIter, n: number, step: Step, by: string): number {
  const isUser = i.flavour === ITER_IOVEC;
  let { seg } = i;
  let skip = i.iovOffset;
  let off = 0;
  do {
    const p = iovAt(k, i, seg, by);
    let len = Math.min(n, p.len - skip);
    if (len !== 0) {
      const base = p.base + skip;
      len -= isUser ? step.user(k, base, off, len, by) : kernelStep(k, step, base, off, len, by);
      off += len;
      skip += len;
      n -= len;
      if (skip < p.len) break;
    }
    seg++;
    skip = 0;
  } while (n !== 0);
  i.iovOffset = skip;
  i.segs -= seg - i.seg;
  i.seg = seg;
  return off;
}

/** @kernel 6.1 lib/iov_iter.c iterate_bvec */
function iterateBvec(k: Kernel, i: IovIter, n: number, step: Step, by: string): number {
  let { seg } = i;
  let skip = i.iovOffset;
  let off = 0;
  while (n !== 0) {
    const p = bvecAt(k, i, seg, by);
    const offset = p.offset + skip;
    const at = offset % k.pageSize;
    let len = Math.min(n, p.len - skip, k.pageSize - at);
    let left = 0;
    if (len !== 0) left = step.kernel(k, pageAfter(k, p.page, Math.floor(offset / k.pageSize), by), at, off, len, by);
    len -= left;
    off += len;
    skip += len;
    if (skip === p.len) {
      skip = 0;
      seg++;
    }
    n -= len;
    if (left !== 0) break;
  }
  i.iovOffset = skip;
  i.segs -= seg - i.seg;
  i.seg = seg;
  return off;
}

/**
 * @kernel 6.1 lib/iov_iter.c iterate_xarray: xas_for_each() passes over a hole, so that what
 * was meant for it goes to the next page that is there.
 */
function iterateXarray(k: Kernel, i: IovIter, n: number, step: Step, by: string): number {
  const { xarray, xarrayStart } = vecOf(k, i, by);
  const start = xarrayStart + i.iovOffset;
  let index = Math.floor(start / k.pageSize);
  let len = k.pageSize - (start % k.pageSize);
  let off = 0;
  let isOut = false;
  while (!isOut && index < xarray.length) {
    if (xasRetry(k, index)) continue;
    const entry = xarray[index];
    if (entry === null) {
      index++;
      continue;
    }
    const folio = entry.head;
    const size = folioPages(folio) * k.pageSize;
    let offset = (start + off) % size;
    while (!isOut && offset < size) {
      const page = pageAfter(k, folio, Math.floor(offset / k.pageSize), by);
      len = Math.min(n, len);
      const left = step.kernel(k, page, offset % k.pageSize, off, len, by);
      len -= left;
      off += len;
      n -= len;
      isOut = left !== 0 || n === 0;
      offset += len;
      len = k.pageSize;
    }
    index += folioPages(folio) - (entry.pfn - folio.pfn);
  }
  i.iovOffset += off;
  return off;
}

/** @kernel 6.1 lib/iov_iter.c __iterate_and_advance: bytes done, by which the iterator has moved. */
export function iterateAndAdvance(k: Kernel, i: IovIter, n: number, step: Step, by: string): number {
  if (i.count < n) n = i.count;
  if (n === 0) return 0;
  switch (i.flavour) {
    case ITER_UBUF:
      n = iterateUbuf(k, i, n, step, by);
      break;
    case ITER_IOVEC:
    case ITER_KVEC:
      n = iterateIovec(k, i, n, step, by);
      break;
    case ITER_BVEC:
      n = iterateBvec(k, i, n, step, by);
      break;
    case ITER_XARRAY:
      n = iterateXarray(k, i, n, step, by);
      break;
    default: // a discard iterator: n bytes are done without a look at them
  }
  i.count -= n;
  return n;
}
