/** Mistakes that nobody made, each in one function of 6.12: what a judge of lent memory has to notice. */
import { EFAULT } from '#iov/model/errno.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { Kernel, PipeBuffer } from '#iov/model/kernel.js';
import {
  PIPE_BUF_FLAG_CAN_MERGE,
  PIPE_BUF_FLAG_GIFT,
  PIPE_BUF_FLAG_LRU,
  PIPE_BUF_FLAG_PACKET,
  PipeBufOps,
} from '#iov/model/kernel.js';
import { copyBuf } from '#iov/model/linux/6.1/splice_pipes.js';
import { pageMapcount } from '#iov/model/memory.js';
import { headTailEnds } from '#iov/model/ends.js';
import { designOf } from '../search.js';

/** The functions that a mutant changes something of. */
export const fn: KernelFunctions = designOf('linux-6.12').functions;

export interface Mutant {
  readonly name: string;
  readonly override: Partial<KernelFunctions>;
  /** Beside tiny. */
  readonly bounds?: string;
  /** Edges that are looked at. */
  readonly limit?: number;
  /** The invariants that break first, with the length of the shortest trace of each. */
  readonly breaks: Readonly<Record<string, number>>;
}

/** The slot behind the last used one, whether it is free or not. */
const nextSlot = ({ pipe }: Kernel): PipeBuffer => pipe.bufs[pipe.head & (pipe.ringSize - 1)];

export const INTO_THE_PIPE: readonly Mutant[] = [
  {
    name: 'a lent page has no reference',
    override: {
      iovIterGetPages(k, i, maxsize, maxpages) {
        const ret = fn.iovIterGetPages(k, i, maxsize, maxpages);
        if (ret > 0 && k.pagesArray[0] !== null) k.pagesArray[0].refcount--;
        return ret;
      },
    },
    breaks: { 'refcount-equals-owners': 2 },
  },
  {
    name: 'a page that does not fit is not released',
    override: {
      addToPipe(k, buf) {
        const ret = fn.addToPipe(k, buf);
        if (ret < 0 && buf.page !== null) buf.page.refcount++;
        return ret;
      },
    },
    breaks: { 'refcount-equals-owners': 2 },
  },
  {
    name: 'pages behind the one that does not fit are kept',
    override: {
      iterToPipe(k, from, flags) {
        const ret = fn.iterToPipe(k, from, flags);
        const page = k.pagesArray[1];
        if (k.isEntryWritten[1] && from.count > 0 && ret > 0 && page !== null) page.refcount++;
        return ret;
      },
    },
    bounds: 'vpages=2',
    limit: 200_000,
    breaks: { 'refcount-equals-owners': 3 },
  },
  {
    name: 'a page is lent from its start',
    override: {
      iovIterGetPages(k, i, maxsize, maxpages) {
        const ret = fn.iovIterGetPages(k, i, maxsize, maxpages);
        k.out.start = 0;
        return ret;
      },
    },
    breaks: { 'bytes-in-order': 2 },
  },
  {
    name: 'each segment begins where the first one does',
    override: {
      addToPipe(k, buf) {
        if (k.iter.seg > 0) buf.offset = (k.iter.vec?.iov[0].base ?? 0) % k.pageSize;
        return fn.addToPipe(k, buf);
      },
    },
    bounds: 'ring=2,slots=2',
    breaks: { 'bytes-in-order': 2 },
  },
  {
    name: 'an error is told though bytes went in',
    override: {
      iterToPipe(k, from, flags) {
        const ret = fn.iterToPipe(k, from, flags);
        return ret > 0 && from.count > 0 ? -EFAULT : ret;
      },
    },
    breaks: { 'returns-what-it-promised': 2, 'bytes-in-order': 2 },
  },
  {
    name: 'it is the parent that lends',
    override: {
      vmspliceToPipe(k, vec, flags) {
        if (k.mms[0].isAlive) k.current = 0;
        return fn.vmspliceToPipe(k, vec, flags);
      },
    },
    breaks: { 'bytes-in-order': 4, 'returns-what-it-promised': 3 },
  },
  {
    name: 'a full ring is not looked at',
    override: {
      addToPipe(k, buf) {
        copyBuf(nextSlot(k), buf);
        k.pipe.head = (k.pipe.head + 1) & k.headMask;
        return buf.len;
      },
    },
    breaks: { 'ring-well-formed': 2 },
  },
  {
    name: 'a write is merged into a lent page',
    override: { canMerge: (k, buf, filp) => buf.ops === PipeBufOps.UserPage || fn.canMerge(k, buf, filp) },
    breaks: { 'memory-is-private': 3 },
  },
  {
    name: 'a lent buffer keeps the flags of the slot',
    override: {
      addToPipe(k, buf) {
        buf.flags |= nextSlot(k).flags;
        return fn.addToPipe(k, buf);
      },
    },
    bounds: 'stale=flags',
    breaks: { 'memory-is-private': 5, 'packet-boundaries': 4 },
  },
  {
    name: 'write faults count mappings',
    override: { wpCanReuse: (k, _mm, page) => pageMapcount(k, page) < 2 },
    limit: 500_000,
    breaks: { 'lent-data-is-the-lenders': 6 },
  },
];

export const OUT_OF_THE_PIPE: readonly Mutant[] = [
  {
    name: 'vmsplice out of a pipe ends with a packet',
    override: {
      spliceFromPipeFeed(k) {
        const isPacket = (headTailEnds.at(k, 0).flags & PIPE_BUF_FLAG_PACKET) !== 0;
        const { totalLen } = k.lending;
        if (isPacket) k.lending.totalLen = Math.min(totalLen, headTailEnds.at(k, 0).len);
        return fn.spliceFromPipeFeed(k);
      },
    },
    bounds: 'ring=2,slots=2',
    breaks: { 'returns-what-it-promised': 3 },
  },
  {
    name: 'a fault on the way out is not seen',
    override: {
      pipeToUser(k, buf) {
        fn.pipeToUser(k, buf);
        return k.lending.len;
      },
    },
    breaks: { 'returns-what-it-promised': 2 },
  },
  {
    name: 'a fault on the way out drops the buffer',
    override: {
      pipeToUser(k, buf) {
        const ret = fn.pipeToUser(k, buf);
        if (ret < 0) buf.len = 0;
        return ret;
      },
    },
    breaks: { 'bytes-in-order': 2 },
  },
  {
    name: 'what was copied out stays where it is',
    override: {
      spliceFromPipeFeed(k) {
        const buf = headTailEnds.at(k, 0);
        const { offset } = buf;
        const ret = fn.spliceFromPipeFeed(k);
        if (buf.ops !== 0) buf.offset = offset;
        return ret;
      },
    },
    breaks: { 'bytes-in-order': 2 },
  },
  {
    name: 'a lent page is not released',
    override: { pageCachePipeBufRelease() {} },
    breaks: { 'refcount-equals-owners': 2 },
  },
  {
    name: 'a page that can not be read is given out',
    override: { pipeBufConfirm: () => 0 },
    breaks: { 'returns-what-it-promised': 2 },
  },
];

export const TAKERS: readonly Mutant[] = [
  {
    name: 'references are not counted before a page is taken',
    override: { genericPipeBufTrySteal: () => true },
    breaks: { 'stolen-page-has-one-owner': 3 },
  },
  {
    name: 'what is lent is taken',
    override: { userPagePipeBufTrySteal: (k, buf) => k.fn.genericPipeBufTrySteal(k, buf) },
    limit: 300_000,
    breaks: { 'only-gifts-are-moved': 5 },
  },
  {
    name: 'a duplicate is a gift, too',
    override: {
      pipeBufMarkUnmergeable(_k, obuf) {
        obuf.flags &= ~PIPE_BUF_FLAG_CAN_MERGE;
      },
    },
    limit: 2_500_000,
    breaks: { 'only-gifts-are-moved': 7 },
  },
  {
    name: 'everything that is lent is a gift',
    override: { iterToPipe: (k, from) => fn.iterToPipe(k, from, PIPE_BUF_FLAG_GIFT) },
    limit: 300_000,
    breaks: { 'only-gifts-are-moved': 5 },
  },
  {
    name: 'a page of the file is taken, and stays in the page cache',
    override: { pageCachePipeBufTrySteal: () => true },
    breaks: { 'stolen-page-has-one-owner': 2 },
  },
  {
    name: 'a page of the file is taken, whoever else has it',
    override: {
      removeMapping(k, page) {
        page.refcount--;
        k.lending.uncached = page;
        return true;
      },
    },
    breaks: { 'stolen-page-has-one-owner': 3 },
  },
  {
    name: 'a page of the file is added to the LRU once more',
    override: {
      pageCachePipeBufTrySteal(k, buf) {
        const ret = fn.pageCachePipeBufTrySteal(k, buf);
        buf.flags &= ~PIPE_BUF_FLAG_LRU;
        return ret;
      },
    },
    breaks: { 'no-bug': 2 },
  },
  {
    name: 'the buffer of a page that was taken is released twice',
    override: {
      fuseTryMovePage(k, buf) {
        const { ops } = buf;
        const ret = fn.fuseTryMovePage(k, buf);
        if (ret === 0) buf.ops = ops;
        return ret;
      },
    },
    breaks: { 'refcount-equals-owners': 2 },
  },
  {
    name: 'the fuse device copies from the start of a page',
    override: {
      fuseDevSpliceWrite(k, len, flags) {
        const buf = headTailEnds.at(k, 0);
        if (headTailEnds.used(k) > 0 && buf.len >= len) buf.offset = 0;
        return fn.fuseDevSpliceWrite(k, len, flags);
      },
    },
    breaks: { 'bytes-in-order': 3 },
  },
  {
    name: 'a reply that is too long is taken as it is',
    override: { fuseDevSpliceWrite: (k, len, flags) => Math.max(0, fn.fuseDevSpliceWrite(k, len, flags)) },
    breaks: { 'returns-what-it-promised': 1 },
  },
];
