/**
 * Iterators of every flavour of 6.1 over memory whose bytes all differ, and by another way
 * than their own the place of each byte. Pages have four bytes, so that a segment can begin,
 * end and run over inside one.
 */
import type { Bounds } from '#iov/model/bounds.js';
import { DEFAULT_BOUNDS, PIPE_NEEDS } from '#iov/model/bounds.js';
import { design as linux61 } from '#iov/model/designs/linux-6.1.js';
import { gupFunctions } from '#iov/model/gup.js';
import type { IovIter, IoVec, Page, Vec } from '#iov/model/kernel.js';
import {
  ITER_BVEC,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_PIPE,
  ITER_UBUF,
  ITER_XARRAY,
  Kernel,
  READ,
  WRITE,
} from '#iov/model/kernel.js';
import { memoryFunctions } from '#iov/model/memory.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { expect } from 'vitest';

const P = 4;
const FN = { ...linux61.functions, ...gupFunctions, ...memoryFunctions };

/** Four pages of each kind: of the user's, of the driver's, of a file. */
export function kernel(over: Partial<Bounds> = {}, scenario: 'extract' | 'fork-dma' = 'extract'): Kernel {
  const bounds = { ...DEFAULT_BOUNDS, page: P, vpages: 4, files: 4, segs: 4, ...over };
  const k = new Kernel(bounds, { ...FN }, SCENARIOS[scenario].needs);
  for (const { data, pfn } of k.pages) for (let n = 0; n < data.length; n++) data[n] = pfn * 4 + n;
  for (let n = 0; n < k.kbuf.length; n++) k.kbuf[n] = 0x80 | n;
  return k;
}

/** An iterator over an empty pipe of two slots. */
export function pipeKernel(count: number): Kernel {
  const k = new Kernel({ ...DEFAULT_BOUNDS, page: P }, FN, PIPE_NEEDS);
  k.fn.iovIterPipe(k, k.iter, ITER_PIPE, count);
  return k;
}

type Span = readonly [at: number, len: number];

/** `1+2 7+0`: two bytes from 1 on, and none. */
const spansOf = (text: string): Span[] => text.split(' ').map((s) => s.split('+').map(Number) as [number, number]);

export const bytesOf = (text: string): number => spansOf(text).reduce((sum, [, len]) => sum + len, 0);

export const iov = (text: string, base = 0): IoVec[] => spansOf(text).map(([at, len]) => ({ base: base + at, len }));

export const vec = (flavour: number, parts: Partial<Vec>): Vec => ({
  index: -1,
  flavour,
  text: '',
  iov: [],
  bvec: [],
  xarray: [],
  xarrayStart: 0,
  folioq: [],
  bytes: 0,
  ...parts,
});

type Places = readonly (readonly [Page, number])[];

export interface Made {
  readonly i: IovIter;
  readonly places: Places;
}

function memoryOf(k: Kernel, flavour: number): readonly Page[] {
  if (flavour === ITER_IOVEC || flavour === ITER_UBUF) return k.userPages;
  return flavour === ITER_XARRAY ? k.filePages : k.driverPages;
}

function init(k: Kernel, flavour: number, direction: number, text: string): void {
  const { fn, iter } = k;
  const count = bytesOf(text);
  const v = vecOf(k, flavour, text);
  if (flavour === ITER_IOVEC) fn.iovIterInit(k, iter, direction, v, count);
  else if (flavour === ITER_UBUF) fn.iovIterUbuf(k, iter, direction, v, count);
  else if (flavour === ITER_KVEC) fn.iovIterKvec(k, iter, direction, v, count);
  else if (flavour === ITER_BVEC) fn.iovIterBvec(k, iter, direction, v, count);
  else if (flavour === ITER_XARRAY) fn.iovIterXarray(k, iter, direction, v, count);
  else fn.iovIterDiscard(k, iter, direction, count);
}

function vecOf(k: Kernel, flavour: number, text: string): Vec {
  const spans = spansOf(text);
  if (flavour === ITER_BVEC) {
    return vec(flavour, { bvec: spans.map(([offset, len]) => ({ page: k.driverPages[0], offset, len })) });
  }
  if (flavour === ITER_XARRAY) return vec(flavour, { xarray: k.filePages, xarrayStart: spans[0][0] });
  return vec(flavour, { iov: iov(text, flavour === ITER_KVEC ? k.driverPages[0].pfn * k.pageSize : 0) });
}

/** k.iter of a flavour over spans of its memory. */
export function make(k: Kernel, flavour: number, direction: number, text: string): Made {
  init(k, flavour, direction, text);
  const memory = memoryOf(k, flavour);
  const places = spansOf(text).flatMap(([at, len]) =>
    Array.from({ length: len }, (_, n) => [memory[Math.floor((at + n) / k.pageSize)], (at + n) % k.pageSize] as const),
  );
  return { i: k.iter, places };
}

export const source = (k: Kernel, flavour: number, text: string): Made => make(k, flavour, WRITE, text);
export const dest = (k: Kernel, flavour: number, text: string): Made => make(k, flavour, READ, text);

/** Empty segments first, in the middle and last; one ends inside a page, one runs over two page ends. */
export const SEGS = '2+0 1+2 7+0 3+6 14+0';

export const SEGMENTED = [
  ['iovec', ITER_IOVEC],
  ['kvec', ITER_KVEC],
  ['bvec', ITER_BVEC],
] as const;
export const FLAT = [
  ['ubuf', ITER_UBUF],
  ['xarray', ITER_XARRAY],
] as const;
export const WITH_MEMORY = [...SEGMENTED, ...FLAT];

/** Eight bytes of any flavour, in segments where it has them. */
export const eight = (flavour: number): string => (flavour === ITER_UBUF || flavour === ITER_XARRAY ? '3+8' : SEGS);

/** The bytes at those places now; all bytes of all pages. */
export const bytesAt = (places: Places): number[] => places.map(([page, n]) => page.data[n]);
export const allBytes = (k: Kernel): number[] => k.pages.flatMap((page) => [...page.data]);

/** The first bytes of the kernel buffer. */
export const kbuf = (k: Kernel, n: number): number[] => [...k.kbuf.subarray(0, n)];

/** `segment/segments left +offset count` */
export const at = (i: IovIter): string => `${i.seg}/${i.segs} +${i.iovOffset} ${i.count}`;

export function expectQuiet(k: Kernel): void {
  expect([k.warned, k.fatal]).toEqual(['', '']);
}

/** The call dies as a BUG or an oops would. */
export function expectBug(k: Kernel, call: () => unknown): void {
  expect(call).toThrow();
  expect(k.fatal).toBe('no-bug');
}
