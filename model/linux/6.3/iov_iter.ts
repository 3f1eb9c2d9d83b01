/**
 * lib/iov_iter.c of 6.3, as far as it differs from 6.1: since 6.2 a copy to a source, or from
 * a destination, is warned about and copies nothing, whatever the flavour; a sum may be made
 * of what a discard iterator throws away. Page extraction is in extract.ts.
 *
 * iov_iter_zero() and copy_page_from_iter() have no check of their own; what the latter calls
 * has one. The names of 6.1 are kept, see 6.1/iov_iter.ts.
 *
 * @kernel a41dad905e5a lib/iov_iter.c
 */
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, Page } from '../../kernel.js';
import { ITER_DISCARD } from '../../kernel.js';
import { copy61, pageCopySane } from '../6.1/iov_iter/copy.js';

/** WARN_ON_ONCE(i->data_source) */
export function isWrongTo(k: Kernel, i: IovIter, by: string): boolean {
  if (i.dataSource) k.warn(by);
  return i.dataSource;
}

/** WARN_ON_ONCE(!i->data_source) */
export function isWrongFrom(k: Kernel, i: IovIter, by: string): boolean {
  if (!i.dataSource) k.warn(by);
  return !i.dataSource;
}

/** @kernel 6.3 lib/iov_iter.c copy_page_to_iter */
function copyPageToIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, page, offset, bytes) || isWrongTo(k, i, 'copy_page_to_iter')) return 0;
  return copy61.copyPageToIter(k, page, offset, bytes, i);
}

/** @kernel 6.3 lib/iov_iter.c copy_page_from_iter_atomic */
function copyPageFromIterAtomic(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (!pageCopySane(k, page, offset, bytes) || isWrongFrom(k, i, 'copy_page_from_iter_atomic')) return 0;
  return copy61.iovIterCopyFromUserAtomic(k, page, offset, bytes, i);
}

/**
 * @kernel 6.3 lib/iov_iter.c csum_and_copy_to_iter: what goes to a discard iterator is summed
 * and said to be copied, all of it: count neither limits it nor is taken off.
 */
function csumAndCopyToIter(k: Kernel, bytes: number, i: IovIter): number {
  if (isWrongTo(k, i, 'csum_and_copy_to_iter')) return 0;
  if (i.flavour !== ITER_DISCARD) return copy61.csumAndCopyToIter(k, bytes, i);
  if (k.bounds.contents !== 'off') for (let n = 0; n < bytes; n++) k.out.csum += k.kbuf[k.kbufAt + n];
  return bytes;
}

export const iovIter63 = {
  /** @kernel 6.3 lib/iov_iter.c _copy_to_iter */
  copyToIter: (k, bytes, i) => (isWrongTo(k, i, 'copy_to_iter') ? 0 : copy61.copyToIter(k, bytes, i)),
  /** @kernel 6.3 lib/iov_iter.c _copy_mc_to_iter */
  copyMcToIter: (k, bytes, i) => (isWrongTo(k, i, 'copy_mc_to_iter') ? 0 : copy61.copyMcToIter(k, bytes, i)),
  /** @kernel 6.3 lib/iov_iter.c _copy_from_iter */
  copyFromIter: (k, bytes, i) => (isWrongFrom(k, i, 'copy_from_iter') ? 0 : copy61.copyFromIter(k, bytes, i)),
  /** @kernel 6.3 lib/iov_iter.c _copy_from_iter_nocache */
  copyFromIterNocache: (k, bytes, i) =>
    isWrongFrom(k, i, 'copy_from_iter_nocache') ? 0 : copy61.copyFromIterNocache(k, bytes, i),
  /** @kernel 6.3 lib/iov_iter.c _copy_from_iter_flushcache */
  copyFromIterFlushcache: (k, bytes, i) =>
    isWrongFrom(k, i, 'copy_from_iter_flushcache') ? 0 : copy61.copyFromIterFlushcache(k, bytes, i),
  copyPageToIter,
  iovIterCopyFromUserAtomic: copyPageFromIterAtomic,
  csumAndCopyToIter,
  /** @kernel 6.3 lib/iov_iter.c csum_and_copy_from_iter */
  csumAndCopyFromIter: (k, bytes, i) =>
    isWrongFrom(k, i, 'csum_and_copy_from_iter') ? 0 : copy61.csumAndCopyFromIter(k, bytes, i),
} satisfies Partial<KernelFunctions>;
