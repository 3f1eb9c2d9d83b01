/**
 * A laboratory for one design, with the sizes of a real machine: its functions called one by
 * one, over memory that a test fills and reads. docs/conformance.md is written for who comes
 * from C.
 *
 *     const lab = new Lab(linux612, { pageSize: 4096, pages: 256 });
 *     const iter = lab.iter(ITER_DEST, lab.kvec([[lab.vmalloc.base + 0x27, 0x2fd9]]));
 *     lab.copy('copyToIter', scratch, 0x2fd9, iter);
 *
 * There is one process, whose page tables never change, and no pipe.
 */
import type { Design } from './design.js';
import type { FunctionName, KernelFunctions } from './functions.js';
import { cName } from './functions.js';
import type { Page } from './kernel.js';
import { Kernel, OOPS } from './kernel.js';
import { LabMemory } from './lab-memory.js';
import type { LabBvec, LabSegment, LabXarray } from './lab-vecs.js';
import { bvecOf, discardOf, folioqOf, iovecOf, kvecOf, ubufOf, xarrayOf } from './lab-vecs.js';
import type { Choices, CopyName, Held, LabSize, PageList } from './lab-world.js';
import { boundsOf, heldBeyond, LabOops } from './lab-world.js';
import { kvfreeArray, putPage } from './mm.js';
import type { Vec } from './uio.js';
import {
  ITER_BVEC,
  ITER_DISCARD,
  ITER_FOLIOQ,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_UBUF,
  ITER_XARRAY,
  IovIter,
  READ,
  WRITE,
} from './uio.js';
import { VMALLOC_START } from './vecs.js';

export * from './lab-memory.js';
export type { LabBvec, LabSegment, LabXarray } from './lab-vecs.js';
export type { Choices, CopyName, Held, LabSize, PageList } from './lab-world.js';
export { LabOops } from './lab-world.js';

/** READ and WRITE by the names that they got in 6.2. */
export const ITER_DEST = READ;
export const ITER_SOURCE = WRITE;

type Arguments<N extends FunctionName> = KernelFunctions[N] extends (k: Kernel, ...args: infer A) => unknown
  ? A
  : never;

/** The constructor of each flavour that takes a vector. */
const CONSTRUCTORS = {
  [ITER_IOVEC]: 'iovIterInit',
  [ITER_UBUF]: 'iovIterUbuf',
  [ITER_KVEC]: 'iovIterKvec',
  [ITER_BVEC]: 'iovIterBvec',
  [ITER_XARRAY]: 'iovIterXarray',
  [ITER_FOLIOQ]: 'iovIterFolioQueue',
} as const;

export class Lab {
  readonly design: Design;
  readonly k: Kernel;
  readonly pageSize: number;
  /** The process's memory, from address 0 on. */
  readonly user: LabMemory;
  /** The driver's pages, where the direct map has them. */
  readonly direct: LabMemory;
  /** The same pages as vmap() shows them; the last one comes first, so that no two that follow each other are neighbours. */
  readonly vmalloc: LabMemory;
  /** The file's pages by position; they have no address. */
  readonly file: LabMemory;
  /** Kernel memory for calls that name none. */
  buffer: Uint8Array;
  private choices: Choices = {};
  private readonly owned: number[];

  constructor(design: Design, size: LabSize = {}) {
    this.design = design;
    this.k = new Kernel(boundsOf(size), { ...design.functions }, { pipe: false, memory: 'fixed', mms: 1 });
    const { k } = this;
    const { pageSize, driverPages } = k;
    this.pageSize = pageSize;
    this.user = new LabMemory(0, k.userPages, pageSize);
    this.direct = new LabMemory(driverPages[0].pfn * pageSize, driverPages, pageSize);
    this.vmalloc = new LabMemory(VMALLOC_START, [...driverPages].reverse(), pageSize);
    this.file = new LabMemory(0, k.filePages, pageSize);
    this.buffer = k.kbuf;
    this.owned = k.pages.map(({ refcount }) => refcount);
    // A kvec may walk over all pages there are, and a list of them is longer than one of user pages.
    while (k.pagesArray.length <= k.pages.length) {
      k.pagesArray.push(null);
      k.isEntryWritten.push(false);
    }
    this.reset();
  }

  /** As it was made: all memory is zeros, and nobody holds a page. Iterators of before are of no use. */
  reset(): void {
    this.k.reset();
    this.choices = {};
    this.csum = 0;
    for (const memory of [this.user, this.direct, this.file]) memory.clear();
  }

  /** Whether the design has a function, and has all of them. */
  has(...names: readonly FunctionName[]): boolean {
    return names.every((name) => this.design.present.has(name));
  }

  iovec(segments: readonly LabSegment[]): Vec {
    return iovecOf(segments);
  }

  ubuf(address: number, bytes: number): Vec {
    return ubufOf(address, bytes);
  }

  /** Over `direct` or `vmalloc`, by the addresses. */
  kvec(segments: readonly LabSegment[]): Vec {
    return kvecOf(segments);
  }

  bvec(segments: readonly LabBvec[]): Vec {
    return bvecOf(this.k, segments);
  }

  xarray(what: LabXarray = {}): Vec {
    return xarrayOf(this.k, what);
  }

  /** Sizes of the folios by segment of the chain, over the driver's pages from number `first` on. */
  folioq(segments: readonly (readonly number[])[], first = 0): Vec {
    return folioqOf(this.k, segments, first);
  }

  discard(bytes: number): Vec {
    return discardOf(bytes);
  }

  /** An iterator, made by the design's own constructor. */
  iter(direction: number, vec: Vec, count = vec.bytes): IovIter {
    const i = new IovIter();
    if (vec.flavour === ITER_DISCARD) this.call('iovIterDiscard', i, direction, count);
    else this.call(CONSTRUCTORS[vec.flavour as keyof typeof CONSTRUCTORS], i, direction, vec, count);
    return i;
  }

  /** `struct iov_iter to = *from` */
  copyOf(from: IovIter): IovIter {
    const to = new IovIter();
    to.copyFrom(from);
    return to;
  }

  /** What goes wrong in the next call, and in that one alone. */
  next(choices: Choices): this {
    this.choices = choices;
    return this;
  }

  /** Calls a function of the design; throws {@link LabOops} where the kernel would not come back. */
  call<N extends FunctionName>(name: N, ...args: Arguments<N>): ReturnType<KernelFunctions[N]> {
    const { k } = this;
    if (!this.has(name)) throw new RangeError(`${this.design.id} has no ${cName(name)}()`);
    const fn = k.fn[name] as unknown as (k: Kernel, ...args: Arguments<N>) => ReturnType<KernelFunctions[N]>;
    return this.run(() => fn(k, ...args));
  }

  /** One op: what the last one left is cleared, and what is to go wrong in this one is set. */
  private run<T>(op: () => T): T {
    const { k } = this;
    k.beginOp();
    k.kbuf = this.buffer;
    Object.assign(k, this.choices);
    this.choices = {};
    try {
      return op();
    } catch (thrown) {
      if (thrown !== OOPS) throw thrown;
      throw new LabOops(k.fatal, k.fatalWhy);
    }
  }

  /** `copy_to_iter(addr, bytes, i)` and its like; `scratch + n` of C is scratch.subarray(n). */
  copy(name: CopyName, addr: Uint8Array, bytes: number, i: IovIter): number {
    const { buffer } = this;
    this.buffer = addr;
    try {
      return this.call(name, bytes, i);
    } finally {
      this.buffer = buffer;
    }
  }

  /** The function that warned in the last call, in C spelling; '' if none did. */
  get warned(): string {
    return this.k.warned;
  }

  /** The sum that csum_and_copy_*() add to; of byte values, where the kernel's is of 16 bit words. */
  get csum(): number {
    return this.k.out.csum;
  }

  set csum(sum: number) {
    this.k.out.csum = sum;
  }

  /** iov_iter_get_pages2(), of 5.19 and before iov_iter_get_pages(): into an array of `maxpages` entries. */
  getPages(i: IovIter, maxsize: number, maxpages: number): PageList {
    return this.list(maxpages, () => this.call('iovIterGetPages', i, maxsize, maxpages));
  }

  /** iov_iter_get_pages_alloc2() */
  getPagesAlloc(i: IovIter, maxsize: number): PageList {
    return this.list(0, () => this.call('iovIterGetPagesAlloc', i, maxsize));
  }

  /** iov_iter_extract_pages() into an array of `maxpages` entries. */
  extractPages(i: IovIter, maxsize: number, maxpages: number): PageList {
    return this.list(maxpages, () => this.call('iovIterExtractPages', i, maxsize, maxpages));
  }

  /** iov_iter_extract_pages() with `*pages == NULL`. */
  extractPagesAlloc(i: IovIter, maxsize: number, maxpages: number): PageList {
    return this.list(0, () => this.call('iovIterExtractPages', i, maxsize, maxpages));
  }

  private list(entries: number, call: () => number): PageList {
    const { k } = this;
    k.pagesArray.fill(null);
    k.isEntryWritten.fill(false);
    k.pagesArrayMax = entries;
    const ret = call();
    const length = k.pagesArrayMax;
    const pages = Array.from({ length }, (_, n) => (k.isEntryWritten[n] ? k.pagesArray[n] : undefined));
    return { ret, start: k.out.start, pages, isAllocated: length > entries };
  }

  /** Entries of a list that its bytes are in. */
  covered({ ret, start, pages }: PageList): readonly (Page | null | undefined)[] {
    return ret <= 0 ? [] : pages.slice(0, Math.ceil((start + ret) / this.pageSize));
  }

  /** put_page() of each page of a list. */
  putPages(list: PageList): void {
    this.drop(list, (page) => this.run(() => putPage(this.k, page, 'put_page')));
  }

  /** unpin_user_page() of each page of a list. */
  unpinPages(list: PageList): void {
    this.drop(list, (page) => this.call('unpinUserPage', page));
  }

  private drop(list: PageList, by: (page: Page) => void): void {
    for (const page of this.covered(list)) {
      if (page === null || page === undefined) throw new RangeError('the list has an entry that holds no page');
      by(page);
    }
  }

  /** kvfree() of an array that a call has allocated. */
  kvfree(list: PageList): void {
    if (list.isAllocated) this.run(() => kvfreeArray(this.k, 'kvfree'));
  }

  /** Page arrays that were allocated and not freed. */
  get arrays(): number {
    return this.k.arrays;
  }

  /** Who is held beyond its owner: [] once everything was put and unpinned. A count that the bias divides is pins. */
  held(): Held[] {
    return heldBeyond(this.k, this.owned);
  }
}
