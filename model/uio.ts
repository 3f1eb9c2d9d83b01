/**
 * Iterators and what they walk over: include/linux/uio.h and the vectors that it names.
 *
 * @kernel include/linux/uio.h struct iov_iter; include/linux/bvec.h struct bio_vec;
 * include/linux/folio_queue.h struct folio_queue
 */
import type { Page } from './mm_types.js';

/** iov_iter_rw(): WRITE is "the iterator is the source". Bit 0 of `type`. */
export const READ = 0;
export const WRITE = 1;

/** Flavours, as bits of `type`; 4.9's values, and further bits for what came later. */
export const ITER_IOVEC = 0;
export const ITER_KVEC = 2;
export const ITER_BVEC = 4;
export const ITER_PIPE = 8;
export const ITER_DISCARD = 16;
export const ITER_XARRAY = 32;
export const ITER_UBUF = 64;
export const ITER_FOLIOQ = 128;

/** `struct iovec` or `struct kvec`: an address (user or kernel) and bytes. */
export interface IoVec {
  readonly base: number;
  readonly len: number;
}

/** `struct bio_vec`; offset may lie beyond the first page. */
export interface BioVec {
  readonly page: Page;
  readonly offset: number;
  readonly len: number;
}

/** `struct folio_queue`: folios, each of whole pages, from their start on; linked to the next. */
export interface FolioQueue {
  /** Folios of this segment: head page and bytes. */
  readonly slots: readonly { readonly page: Page; readonly size: number }[];
}

/**
 * What an iterator points at; it never changes, so that an iterator is saved as the number of
 * its vector. Which of the lists counts says the flavour.
 */
export interface Vec {
  /** Position in Kernel.vecs; -1 for one made outside the bounds. */
  readonly index: number;
  /** ITER_*, without a direction. */
  readonly flavour: number;
  /** As a trace names it: `[0+2,4+0]`. No space, no `=`. */
  readonly text: string;
  /** IOVEC, KVEC; UBUF in entry 0. */
  readonly iov: readonly IoVec[];
  readonly bvec: readonly BioVec[];
  /** XARRAY: pages by index from 0, null a hole. */
  readonly xarray: readonly (Page | null)[];
  /** XARRAY: position in the file at which the iterator starts. */
  readonly xarrayStart: number;
  readonly folioq: readonly FolioQueue[];
  /** Bytes that it describes; count at most. */
  readonly bytes: number;
}

/** `struct iov_iter`. Counts and offsets in bytes. */
export class IovIter {
  /** False until iov_iter_*() has filled it. */
  active = false;
  /** Flavour | direction. */
  type = 0;
  /** Position in the segment; in a pipe's last slot (4.9 to 5.19), unused for pipes since 6.0. */
  iovOffset = 0;
  count = 0;
  /** Pipe: slot index in an old ring. */
  idx = 0;
  /** Pipe: free-running slot number in a new ring. */
  head = 0;
  startHead = 0;
  /** Pipe, 6.0+: end of the data in the last slot; above 0 anonymous, below 0 zero-copy. */
  lastOffset = 0;
  /** `iov`, `kvec`, `bvec`, `folioq`: what is pointed into, and at which entry. */
  vec: Vec | null = null;
  seg = 0;
  /** IOVEC, KVEC, BVEC: segments from `seg` on. */
  segs = 0;
  /** FOLIOQ: slot in the segment. */
  folioqSlot = 0;
  /** 5.17+ */
  nofault = false;

  /** `nr_segs`; seed 000 has it in a union with `idx`. */
  get nrSegs(): number {
    return this.flavour === ITER_PIPE ? this.idx : this.segs;
  }

  set nrSegs(n: number) {
    this.segs = n;
  }

  /** 5.14+: the iterator is where data come from. */
  get dataSource(): boolean {
    return (this.type & WRITE) !== 0;
  }

  /** ITER_* without the direction. */
  get flavour(): number {
    return this.type & ~WRITE;
  }

  clear(): void {
    this.active = this.nofault = false;
    this.type = this.iovOffset = this.count = this.idx = this.head = this.startHead = this.lastOffset = 0;
    this.vec = null;
    this.seg = this.segs = this.folioqSlot = 0;
  }

  copyFrom(from: IovIter): void {
    this.active = from.active;
    this.type = from.type;
    this.iovOffset = from.iovOffset;
    this.count = from.count;
    this.idx = from.idx;
    this.head = from.head;
    this.startHead = from.startHead;
    this.lastOffset = from.lastOffset;
    this.vec = from.vec;
    this.seg = from.seg;
    this.segs = from.segs;
    this.folioqSlot = from.folioqSlot;
    this.nofault = from.nofault;
  }
}

/** `struct iov_iter_state` */
export class IovIterState {
  iovOffset = 0;
  count = 0;
  nrSegs = 0;
}
