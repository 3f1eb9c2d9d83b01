/** The copies, as data; what they have to do is in copy.ts. */
import { Side } from '../contents.js';
import type { OpSpec, World } from '../op.js';
import type { Copy } from './copy.js';
import { copyOp } from './copy.js';

/** copy_page_from_iter_atomic() took the place of iov_iter_copy_from_user_atomic() in 5.14; no design lies between that and 5.16. */
const movesAtomic = (w: World): boolean => w.design.present.has('faultInIovIterWriteable');

/** Since 6.2 what is thrown away is summed all the same; no design lies between that and 6.3, which asks whether pages are pinned. */
const sumsDiscarded = (w: World): boolean => w.design.present.has('iovIterExtractWillPin');

const TO_BUFFER = { isSource: true, side: Side.Buffer } as const;
const FROM_BUFFER = { isSource: false, side: Side.Buffer } as const;
const TO_PAGE = { isSource: true, side: Side.Page } as const;
const FROM_PAGE = { isSource: false, side: Side.Page } as const;

export const COPY_OPS: readonly OpSpec[] = (
  [
    {
      ...FROM_BUFFER,
      name: 'copy_to_iter',
      help: 'copy bytes of kernel memory to where the iterator stands',
      fn: 'copyToIter',
      call: (k, bytes) => k.fn.copyToIter(k, bytes, k.iter),
    },
    {
      ...FROM_BUFFER,
      name: 'copy_to_iter_full',
      help: 'the same, all bytes or none',
      fn: 'copyToIterFull',
      isFull: true,
      call: (k, bytes) => k.fn.copyToIterFull(k, bytes, k.iter),
    },
    {
      ...FROM_BUFFER,
      name: '_copy_mc_to_iter',
      help: 'the same, from memory in which a machine check may strike',
      fn: 'copyMcToIter',
      isPoisoned: true,
      call: (k, bytes) => k.fn.copyMcToIter(k, bytes, k.iter),
    },
    {
      ...FROM_BUFFER,
      name: 'csum_and_copy_to_iter',
      help: 'the same, and sum what was copied',
      fn: 'csumAndCopyToIter',
      sums: true,
      isByStep: true,
      notDiscard: (w) => !sumsDiscarded(w),
      call: (k, bytes) => k.fn.csumAndCopyToIter(k, bytes, k.iter),
    },
    {
      isSource: false,
      side: Side.Zeros,
      name: 'iov_iter_zero',
      help: 'put zeros to where the iterator stands',
      fn: 'iovIterZero',
      call: (k, bytes) => k.fn.iovIterZero(k, bytes, k.iter),
    },
    {
      ...FROM_PAGE,
      name: 'copy_page_to_iter',
      help: 'copy bytes of a page to where the iterator stands',
      fn: 'copyPageToIter',
      call: (k, bytes, page, offset) => k.fn.copyPageToIter(k, page, offset, bytes, k.iter),
    },
    {
      ...FROM_PAGE,
      name: 'copy_page_to_iter_nofault',
      help: 'the same, with page faults disabled',
      fn: 'copyPageToIterNofault',
      isByStep: true,
      call: (k, bytes, page, offset) => k.fn.copyPageToIterNofault(k, page, offset, bytes, k.iter),
    },
    {
      ...TO_BUFFER,
      name: 'copy_from_iter',
      help: 'copy bytes to kernel memory from where the iterator stands',
      fn: 'copyFromIter',
      call: (k, bytes) => k.fn.copyFromIter(k, bytes, k.iter),
    },
    {
      ...TO_BUFFER,
      name: 'copy_from_iter_nocache',
      help: 'the same, past the cache',
      fn: 'copyFromIterNocache',
      call: (k, bytes) => k.fn.copyFromIterNocache(k, bytes, k.iter),
    },
    {
      ...TO_BUFFER,
      name: 'copy_from_iter_flushcache',
      help: 'the same, to memory that has to last',
      fn: 'copyFromIterFlushcache',
      call: (k, bytes) => k.fn.copyFromIterFlushcache(k, bytes, k.iter),
    },
    {
      ...TO_BUFFER,
      name: 'copy_from_iter_full',
      help: 'the same, all bytes or none',
      fn: 'copyFromIterFull',
      isFull: true,
      call: (k, bytes) => k.fn.copyFromIterFull(k, bytes, k.iter),
    },
    {
      ...TO_BUFFER,
      name: 'copy_from_iter_full_nocache',
      help: 'the same, all bytes or none, past the cache',
      fn: 'copyFromIterFullNocache',
      isFull: true,
      call: (k, bytes) => k.fn.copyFromIterFullNocache(k, bytes, k.iter),
    },
    {
      ...TO_BUFFER,
      name: 'csum_and_copy_from_iter',
      help: 'the same, and sum what was copied',
      fn: 'csumAndCopyFromIter',
      sums: true,
      isByStep: true,
      call: (k, bytes) => k.fn.csumAndCopyFromIter(k, bytes, k.iter),
    },
    {
      ...TO_BUFFER,
      name: 'csum_and_copy_from_iter_full',
      help: 'the same, all bytes or none, and sum what was copied',
      fn: 'csumAndCopyFromIterFull',
      sums: true,
      isByStep: true,
      isFull: true,
      call: (k, bytes) => k.fn.csumAndCopyFromIterFull(k, bytes, k.iter),
    },
    {
      ...TO_PAGE,
      name: 'copy_page_from_iter',
      help: 'copy bytes to a page from where the iterator stands',
      fn: 'copyPageFromIter',
      call: (k, bytes, page, offset) => k.fn.copyPageFromIter(k, page, offset, bytes, k.iter),
    },
    {
      ...TO_PAGE,
      name: 'copy_page_from_iter_atomic',
      help: 'the same, with page faults disabled',
      fn: 'iovIterCopyFromUserAtomic',
      only: movesAtomic,
      call: (k, bytes, page, offset) => k.fn.iovIterCopyFromUserAtomic(k, page, offset, bytes, k.iter),
    },
    {
      ...TO_PAGE,
      name: 'iov_iter_copy_from_user_atomic',
      help: 'the same, with page faults disabled, and the iterator stays where it is',
      fn: 'iovIterCopyFromUserAtomic',
      stays: true,
      only: (w) => !movesAtomic(w),
      call: (k, bytes, page, offset) => k.fn.iovIterCopyFromUserAtomic(k, page, offset, bytes, k.iter),
    },
  ] satisfies Copy[]
).map(copyOp);
