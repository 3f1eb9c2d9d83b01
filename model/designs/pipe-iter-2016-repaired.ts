/**
 * Seed 000 with its defects repaired, each by a named fix: one branch a fix, in a copy of
 * the document's function. Without any fix it is the document.
 *
 * @kernel 9d2231c5d74e lib/iov_iter.c copy_page_to_iter_pipe, push_pipe: init-flags
 * @kernel 1689c73a739d lib/iov_iter.c __pipe_get_pages: ceil-page-array, signed-get-pages-alloc
 * @kernel 4.9 lib/iov_iter.c pipe_advance: advance-consumes-count
 * @kernel b9dc6f65bc5e lib/iov_iter.c pipe_truncate: truncate-by-count, restore-length
 * @kernel 5.8 include/linux/pipe_fs_i.h pipe_space_for_user: npages-of-full-ring
 */
import { divRoundUp, sizeT, ssizeT } from '../cint.js';
import type { FixSet } from '../design.js';
import { defineDesign } from '../design.js';
import { EFAULT, ENOMEM } from '../errno.js';
import type { KernelFunctions } from '../functions.js';
import type { IovIter, Kernel, Page, PipeBuffer } from '../kernel.js';
import { PipeBufOps } from '../kernel.js';
import { callRelease } from '../linux/3.3/pipe.js';
import { allocPage, getPage, getPagesArray, kvfreeArray, storePage } from '../mm.js';
import { design as pipeIter2016, isPipe, pagesFrom } from './pipe-iter-2016.js';

/** @kernel 9d2231c5d74e lib/iov_iter.c copy_page_to_iter_pipe */
function copyPageToIterPipe(fix: FixSet, k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const { pipe } = k;
  if (bytes > i.count) bytes = i.count;
  if (bytes === 0) return 0;
  if (!k.fn.sanity(k, i)) return 0;

  const off = i.iovOffset;
  let idx = i.idx;
  let buf = pipe.bufs[idx];
  if (off !== 0) {
    if (offset === off && buf.page === page) {
      buf.len += bytes;
      i.iovOffset += bytes;
      i.count -= bytes;
      return bytes;
    }
    idx = k.fn.nextIdx(k, idx);
    buf = pipe.bufs[idx];
  }
  if (idx === pipe.curbuf && pipe.nrbufs !== 0) return 0;
  pipe.nrbufs++;
  buf.ops = PipeBufOps.PageCache;
  if (fix['init-flags']) buf.flags = 0;
  buf.page = page;
  getPage(k, page, 'copy_page_to_iter_pipe');
  buf.offset = offset;
  buf.len = bytes;
  i.iovOffset = offset + bytes;
  i.idx = idx;
  i.count -= bytes;
  return bytes;
}

/** @kernel 9d2231c5d74e lib/iov_iter.c push_pipe; leaves *idxp and *offp in k.out. */
function pushPipe(fix: FixSet, k: Kernel, i: IovIter, size: number): number {
  const { pipe } = k;
  if (size > i.count) size = i.count;
  if (size === 0) return 0;

  let left = ssizeT(size);
  k.fn.dataStart(k, i);
  let idx = k.out.idx;
  const off = k.out.off;
  if (off !== 0) {
    left -= k.pageSize - off;
    if (left <= 0) {
      pipe.bufs[idx].len += size;
      return size;
    }
    pipe.bufs[idx].len = k.pageSize;
    idx = k.fn.nextIdx(k, idx);
  }
  while (idx !== pipe.curbuf || pipe.nrbufs === 0) {
    k.turn('push_pipe');
    const page = allocPage(k);
    if (page === null) break;
    pipe.nrbufs++;
    const buf = pipe.bufs[idx];
    buf.ops = PipeBufOps.Default;
    if (fix['init-flags']) buf.flags = 0;
    buf.page = page;
    buf.offset = 0;
    if (left <= k.pageSize) {
      buf.len = left;
      return size;
    }
    buf.len = k.pageSize;
    left -= k.pageSize;
    idx = k.fn.nextIdx(k, idx);
  }
  return size - left;
}

/** The part of pipe_advance() that frees what is behind the iterator, from slot `idx` on. */
function free(fix: FixSet, k: Kernel, idx: number, wanted: number): void {
  const { pipe } = k;
  const unused = (pipe.curbuf + pipe.nrbufs) & (pipe.buffers - 1);
  // Modulo the ring, indices can not tell "all of it" from "none"; a number of slots can.
  while (fix['truncate-by-count'] ? pipe.nrbufs > wanted : idx !== unused) {
    k.turn('pipe_advance');
    const buf = pipe.bufs[idx];
    callRelease(k, buf, buf.ops);
    buf.ops = PipeBufOps.Null;
    idx = k.fn.nextIdx(k, idx);
    pipe.nrbufs--;
  }
}

/** @kernel b9dc6f65bc5e lib/iov_iter.c pipe_advance, pipe_truncate */
function pipeAdvance(fix: FixSet, k: Kernel, i: IovIter, size: number): void {
  const { pipe } = k;
  let idx = i.idx;
  let off = i.iovOffset;
  if (i.count < size) size = i.count;
  const consumed = size;

  if (size !== 0) {
    let buf: PipeBuffer;
    if (off !== 0) size += off - pipe.bufs[idx].offset;
    for (;;) {
      k.turn('pipe_advance');
      buf = pipe.bufs[idx];
      if (size <= buf.len) break;
      size -= buf.len;
      idx = k.fn.nextIdx(k, idx);
    }
    buf.len = size;
    i.idx = idx;
    off = i.iovOffset = buf.offset + size;
  } else if (fix['restore-length'] && off !== 0 && pipe.nrbufs !== 0) {
    pipe.bufs[idx].len = sizeT(off - pipe.bufs[idx].offset);
  }
  let wanted = (idx - pipe.curbuf) & (pipe.buffers - 1);
  if (off !== 0) {
    idx = k.fn.nextIdx(k, idx);
    wanted++;
  }
  if (pipe.nrbufs !== 0) free(fix, k, idx, wanted);
  if (fix['advance-consumes-count']) i.count -= consumed;
}

/** @kernel 1689c73a739d lib/iov_iter.c __pipe_get_pages */
function pipeGetPagesList(fix: FixSet, k: Kernel, i: IovIter, maxsize: number): number {
  let n = k.fn.pushPipe(k, i, maxsize);
  if (n === 0) return sizeT(-EFAULT);
  let idx = k.out.idx;
  k.out.start = k.out.off;
  maxsize = n;
  n += k.out.start;
  let entry = 0;
  while (fix['ceil-page-array'] ? n > 0 : n >= k.pageSize) {
    k.turn('__pipe_get_pages');
    const { page } = k.pipe.bufs[idx];
    storePage(k, entry++, page, '__pipe_get_pages');
    getPage(k, page, '__pipe_get_pages');
    idx = k.fn.nextIdx(k, idx);
    n -= k.pageSize;
  }
  return maxsize;
}

/** Slots that may be filled from where data_start() has just left *idxp and *offp. */
function pagesFromStart(fix: FixSet, k: Kernel): number {
  const { pipe, out } = k;
  // The first free slot of a full ring is its first used one.
  if (fix['npages-of-full-ring'] && out.off === 0 && out.idx === pipe.curbuf && pipe.nrbufs !== 0) return 0;
  return pagesFrom(k, out.idx);
}

/** @kernel 241699cd72a8 lib/iov_iter.c pipe_get_pages */
function pipeGetPages(fix: FixSet, k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (!k.fn.sanity(k, i)) return -EFAULT;
  k.fn.dataStart(k, i);
  k.out.start = k.out.off;
  const npages = pagesFromStart(fix, k);
  const capacity = sizeT(Math.min(npages, maxpages) * k.pageSize - k.out.start);
  return ssizeT(k.fn.pipeGetPagesList(k, i, Math.min(maxsize, capacity)));
}

/** @kernel 1689c73a739d lib/iov_iter.c pipe_get_pages_alloc */
function pipeGetPagesAlloc(fix: FixSet, k: Kernel, i: IovIter, maxsize: number): number {
  if (!k.fn.sanity(k, i)) return -EFAULT;
  k.fn.dataStart(k, i);
  k.out.start = k.out.off;
  let npages = pagesFromStart(fix, k);
  let n = npages * k.pageSize - k.out.start;
  if (maxsize > n) maxsize = n;
  else npages = divRoundUp(maxsize + k.out.start, k.pageSize);
  if (!getPagesArray(k, npages)) return -ENOMEM;
  n = k.fn.pipeGetPagesList(k, i, maxsize);
  if (fix['signed-get-pages-alloc']) n = ssizeT(n);
  if (n <= 0) kvfreeArray(k, 'pipe_get_pages_alloc');
  return ssizeT(n);
}

/** @kernel 241699cd72a8 lib/iov_iter.c iov_iter_npages */
function iovIterNpages(fix: FixSet, k: Kernel, i: IovIter, maxpages: number): number {
  if (!isPipe(i)) return pipeIter2016.functions.iovIterNpages(k, i, maxpages);
  if (i.count === 0) return 0;
  if (!k.fn.sanity(k, i)) return 0;
  k.fn.dataStart(k, i);
  const npages = pagesFromStart(fix, k);
  return npages >= maxpages ? maxpages : npages;
}

/** Binds the functions to a set of fixes; done once, where the design is made. */
function repaired(fix: FixSet): Partial<KernelFunctions> {
  return {
    copyPageToIterPipe: (k, page, offset, bytes, i) => copyPageToIterPipe(fix, k, page, offset, bytes, i),
    pushPipe: (k, i, size) => pushPipe(fix, k, i, size),
    pipeAdvance: (k, i, size) => pipeAdvance(fix, k, i, size),
    pipeGetPagesList: (k, i, maxsize) => pipeGetPagesList(fix, k, i, maxsize),
    pipeGetPages: (k, i, maxsize, maxpages) => pipeGetPages(fix, k, i, maxsize, maxpages),
    pipeGetPagesAlloc: (k, i, maxsize) => pipeGetPagesAlloc(fix, k, i, maxsize),
    iovIterNpages: (k, i, maxpages) => iovIterNpages(fix, k, i, maxpages),
  };
}

export const design = defineDesign({
  id: 'pipe-iter-2016-repaired',
  keepsToSlots: true,
  title: 'pipe-backed iov_iter (seed 000), repaired',
  source: [{ tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: '' }],
  base: pipeIter2016,
  repairs: 'pipe-iter-2016',
  fixes: {
    'init-flags': 'a new slot starts without the flags of its last occupant (copy_page_to_iter_pipe, push_pipe)',
    'ceil-page-array': 'get_pages lists a page that is only partly asked for (__pipe_get_pages)',
    'signed-get-pages-alloc': 'an error of __pipe_get_pages is below 0, so that the page array is freed',
    'advance-consumes-count': 'advance takes its bytes off count',
    'truncate-by-count': 'advance frees down to a number of slots, which a full ring does not fool',
    'restore-length': 'advance by 0 gives the last slot back the length it had before get_pages',
    'npages-of-full-ring': 'npages, and the room that get_pages reckons with, is 0 on a full ring',
  },
  override: repaired,
  scenarios: ['pipe-iter'],
});
