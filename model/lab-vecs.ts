/**
 * What an iterator of a Lab may point at, from plain numbers. Nothing is checked that C does
 * not check: a vector that leaves its memory faults, or is an oops, where it is used.
 */
import type { Kernel, Page } from './kernel.js';
import type { IoVec, Vec } from './uio.js';
import { ITER_BVEC, ITER_DISCARD, ITER_FOLIOQ, ITER_IOVEC, ITER_KVEC, ITER_UBUF, ITER_XARRAY } from './uio.js';
import { flavourName } from './vecs.js';

/** `struct iovec` or `struct kvec`: iov_base and iov_len. */
export type LabSegment = readonly [address: number, bytes: number];

/** `struct bio_vec`; a page is named by its number among the driver's pages, or is any page. */
export interface LabBvec {
  readonly page: number | Page;
  /** bv_offset; may lie beyond the page. */
  readonly offset: number;
  /** bv_len; may run over the pages that follow. */
  readonly len: number;
}

/** Page-cache pages of the file, as an xarray holds them. */
export interface LabXarray {
  /** Position in the file at which the iterator starts. */
  readonly start?: number;
  /** Bytes from there; to the end of the file where absent. */
  readonly bytes?: number;
  /** Indices at which no page is. */
  readonly holes?: readonly number[];
}

type Parts = Partial<Omit<Vec, 'flavour' | 'bytes'>>;

function vec(flavour: number, bytes: number, parts: Parts): Vec {
  const text = `${flavourName(flavour)}:${bytes}`;
  return { index: -1, flavour, text, iov: [], bvec: [], xarray: [], xarrayStart: 0, folioq: [], bytes, ...parts };
}

const total = (lens: readonly number[]): number => lens.reduce((sum, len) => sum + len, 0);

function segmentsVec(flavour: number, segments: readonly LabSegment[]): Vec {
  const iov: IoVec[] = segments.map(([base, len]) => ({ base, len }));
  return vec(flavour, total(iov.map(({ len }) => len)), { iov });
}

export const iovecOf = (segments: readonly LabSegment[]): Vec => segmentsVec(ITER_IOVEC, segments);

export const kvecOf = (segments: readonly LabSegment[]): Vec => segmentsVec(ITER_KVEC, segments);

export const ubufOf = (address: number, bytes: number): Vec => segmentsVec(ITER_UBUF, [[address, bytes]]);

export const discardOf = (bytes: number): Vec => vec(ITER_DISCARD, bytes, {});

function pageOf(k: Kernel, page: number | Page): Page {
  if (typeof page !== 'number') return page;
  const found: Page | undefined = k.driverPages[page];
  if (found === undefined)
    throw new RangeError(`there is no driver's page ${page}; the last one is ${k.driverPages.length - 1}`);
  return found;
}

export function bvecOf(k: Kernel, segments: readonly LabBvec[]): Vec {
  const bvec = segments.map(({ page, offset, len }) => ({ page: pageOf(k, page), offset, len }));
  return vec(ITER_BVEC, total(bvec.map(({ len }) => len)), { bvec });
}

export function xarrayOf(k: Kernel, { start = 0, bytes, holes = [] }: LabXarray): Vec {
  const xarray = k.filePages.map((page, index) => (holes.includes(index) ? null : page));
  return vec(ITER_XARRAY, bytes ?? k.filePages.length * k.pageSize - start, { xarray, xarrayStart: start });
}

/** Bytes of each folio, by segment of the chain; the folios are the driver's pages from `first` on, one after the other. */
export function folioqOf(k: Kernel, segments: readonly (readonly number[])[], first: number): Vec {
  let page = first;
  const folioq = segments.map((sizes) => ({
    slots: sizes.map((size) => {
      if (size <= 0 || size % k.pageSize !== 0) {
        throw new RangeError(`a folio of ${size} bytes: give whole pages, e.g. ${k.pageSize}`);
      }
      const folio = { page: pageOf(k, page), size };
      page += size / k.pageSize;
      return folio;
    }),
  }));
  return vec(ITER_FOLIOQ, total(segments.flat()), { folioq });
}
