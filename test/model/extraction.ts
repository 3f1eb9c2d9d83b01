/**
 * Page lists taken from an iterator of a design, called directly: memory of four pages of each
 * kind, pages of four bytes, two slots of a pipe.
 */
import type { Bounds } from '#iov/model/bounds.js';
import { DEFAULT_BOUNDS } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import type { Page } from '#iov/model/kernel.js';
import {
  ITER_BVEC,
  ITER_DISCARD,
  ITER_FOLIOQ,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_PIPE,
  ITER_UBUF,
  Kernel,
  READ,
  WRITE,
} from '#iov/model/kernel.js';
import { makeVecs } from '#iov/model/vecs.js';
import { vec } from './iterators.js';
import { PARENT, Processes } from './processes.js';

export { READ, WRITE };

const BOUNDS: Bounds = { ...DEFAULT_BOUNDS, page: 4, ring: 2, files: 2, vpages: 4, segs: 3 };

export class Extraction {
  readonly k: Kernel;

  constructor(design: Design, over: Partial<Bounds> = {}) {
    this.k = new Kernel({ ...BOUNDS, ...over }, design.functions, { pipe: true, memory: 'fixed', mms: 1 });
    this.k.vecs = makeVecs(this.k);
  }

  /** An iterator over one of the vectors of the bounds, as a trace names it. */
  on(text: string, direction: number = READ): this {
    const { k } = this;
    const { fn, iter } = k;
    const made = k.vecs.find((v) => v.text === text);
    if (made === undefined) throw new Error(`no vector of the bounds is ${text}`);
    const { flavour, bytes } = made;
    if (flavour === ITER_DISCARD) fn.iovIterDiscard(k, iter, direction, bytes);
    else if (flavour === ITER_IOVEC) fn.iovIterInit(k, iter, direction, made, bytes);
    else if (flavour === ITER_UBUF) fn.iovIterUbuf(k, iter, direction, made, bytes);
    else if (flavour === ITER_KVEC) fn.iovIterKvec(k, iter, direction, made, bytes);
    else if (flavour === ITER_BVEC) fn.iovIterBvec(k, iter, direction, made, bytes);
    else if (flavour === ITER_FOLIOQ) fn.iovIterFolioQueue(k, iter, direction, made, bytes);
    else fn.iovIterXarray(k, iter, direction, made, bytes);
    return this;
  }

  /** An iterator over the empty pipe. */
  onPipe(count: number): this {
    this.k.fn.iovIterPipe(this.k, this.k.iter, ITER_PIPE, count);
    return this;
  }

  /** A new call: what the last one left of its choices is gone. */
  private begin(maxpages: number): void {
    const { k } = this;
    k.out.start = 0;
    k.pagesArrayMax = maxpages;
    k.isEntryWritten.fill(false);
  }

  private said(ret: number): string {
    return [ret, `+${this.k.out.start}`, ...this.pages().map(({ name }) => name)].join(' ');
  }

  /** Return, start, and the pages of the list, into an array of the caller's. */
  extract(maxsize: number, maxpages = 4): string {
    this.begin(maxpages);
    return this.said(this.k.fn.iovIterExtractPages(this.k, this.k.iter, maxsize, maxpages));
  }

  /** The same, into an array that the callee allocates. */
  extractAlloc(maxsize: number, maxpages = 4): string {
    this.begin(0);
    return this.said(this.k.fn.iovIterExtractPages(this.k, this.k.iter, maxsize, maxpages));
  }

  getPages(maxsize: number, maxpages = 4): string {
    this.begin(maxpages);
    return this.said(this.k.fn.iovIterGetPages(this.k, this.k.iter, maxsize, maxpages));
  }

  /** The entries that the last call wrote. */
  pages(): Page[] {
    const { k } = this;
    return k.pagesArray.filter((page, n): page is Page => k.isEntryWritten[n] && page !== null);
  }

  refs(): number[] {
    return this.pages().map(({ refcount }) => refcount);
  }

  /** `segment/segments left +offset count` */
  at(): string {
    const { seg, segs, iovOffset, count } = this.k.iter;
    return `${seg}/${segs} +${iovOffset} ${count}`;
  }
}

/** A process whose one page, with a first store in it, is under I/O: entry 0 of the page list. */
export function underIo(design: Design, direction: number, bounds: Partial<Bounds> = {}): Processes {
  const p = new Processes({ vpages: 1, page: 4, ...bounds }, design.functions).map(0);
  const { k } = p;
  p.store(PARENT, 1);
  k.current = PARENT;
  k.pagesArrayMax = 1;
  k.isEntryWritten.fill(false);
  k.fn.iovIterUbuf(k, k.iter, direction, vec(ITER_UBUF, { iov: [{ base: 0, len: 4 }] }), 4);
  const ret = k.fn.iovIterExtractPages(k, k.iter, 4, 1);
  if (ret !== 4) throw new Error(`extraction of the process's page gave ${ret}`);
  return p;
}
