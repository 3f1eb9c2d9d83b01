/** An iterator of any size as the questions mean it, and the bytes that it stands for, in whole numbers without a width. */

export const FLAVOURS = ['ubuf', 'iovec', 'kvec', 'bvec', 'xarray', 'discard', 'folioq'] as const;
export type Flavour = (typeof FLAVOURS)[number];

export interface Seg {
  /** Address; offset in the first page (bvec); position in the file (xarray). */
  readonly base: bigint;
  readonly len: bigint;
}

export interface Iter {
  readonly flavour: Flavour;
  readonly segs: readonly Seg[];
  /** Bytes that it has moved from the beginning. */
  readonly skip: bigint;
  readonly count: bigint;
}

export const PAGE = 4096n;
/** What a read or a write moves at most: @kernel 6.12 include/linux/fs.h MAX_RW_COUNT */
export const MAX_RW_COUNT = 2n ** 31n - PAGE;

export const least = (...all: readonly bigint[]): bigint => all.reduce((a, b) => (b < a ? b : a));
export const roundedUp = (n: bigint, unit: bigint): bigint => (n + unit - 1n) / unit;

/** What is left of each segment, empty ones left out, up to so many bytes. */
export function partsOf({ segs, skip, count }: Iter, limit = count): Seg[] {
  const parts: Seg[] = [];
  let past = skip;
  let left = least(count, limit);
  for (const { base, len } of segs) {
    const over = least(past, len);
    past -= over;
    const n = least(len - over, left);
    if (n > 0n) parts.push({ base: base + over, len: n });
    left -= n;
  }
  return parts;
}

/** Pages that a range touches. */
export const pagesOf = ({ base, len }: Seg): bigint => roundedUp((base % PAGE) + len, PAGE);

/** `2^32+5`: a number near a large power of two, as a reader knows it. */
export function sizeText(n: bigint): string {
  if (n < 0n) {
    const size = sizeText(-n);
    return /[+-]/.test(size) ? `-(${size})` : `-${size}`;
  }
  for (let bits = 20n; bits <= 64n; bits++) {
    const over = n - 2n ** bits;
    if (over === 0n) return `2^${bits}`;
    if (over > -70_000n && over < 70_000n) return `2^${bits}${over > 0n ? '+' : ''}${over}`;
  }
  return String(n);
}

export function iterText({ flavour, segs, skip, count }: Iter): string {
  const vec = segs.map(({ base, len }) => `${sizeText(base)}+${sizeText(len)}`).join(' ');
  const where = flavour === 'discard' ? '' : `:[${vec}]`;
  return `${flavour}${where}${skip === 0n ? '' : ` at=${sizeText(skip)}`} count=${sizeText(count)}`;
}
