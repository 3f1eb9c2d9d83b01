import { bitsFor } from './cint.js';

/**
 * The size of the world. Every value is part of what a verdict claims, so every
 * value is printed with it. Lengths, offsets and counts are in bytes.
 */
export interface Bounds {
  /** PAGE_SIZE of the model; a power of two, 2 to 16. */
  readonly page: number;
  /** Slots of the pipe ring; a power of two, 1 to 16. */
  readonly ring: number;
  /** Page-cache pages of the one file; 1 to 4. */
  readonly files: number;
  /** Byte counts that an op may name: `all` is every one from 1 to ring * page. */
  readonly lengths: 'all' | 'edge';
  /** Segments (offset, bytes) of a file page: `all`, or those that touch an edge of the page. */
  readonly segments: 'all' | 'edge';
  /** Which byte of an op may carry the run's mark: any, or the first and the last. */
  readonly marks: 'all' | 'edge';
  /** Content tags: `3` is never written, plain, marked; `off` models no contents. */
  readonly contents: '3' | 'off';
  /** `careless` callers also break the protocol; what they find is `misuse`. */
  readonly callers: 'correct' | 'careless';
  /** What a released slot keeps: only its flags, or every field. See model/README.md. */
  readonly stale: 'flags' | 'all';
  /** Whether an allocation may fail. */
  readonly oom: 'on' | 'off';
  /** Bits of head and tail in a free-running ring; they wrap at 2^bits. 0: the fewest that serve. */
  readonly headbits: number;
  /** Violating steps that a path is followed through: what breaks after that many is not looked for. */
  readonly follow: number;
  /** Ring rotation and renaming of anonymous pages. */
  readonly symmetry: 'on' | 'off';
}

/** Pages of two bytes are the smallest that can be partly filled: two slots of them close in seconds. */
export const DEFAULT_BOUNDS: Bounds = {
  page: 2,
  ring: 2,
  files: 2,
  lengths: 'all',
  segments: 'all',
  marks: 'all',
  contents: '3',
  callers: 'correct',
  stale: 'flags',
  oom: 'on',
  headbits: 0,
  follow: 1,
  symmetry: 'on',
};

/** Named bounds of `--bounds`. */
export const NAMED_BOUNDS: Readonly<Record<string, Bounds>> = {
  tiny: { ...DEFAULT_BOUNDS, page: 4, ring: 1, files: 1 },
  default: DEFAULT_BOUNDS,
  deep: { ...DEFAULT_BOUNDS, page: 4, files: 1 },
};

/** Every byte count that an op may name, ascending. */
export function lengthValues(b: Bounds): number[] {
  const max = b.ring * b.page;
  const all = Array.from({ length: max }, (_, i) => i + 1);
  if (b.lengths === 'all') return all;
  const edge = new Set([1, b.page - 1, b.page, b.page + 1, 2 * b.page, max]);
  return all.filter((n) => edge.has(n));
}

/** Counts that an iterator may be made with, up to one byte more than the ring holds. */
export function countValues(b: Bounds): number[] {
  const max = b.ring * b.page;
  if (b.lengths === 'all') return [...lengthValues(b), max + 1];
  const edge = new Set([1, b.page, b.page + 1, max, max + 1]);
  return [...edge].sort((x, y) => x - y);
}

/** Most bytes that a `count` can be. */
export function countMax(b: Bounds): number {
  return b.ring * b.page + 1;
}

/** Segments of a file page as [offset, bytes]. */
export function segmentValues(b: Bounds): [number, number][] {
  const out: [number, number][] = [];
  for (let offset = 0; offset < b.page; offset++) {
    for (let bytes = 1; offset + bytes <= b.page; bytes++) {
      const edge = offset === 0 || offset + bytes === b.page || bytes === 1;
      if (b.segments === 'all' || edge) out.push([offset, bytes]);
    }
  }
  return out;
}

/** Width of head and tail, in bits. */
export function headBits(b: Bounds): number {
  const least = bitsFor(b.ring);
  return Math.max(b.headbits, least);
}

/** Entries of a page array: every slot, and the partly filled page once more after a second get. */
export function requestEntries(b: Bounds): number {
  return b.ring + 1;
}

/**
 * Anonymous pages that can be alive at once: the ring, the pages of one request that
 * left the ring while the caller still holds them, tmp_page, and one being allocated.
 */
export function anonPages(b: Bounds): number {
  return b.ring + requestEntries(b) + 2;
}
