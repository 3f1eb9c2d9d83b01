/**
 * The reference for every iterator but the pipe: the list of bytes that a vector describes,
 * one after the other. It walks the vectors in its own way (prefix sums, page tables), and
 * calls no function of any design.
 */
import type { IovIter, Kernel, Page, Vec } from './kernel.js';
import { ITER_BVEC, ITER_DISCARD, ITER_FOLIOQ, ITER_IOVEC, ITER_KVEC, ITER_UBUF, ITER_XARRAY } from './uio.js';
import { VMALLOC_START } from './vecs.js';

/** A byte for which there is no memory: a hole of a file, or ITER_DISCARD. */
export const NOWHERE = 0xffff;

/** An iterator whose fields make no sense; and one that has no position, ITER_DISCARD. */
export const ASTRAY = -1;
export const UNPLACED = -2;

export interface Flat {
  readonly flavour: number;
  readonly isUser: boolean;
  readonly bytes: number;
  /** Where each byte is: page frame number * PAGE_SIZE + offset; NOWHERE for none. */
  readonly place: Uint16Array;
  /** The address of each byte: of the user, of the kernel, in its page, or in the file. */
  readonly addr: Uint32Array;
  /** Position at which each segment begins, and that behind the last. */
  readonly starts: Uint16Array;
  /** The address that each segment begins at, of empty ones too. */
  readonly bases: Uint32Array;
}

/** One segment: where it begins, its bytes, and the place of each of them. */
interface Segment {
  readonly base: number;
  readonly len: number;
  place(n: number): number;
}

function kernelPlace(k: Kernel, addr: number): number {
  if (addr < VMALLOC_START) return addr;
  // vmalloc space maps the driver's pages, last one first.
  const at = addr - VMALLOC_START;
  const page = k.driverPages[k.driverPages.length - 1 - Math.floor(at / k.pageSize)];
  return page.pfn * k.pageSize + (at % k.pageSize);
}

function userPlace(k: Kernel, addr: number): number {
  const { page } = k.mms[0].ptes[Math.floor(addr / k.pageSize)];
  return page === null ? NOWHERE : page.pfn * k.pageSize + (addr % k.pageSize);
}

function xarrayPlace(k: Kernel, vec: Vec, pos: number): number {
  const page = vec.xarray[Math.floor(pos / k.pageSize)] ?? null;
  return page === null ? NOWHERE : page.pfn * k.pageSize + (pos % k.pageSize);
}

function segmentsOf(k: Kernel, vec: Vec): Segment[] {
  switch (vec.flavour) {
    case ITER_IOVEC:
    case ITER_UBUF:
      return vec.iov.map(({ base, len }) => ({ base, len, place: (n) => userPlace(k, base + n) }));
    case ITER_KVEC:
      return vec.iov.map(({ base, len }) => ({ base, len, place: (n) => kernelPlace(k, base + n) }));
    case ITER_BVEC:
      return vec.bvec.map(({ page, offset, len }) => {
        const at = page.pfn * k.pageSize + offset;
        return { base: offset, len, place: (n) => at + n };
      });
    case ITER_XARRAY: {
      const start = vec.xarrayStart;
      return [{ base: start, len: vec.bytes, place: (n) => xarrayPlace(k, vec, start + n) }];
    }
    case ITER_FOLIOQ:
      return vec.folioq.flatMap(({ slots }) =>
        slots.map(({ page, size }) => ({ base: 0, len: size, place: (n) => page.pfn * k.pageSize + n })),
      );
    default:
      return [{ base: 0, len: vec.bytes, place: () => NOWHERE }];
  }
}

function makeFlat(k: Kernel, vec: Vec): Flat {
  const segments = segmentsOf(k, vec);
  const starts = new Uint16Array(segments.length + 1);
  segments.forEach(({ len }, s) => {
    starts[s + 1] = starts[s] + len;
  });
  const bytes = starts[segments.length];
  const place = new Uint16Array(bytes);
  const addr = new Uint32Array(bytes);
  segments.forEach((segment, s) => {
    for (let n = 0; n < segment.len; n++) {
      place[starts[s] + n] = segment.place(n);
      addr[starts[s] + n] = segment.base + n;
    }
  });
  const { flavour } = vec;
  const isUser = flavour === ITER_IOVEC || flavour === ITER_UBUF;
  return { flavour, isUser, bytes, place, addr, starts, bases: Uint32Array.from(segments, ({ base }) => base) };
}

const flats = new WeakMap<Kernel, Flat[]>();
/** The kernel asked for last, and its lists: a look-up in the map for each op would cost more than the op. */
let lastKernel: Kernel | null = null;
let lastFlats: Flat[] = [];

function flatsOf(k: Kernel): Flat[] {
  if (k === lastKernel) return lastFlats;
  let list = flats.get(k);
  if (list === undefined) {
    list = k.vecs.map((vec) => makeFlat(k, vec));
    flats.set(k, list);
  }
  lastKernel = k;
  lastFlats = list;
  return list;
}

/** The bytes that an iterator over `vec` describes; one without a vector is ITER_DISCARD, the last of the list. */
export function flatOf(k: Kernel, vec: Vec | null): Flat {
  const list = flatsOf(k);
  return vec === null ? list[list.length - 1] : (list[vec.index] ?? makeFlat(k, vec));
}

/** `seg` and `segs` of an iterator over an array of `n` segments, and its offset in the current one. */
function inArray(i: IovIter, flat: Flat, n: number): number {
  if (i.seg < 0 || i.seg > n || i.segs !== n - i.seg || i.iovOffset < 0) return ASTRAY;
  const end = i.seg === n ? flat.bytes : flat.starts[i.seg + 1];
  const pos = flat.starts[i.seg] + i.iovOffset;
  return pos <= end ? pos : ASTRAY;
}

function inFolios(i: IovIter, vec: Vec, flat: Flat): number {
  const queue = vec.folioq[i.seg];
  if (queue === undefined || i.folioqSlot < 0 || i.folioqSlot > queue.slots.length || i.iovOffset < 0) return ASTRAY;
  let slot = i.folioqSlot;
  for (let q = 0; q < i.seg; q++) slot += vec.folioq[q].slots.length;
  const isBehind = i.folioqSlot === queue.slots.length;
  const pos = flat.starts[slot] + i.iovOffset;
  return pos <= (isBehind ? flat.starts[slot] : flat.starts[slot + 1]) ? pos : ASTRAY;
}

/**
 * The byte that the iterator's fields point at; the end of a segment and the start of the
 * next are the same one. ASTRAY, UNPLACED.
 */
export function positionOf(k: Kernel, i: IovIter): number {
  const { vec } = i;
  if (i.flavour === ITER_DISCARD) return UNPLACED;
  if (vec === null || vec.flavour !== i.flavour) return ASTRAY;
  const flat = flatOf(k, vec);
  switch (i.flavour) {
    case ITER_IOVEC:
    case ITER_KVEC:
      return inArray(i, flat, vec.iov.length);
    case ITER_BVEC:
      return inArray(i, flat, vec.bvec.length);
    case ITER_FOLIOQ:
      return inFolios(i, vec, flat);
    default:
      return i.iovOffset >= 0 && i.iovOffset <= flat.bytes ? i.iovOffset : ASTRAY;
  }
}

/** Bytes of the next `want` that can be reached: up to user memory that faults (from k.userFault on), or a hole. */
export function reach(k: Kernel, flat: Flat, pos: number, want: number): number {
  if (flat.flavour === ITER_DISCARD) return want;
  let n = 0;
  while (n < want && pos + n < flat.bytes) {
    if (flat.place[pos + n] === NOWHERE) break;
    if (flat.isUser && k.userFault >= 0 && flat.addr[pos + n] >= k.userFault) break;
    n++;
  }
  return n;
}

/** Whether one of the next `want` bytes is at this user address. */
export function meets(flat: Flat, pos: number, want: number, address: number): boolean {
  if (!flat.isUser) return false;
  for (let p = pos; p < pos + want && p < flat.bytes; p++) if (flat.addr[p] === address) return true;
  return false;
}

/** The page that holds byte `pos` of a vector, and the byte's offset in it; null where there is none. */
export function flatPage(k: Kernel, vec: Vec, pos: number): Page | null {
  const place = flatOf(k, vec).place[pos] ?? NOWHERE;
  return place === NOWHERE ? null : k.pages[Math.floor(place / k.pageSize)];
}

export function flatOffset(k: Kernel, vec: Vec, pos: number): number {
  return (flatOf(k, vec).addr[pos] ?? 0) % k.pageSize;
}

/** The segment that byte `pos` is in; behind the last one, their number. */
export function segmentAt(flat: Flat, pos: number): number {
  let s = 0;
  while (s < flat.bases.length && flat.starts[s + 1] <= pos) s++;
  return s;
}
