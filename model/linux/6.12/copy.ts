/**
 * The copies of 6.12 (late 6.12.y), as far as they differ from 6.3: ITER_PIPE is gone (6.5),
 * ITER_FOLIOQ is new (6.12), and every function has to know it. The walks were rewritten
 * around step functions (6.6) and do the same for the other flavours.
 *
 * csum_and_copy_to_iter() and csum_and_copy_from_iter() are static in net/core since 6.6.
 *
 * @kernel 6.12 lib/iov_iter.c; include/linux/iov_iter.h; include/linux/uio.h
 */
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, Page } from '../../kernel.js';
import { copyToUserNofault } from '../../uaccess.js';
import {
  CLEAR,
  COPYIN,
  COPYOUT,
  COPYOUT_MC,
  CSUM_IN,
  CSUM_OUT,
  pageByPage,
  pageCopySane,
} from '../6.1/iov_iter/copy.js';
import type { Step } from '../6.1/iov_iter/iterate.js';
import { iterateAndAdvance } from '../6.1/iov_iter/iterate.js';
import { iovIter63, isWrongFrom, isWrongTo } from '../6.3/iov_iter.js';
import { isFolioq, iterateFolioq } from './folioq.js';

type Walk = typeof iterateFolioq;

/** @kernel 6.12 include/linux/iov_iter.h iterate_and_advance */
function iterate(k: Kernel, i: IovIter, bytes: number, step: Step, by: string, walk = iterateFolioq): number {
  return isFolioq(i) ? walk(k, i, bytes, step, by) : iterateAndAdvance(k, i, bytes, step, by);
}

/** copy_to_user_nofault(): all of a run, or none of it as far as anybody is told. */
const COPYOUT_NOFAULT: Step = {
  user: (k, addr, off, len, by) => copyToUserNofault(k, addr, k.kbuf, k.kbufAt + off, len, by),
  kernel: COPYOUT.kernel,
};

type Copy = (k: Kernel, bytes: number, i: IovIter) => number;

const to =
  (step: Step, by: string, walk: Walk = iterateFolioq): Copy =>
  (k, bytes, i) =>
    isWrongTo(k, i, by) ? 0 : iterate(k, i, bytes, step, by, walk);

const from =
  (step: Step, by: string, walk: Walk = iterateFolioq): Copy =>
  (k, bytes, i) =>
    isWrongFrom(k, i, by) ? 0 : iterate(k, i, bytes, step, by, walk);

const csumToFolioq = to(CSUM_OUT, 'csum_and_copy_to_iter');
const nofault = to(COPYOUT_NOFAULT, 'copy_page_to_iter_nofault');
const atomic = from(COPYIN, 'copy_page_from_iter_atomic');

/** @kernel 6.12 net/core/datagram.c csum_and_copy_to_iter */
function csumAndCopyToIter(k: Kernel, bytes: number, i: IovIter): number {
  return isFolioq(i) ? csumToFolioq(k, bytes, i) : iovIter63.csumAndCopyToIter(k, bytes, i);
}

/** @kernel 6.12 lib/iov_iter.c copy_page_from_iter_atomic */
function copyPageFromIterAtomic(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const by = 'copy_page_from_iter_atomic';
  if (!isFolioq(i)) return iovIter63.iovIterCopyFromUserAtomic(k, page, offset, bytes, i);
  if (!pageCopySane(k, page, offset, bytes) || isWrongFrom(k, i, by)) return 0;
  return pageByPage(k, page, offset, bytes, i, atomic, by);
}

/** @kernel 6.12 lib/iov_iter.c copy_page_to_iter_nofault */
function copyPageToIterNofault(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const by = 'copy_page_to_iter_nofault';
  if (!pageCopySane(k, page, offset, bytes) || isWrongTo(k, i, by)) return 0;
  return pageByPage(k, page, offset, bytes, i, nofault, by);
}

/** The plain copies, by another walk over a folio_queue. */
export function copiesByWalk(walk: Walk): Pick<KernelFunctions, 'copyToIter' | 'copyFromIter' | 'iovIterZero'> {
  return {
    copyToIter: to(COPYOUT, 'copy_to_iter', walk),
    copyFromIter: from(COPYIN, 'copy_from_iter', walk),
    iovIterZero: (k, bytes, i) => iterate(k, i, bytes, CLEAR, 'iov_iter_zero', walk),
  };
}

export const copies612 = {
  copyToIter: to(COPYOUT, 'copy_to_iter'),
  copyMcToIter: to(COPYOUT_MC, 'copy_mc_to_iter'),
  copyFromIter: from(COPYIN, 'copy_from_iter'),
  copyFromIterNocache: from(COPYIN, 'copy_from_iter_nocache'),
  copyFromIterFlushcache: from(COPYIN, 'copy_from_iter_flushcache'),
  csumAndCopyToIter,
  csumAndCopyFromIter: from(CSUM_IN, 'csum_and_copy_from_iter'),
  iovIterCopyFromUserAtomic: copyPageFromIterAtomic,
  /** @kernel 6.12 lib/iov_iter.c iov_iter_zero: the one that does not ask for the direction */
  iovIterZero: (k, bytes, i) => iterate(k, i, bytes, CLEAR, 'iov_iter_zero'),
} satisfies Partial<KernelFunctions>;

/** copy_page_to_iter_nofault() is of 6.4, copy_to_iter_full() of 6.10. */
export const copies612Added = {
  copyPageToIterNofault,
  /** @kernel 6.12 include/linux/uio.h copy_to_iter_full */
  copyToIterFull(k, bytes, i) {
    const copied = k.fn.copyToIter(k, bytes, i);
    if (copied === bytes) return 1;
    k.fn.iovIterRevert(k, i, copied);
    return 0;
  },
} satisfies Partial<KernelFunctions>;
