/**
 * What the kernel's own tests of iov_iter work on: a buffer of 1 MiB, ranges of it that begin
 * with an empty one on purpose, and a pattern; and a second pattern that tells pages apart.
 */
import type { LabSegment, Pattern } from '#iov/index.js';

export const PAGE = 4096;
export const BUFSIZE = 0x100000;
export const NPAGES = BUFSIZE / PAGE;

/** Places in the buffer: an empty range first and in the middle; begins and ends inside pages and at their edges. */
export const RANGES: readonly LabSegment[] = [
  [0x2, 0],
  [0x27, 0x2fd9],
  [0x5193, 0x13601],
  [0x20000, 0],
  [0x20000, 0x4000],
  [0x24000, 0x3001],
  [0x29000, 0xd6ffb],
  [0xffffd, 1],
];

export interface PagePart {
  readonly page: number;
  readonly offset: number;
  readonly len: number;
}

/** Parts of single pages: the same edges, and pages that follow each other. */
export const PAGE_PARTS: readonly PagePart[] = [
  { page: 0, offset: 0x2, len: 0 },
  { page: 1, offset: 0x27, len: 0x86c },
  { page: 2, offset: 0x193, len: 0x601 },
  { page: 3, offset: 0, len: 0x1000 },
  { page: 4, offset: 0, len: 0x1000 },
  { page: 5, offset: 0, len: 0x1000 },
  { page: 6, offset: 0, len: 0xffb },
  { page: 6, offset: 0xffd, len: 1 },
];

/** Those that follow each other in memory become one, as where their pages do. */
export function merged(parts: readonly PagePart[]): PagePart[] {
  const out: { page: number; offset: number; len: number }[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    const isNext =
      last !== undefined &&
      part.len > 0 &&
      last.page * PAGE + last.offset + last.len === part.page * PAGE + part.offset;
    if (isNext) last.len += part.len;
    else out.push({ ...part });
  }
  return out;
}

/** The kernel's pattern. Its period divides PAGE_SIZE: each page looks like all others. */
export const KUNIT: Pattern = (n) => n & 0xff;

/** Bytes that are never 0; no two of 251 pages look alike. */
export const PRIME: Pattern = (n) => 1 + (n % 251);

/** A third one, for the other side of a copy. */
export const OTHER: Pattern = (n) => 255 - (n % 241);

const made = new Map<Pattern, Uint8Array>();

/** A buffer of its own that holds the pattern. */
export function patterned(pattern: Pattern): Uint8Array {
  let bytes = made.get(pattern);
  if (bytes === undefined) {
    bytes = Uint8Array.from({ length: BUFSIZE }, (_, n) => pattern(n));
    made.set(pattern, bytes);
  }
  return bytes.slice();
}

export const total = (spans: readonly LabSegment[]): number => spans.reduce((sum, [, len]) => sum + len, 0);

/** A buffer of zeros, in which the ranges hold `data`, one range after the other, until it ends. */
export function scattered(spans: readonly LabSegment[], data: Uint8Array, bytes = BUFSIZE): Uint8Array {
  const out = new Uint8Array(bytes);
  let done = 0;
  for (const [at, len] of spans) {
    out.set(data.subarray(done, done + len), at);
    done += len;
  }
  return out;
}

/** What the ranges of a buffer hold, one after the other. */
export function gathered(spans: readonly LabSegment[], buffer: Uint8Array): Uint8Array {
  const out = new Uint8Array(total(spans));
  let done = 0;
  for (const [at, len] of spans) {
    out.set(buffer.subarray(at, at + len), done);
    done += len;
  }
  return out;
}

/** The first byte that differs, in words; '' where none does. */
export function difference(found: Uint8Array, wanted: Uint8Array): string {
  if (Buffer.compare(found, wanted) === 0) return '';
  if (found.length !== wanted.length) return `${found.length} bytes instead of ${wanted.length}`;
  for (let n = 0; n < found.length; n++) {
    if (found[n] !== wanted[n]) return `0x${n.toString(16)} holds ${found[n]} instead of ${wanted[n]}`;
  }
  return '';
}
