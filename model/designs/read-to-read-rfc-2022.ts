/**
 * Seed 003, "io_uring/splice: support splice from ->splice_read to ->splice_read" (RFC PATCH
 * 3/4, November 2022), as posted, on 6.1: one splice_read fills the task's internal pipe with
 * pages that want data, a second one reads a file into them.
 *
 * What the text leans on, and what was made of it:
 * - Patch 1 of the series: SPLICE_F_DIRECT, with which io_uring's splice calls do_splice_direct()
 *   between two files, and the bit for it in the mask of valid flags. The text shows both.
 *   That the mask is that of tee as well is 6.1.
 * - Patch 2: splice_dismiss_pipe(), the loop that ends iter_file_splice_write() in 6.1. Its
 *   answer, whether writers are to be woken, is thrown away by the text.
 * - Patch 4, and the comment at consumed_by_read: who lends. Two lenders, `fuse`, which does
 *   what the comment says and no more: it sets consumed_by_read where SPLICE_F_READ_TO_READ is
 *   given, whether or not it has anything to lend; and `ublk`, which as in patch 4 also wants
 *   SPLICE_F_DIRECT (-EPERM), and refuses a pipe that is marked already (-EINVAL). Both refuse
 *   a call without READ_TO_READ (patch 4: a READ request), and lend no more than `len`, by
 *   slots of a page at most unless the op says `big_slot`. A slot of theirs holds a reference.
 */
import { EBADF, EFAULT, EAGAIN, EINVAL, ENOMEM, EPERM } from '../errno.js';
import { defineDesign } from '../design.js';
import type { Loff, OpenFile, SpliceDesc } from '../files.js';
import { SPLICE_F_DIRECT, SPLICE_F_FD_IN_FIXED, SPLICE_F_READ_TO_READ, With } from '../files.js';
import type { KernelFunctions } from '../functions.js';
import type { Kernel, Page } from '../kernel.js';
import { PipeBufOps, READ } from '../kernel.js';
import { checkFlags, withFile } from '../linux/6.1/io_uring_splice.js';
import { deref, producerLimit } from '../linux/6.1/read_write.js';
import { callSpliceRead, initSpliceDesc } from '../linux/6.1/splice_direct.js';
import { dismiss, fillArray } from '../linux/6.1/splice_write.js';
import { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from '../linux/5.8/pipe.js';
import { getPage, mayAllocate } from '../mm.js';
import { design as linux61 } from './linux-6.1.js';

export const BOTH = SPLICE_F_DIRECT | SPLICE_F_READ_TO_READ;

/** `pipe->consumed_by_read`, the one field that the design adds. */
export const CONSUMED_BY_READ = 0;

export function isConsumedByRead(k: Kernel): boolean {
  return k.added[CONSUMED_BY_READ] !== 0;
}

/** `add_to_pipe()` of a page to be filled. */
function addToPipe(k: Kernel, page: Page, offset: number, len: number): void {
  const buf = pipeBuf(k, k.pipe.head);
  k.pipe.head = slotAdd(k, k.pipe.head, 1);
  buf.ops = PipeBufOps.Default;
  buf.page = page;
  buf.offset = offset;
  buf.len = len;
  buf.flags = 0;
  getPage(k, page, 'add_to_pipe');
}

/** Lends the pages from `pos` on; an empty slot, or one that covers more than a page, is the op's choice. */
function lend(k: Kernel, file: OpenFile, at: Loff, limit: number): number {
  const { splice, pageSize } = k;
  const pageAt = (pos: number): Page => file.pages[Math.floor(pos / pageSize)];
  let done = 0;
  const isRoomy = k.pipe.maxUsage - pipeOccupancy(k) > 1;
  if (limit > 0 && isRoomy && splice.hit(With.EmptySlotFirst)) addToPipe(k, pageAt(at.pos), 0, 0);
  while (done < limit && !pipeFull(k)) {
    k.turn('lender_splice_read');
    const offset = at.pos % pageSize;
    let n = Math.min(limit - done, pageSize - offset);
    if (n < limit - done && splice.hit(With.BigSlot)) n = limit - done;
    addToPipe(k, pageAt(at.pos), offset, n);
    at.pos += n;
    done += n;
  }
  if (done > 0 && !pipeFull(k) && splice.hit(With.EmptySlotLast)) addToPipe(k, file.pages[0], 0, 0);
  return done;
}

/** @kernel RFC-4/4 drivers/block/ublk_drv.c ublk_splice_read, as far as the pipe is concerned. */
function spliceReadLender(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number {
  if (file.isWary && (flags & SPLICE_F_DIRECT) === 0) return -EPERM;
  if (file.isWary && isConsumedByRead(k)) return -EINVAL;
  const at = deref(k, ppos, 'lender_splice_read');
  if ((flags & SPLICE_F_READ_TO_READ) === 0) return -EINVAL;
  const limit = producerLimit(k, file, Math.max(0, Math.min(len, file.size - at.pos)));
  k.added[CONSUMED_BY_READ] = 1;
  return limit < 0 ? limit : lend(k, file, at, limit);
}

/** @kernel 003 fs/splice.c generic_file_splice_read: the producer is 6.1's. */
function genericFileSpliceReadFile(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number {
  const by = 'generic_file_splice_read';
  if ((flags & SPLICE_F_READ_TO_READ) === 0 || !isConsumedByRead(k)) {
    return linux61.functions.genericFileSpliceReadFile(k, file, ppos, len, flags);
  }
  if ((flags & SPLICE_F_DIRECT) === 0) {
    k.warn(by);
    return -EINVAL;
  }
  if (!mayAllocate(k)) return -ENOMEM;
  const bytes = fillArray(k, len, k.pipe.maxUsage);
  k.fn.iovIterBvec(k, k.iter, READ, k.splice.vec, bytes);
  k.splice.kiPos = deref(k, ppos, by).pos;
  let ret = k.fn.callReadIter(k, file, k.iter);
  k.iter.clear();
  if (ret > 0) {
    deref(k, ppos, by).pos = k.splice.kiPos;
    k.fn.spliceDismissPipe(k, ret);
  } else if (ret === -EFAULT) {
    ret = -EAGAIN;
  }
  k.added[CONSUMED_BY_READ] = 0;
  return ret;
}

/** @kernel 003 fs/splice.c do_splice_to */
const doSpliceTo: KernelFunctions['doSpliceTo'] = (k, file, ppos, len, flags, consumer) => {
  if (!file.isRead) return -EBADF;
  const used = pipeOccupancy(k);
  const space = consumer === true ? used : k.pipe.maxUsage - used;
  len = Math.min(len, space * k.pageSize);
  const ret = k.fn.rwVerifyArea(k, READ, file, ppos, len);
  return ret < 0 ? ret : callSpliceRead(k, file, ppos, len, flags);
};

/** @kernel 003 fs/splice.c direct_splice_read_consumer_actor */
function directSpliceReadConsumerActor(k: Kernel, sd: SpliceDesc): number {
  if (!isConsumedByRead(k)) return -EINVAL;
  const file = sd.file ?? k.die('no-bug', 'direct_splice_read_consumer_actor', 'sd->u.file is not set');
  return k.fn.doSpliceTo(k, file, sd.opos, sd.totalLen, sd.flags, true);
}

/** @kernel 003 fs/splice.c do_splice_direct_read_consumer */
const doSpliceDirectReadConsumer: KernelFunctions['doSpliceDirectReadConsumer'] = (
  k,
  file,
  ppos,
  out,
  opos,
  len,
  flags,
) => {
  const by = 'do_splice_direct_read_consumer';
  const sd = initSpliceDesc(k, ppos, out, opos, len, flags, by);
  if ((flags & BOTH) === 0) return -EINVAL;
  if (!out.isRead) return -EBADF;
  if (out.spliceRead !== 'generic') return -EINVAL;
  let ret = k.fn.rwVerifyArea(k, READ, out, opos, len);
  if (ret < 0) return ret;
  ret = k.fn.spliceDirectToActor(k, file, sd, k.fn.directSpliceReadConsumerActor);
  if (ret > 0) deref(k, ppos, by).pos = sd.pos;
  return ret;
};

/** @kernel 003 io_uring/splice.c io_splice */
const ioSplice: KernelFunctions['ioSplice'] = (k, file, offIn, out, offOut, len, spFlags) =>
  withFile(file, spFlags, () => {
    const flags = spFlags & ~SPLICE_F_FD_IN_FIXED;
    if (len === 0) return 0;
    if ((flags & BOTH) === 0) return k.fn.doSplice(k, file, offIn, out, offOut, len, flags);
    if ((flags & SPLICE_F_READ_TO_READ) !== 0) {
      return k.fn.doSpliceDirectReadConsumer(k, file, offIn, out, offOut, len, flags);
    }
    return k.fn.doSpliceDirect(k, file, offIn, out, offOut, len, flags);
  });

export const design = defineDesign({
  id: 'read-to-read-rfc-2022',
  title: 'SPLICE_F_READ_TO_READ, the patch of November 2022 (seed 003)',
  source: [
    { tree: '003', file: 'fs/splice.c', symbol: 'do_splice_direct_read_consumer' },
    { tree: '003', file: 'io_uring/splice.c', symbol: 'io_splice' },
  ],
  base: linux61,
  override: {
    genericFileSpliceReadFile,
    doSpliceTo,
    /** @kernel 003 io_uring/splice.c __io_splice_prep */
    ioSplicePrep: (_k, flags) => checkFlags(flags, BOTH),
    ioSplice,
  },
  add: {
    fields: [['pipe.consumedByRead', 1]],
    functions: {
      spliceReadLender,
      /** @kernel RFC-2/4 fs/splice.c splice_dismiss_pipe: the pipe has no files, so that nobody is to be woken. */
      spliceDismissPipe(k, bytes) {
        dismiss(k, bytes);
        return false;
      },
      directSpliceReadConsumerActor,
      doSpliceDirectReadConsumer,
    },
  },
  scenarios: ['read-to-read'],
  expect: {
    violates: [
      { invariant: 'no-warn', steps: 1 },
      { invariant: 'errors-have-no-effect', steps: 1 },
      { invariant: 'internal-pipe-is-neutral', steps: 1 },
      { invariant: 'returns-what-it-promised', steps: 1 },
      { invariant: 'no-bug', steps: 1 },
      { invariant: 'refcount-equals-owners', steps: 1 },
      { invariant: 'page-cache-written-only-by-writers', steps: 2 },
    ],
  },
});
