/** Two processes, their memory and one device, on the functions of model/memory.ts and model/gup.ts alone. */
import type { Bounds } from '#iov/model/bounds.js';
import { DEFAULT_BOUNDS } from '#iov/model/bounds.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import { gupFunctions } from '#iov/model/gup.js';
import type { Page } from '#iov/model/kernel.js';
import { FAULT_FLAG_WRITE, FOLL_GET, FOLL_PIN, FOLL_WRITE, Kernel, OOPS, Vma, Writer } from '#iov/model/kernel.js';
import { exitMmap, memoryFunctions } from '#iov/model/memory.js';
import { putPage } from '#iov/model/mm.js';

export const PARENT = 0;
export const CHILD = 1;

export const RULES = ['mapcount', 'refcount', 'exclusive'] as const;

export class Processes {
  readonly k: Kernel;

  constructor(bounds: Partial<Bounds> = {}, functions: Partial<KernelFunctions> = {}) {
    const fn = { ...gupFunctions, ...memoryFunctions, ...functions } as KernelFunctions;
    const needs = { pipe: false, memory: 'paged', mms: 2 } as const;
    this.k = new Kernel({ ...DEFAULT_BOUNDS, vpages: 2, ...bounds }, fn, needs);
    for (const page of this.k.filePages) page.data.fill(Writer.File);
  }

  map(vpage: number, vma: Vma = Vma.Anon): this {
    this.k.mms[PARENT].vma[vpage] = vma;
    return this;
  }

  /** What is mapped; fails the test where nothing is. */
  page(pid: number, vpage = 0): Page {
    const { page } = this.k.mms[pid].ptes[vpage];
    if (page === null) throw new Error(`process ${pid} has nothing mapped at ${vpage}`);
    return page;
  }

  /** A store of the process's own data; 0 or -errno. */
  store(pid: number, value: number, vpage = 0): number {
    const { k } = this;
    const pte = k.mms[pid].ptes[vpage];
    if (pte.page === null || !pte.isWritable) {
      const err = k.fn.handleMmFault(k, k.mms[pid], vpage, FAULT_FLAG_WRITE);
      if (err !== 0) return err;
    }
    this.page(pid, vpage).data.fill(value);
    return 0;
  }

  /** What the process reads; -errno where it faults for good. */
  load(pid: number, vpage = 0): number {
    const { k } = this;
    if (k.mms[pid].ptes[vpage].page === null) {
      const err = k.fn.handleMmFault(k, k.mms[pid], vpage, 0);
      if (err !== 0) return err;
    }
    return this.page(pid, vpage).data[0];
  }

  fork(): number {
    const { k } = this;
    return k.fn.dupMmap(k, k.mms[PARENT], k.mms[CHILD]);
  }

  munmap(pid: number, vpage = 0): void {
    const mm = this.k.mms[pid];
    this.k.fn.zapPte(this.k, mm, vpage);
    mm.vma[vpage] = Vma.None;
  }

  exit(pid: number): void {
    exitMmap(this.k, this.k.mms[pid]);
  }

  /** get_user_pages_fast() or, with FOLL_PIN, pin_user_pages_fast(), of the process. */
  gup(pid: number, flags: number, vpage = 0, nr = 1): number {
    const { k } = this;
    k.current = pid;
    k.pagesArrayMax = nr;
    k.isEntryWritten.fill(false);
    const start = vpage * k.pageSize;
    if ((flags & FOLL_PIN) === 0) return k.fn.getUserPagesFast(k, start, nr, flags);
    return k.fn.pinUserPagesFast(k, start, nr, flags);
  }

  /** The same, for the one page that it has to give. */
  take(pid: number, flags: number, vpage = 0): Page {
    const ret = this.gup(pid, flags, vpage);
    const page = this.k.pagesArray[0];
    if (ret !== 1 || page === null) throw new Error(`gup of page ${vpage} of process ${pid} gave ${ret}`);
    return page;
  }

  release(page: Page, flags: number): void {
    if ((flags & FOLL_PIN) !== 0) this.k.fn.unpinUserPage(this.k, page);
    else putPage(this.k, page, 'put_page');
  }
}

/** One page of the parent's data. */
export function parentWithPage(bounds: Partial<Bounds> = {}, functions: Partial<KernelFunctions> = {}): Processes {
  const p = new Processes(bounds, functions).map(0);
  p.store(PARENT, Writer.Parent);
  return p;
}

/** References of every page, beside the one of an owner for life. */
export function leaked(k: Kernel): string[] {
  return k.pages
    .filter((page) => page.head === page && page.refcount + page.pincount !== (page.owner === '' ? 0 : 1))
    .map((page) => `${page.name}: ${page.refcount} references, ${page.pincount} pins`);
}

/** The rule that `run` dies of; '' if it does not. */
export function dies(k: Kernel, run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error !== OOPS) throw error;
  }
  return k.fatal;
}

export const DESTINATION = FOLL_GET | FOLL_WRITE;
export const SOURCE = FOLL_GET;
export const PINNED_DESTINATION = FOLL_PIN | FOLL_WRITE;
export const PINNED_SOURCE = FOLL_PIN;

/** What the parent writes after its first store. */
export const PARENT_LATER = 9;
