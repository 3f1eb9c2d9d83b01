/**
 * Copies between an iterator and kernel memory, 6.1. The `addr` of the C functions is
 * k.kbuf from k.kbufAt on; a page's bytes take its place while a page is copied.
 *
 * None of them looks at the direction: 6.2 is the first to refuse the wrong one. Only a
 * source in user memory, or one that strikes (copy_mc), can make a copy short.
 *
 * @kernel 6.1 lib/iov_iter.c; include/linux/uio.h
 */
import type { KernelFunctions } from '../../../functions.js';
import type { IovIter, Kernel, Page } from '../../../kernel.js';
import { ITER_DISCARD } from '../../../kernel.js';
import { clearUserAddr, copyFromUserAddr, copyToUserAddr, Move, moveBytes } from '../../../uaccess.js';
import { copyMcPipeToIter } from './pipe.js';
import { csumAndCopyToPipeIter } from '../iov_iter_pipe.js';
import type { Step } from './iterate.js';
import { beforePoison, folioPages, isPipe, iterateAndAdvance, pageAfter } from './iterate.js';

/** WARN_ON(1), and nothing is copied. */
function refuse(k: Kernel, by: string): number {
  k.warn(by);
  return 0;
}

const toPage: Step['kernel'] = (k, page, at, off, len, by) => {
  moveBytes(k, Move.ToPage, page, at, k.kbuf, k.kbufAt + off, len, by);
  return 0;
};

const fromPage: Step['kernel'] = (k, page, at, off, len, by) => {
  moveBytes(k, Move.FromPage, page, at, k.kbuf, k.kbufAt + off, len, by);
  return 0;
};

/** @kernel 6.1 lib/iov_iter.c copyout */
export const COPYOUT: Step = {
  user: (k, addr, off, len, by) => copyToUserAddr(k, addr, k.kbuf, k.kbufAt + off, len, by),
  kernel: toPage,
};

/** @kernel 6.1 lib/iov_iter.c copyin */
export const COPYIN: Step = {
  user: (k, addr, off, len, by) => copyFromUserAddr(k, addr, k.kbuf, k.kbufAt + off, len, false, by),
  kernel: fromPage,
};

/** copyin() under kmap_atomic(), which disables page faults. */
const COPYIN_ATOMIC: Step = {
  user: (k, addr, off, len, by) => copyFromUserAddr(k, addr, k.kbuf, k.kbufAt + off, len, true, by),
  kernel: fromPage,
};

export const CLEAR: Step = {
  user: (k, addr, _off, len, by) => clearUserAddr(k, addr, len, by),
  kernel(k, page, at, _off, len, by) {
    moveBytes(k, Move.Zero, page, at, k.kbuf, 0, len, by);
    return 0;
  },
};

/** @kernel 6.1 lib/iov_iter.c copyout_mc; lib/copy_mc.c copy_mc_to_kernel */
export const COPYOUT_MC: Step = {
  user(k, addr, off, len, by) {
    const good = beforePoison(k, off, len);
    return len - good + copyToUserAddr(k, addr, k.kbuf, k.kbufAt + off, good, by);
  },
  kernel(k, page, at, off, len, by) {
    const good = beforePoison(k, off, len);
    toPage(k, page, at, off, good, by);
    return len - good;
  },
};

/** The model's sum: the values of the bytes that went through kernel memory. */
function sum(k: Kernel, off: number, len: number): void {
  if (k.bounds.contents === 'off') return;
  for (let n = 0; n < len; n++) k.out.csum += k.kbuf[k.kbufAt + off + n];
}

/** A sum has to be whole: where user memory faults, none of the run counts, though some of it may have been copied. */
const summed = ({ user, kernel }: Step): Step => ({
  user(k, addr, off, len, by) {
    if (user(k, addr, off, len, by) !== 0) return len;
    sum(k, off, len);
    return 0;
  },
  kernel(k, page, at, off, len, by) {
    const left = kernel(k, page, at, off, len, by);
    sum(k, off, len);
    return left;
  },
});

/** @kernel 6.1 arch/x86/lib/csum-wrappers_64.c csum_and_copy_to_user, csum_and_copy_from_user */
export const CSUM_OUT = summed(COPYOUT);
export const CSUM_IN = summed(COPYIN);

/** @kernel 6.1 lib/iov_iter.c _copy_to_iter */
function copyToIter(k: Kernel, bytes: number, i: IovIter): number {
  return isPipe(i) ? k.fn.copyPipeToIter(k, bytes, i) : iterateAndAdvance(k, i, bytes, COPYOUT, 'copy_to_iter');
}

/** @kernel 6.1 lib/iov_iter.c _copy_mc_to_iter */
function copyMcToIter(k: Kernel, bytes: number, i: IovIter): number {
  return isPipe(i) ? copyMcPipeToIter(k, bytes, i) : iterateAndAdvance(k, i, bytes, COPYOUT_MC, 'copy_mc_to_iter');
}

/** @kernel 6.1 lib/iov_iter.c _copy_from_iter */
function copyFromIter(k: Kernel, bytes: number, i: IovIter): number {
  return isPipe(i) ? refuse(k, 'copy_from_iter') : iterateAndAdvance(k, i, bytes, COPYIN, 'copy_from_iter');
}

/** @kernel 6.1 lib/iov_iter.c _copy_from_iter_nocache */
function copyFromIterNocache(k: Kernel, bytes: number, i: IovIter): number {
  const by = 'copy_from_iter_nocache';
  return isPipe(i) ? refuse(k, by) : iterateAndAdvance(k, i, bytes, COPYIN, by);
}

/** @kernel 6.1 lib/iov_iter.c _copy_from_iter_flushcache */
function copyFromIterFlushcache(k: Kernel, bytes: number, i: IovIter): number {
  const by = 'copy_from_iter_flushcache';
  return isPipe(i) ? refuse(k, by) : iterateAndAdvance(k, i, bytes, COPYIN, by);
}

/** All of it, or the iterator is put back and it is 0. What was copied or summed stays so. */
function allOrNothing(k: Kernel, i: IovIter, copied: number, bytes: number): number {
  if (copied === bytes) return 1;
  k.fn.iovIterRevert(k, i, copied);
  return 0;
}

/** @kernel 6.1 lib/iov_iter.c page_copy_sane: the bytes lie within the folio. */
export function pageCopySane(k: Kernel, page: Page, offset: number, n: number): boolean {
  const v = n + offset;
  if (v <= k.pageSize) return true;
  const { head } = page;
  if (v + (page.pfn - head.pfn) * k.pageSize <= folioPages(head) * k.pageSize) return true;
  k.warn('page_copy_sane');
  return false;
}

/** Copies with the page's bytes as kernel memory, up to a page end at a time, until a copy comes back short. */
export function pageByPage(
  k: Kernel,
  page: Page,
  offset: number,
  bytes: number,
  i: IovIter,
  copy: (k: Kernel, bytes: number, i: IovIter) => number,
  by: string,
): number {
  if (bytes === 0) return copy(k, 0, i);
  const { kbuf, kbufAt } = k;
  let first = Math.floor(offset / k.pageSize);
  let at = offset % k.pageSize;
  let res = 0;
  try {
    for (;;) {
      k.turn(by);
      const sub = pageAfter(k, page, first, by);
      if (sub.head.refcount === 0) k.die('no-use-after-free', by, `${by}() maps page ${sub.name}, which is free`);
      k.kbuf = sub.data;
      k.kbufAt = at;
      const n = copy(k, Math.min(bytes, k.pageSize - at), i);
      res += n;
      bytes -= n;
      if (bytes === 0 || n === 0) return res;
      at += n;
      if (at === k.pageSize) {
        first++;
        at = 0;
      }
    }
  } finally {
    k.kbuf = kbuf;
    k.kbufAt = kbufAt;
  }
}

const toIter = (k: Kernel, bytes: number, i: IovIter): number => k.fn.copyToIter(k, bytes, i);
const fromIter = (k: Kernel, bytes: number, i: IovIter): number => k.fn.copyFromIter(k, bytes, i);
const fromIterAtomic = (k: Kernel, bytes: number, i: IovIter): number =>
  iterateAndAdvance(k, i, bytes, COPYIN_ATOMIC, 'copy_page_from_iter_atomic');

/** @kernel 6.1 lib/iov_iter.c copy_page_to_iter */
function copyPageToIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, page, offset, bytes)) return 0;
  if (isPipe(i)) return k.fn.copyPageToIterPipe(k, page, offset, bytes, i);
  return pageByPage(k, page, offset, bytes, i, toIter, 'copy_page_to_iter');
}

/** @kernel 6.1 lib/iov_iter.c copy_page_from_iter: it is _copy_from_iter() that refuses a pipe. */
function copyPageFromIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, page, offset, bytes)) return 0;
  return pageByPage(k, page, offset, bytes, i, fromIter, 'copy_page_from_iter');
}

/** @kernel 6.1 lib/iov_iter.c copy_page_from_iter_atomic: one walk over the folio; to try again at a fault changes nothing. */
function copyPageFromIterAtomic(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  const by = 'copy_page_from_iter_atomic';
  if (!pageCopySane(k, page, offset, bytes)) return 0;
  if (isPipe(i) || i.flavour === ITER_DISCARD) return refuse(k, by);
  return pageByPage(k, page, offset, bytes, i, fromIterAtomic, by);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_zero */
function iovIterZero(k: Kernel, bytes: number, i: IovIter): number {
  return isPipe(i) ? k.fn.pipeZero(k, bytes, i) : iterateAndAdvance(k, i, bytes, CLEAR, 'iov_iter_zero');
}

/** @kernel 6.1 lib/iov_iter.c csum_and_copy_to_iter */
function csumAndCopyToIter(k: Kernel, bytes: number, i: IovIter): number {
  const by = 'csum_and_copy_to_iter';
  if (i.flavour === ITER_DISCARD) return refuse(k, by);
  return isPipe(i) ? csumAndCopyToPipeIter(k, bytes, i) : iterateAndAdvance(k, i, bytes, CSUM_OUT, by);
}

/** @kernel 6.1 lib/iov_iter.c csum_and_copy_from_iter */
function csumAndCopyFromIter(k: Kernel, bytes: number, i: IovIter): number {
  const by = 'csum_and_copy_from_iter';
  if (isPipe(i) || i.flavour === ITER_DISCARD) return refuse(k, by);
  return iterateAndAdvance(k, i, bytes, CSUM_IN, by);
}

export const copy61 = {
  copyToIter,
  copyFromIter,
  copyFromIterNocache,
  copyPageToIter,
  copyPageFromIter,
  iovIterCopyFromUserAtomic: copyPageFromIterAtomic,
  iovIterZero,
  csumAndCopyToIter,
  csumAndCopyFromIter,
  copyFromIterFlushcache,
  copyMcToIter,
  /** @kernel 6.1 include/linux/uio.h copy_from_iter_full */
  copyFromIterFull: (k, bytes, i) => allOrNothing(k, i, k.fn.copyFromIter(k, bytes, i), bytes),
  /** @kernel 6.1 include/linux/uio.h copy_from_iter_full_nocache */
  copyFromIterFullNocache: (k, bytes, i) => allOrNothing(k, i, k.fn.copyFromIterNocache(k, bytes, i), bytes),
  /** @kernel 6.1 include/linux/uio.h csum_and_copy_from_iter_full */
  csumAndCopyFromIterFull: (k, bytes, i) => allOrNothing(k, i, k.fn.csumAndCopyFromIter(k, bytes, i), bytes),
} satisfies Partial<KernelFunctions>;
