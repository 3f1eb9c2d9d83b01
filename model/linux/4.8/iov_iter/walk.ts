/**
 * The macros of lib/iov_iter.c that walk the segments of an iterator, from 4.8 to 5.8:
 * iterate_iovec, iterate_kvec, iterate_bvec, iterate_all_kinds, iterate_and_advance.
 *
 * Whatever is neither bvec nor kvec is walked as an array of struct iovec. A fault ends the
 * walk of an iovec, and the iterator stands where it happened; a step that fails on kernel
 * memory returns out of the function, and the iterator has not moved. Empty segments are
 * stepped over on the way to the next byte; those behind the last byte stay, except that a
 * walk of no bytes steps over one empty iovec or kvec. An empty bvec is never left:
 * bvec_iter_advance() by 0 does nothing, so that for_each_bvec() goes round for ever.
 *
 * The macros also read the length of the segment that they stand on where no byte is wanted.
 * Behind the last segment that is a read past the array, whose value changes nothing; it is
 * left out.
 *
 * @kernel 4.8 lib/iov_iter.c; include/linux/bvec.h for_each_bvec
 * @kernel 7e24969022cb include/linux/bvec.h for_each_bvec: empty bvecs, in 5.9
 */
import type { BioVec, IoVec, IovIter, Kernel, Page, Vec } from '../../../kernel.js';
import { ITER_BVEC, ITER_KVEC, ITER_PIPE } from '../../../kernel.js';

const isBvec = (i: IovIter): boolean => (i.type & ITER_BVEC) !== 0;

/** Anything but the two flavours of kernel memory is taken for an array of struct iovec. */
export const isWalkedAsIovec = (i: IovIter): boolean => (i.type & (ITER_BVEC | ITER_KVEC)) === 0;

/** The array behind `iov`, `kvec` or `bvec`, which share their bytes with what other flavours point at. */
function vecOf(k: Kernel, i: IovIter, by: string): Vec {
  const { vec } = i;
  if ((i.type & ITER_PIPE) !== 0) k.die('no-bug', by, 'the pipe_inode_info is read as an array of struct iovec');
  if (vec === null) k.die('no-bug', by, `${by}() goes through a pointer to segments that nobody has set`);
  return vec;
}

/** A segment outside the array is memory of somebody else. */
function outside(k: Kernel, seg: number, length: number, by: string): never {
  return k.die('no-bug', by, `${by}() reads segment ${seg} of an array of ${length}`);
}

export function iovAt(k: Kernel, i: IovIter, seg: number, by: string): IoVec {
  const { iov } = vecOf(k, i, by);
  return iov[seg] ?? outside(k, seg, iov.length, by);
}

export function bvecAt(k: Kernel, i: IovIter, seg: number, by: string): BioVec {
  const { bvec } = vecOf(k, i, by);
  return bvec[seg] ?? outside(k, seg, bvec.length, by);
}

/** Bytes of the segment, whatever the flavour. */
export function segLen(k: Kernel, i: IovIter, seg: number, by: string): number {
  return isBvec(i) ? bvecAt(k, i, seg, by).len : iovAt(k, i, seg, by).len;
}

/** A position within a vector, and the piece of it that comes next. */
export class Walk {
  /** Since 5.1 for_each_bvec() ends each piece at a page, so that a bvec may be longer than one. */
  readonly splitsPages: boolean;
  seg = 0;
  /** Bytes of the segment that are behind. */
  skip = 0;
  /** Bytes still wanted. */
  left = 0;
  /** Where the piece is, to be copied: a user or kernel address; a bvec by that of its page. */
  addr = 0;
  /** What the query functions call its start: the address, or the offset in the page of a bvec. */
  base = 0;
  len = 0;
  /** Of a bvec. */
  page: Page | null = null;

  constructor(splitsPages: boolean) {
    this.splitsPages = splitsPages;
  }

  begin(i: IovIter, n: number): void {
    this.seg = i.seg;
    this.skip = i.iovOffset;
    this.left = n;
  }

  /** Finds the next piece that is not empty; false at the end. */
  next(k: Kernel, i: IovIter, by: string): boolean {
    if (this.left === 0) return false;
    if (isBvec(i)) this.nextBvec(k, i, by);
    else this.nextIov(k, i, by);
    return true;
  }

  private nextIov(k: Kernel, i: IovIter, by: string): void {
    for (;;) {
      k.turn(by);
      const { base, len } = iovAt(k, i, this.seg, by);
      this.len = Math.min(this.left, len - this.skip);
      this.addr = this.base = base + this.skip;
      if (this.len !== 0) return;
      this.seg++;
      this.skip = 0;
    }
  }

  private nextBvec(k: Kernel, i: IovIter, by: string): void {
    do {
      k.turn(by);
      const { page, offset, len } = bvecAt(k, i, this.seg, by);
      const at = offset + this.skip;
      const nth = this.splitsPages ? Math.floor(at / k.pageSize) : 0;
      this.base = at - nth * k.pageSize;
      this.len = Math.min(this.left, len - this.skip);
      if (this.splitsPages) this.len = Math.min(this.len, k.pageSize - this.base);
      this.page = nth === 0 ? page : k.pages[page.pfn + nth];
      this.addr = page.pfn * k.pageSize + at;
    } while (this.len === 0);
  }

  /** `done` bytes of the piece are behind. */
  took(k: Kernel, i: IovIter, done: number, by: string): void {
    this.skip += done;
    this.left -= done;
    if (isBvec(i) && this.skip === bvecAt(k, i, this.seg, by).len) this.step();
  }

  private step(): void {
    this.seg++;
    this.skip = 0;
  }

  /** What iterate_and_advance leaves in the iterator, but for count. */
  settle(k: Kernel, i: IovIter, by: string): void {
    if (!isBvec(i) && this.skip === iovAt(k, i, this.seg, by).len) this.step();
    i.segs -= this.seg - i.seg;
    i.seg = this.seg;
    i.iovOffset = this.skip;
  }
}

/**
 * What is done with a piece: `len` bytes at `addr`, of user memory or not; the other side is
 * `buf` from `at` on. Returns the bytes left undone.
 */
export type Step = (k: Kernel, isUser: boolean, addr: number, len: number, buf: Uint8Array, at: number) => number;

/** Pieces are contiguous in kernel addresses, so that it does not matter whether they end at pages. */
const walk = new Walk(false);

/** @kernel 4.8 lib/iov_iter.c iterate_and_advance: returns the bytes done. */
export function iterateAndAdvance(
  k: Kernel,
  i: IovIter,
  n: number,
  step: Step,
  buf: Uint8Array,
  at: number,
  by: string,
): number {
  if (i.count < n) n = i.count;
  if (i.count === 0) return n;
  const isUser = isWalkedAsIovec(i);
  let done = 0;
  walk.begin(i, n);
  while (walk.next(k, i, by)) {
    const { len } = walk;
    const undone = step(k, isUser, walk.addr, len, buf, at + done);
    done += len - undone;
    if (undone !== 0 && !isUser) return done;
    walk.took(k, i, len - undone, by);
    if (undone !== 0) break;
  }
  walk.settle(k, i, by);
  i.count -= done;
  return done;
}

/** @kernel 4.8 lib/iov_iter.c iterate_all_kinds: returns the bytes done; n may be more than count, and nothing moves. */
export function iterateAllKinds(
  k: Kernel,
  i: IovIter,
  n: number,
  step: Step,
  buf: Uint8Array,
  at: number,
  by: string,
): number {
  const isUser = isWalkedAsIovec(i);
  let done = 0;
  walk.begin(i, n);
  while (walk.next(k, i, by)) {
    const { len } = walk;
    const undone = step(k, isUser, walk.addr, len, buf, at + done);
    done += len - undone;
    if (undone !== 0) break;
    walk.took(k, i, len, by);
  }
  return done;
}
