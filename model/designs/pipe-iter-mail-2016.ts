/**
 * Al Viro's design mail of September 2016 (seed 001), from which the patch of pipe-iter-2016
 * grew, on 4.8: what it says, with its mistakes, and nothing repaired.
 *
 * Where the mail says "probably", "might" or "or", one reading each:
 * - three states of a slot -> ops page_cache, default and NULL, which is what 4.8 has for them.
 * - the "last" element that copy_to_iter() appends to -> the one this iterator stands at: count
 *   calls it "current", and an iterator starts at an empty one.
 * - copy_page_to_iter() takes offset and len "directly from arguments" -> no clamp to count;
 *   the check for the next chunk comes first, as it says, and so works with no element left.
 * - get_pages "might need some changes" -> none made: new pages only, lengths PAGE_SIZE at
 *   once. It returns the bytes asked for, since no flavour may exceed maxsize.
 * - get_pages_alloc "not sure" -> the "usual" that follows. alignment "probably" 0 -> 0.
 * - advance "probably" like bvec, "probably" screams -> both. It stays at the end of the element
 *   where it ends (bvec goes on to the next), or nothing could be appended there; it walks used
 *   elements only, and WARNs unless it ends at the end of the last one.
 * - the new primitive is "advance + truncate + free" -> without the scream, a short read being
 *   what it is for. A move by 0 has ended up on no element, so that all after it are freed.
 * - its "success case" -> a transfer of 0 too; 4.8 moves the original only if ret > 0.
 * - csum_and_copy_to_iter() copies "or just BUG()" -> copies: BUG() is for want of users.
 *
 * Where it is silent:
 * - flags of a new slot -> nobody sets them; nor did the code that followed.
 * - whether get_pages moves the iterator or its count -> no, as in other flavours: the direct
 *   reader works on a struct copy, and the original's count is stale until the commit, which
 *   takes no more than count, as advance does. No slot, or no page -> -EFAULT.
 * - the count an iterator is made with -> capacity replaces it. So len limits nothing in
 *   splice_read(): a read_iter that fills iov_iter_count() bytes returns more than was asked
 *   for, and iov_iter_truncate() lasts until the next primitive. The mail sees that read_iters
 *   "might need to be adjusted", not that len is then nowhere to be found.
 * - iter_is_iovec(), iov_for_each() -> know the flavour. single_seg_count() -> count. gap_alignment() -> as it was.
 * - splice_read() -> 4.10's, except that what a failing read_iter emitted goes by a commit of 0
 *   from where it started: the mail's advance frees nothing.
 */
import { divRoundUp } from '../cint.js';
import type { Contract } from '../contract.js';
import { defineDesign } from '../design.js';
import { EAGAIN, EFAULT, ENOMEM } from '../errno.js';
import type { IovIter, Kernel, Page } from '../kernel.js';
import { ITER_BVEC, ITER_KVEC, ITER_PIPE, PipeBufOps, Tag } from '../kernel.js';
import { callRelease } from '../linux/3.3/pipe.js';
import { iovIter48 } from '../linux/4.8/iov_iter.js';
import { genericFileSpliceRead } from '../linux/4.10/splice.js';
import { allocPage, getPage, getPagesArray, kvfreeArray, memcpyToPage, storePage } from '../mm.js';
import { design as linux48 } from './linux-4.8.js';

const base = iovIter48 as Required<typeof iovIter48>;

/** Seed 001, a sentence a field. */
const contract: Contract = {
  count: 'capacity',
  getPages: 'peeks',
  lengthAtGet: 'page',
  directIo: 'commit',
  alignment: 'zero',
  misuse: 'bug',
  csum: 'copies',
  said: {
    count: 'what fits: a page for each unused element, and what is left of the current one if it is copied data (001)',
    getPages: 'pages are put into the next slots as copied data (001; that the iterator stays is our reading)',
    lengthAtGet: 'the lengths are set to PAGE_SIZE (001)',
    directIo: 'after a successful direct_IO, a new primitive: advance, cut the element short, free the rest (001)',
    alignment: 'probably just 0 (001)',
    misuse: 'copying from such an iterator and dup_iter are BUG() (001)',
    csum: 'like copy_to_iter, with the sum; or BUG() (001; the first is our reading)',
  },
};

const isPipe = (i: IovIter): boolean => (i.type & ITER_PIPE) !== 0;
const bug = (k: Kernel, name: string): never => k.die('no-bug', name, `BUG() in ${name}() for a pipe`);
const elementsLeft = (k: Kernel): number => k.pipe.buffers - k.pipe.nrbufs;

/** What is left of the current element, if it is copied data. */
function roomInCurrent(k: Kernel, i: IovIter): number {
  const buf = k.pipe.bufs[i.idx];
  if (i.iovOffset === 0 || buf.ops !== PipeBufOps.Default) return 0;
  return k.pageSize - (buf.offset + buf.len);
}

/** ->count: "capacity" */
const capacity = (k: Kernel, i: IovIter): number => elementsLeft(k) * k.pageSize + roomInCurrent(k, i);

/** Sticks a page into the next element, whose index is left in k.out.idx. There must be one. */
function fillNext(k: Kernel, page: Page, offset: number, len: number, ops: number): void {
  const { pipe } = k;
  const idx = (pipe.curbuf + pipe.nrbufs) & (pipe.buffers - 1);
  const buf = pipe.bufs[idx];
  pipe.nrbufs++;
  buf.ops = ops;
  buf.page = page;
  buf.offset = offset;
  buf.len = len;
  k.out.idx = idx;
}

/** A new page of copied data, `size` bytes of it, in the next element: 1, or 0. */
export function pushPipe(k: Kernel, _i: IovIter, size: number): number {
  const page = elementsLeft(k) === 0 ? null : allocPage(k);
  if (page === null) return 0;
  fillNext(k, page, 0, size, PipeBufOps.Default);
  return 1;
}

export function copyPageToIterPipe(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const last = k.pipe.bufs[i.idx];
  if (i.iovOffset !== 0 && offset === i.iovOffset && last.page === page) {
    last.len += bytes; // the next chunk of the same page
  } else {
    if (elementsLeft(k) === 0) return 0;
    getPage(k, page, 'copy_page_to_iter');
    fillNext(k, page, offset, bytes, PipeBufOps.PageCache);
    i.idx = k.out.idx;
  }
  i.iovOffset = offset + bytes;
  i.count = capacity(k, i);
  return bytes;
}

/** What copy_to_iter and iov_iter_zero share; `mark` is the source's marked byte. */
function append(k: Kernel, i: IovIter, bytes: number, mark: number, by: string): number {
  let done = 0;
  while (done < bytes) {
    k.turn(by);
    let room = roomInCurrent(k, i);
    if (room === 0) {
      if (k.fn.pushPipe(k, i, 0) === 0) break; // no elements left: done copying
      i.idx = k.out.idx;
      room = k.pageSize;
    }
    const buf = k.pipe.bufs[i.idx];
    const chunk = Math.min(bytes - done, room);
    memcpyToPage(k, buf.page, buf.offset + buf.len, chunk, mark - done, by);
    buf.len += chunk;
    i.iovOffset = buf.offset + buf.len;
    done += chunk;
  }
  i.count = capacity(k, i);
  return done;
}

/** copy_to_iter, and the sum of what was copied: in the model a byte counts as its tag. */
function csumAndCopyToPipe(k: Kernel, bytes: number, i: IovIter): number {
  const copied = append(k, i, bytes, k.srcMark, 'csum_and_copy_to_iter');
  for (let n = 0; n < copied; n++) k.out.csum += n === k.srcMark ? Tag.Marked : Tag.Plain;
  return copied;
}

export function pipeGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  if (maxsize > i.count) maxsize = i.count;
  const most = Math.min(divRoundUp(maxsize, k.pageSize), maxpages);
  if (most === 0) return 0;
  k.out.start = 0;
  let n = 0;
  while (n < most && k.fn.pushPipe(k, i, k.pageSize) !== 0) {
    const { page } = k.pipe.bufs[k.out.idx];
    storePage(k, n++, page, 'iov_iter_get_pages');
    getPage(k, page, 'iov_iter_get_pages');
  }
  return n === 0 ? -EFAULT : Math.min(maxsize, n * k.pageSize);
}

/** "Allocate array, then as in iov_iter_get_pages()" */
export function pipeGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number {
  if (maxsize > i.count) maxsize = i.count;
  if (maxsize === 0) return 0;
  const npages = Math.min(divRoundUp(maxsize, k.pageSize), elementsLeft(k));
  if (npages === 0) return -EFAULT;
  if (!getPagesArray(k, npages)) return -ENOMEM;
  const n = k.fn.pipeGetPages(k, i, maxsize, npages);
  if (n <= 0) kvfreeArray(k, 'iov_iter_get_pages_alloc');
  return n;
}

/** Moves over the elements' bytes, whoever filled them; returns the bytes for which there is no element. */
function seek(k: Kernel, i: IovIter, size: number): number {
  if (size > i.count) size = i.count;
  if (size === 0) return 0;
  const { pipe } = k;
  const mask = pipe.buffers - 1;
  if (i.iovOffset !== 0) size += i.iovOffset - pipe.bufs[i.idx].offset; // from the element's beginning
  for (let nth = (i.idx - pipe.curbuf) & mask; size > 0 && nth < pipe.nrbufs; nth++) {
    i.idx = (pipe.curbuf + nth) & mask;
    const buf = pipe.bufs[i.idx];
    const chunk = Math.min(size, buf.len);
    i.iovOffset = buf.offset + chunk;
    size -= chunk;
  }
  return size;
}

export function pipeAdvance(k: Kernel, i: IovIter, size: number): void {
  const left = seek(k, i, size);
  const { curbuf, nrbufs, buffers, bufs } = k.pipe;
  const { offset, len } = bufs[i.idx];
  const isAtEnd = left === 0 && i.idx === ((curbuf + nrbufs - 1) & (buffers - 1)) && i.iovOffset === offset + len;
  if (size !== 0 && !isAtEnd) k.warn('iov_iter_advance');
  i.count = capacity(k, i);
}

/** The mail's unnamed primitive: move, truncate the element where that ends, free the ones behind it. */
export function iovIterCommit(k: Kernel, i: IovIter, size: number): void {
  const { pipe } = k;
  const mask = pipe.buffers - 1;
  seek(k, i, size);
  let keep = (i.idx - pipe.curbuf) & mask;
  if (i.iovOffset !== 0) {
    const buf = pipe.bufs[i.idx];
    buf.len = i.iovOffset - buf.offset;
    keep++;
  }
  while (pipe.nrbufs > keep) {
    k.turn('iov_iter_commit');
    pipe.nrbufs--;
    const buf = pipe.bufs[(pipe.curbuf + pipe.nrbufs) & mask];
    callRelease(k, buf, buf.ops);
    buf.ops = PipeBufOps.Null;
  }
  i.count = capacity(k, i);
}

/** The argument `count` is not looked at: count is what fits. */
export function iovIterPipe(k: Kernel, i: IovIter, direction: number): void {
  k.bugOn(direction !== ITER_PIPE, 'iov_iter_pipe', 'BUG_ON(direction != ITER_PIPE)');
  i.active = true;
  i.type = direction;
  i.idx = (k.pipe.curbuf + k.pipe.nrbufs) & (k.pipe.buffers - 1);
  i.iovOffset = 0;
  i.count = capacity(k, i);
}

/** From the return of ->read_iter() on; a commit of 0 frees what a failing one has emitted. */
function genericFileSpliceReadDone(k: Kernel, ret: number): number {
  if (ret >= 0) return ret;
  k.iter.idx = k.iter.startHead;
  k.iter.iovOffset = 0;
  k.fn.iovIterCommit(k, k.iter, 0);
  return ret === -EFAULT ? -EAGAIN : ret;
}

export const design = defineDesign({
  id: 'pipe-iter-mail-2016',
  title: 'a pipe-backed iov_iter flavour, as the design mail has it (seed 001)',
  source: [{ tree: 'S-MAIL', file: '', symbol: '' }],
  base: linux48,
  override: {
    iterIsIovec: (_k, i) => (i.type & (ITER_BVEC | ITER_KVEC | ITER_PIPE)) === 0,
    iovForEach: (k, i) => (isPipe(i) ? 0 : base.iovForEach(k, i)),
    iovIterSingleSegCount: (k, i) => (isPipe(i) ? i.count : base.iovIterSingleSegCount(k, i)),
    copyToIter: (k, n, i) => (isPipe(i) ? k.fn.copyPipeToIter(k, n, i) : base.copyToIter(k, n, i)),
    copyPageToIter: (k, page, off, n, i) =>
      isPipe(i) ? k.fn.copyPageToIterPipe(k, page, off, n, i) : base.copyPageToIter(k, page, off, n, i),
    iovIterZero: (k, n, i) => (isPipe(i) ? k.fn.pipeZero(k, n, i) : base.iovIterZero(k, n, i)),
    csumAndCopyToIter: (k, n, i) => (isPipe(i) ? csumAndCopyToPipe(k, n, i) : base.csumAndCopyToIter(k, n, i)),
    iovIterAdvance: (k, i, size) => (isPipe(i) ? k.fn.pipeAdvance(k, i, size) : base.iovIterAdvance(k, i, size)),
    iovIterGetPages: (k, i, maxsize, maxpages) =>
      isPipe(i) ? k.fn.pipeGetPages(k, i, maxsize, maxpages) : base.iovIterGetPages(k, i, maxsize, maxpages),
    iovIterGetPagesAlloc: (k, i, maxsize) =>
      isPipe(i) ? k.fn.pipeGetPagesAlloc(k, i, maxsize) : base.iovIterGetPagesAlloc(k, i, maxsize),
    iovIterNpages: (k, i, max) => (isPipe(i) ? Math.min(max, elementsLeft(k)) : base.iovIterNpages(k, i, max)),
    iovIterAlignment: (k, i) => (isPipe(i) ? 0 : base.iovIterAlignment(k, i)),
    iovIterFaultInReadable: (k, i, n) => (isPipe(i) ? 0 : base.iovIterFaultInReadable(k, i, n)),
    dupIter: (k, to, from) => (isPipe(from) ? bug(k, 'dup_iter') : base.dupIter(k, to, from)),
    copyFromIter: (k, n, i) => (isPipe(i) ? bug(k, 'copy_from_iter') : base.copyFromIter(k, n, i)),
    copyFromIterNocache: (k, n, i) =>
      isPipe(i) ? bug(k, 'copy_from_iter_nocache') : base.copyFromIterNocache(k, n, i),
    csumAndCopyFromIter: (k, n, i) =>
      isPipe(i) ? bug(k, 'csum_and_copy_from_iter') : base.csumAndCopyFromIter(k, n, i),
    copyPageFromIter: (k, page, off, n, i) =>
      isPipe(i) ? bug(k, 'copy_page_from_iter') : base.copyPageFromIter(k, page, off, n, i),
    iovIterCopyFromUserAtomic: (k, page, off, n, i) =>
      isPipe(i) ? bug(k, 'iov_iter_copy_from_user_atomic') : base.iovIterCopyFromUserAtomic(k, page, off, n, i),
  },
  add: {
    functions: {
      pushPipe,
      copyPageToIterPipe,
      copyPipeToIter: (k, bytes, i) => append(k, i, bytes, k.srcMark, 'copy_to_iter'),
      pipeZero: (k, bytes, i) => append(k, i, bytes, -1, 'iov_iter_zero'),
      pipeGetPages,
      pipeGetPagesAlloc,
      pipeAdvance,
      iovIterCommit: (k, i, size) => (isPipe(i) ? iovIterCommit(k, i, size) : k.fn.iovIterAdvance(k, i, size)),
      iovIterPipe,
      genericFileSpliceRead,
      genericFileSpliceReadDone,
    },
  },
  contract,
  scenarios: ['pipe-iter'],
  expect: {
    violates: [
      { invariant: 'no-warn', steps: 3 },
      { invariant: 'packet-boundaries', steps: 4 },
      { invariant: 'returns-what-it-promised', steps: 3 },
      { invariant: 'no-unwritten-byte-readable', steps: 7 },
      { invariant: 'bytes-in-order', steps: 7 },
    ],
  },
});
