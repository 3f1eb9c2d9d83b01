/**
 * lib/iov_iter.c of 4.8, before ITER_PIPE: the functions that seed 000 adds a branch to,
 * for an ITER_IOVEC of one segment, which is all that a pipe's read() and write() need.
 *
 * @kernel 4.8 lib/iov_iter.c
 */
import { sizeT } from '../../cint.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, Page } from '../../kernel.js';
import { ITER_BVEC, ITER_KVEC } from '../../kernel.js';
import { copyFromUser, copyToUser } from '../../uaccess.js';

function take(i: IovIter, bytes: number): number {
  const n = bytes > i.count ? i.count : bytes;
  i.count -= n;
  i.iovOffset += n;
  return n;
}

function copyPageToUser(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  return copyToUser(k, page, offset, take(i, bytes), 'copy_page_to_iter');
}

function copyPageFromUser(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  return copyFromUser(k, page, offset, take(i, bytes), 'copy_page_from_iter');
}

export const iovIter48: Partial<KernelFunctions> = {
  /** @kernel 4.8 include/linux/uio.h iter_is_iovec */
  iterIsIovec: (_k, i) => (i.type & (ITER_BVEC | ITER_KVEC)) === 0,
  /** @kernel 4.8 include/linux/uio.h iov_for_each: runs of the body over one segment. */
  iovForEach: (_k, i) => ((i.type & ITER_BVEC) === 0 && i.count > 0 ? 1 : 0),
  copyToIter: (_k, bytes, i) => take(i, bytes),
  copyPageToIter: copyPageToUser,
  iovIterZero: (_k, bytes, i) => take(i, bytes),
  iovIterAdvance: (_k, i, size) => void take(i, size),
  iovIterSingleSegCount: (_k, i) => i.count,
  iovIterAlignment: (_k, i) => sizeT(i.count),
  iovIterGapAlignment: () => 0,
  iovIterNpages: (k, i, maxpages) => Math.min(maxpages, Math.ceil(i.count / k.pageSize)),
  iovIterGetPages: () => 0,
  iovIterGetPagesAlloc: () => 0,
  copyFromIter: (_k, bytes, i) => take(i, bytes),
  copyFromIterNocache: (_k, bytes, i) => take(i, bytes),
  copyPageFromIter: copyPageFromUser,
  iovIterCopyFromUserAtomic: (_k, _page, _offset, bytes, i) => Math.min(bytes, i.count),
  csumAndCopyToIter: (_k, bytes, i) => take(i, bytes),
  csumAndCopyFromIter: (_k, bytes, i) => take(i, bytes),
  iovIterFaultInReadable(k, i, bytes) {
    // Everything that is neither bvec nor kvec is taken for an array of struct iovec.
    if ((i.type & (ITER_BVEC | ITER_KVEC)) === 0 && i.type !== 0 && bytes > 0 && i.count > 0) {
      k.die('no-bug', 'iov_iter_fault_in_readable', 'the pipe_inode_info is read as an array of struct iovec');
    }
    return 0;
  },
  dupIter(_k, to, from) {
    to.copyFrom(from);
    return 1;
  },
};
