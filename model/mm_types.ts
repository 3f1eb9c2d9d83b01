/**
 * Pages and address spaces: what include/linux/mm_types.h declares.
 *
 * @kernel include/linux/mm_types.h struct page, struct folio, struct mm_struct, struct vm_area_struct
 */

/** Who owns a page for the whole run, beside the owners that are counted; it keeps one reference. */
export type PageOwner = 'page cache' | 'page table' | 'driver' | 'kernel' | '';

/**
 * `struct page`. References are counted on the head of its folio; an order-0 folio is its
 * own head. The tag (or, outside a search, the value) of each byte is in `data`.
 */
export class Page {
  /** Page frame number: file pages first, then pages with an owner for life, then the pool. */
  readonly pfn: number;
  /** A page of the one file, in the page cache. */
  readonly isFile: boolean;
  /** Owner for life; '' for pages of the pool. */
  readonly owner: PageOwner;
  /** As reports print it: F0 file, U0 user, K0 driver's, Z zero page, p0 pool. */
  readonly name: string;
  /** compound_head(). */
  head: Page = this;
  /** _refcount of the folio; only that of a head counts. */
  refcount = 0;
  /** Exact pins of a large folio; only that of a head counts. */
  pincount = 0;
  /** PageAnonExclusive(): known to belong to one address space. */
  isAnonExclusive = false;
  /** PageLRU(); kept where pages are lent to pipes, as is the next one. */
  isLru = false;
  /** PageAnon(): page->mapping names an anon_vma, from the fault that brought the page until it is freed. */
  isAnonMapped = false;
  readonly data: Uint8Array;
  /** The number under which the page is saved; differs from pfn under symmetry. */
  canon: number;

  constructor(pfn: number, owner: PageOwner, name: string, pageSize: number) {
    this.pfn = pfn;
    this.canon = pfn;
    this.owner = owner;
    this.name = name;
    this.isFile = owner === 'page cache';
    this.data = new Uint8Array(pageSize);
  }

  /** is_zero_page() */
  get isZero(): boolean {
    return this.owner === 'kernel';
  }

  /** folio_test_large() */
  get isLarge(): boolean {
    return this.head.hasTail;
  }

  /** PG_uptodate, of a page of the page cache. */
  isUptodate = true;

  /** Of a head: the next page belongs to its folio. */
  hasTail = false;
}

/** `pte_t`: present where there is a page. */
export class Pte {
  page: Page | null = null;
  isWritable = false;
}

/** What is mapped at a virtual page: `struct vm_area_struct` of one page. */
export const Vma = { None: 0, Anon: 1, PrivateFile: 2, SharedFile: 3, ReadOnlyAnon: 4 } as const;
export type Vma = (typeof Vma)[keyof typeof Vma];

/** `struct mm_struct`: an address space of `vpages` virtual pages from address 0 on. */
export class MmStruct {
  /** 0 the parent, 1 the child. */
  readonly id: number;
  isAlive = false;
  /** MMF_HAS_PINNED */
  hasPinned = false;
  readonly vma: number[] = [];
  readonly ptes: Pte[] = [];

  constructor(id: number, vpages: number) {
    this.id = id;
    for (let v = 0; v < vpages; v++) {
      this.vma.push(Vma.None);
      this.ptes.push(new Pte());
    }
  }

  clear(): void {
    this.isAlive = this.hasPinned = false;
    for (let v = 0; v < this.vma.length; v++) {
      this.vma[v] = Vma.None;
      this.ptes[v].page = null;
      this.ptes[v].isWritable = false;
    }
  }
}

/** FAULT_FLAG_* of handle_mm_fault(). */
export const FAULT_FLAG_WRITE = 0x1;
export const FAULT_FLAG_UNSHARE = 0x2;

/** FOLL_* of get_user_pages(); the first two say how a page is kept. */
export const FOLL_GET = 0x1;
export const FOLL_PIN = 0x2;
export const FOLL_WRITE = 0x4;
export const FOLL_NOFAULT = 0x8;
