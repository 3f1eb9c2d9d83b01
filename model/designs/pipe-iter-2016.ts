/**
 * Al Viro, "new iov_iter flavour: pipe-backed" (seed 000), as posted, on 4.8: the document
 * function by function, with its mistakes.
 *
 * Rests on, beyond the text: generic_file_splice_read() of the commit that follows it, in
 * the form that frees what a failing read_iter has emitted (designs/linux-4.10.ts has the
 * same); fs/pipe.c of 4.8, which holds seed 002. Both are shown in docs/findings.md
 * wherever a finding needs them.
 *
 * @kernel 241699cd72a8 lib/iov_iter.c, include/linux/uio.h
 */
import { divRoundUp, sizeT, ssizeT } from '../cint.js';
import { defineDesign } from '../design.js';
import { EFAULT, ENOMEM } from '../errno.js';
import type { KernelFunctions } from '../functions.js';
import type { IovIter, Kernel, Page, PipeBuffer } from '../kernel.js';
import { ITER_BVEC, ITER_KVEC, ITER_PIPE, PipeBufOps } from '../kernel.js';
import { callRelease } from '../linux/3.3/pipe.js';
import { iovIter48 } from '../linux/4.8/iov_iter.js';
import { allocPage, getPage, getPagesArray, kvfreeArray, memcpyToPage, storePage } from '../mm.js';
import { design as linux48 } from './linux-4.8.js';
import { genericFileSpliceRead, genericFileSpliceReadDone } from '../linux/4.10/splice.js';

const base = iovIter48 as Required<typeof iovIter48>;

/** The warning that most primitives give for a pipe. */
function refuse(k: Kernel, name: string): number {
  k.warn(name);
  return 0;
}

export function sanity(k: Kernel, i: IovIter): boolean {
  const { pipe } = k;
  const next = pipe.curbuf + pipe.nrbufs;
  const mask = pipe.buffers - 1;
  let isBad: boolean;
  if (i.iovOffset !== 0) {
    const p = pipe.bufs[i.idx];
    isBad = pipe.nrbufs === 0 || i.idx !== ((next - 1) & mask) || p.offset + p.len !== i.iovOffset;
  } else {
    isBad = i.idx !== (next & mask);
  }
  if (isBad) k.warn('sanity');
  return !isBad;
}

export function nextIdx(k: Kernel, idx: number): number {
  return (idx + 1) & (k.pipe.buffers - 1);
}

export function allocated(_k: Kernel, buf: PipeBuffer): boolean {
  return buf.ops === PipeBufOps.Default;
}

/** Leaves *idxp and *offp in k.out. */
export function dataStart(k: Kernel, i: IovIter): void {
  let off = i.iovOffset;
  let idx = i.idx;
  if (off !== 0 && (!k.fn.allocated(k, k.pipe.bufs[idx]) || off === k.pageSize)) {
    idx = k.fn.nextIdx(k, idx);
    off = 0;
  }
  k.out.idx = idx;
  k.out.off = off;
}

export function copyPageToIterPipe(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const { pipe } = k;
  if (bytes > i.count) bytes = i.count;
  if (bytes === 0) return 0;
  if (!k.fn.sanity(k, i)) return 0;

  const off = i.iovOffset;
  let idx = i.idx;
  let buf = pipe.bufs[idx];
  if (off !== 0) {
    if (offset === off && buf.page === page) {
      buf.len += bytes; // the next bytes of the page that the slot already shows
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
  buf.page = page;
  getPage(k, page, 'copy_page_to_iter_pipe');
  buf.offset = offset;
  buf.len = bytes;
  i.iovOffset = offset + bytes;
  i.idx = idx;
  i.count -= bytes;
  return bytes;
}

/** Leaves *idxp and *offp in k.out. */
export function pushPipe(k: Kernel, i: IovIter, size: number): number {
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

/** The loop that copy_pipe_to_iter and pipe_zero share: fills what push_pipe has pushed. */
function fill(k: Kernel, i: IovIter, n: number, mark: number, by: string): void {
  let { idx, off } = k.out;
  for (let done = 0; n > 0; idx = k.fn.nextIdx(k, idx), off = 0) {
    k.turn(by);
    const chunk = Math.min(n, k.pageSize - off);
    memcpyToPage(k, k.pipe.bufs[idx].page, off, chunk, mark - done, by);
    i.idx = idx;
    i.iovOffset = off + chunk;
    n -= chunk;
    done += chunk;
  }
}

export function copyPipeToIter(k: Kernel, bytes: number, i: IovIter): number {
  if (!k.fn.sanity(k, i)) return 0;
  bytes = k.fn.pushPipe(k, i, bytes);
  if (bytes === 0) return 0;
  fill(k, i, bytes, k.srcMark, 'copy_pipe_to_iter');
  i.count -= bytes;
  return bytes;
}

export function pipeZero(k: Kernel, bytes: number, i: IovIter): number {
  if (!k.fn.sanity(k, i)) return 0;
  bytes = k.fn.pushPipe(k, i, bytes);
  if (bytes === 0) return 0;
  fill(k, i, bytes, -1, 'pipe_zero');
  i.count -= bytes;
  return bytes;
}

export function pipeAdvance(k: Kernel, i: IovIter, size: number): void {
  const { pipe } = k;
  let idx = i.idx;
  let off = i.iovOffset;
  if (i.count < size) size = i.count;

  if (size !== 0) {
    let buf: PipeBuffer;
    if (off !== 0) size += off - pipe.bufs[idx].offset; // counted from where the slot starts
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
  }
  if (off !== 0) idx = k.fn.nextIdx(k, idx);
  if (pipe.nrbufs !== 0) {
    const unused = (pipe.curbuf + pipe.nrbufs) & (pipe.buffers - 1);
    while (idx !== unused) {
      k.turn('pipe_advance');
      const buf = pipe.bufs[idx];
      callRelease(k, buf, buf.ops);
      buf.ops = PipeBufOps.Null;
      idx = k.fn.nextIdx(k, idx);
      pipe.nrbufs--;
    }
  }
}

export function iovIterPipe(k: Kernel, i: IovIter, direction: number, count: number): void {
  k.bugOn(direction !== ITER_PIPE, 'iov_iter_pipe', 'BUG_ON(direction != ITER_PIPE)');
  const { pipe } = k;
  i.active = true;
  i.type = direction;
  i.idx = (pipe.curbuf + pipe.nrbufs) & (pipe.buffers - 1);
  i.iovOffset = 0;
  i.count = count;
}

/** __pipe_get_pages: returns a size_t, into which -EFAULT is squeezed. */
export function pipeGetPagesList(k: Kernel, i: IovIter, maxsize: number): number {
  let n = k.fn.pushPipe(k, i, maxsize);
  if (n === 0) return sizeT(-EFAULT);
  let idx = k.out.idx;
  k.out.start = k.out.off;
  maxsize = n;
  n += k.out.start;
  let entry = 0;
  while (n >= k.pageSize) {
    k.turn('__pipe_get_pages');
    const { page } = k.pipe.bufs[idx];
    storePage(k, entry++, page, '__pipe_get_pages');
    getPage(k, page, '__pipe_get_pages');
    idx = k.fn.nextIdx(k, idx);
    n -= k.pageSize;
  }
  return maxsize;
}

/** Slots from idx on that are not behind curbuf, modulo the ring: all of them where none is. */
export function pagesFrom(k: Kernel, idx: number): number {
  return ((k.pipe.curbuf - idx - 1) & (k.pipe.buffers - 1)) + 1;
}

export function pipeGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (!k.fn.sanity(k, i)) return -EFAULT;
  k.fn.dataStart(k, i);
  k.out.start = k.out.off;
  const npages = pagesFrom(k, k.out.idx);
  const capacity = sizeT(Math.min(npages, maxpages) * k.pageSize - k.out.start);
  return ssizeT(k.fn.pipeGetPagesList(k, i, Math.min(maxsize, capacity)));
}

export function pipeGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number {
  if (!k.fn.sanity(k, i)) return -EFAULT;
  k.fn.dataStart(k, i);
  k.out.start = k.out.off;
  let npages = pagesFrom(k, k.out.idx);
  let n = npages * k.pageSize - k.out.start;
  if (maxsize > n) maxsize = n;
  else npages = divRoundUp(maxsize + k.out.start, k.pageSize);
  if (!getPagesArray(k, npages)) return -ENOMEM;
  n = k.fn.pipeGetPagesList(k, i, maxsize);
  if (n <= 0) kvfreeArray(k, 'pipe_get_pages_alloc');
  return ssizeT(n);
}

/** The branch `if (i->type & ITER_PIPE)` in front of what 4.8 does for the others. */
export const isPipe = (i: IovIter): boolean => (i.type & ITER_PIPE) !== 0;

/** The functions of 4.8 that get that branch. */
export const branches: Partial<KernelFunctions> = {
  iterIsIovec: (_k, i) => (i.type & (ITER_BVEC | ITER_KVEC | ITER_PIPE)) === 0,
  iovForEach: (k, i) => (isPipe(i) ? 0 : base.iovForEach(k, i)),
  copyToIter: (k, bytes, i) => (isPipe(i) ? k.fn.copyPipeToIter(k, bytes, i) : base.copyToIter(k, bytes, i)),
  copyPageToIter: (k, page, offset, bytes, i) =>
    isPipe(i) ? k.fn.copyPageToIterPipe(k, page, offset, bytes, i) : base.copyPageToIter(k, page, offset, bytes, i),
  iovIterZero: (k, bytes, i) => (isPipe(i) ? k.fn.pipeZero(k, bytes, i) : base.iovIterZero(k, bytes, i)),
  iovIterAdvance: (k, i, size) => (isPipe(i) ? k.fn.pipeAdvance(k, i, size) : base.iovIterAdvance(k, i, size)),
  iovIterSingleSegCount: (k, i) => (isPipe(i) ? i.count : base.iovIterSingleSegCount(k, i)),
  iovIterAlignment(k, i) {
    const size = i.count;
    if (size === 0) return 0;
    if (!isPipe(i)) return base.iovIterAlignment(k, i);
    if (i.iovOffset !== 0 && k.fn.allocated(k, k.pipe.bufs[i.idx])) return size | i.iovOffset;
    return size;
  },
  iovIterGapAlignment(k, i) {
    if (i.count === 0) return 0;
    if (!isPipe(i)) return base.iovIterGapAlignment(k, i);
    k.warn('iov_iter_gap_alignment');
    return sizeT(~0);
  },
  iovIterGetPages(k, i, maxsize, maxpages) {
    if (maxsize > i.count) maxsize = i.count;
    if (maxsize === 0) return 0;
    return isPipe(i) ? k.fn.pipeGetPages(k, i, maxsize, maxpages) : base.iovIterGetPages(k, i, maxsize, maxpages);
  },
  iovIterGetPagesAlloc(k, i, maxsize) {
    if (maxsize > i.count) maxsize = i.count;
    if (maxsize === 0) return 0;
    return isPipe(i) ? k.fn.pipeGetPagesAlloc(k, i, maxsize) : base.iovIterGetPagesAlloc(k, i, maxsize);
  },
  iovIterNpages(k, i, maxpages) {
    if (i.count === 0) return 0;
    if (!isPipe(i)) return base.iovIterNpages(k, i, maxpages);
    if (!k.fn.sanity(k, i)) return 0;
    k.fn.dataStart(k, i);
    const npages = pagesFrom(k, k.out.idx);
    return npages >= maxpages ? maxpages : npages;
  },
  dupIter(k, to, from) {
    if (!isPipe(from)) return base.dupIter(k, to, from);
    to.copyFrom(from);
    k.warn('dup_iter');
    return 0;
  },
  copyFromIter: (k, n, i) => (isPipe(i) ? refuse(k, 'copy_from_iter') : base.copyFromIter(k, n, i)),
  copyFromIterNocache: (k, n, i) =>
    isPipe(i) ? refuse(k, 'copy_from_iter_nocache') : base.copyFromIterNocache(k, n, i),
  copyPageFromIter: (k, page, off, n, i) =>
    isPipe(i) ? refuse(k, 'copy_page_from_iter') : base.copyPageFromIter(k, page, off, n, i),
  iovIterCopyFromUserAtomic: (k, page, off, n, i) =>
    isPipe(i) ? refuse(k, 'iov_iter_copy_from_user_atomic') : base.iovIterCopyFromUserAtomic(k, page, off, n, i),
  csumAndCopyToIter: (k, n, i) => (isPipe(i) ? refuse(k, 'csum_and_copy_to_iter') : base.csumAndCopyToIter(k, n, i)),
  csumAndCopyFromIter: (k, n, i) =>
    isPipe(i) ? refuse(k, 'csum_and_copy_from_iter') : base.csumAndCopyFromIter(k, n, i),
};

export const design = defineDesign({
  id: 'pipe-iter-2016',
  keepsToSlots: true,
  title: 'new iov_iter flavour: pipe-backed, as posted (seed 000)',
  source: [{ tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: '' }],
  base: linux48,
  override: branches,
  add: {
    functions: {
      sanity,
      nextIdx,
      allocated,
      dataStart,
      pushPipe,
      copyPageToIterPipe,
      copyPipeToIter,
      pipeZero,
      pipeAdvance,
      iovIterPipe,
      pipeGetPagesList,
      pipeGetPages,
      pipeGetPagesAlloc,
      genericFileSpliceRead,
      genericFileSpliceReadDone,
    },
  },
  scenarios: ['pipe-iter'],
  expect: {
    violates: [
      { invariant: 'page-list-complete', steps: 2 },
      { invariant: 'array-has-one-owner', steps: 2 },
      { invariant: 'no-unwritten-byte-readable', steps: 3 },
      { invariant: 'bytes-in-order', steps: 3 },
      { invariant: 'queries-match-their-definition', steps: 3 },
      { invariant: 'count-consumed-exactly', steps: 4 },
      { invariant: 'packet-boundaries', steps: 4 },
      { invariant: 'sanity', steps: 4 },
    ],
  },
});
