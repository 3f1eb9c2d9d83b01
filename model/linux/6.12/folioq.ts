/**
 * ITER_FOLIOQ of 6.12: an iterator over a chain of folio_queue segments. iov_offset is counted
 * from the start of the folio in folioq_slot of the segment folioq.
 *
 * A walk may end at the very end of a folio, and so may a list of pages: the iterator then
 * stays on that folio, with nothing left of it, until somebody moves on. Behind the last folio
 * of a segment that has no successor, the slot is one that the segment does not have.
 *
 * Every segment here is full: folioq_nr_slots() is the number of its folios.
 *
 * @kernel 6.12 lib/iov_iter.c; include/linux/iov_iter.h iterate_folioq; include/linux/folio_queue.h
 */
import { EIO, ENOMEM } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { FolioQueue, IovIter, Kernel, Vec } from '../../kernel.js';
import { ITER_FOLIOQ, READ, WRITE } from '../../kernel.js';
import { getPage, storePage } from '../../mm.js';
import type { Step } from '../6.1/iov_iter/iterate.js';
import { pageAfter, vecOf } from '../6.1/iov_iter/iterate.js';
import { wantPagesArray } from '../6.1/iov_iter/pages.js';

type Folio = FolioQueue['slots'][number];

export function isFolioq(i: IovIter): boolean {
  return i.flavour === ITER_FOLIOQ;
}

/** The segment, which may be NULL where `->next` or `->prev` of one was followed. */
function queueAt(k: Kernel, vec: Vec, seg: number, by: string): FolioQueue {
  return vec.folioq[seg] ?? k.die('no-bug', by, `${by}() follows the chain of folio_queue past its end`);
}

/** folioq_folio(), folioq_folio_size(); a slot that is not there is memory behind the segment. */
function folioAt(k: Kernel, vec: Vec, seg: number, slot: number, by: string): Folio {
  const folio = queueAt(k, vec, seg, by).slots[slot];
  return folio ?? k.die('no-bug', by, `${by}() looks at slot ${slot}, which the folio_queue does not have`);
}

function nrSlots(k: Kernel, vec: Vec, seg: number, by: string): number {
  return queueAt(k, vec, seg, by).slots.length;
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_folio_queue, from the first slot on */
function iovIterFolioQueue(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  k.bugOn((direction & ~1) !== 0, 'iov_iter_folio_queue', 'BUG_ON(direction & ~1)');
  i.clear();
  i.active = true;
  i.type = ITER_FOLIOQ | (direction === READ ? READ : WRITE);
  i.vec = vec;
  i.count = count;
}

/**
 * One step a page; a folio of which nothing is left is passed over, and since 808471ddb0fa
 * (6.17, 6.12.y) not touched first.
 *
 * @kernel 6.12 include/linux/iov_iter.h iterate_and_advance2, iterate_folioq
 */
export function iterateFolioq(k: Kernel, i: IovIter, len: number, step: Step, by: string): number {
  return walkFolioq(k, i, len, step, by, false);
}

/** The same as up to 6.16: a folio of which nothing is left is stepped into all the same, behind its end. */
export function iterateFolioqPastEnd(k: Kernel, i: IovIter, len: number, step: Step, by: string): number {
  return walkFolioq(k, i, len, step, by, true);
}

/** @kernel 6.12 include/linux/iov_iter.h iterate_folioq */
function walkFolioq(k: Kernel, i: IovIter, len: number, step: Step, by: string, isPastEnd: boolean): number {
  if (i.count < len) len = i.count;
  if (len === 0) return 0;
  const vec = vecOf(k, i, by);
  let { seg, folioqSlot: slot, iovOffset: skip } = i;
  let progress = 0;
  let isShort = false;
  if (slot === nrSlots(k, vec, seg, by)) {
    seg++;
    slot = 0;
  }
  while (len !== 0 && !isShort) {
    k.turn(by);
    const { page, size } = folioAt(k, vec, seg, slot, by);
    if (skip < size || isPastEnd) {
      const at = skip % k.pageSize;
      const part = Math.min(len, k.pageSize - at);
      const sub = pageAfter(k, page, Math.floor(skip / k.pageSize), by);
      const left = step.kernel(k, sub, at, progress, part, by);
      len -= part - left;
      progress += part - left;
      skip += part - left;
      isShort = left !== 0;
    }
    if (skip >= size) {
      skip = 0;
      slot++;
      if (slot === nrSlots(k, vec, seg, by) && vec.folioq.length > seg + 1) {
        seg++;
        slot = 0;
      }
    }
  }
  i.folioqSlot = slot;
  i.seg = seg;
  i.iovOffset = skip;
  i.count -= progress;
  return progress;
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_folioq_advance */
function iovIterFolioqAdvance(k: Kernel, i: IovIter, size: number): void {
  const by = 'iov_iter_folioq_advance';
  if (i.count === 0) return;
  i.count -= size;
  const vec = vecOf(k, i, by);
  let { seg, folioqSlot: slot } = i;
  if (slot >= nrSlots(k, vec, seg, by)) {
    seg++;
    slot = 0;
  }
  size += i.iovOffset; // from the start of the folio
  do {
    const fsize = folioAt(k, vec, seg, slot, by).size;
    if (size < fsize) break;
    size -= fsize;
    slot++;
    if (slot >= nrSlots(k, vec, seg, by) && vec.folioq.length > seg + 1) {
      seg++;
      slot = 0;
    }
  } while (size !== 0);
  i.iovOffset = size;
  i.folioqSlot = slot;
  i.seg = seg;
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_folioq_revert; iov_iter_revert() has taken iov_offset off already. */
function iovIterFolioqRevert(k: Kernel, i: IovIter, unroll: number): void {
  const by = 'iov_iter_folioq_revert';
  const vec = vecOf(k, i, by);
  let { seg, folioqSlot: slot } = i;
  for (;;) {
    if (slot === 0) {
      seg--;
      slot = nrSlots(k, vec, seg, by);
    }
    slot--;
    const fsize = folioAt(k, vec, seg, slot, by).size;
    if (unroll <= fsize) {
      i.iovOffset = fsize - unroll;
      break;
    }
    unroll -= fsize;
  }
  i.folioqSlot = slot;
  i.seg = seg;
}

/**
 * The loop that both lists of pages share. Where the last page ends a folio, the iterator is
 * left at that end.
 *
 * @kernel 6.12 lib/iov_iter.c iter_folioq_get_pages, iov_iter_extract_folioq_pages
 */
function listPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number, isGet: boolean, by: string): number {
  const vec = vecOf(k, i, by);
  let { seg, folioqSlot: slot } = i;
  if (slot >= nrSlots(k, vec, seg, by)) {
    seg++;
    slot = 0;
    if (i.iovOffset !== 0) {
      k.warn(by);
      return -EIO;
    }
  }
  const start = i.iovOffset % k.pageSize;
  maxpages = wantPagesArray(k, maxsize, start, maxpages);
  if (maxpages === 0) return -ENOMEM;
  k.out.start = start;
  let extracted = 0;
  for (let nr = 0; ; ) {
    k.turn(by);
    const { page, size } = folioAt(k, vec, seg, slot, by);
    const offset = i.iovOffset;
    if (offset < size) {
      const part = Math.min(k.pageSize - (offset % k.pageSize), maxsize - extracted, size - offset);
      const sub = pageAfter(k, page, Math.floor(offset / k.pageSize), by);
      storePage(k, nr++, sub, by);
      if (isGet) getPage(k, sub, by);
      i.count -= part;
      i.iovOffset += part;
      extracted += part;
    }
    if (nr >= maxpages || extracted >= maxsize) break;
    if (i.iovOffset >= size) {
      i.iovOffset = 0;
      slot++;
      if (slot === nrSlots(k, vec, seg, by) && vec.folioq.length > seg + 1) {
        seg++;
        slot = 0;
      }
    }
  }
  i.seg = seg;
  i.folioqSlot = slot;
  return extracted;
}

/** `part` of the folio that the iterator stands on. @kernel 6.12 lib/iov_iter.c iov_iter_single_seg_count */
export function folioqSingleSegCount(k: Kernel, i: IovIter): number {
  const by = 'iov_iter_single_seg_count';
  // The whole folio, wherever in it the iterator stands.
  return i.count === 0 ? 0 : Math.min(folioAt(k, vecOf(k, i, by), i.seg, i.folioqSlot, by).size, i.count);
}

export const folioq612 = {
  iovIterFolioQueue,
  iovIterFolioqAdvance,
  iovIterFolioqRevert,
  /** @kernel 6.12 lib/iov_iter.c iter_folioq_get_pages */
  iterFolioqGetPages: (k, i, maxsize, maxpages) => listPages(k, i, maxsize, maxpages, true, 'iter_folioq_get_pages'),
  /** @kernel 6.12 lib/iov_iter.c iov_iter_extract_folioq_pages */
  iovIterExtractFolioqPages: (k, i, maxsize, maxpages) =>
    listPages(k, i, maxsize, maxpages, false, 'iov_iter_extract_folioq_pages'),
} satisfies Partial<KernelFunctions>;
