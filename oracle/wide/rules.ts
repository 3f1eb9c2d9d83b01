/**
 * What each call has to come to, from its definition alone: no width, no truncation, no wrap. Restated from the kernel-doc and
 * the callers of each function; a call's C is in lib/iov_iter.c.
 */
import type { Iter } from './place.js';
import { least, MAX_RW_COUNT, PAGE, pagesOf, partsOf, roundedUp } from './place.js';

/** What a call leaves. */
export interface Answer {
  /** What it returns, as the 64 bits of a register; 0 for void. */
  readonly ret: bigint;
  readonly count: bigint;
  /** Bytes from the beginning of the iterator. */
  readonly at: bigint;
  /** Bytes that copies were asked to move, and did. */
  readonly moved: bigint;
  readonly warns: bigint;
}

export type Rule = (iter: Iter, args: readonly bigint[], faults: boolean) => Partial<Answer>;

export const EFAULT = 14n;
export const EINVAL = 22n;
const XARRAY_PAGES = 8n;
const COMPOUND = 2n ** 33n;

export const isUser = ({ flavour }: Iter): boolean => flavour === 'ubuf' || flavour === 'iovec';
/** A discard iterator has a count and no position. */
const from = ({ flavour, skip }: Iter, n: bigint): bigint => (flavour === 'discard' ? 0n : skip + n);

function moves(iter: Iter, n: bigint): { readonly count: bigint; readonly at: bigint } {
  return { count: iter.count - n, at: from(iter, n) };
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_advance: never past the end. */
export const advance: Rule = (iter, [n]) => moves(iter, least(n, iter.count));

/** @kernel 6.12 lib/iov_iter.c iov_iter_revert: no caller goes back by more than a read or a write can move. */
export const revert: Rule = (iter, [n]) => (n > MAX_RW_COUNT ? { warns: 1n } : moves(iter, -n));

/** @kernel 6.12 include/linux/uio.h iov_iter_truncate */
export const truncate: Rule = ({ count }, [n]) => ({ count: least(n, count) });

/** @kernel 6.12 lib/iov_iter.c iov_iter_npages: pages that the bytes touch, segment by segment. */
export const npages: Rule = (iter, [maxpages]) => {
  if (iter.flavour === 'discard') return { ret: 0n };
  const pages = partsOf(iter).reduce((sum, part) => sum + pagesOf(part), 0n);
  return { ret: least(pages, maxpages) };
};

/** @kernel 6.12 lib/iov_iter.c iov_iter_alignment: bits that are set in an address or a length. */
export const alignment: Rule = (iter) => ({
  ret: iter.flavour === 'discard' ? 0n : partsOf(iter).reduce((bits, { base, len }) => bits | base | len, 0n),
});

/** @kernel 6.12 lib/iov_iter.c iov_iter_gap_alignment: bits that are set where a segment ends and the next one begins. */
export const gapAlignment: Rule = (iter) => {
  const parts = iter.flavour === 'ubuf' ? [] : partsOf(iter);
  return { ret: parts.slice(1).reduce((bits, { base }, k) => bits | base | (parts[k].base + parts[k].len), 0n) };
};

/** @kernel 6.12 lib/iov_iter.c iov_iter_single_seg_count */
export const singleSegCount: Rule = (iter) => ({
  ret: iter.flavour === 'discard' ? iter.count : (partsOf(iter)[0]?.len ?? 0n),
});

/** What one call for pages can give: of the first segment, no more than a read or a write, as many as there is room for. */
function pagesHad(iter: Iter, maxsize: bigint, maxpages: bigint): bigint {
  const [first] = partsOf(iter, least(maxsize, MAX_RW_COUNT));
  if (first === undefined) return 0n;
  const start = first.base % PAGE;
  const there = iter.flavour === 'xarray' ? XARRAY_PAGES - first.base / PAGE : maxpages;
  return least(first.len, least(roundedUp(start + first.len, PAGE), maxpages, there) * PAGE - start);
}

/** @kernel 6.12 lib/iov_iter.c iov_iter_get_pages2; kvec and discard have none to give. */
export const getPages: Rule = (iter, [maxsize, maxpages]) => {
  if (iter.flavour === 'discard' || iter.flavour === 'kvec') return { ret: -EFAULT };
  const n = pagesHad(iter, maxsize, maxpages);
  return { ret: n, ...moves(iter, n) };
};

/** @kernel 6.12 lib/iov_iter.c iov_iter_extract_pages */
export const extractPages: Rule = (iter, [maxsize, maxpages]) => {
  if (iter.flavour === 'discard') return { ret: -EFAULT };
  const n = pagesHad(iter, maxsize, maxpages);
  return { ret: n, ...moves(iter, n) };
};

/** @kernel 6.12 lib/iov_iter.c _copy_to_iter, and its kind: nothing where the first byte faults. */
export const copy: Rule = (iter, [bytes], faults) => {
  if (faults && isUser(iter)) return { ret: 0n };
  const n = least(bytes, iter.count);
  return { ret: n, ...moves(iter, n), moved: iter.flavour === 'discard' ? 0n : n };
};

/** @kernel 6.12 lib/iov_iter.c fault_in_iov_iter_readable: what is not there afterwards, where all that is asked for can be had. */
export const faultIn: Rule = (iter, [size]) => ({ ret: isUser(iter) ? size - least(size, iter.count) : 0n });

/** @kernel 6.12 lib/iov_iter.c page_copy_sane: a range that lies in the page, of 8 GB here, and no other. */
export const copyPage: Rule = (iter, [offset, bytes]) =>
  offset + bytes > COMPOUND ? { ret: 0n, warns: 1n } : copy(iter, [bytes], false);

/** @kernel 6.12 lib/iov_iter.c __import_iovec: a length that is negative as ssize_t is refused, and the total cut. */
export const importIovec: Rule = ({ segs }) => {
  if (segs.some(({ len }) => len >= 2n ** 63n)) return { ret: -EINVAL, count: 0n, at: 0n };
  const total = segs.reduce((sum, { len }) => sum + len, 0n);
  const n = least(total, MAX_RW_COUNT);
  return { ret: n, count: n, at: 0n };
};
