/**
 * Faults, copy-on-write, fork, unmap and exit, over page tables of one level.
 *
 * `bounds.cow` says when a write fault may reuse the page that it finds, and what fork does about pins:
 *
 * - `mapcount`, to 5.7: reuse_swap_page() counts mappings and no other reference. Fork shares every page.
 * - `refcount`, 5.9 to 5.18: page_count() has to be 1 (09854ba94c6a). Fork copies for the child what may be pinned
 *   (70e806e4e645). 5.8 itself still counts mappings, and breaks copy-on-write in GUP instead (17839856fd58, undone
 *   in 5.9): no value of the bound stands for it.
 * - `exclusive`, since 5.19: PageAnonExclusive() is always reused; other pages if nothing else refers to them, and
 *   are exclusive from then on. Fork copies only what is exclusive and may be pinned.
 *
 * Large folios are mapped page by page. With bounds.order = 1 every anonymous allocation is a folio of two, of which
 * the page at the same parity is mapped; a first write maps both pages where both places are empty.
 *
 * Not here: swap and its cache, KSM, references of LRU batches, huge page table entries, hugetlb, userfaultfd,
 * FOLL_FORCE, FOLL_LONGTERM, accessed and dirty bits, and what races within a fault or a fork.
 *
 * @kernel 6.1 mm/memory.c; include/linux/rmap.h; kernel/fork.c
 */
import { EFAULT, ENOMEM } from './errno.js';
import type { KernelFunctions } from './functions.js';
import type { Kernel, MmStruct, Page } from './kernel.js';
import { FAULT_FLAG_UNSHARE, FAULT_FLAG_WRITE, Vma } from './kernel.js';
import { allocPage, getPage, putPages } from './mm.js';

/** PageAnon(), of a page that a page table names. */
export function pageAnon(page: Page): boolean {
  return !page.isFile && !page.isZero;
}

/** is_cow_mapping(): private, and its owner may be allowed to write it. */
function isCowMapping(vma: number): boolean {
  return vma !== Vma.SharedFile;
}

/** VM_WRITE */
function mayWrite(vma: number): boolean {
  return vma !== Vma.ReadOnlyAnon;
}

function setPte(mm: MmStruct, vpage: number, page: Page, isWritable: boolean): void {
  const pte = mm.ptes[vpage];
  pte.page = page;
  pte.isWritable = isWritable;
}

/** SetPageAnonExclusive(); the older rules have no such flag, so there it stays clear. */
function setAnonExclusive(k: Kernel, page: Page): void {
  page.isAnonExclusive = k.bounds.cow === 'exclusive';
}

/** vma_alloc_folio(): the page of a new folio that goes to `vpage`; null without memory. */
function allocAnon(k: Kernel, vpage: number): Page | null {
  const head = allocPage(k);
  if (head === null) return null;
  const page = head.hasTail && (vpage & 1) === 1 ? k.pages[head.pfn + 1] : head;
  setAnonExclusive(k, page);
  page.isLru = page.isAnonMapped = true;
  return page;
}

/** A new page for `vpage` with the contents of another, mapped; -ENOMEM without memory. */
function mapCopy(k: Kernel, mm: MmStruct, vpage: number, from: Page, isWritable: boolean): number {
  const page = allocAnon(k, vpage);
  if (page === null) return -ENOMEM;
  page.data.set(from.data);
  setPte(mm, vpage, page, isWritable);
  return 0;
}

/** @kernel 6.8 mm/memory.c alloc_anon_folio, do_anonymous_page: the other page of a folio, if its place is empty. */
function mapSibling(k: Kernel, mm: MmStruct, vpage: number, page: Page): void {
  const other = vpage ^ 1;
  if (!page.isLarge || other >= k.bounds.vpages) return;
  if (mm.vma[other] !== mm.vma[vpage] || mm.ptes[other].page !== null) return;
  const { head } = page;
  const sibling = page === head ? k.pages[head.pfn + 1] : head;
  getPage(k, sibling, 'do_anonymous_page');
  setAnonExclusive(k, sibling);
  setPte(mm, other, sibling, mm.ptes[vpage].isWritable);
}

/** @kernel 6.1 mm/memory.c do_anonymous_page: a mapping of the zero page takes no reference. */
function doAnonymousPage(k: Kernel, mm: MmStruct, vpage: number, faultFlags: number): number {
  if ((faultFlags & FAULT_FLAG_WRITE) === 0 && k.zeroPage !== null) {
    setPte(mm, vpage, k.zeroPage, false);
    return 0;
  }
  const page = allocAnon(k, vpage);
  if (page === null) return -ENOMEM;
  setPte(mm, vpage, page, mayWrite(mm.vma[vpage]));
  mapSibling(k, mm, vpage, page);
  return 0;
}

/** @kernel 6.1 mm/memory.c do_fault: do_read_fault, do_cow_fault, do_shared_fault */
function doFault(k: Kernel, mm: MmStruct, vpage: number, faultFlags: number): number {
  const isWrite = (faultFlags & FAULT_FLAG_WRITE) !== 0;
  const file = k.filePages[vpage % k.filePages.length];
  if (isWrite && mm.vma[vpage] === Vma.PrivateFile) return mapCopy(k, mm, vpage, file, true);
  getPage(k, file, 'do_fault');
  setPte(mm, vpage, file, isWrite);
  return 0;
}

/** @kernel 6.1 mm/memory.c handle_mm_fault, sanitize_fault_flags, handle_pte_fault */
function handleMmFault(k: Kernel, mm: MmStruct, vpage: number, faultFlags: number): number {
  const vma = mm.isAlive && vpage >= 0 && vpage < mm.vma.length ? mm.vma[vpage] : Vma.None;
  if (vma === Vma.None) return -EFAULT;
  const isWrite = (faultFlags & FAULT_FLAG_WRITE) !== 0;
  if (isWrite && (faultFlags & FAULT_FLAG_UNSHARE) !== 0) {
    k.warn('handle_mm_fault');
    return -EFAULT;
  }
  if (isWrite && !mayWrite(vma)) return -EFAULT;
  if (!isCowMapping(vma)) faultFlags &= ~FAULT_FLAG_UNSHARE;
  const pte = mm.ptes[vpage];
  if (pte.page === null) {
    const isFile = vma === Vma.PrivateFile || vma === Vma.SharedFile;
    return isFile ? doFault(k, mm, vpage, faultFlags) : doAnonymousPage(k, mm, vpage, faultFlags);
  }
  if (faultFlags === 0 || pte.isWritable) return 0;
  return k.fn.doWpPage(k, mm, vpage, faultFlags);
}

/** @kernel 6.1 mm/memory.c wp_page_copy: the writer gets the copy. */
function wpPageCopy(k: Kernel, mm: MmStruct, vpage: number, old: Page, isUnshare: boolean): number {
  const err = mapCopy(k, mm, vpage, old, !isUnshare);
  if (err !== 0) return err;
  if (!old.isZero) putPages(k, old, 1, 'wp_page_copy');
  return 0;
}

/** @kernel 6.1 mm/memory.c do_wp_page */
function doWpPage(k: Kernel, mm: MmStruct, vpage: number, faultFlags: number): number {
  const pte = mm.ptes[vpage];
  const { page } = pte;
  if (page === null) k.die('no-bug', 'do_wp_page', `do_wp_page() where nothing is mapped, at page ${vpage}`);
  const isUnshare = (faultFlags & FAULT_FLAG_UNSHARE) !== 0;
  if (mm.vma[vpage] === Vma.SharedFile) {
    pte.isWritable = true;
    return 0;
  }
  // 6.2 copies here; only a long-term pin asks for it.
  if (page.isZero && isUnshare) return 0;
  if (!pageAnon(page) || !k.fn.wpCanReuse(k, mm, page)) return wpPageCopy(k, mm, vpage, page, isUnshare);
  setAnonExclusive(k, page);
  if (!isUnshare) pte.isWritable = true;
  return 0;
}

/** page_mapcount(): page table entries that name this page. */
export function pageMapcount(k: Kernel, page: Page): number {
  let n = 0;
  for (const mm of k.mms) {
    if (!mm.isAlive) continue;
    for (const pte of mm.ptes) if (pte.page === page) n++;
  }
  return n;
}

/** @kernel 5.7 mm/huge_memory.c page_trans_huge_mapcount: of the page of the folio that is mapped most. */
function mostMapped(k: Kernel, page: Page): number {
  const { head } = page;
  const n = pageMapcount(k, head);
  return head.hasTail ? Math.max(n, pageMapcount(k, k.pages[head.pfn + 1])) : n;
}

/**
 * The question of the write fault, by bounds.cow. Kernels after 6.7 came to copy a page of a larger folio that
 * is not exclusive, though nothing else refers to it; here it is reused, as in 6.1.
 *
 * @kernel 5.7 mm/swapfile.c reuse_swap_page
 * @kernel 5.9 mm/memory.c do_wp_page
 * @kernel 6.1 mm/memory.c do_wp_page
 * @kernel 6.7 mm/memory.c wp_can_reuse_anon_folio
 */
function wpCanReuse(k: Kernel, _mm: MmStruct, page: Page): boolean {
  if (k.bounds.cow === 'mapcount') return mostMapped(k, page) <= 1;
  return page.isAnonExclusive || page.head.refcount === 1;
}

/**
 * The count of a single page is read as unsigned, so that one that wrapped still looks pinned.
 *
 * @kernel 6.1 include/linux/mm.h folio_maybe_dma_pinned
 */
function folioMaybeDmaPinned(k: Kernel, page: Page): boolean {
  const { head } = page;
  return head.hasTail ? head.pincount > 0 : head.refcount < 0 || head.refcount >= k.bounds.bias;
}

/** @kernel 6.1 include/linux/mm.h page_needs_cow_for_dma: open-coded in 5.9, absent before. */
function pageNeedsCowForDma(k: Kernel, mm: MmStruct, page: Page): boolean {
  if (k.bounds.cow === 'mapcount' || !mm.hasPinned) return false;
  return k.fn.folioMaybeDmaPinned(k, page);
}

/**
 * Whether the child can not share the page. 5.9 asks it of pages of a file, too.
 *
 * @kernel 5.9 mm/memory.c copy_present_page
 * @kernel 6.1 include/linux/rmap.h page_try_dup_anon_rmap
 */
function mustCopyForChild(k: Kernel, src: MmStruct, page: Page): boolean {
  if (k.bounds.cow === 'exclusive' && !page.isAnonExclusive) return false;
  return k.fn.pageNeedsCowForDma(k, src, page);
}

/** @kernel 6.1 mm/memory.c copy_present_pte, copy_present_page */
function copyPresentPte(k: Kernel, src: MmStruct, dst: MmStruct, vpage: number): number {
  const pte = src.ptes[vpage];
  const { page } = pte;
  if (page === null) return 0;
  const vma = src.vma[vpage];
  const isCow = isCowMapping(vma);
  if (!page.isZero) {
    if (isCow && mustCopyForChild(k, src, page)) return mapCopy(k, dst, vpage, page, mayWrite(vma));
    getPage(k, page, 'copy_present_pte');
    page.isAnonExclusive = false;
  }
  if (isCow) pte.isWritable = false;
  setPte(dst, vpage, page, pte.isWritable);
  return 0;
}

/**
 * A child that was not given memory for a copy is torn down; the parent's pages stay write-protected. Where a mapping
 * can have no anonymous page (vma_needs_copy), faults of the child will fill it.
 *
 * @kernel 6.1 kernel/fork.c dup_mmap; mm/memory.c copy_page_range, vma_needs_copy
 */
function dupMmap(k: Kernel, src: MmStruct, dst: MmStruct): number {
  dst.isAlive = true;
  // MMF_INIT_MASK leaves MMF_HAS_PINNED out.
  dst.hasPinned = false;
  for (let v = 0; v < src.vma.length; v++) {
    dst.vma[v] = src.vma[v];
    if (src.vma[v] === Vma.SharedFile) continue;
    const err = k.fn.copyPresentPte(k, src, dst, v);
    if (err !== 0) {
      exitMmap(k, dst);
      return err;
    }
  }
  return 0;
}

/** The entry alone; what is mapped there (`vma`) is the caller's to end. @kernel 6.1 mm/memory.c zap_pte_range */
function zapPte(k: Kernel, mm: MmStruct, vpage: number): void {
  const pte = mm.ptes[vpage];
  const { page } = pte;
  pte.page = null;
  pte.isWritable = false;
  if (page !== null && !page.isZero) putPages(k, page, 1, 'zap_pte_range');
}

/** @kernel 6.1 mm/mmap.c exit_mmap */
export function exitMmap(k: Kernel, mm: MmStruct): void {
  for (let v = 0; v < mm.vma.length; v++) k.fn.zapPte(k, mm, v);
  mm.clear();
}

export const memoryFunctions = {
  handleMmFault,
  doWpPage,
  wpCanReuse,
  folioMaybeDmaPinned,
  pageNeedsCowForDma,
  copyPresentPte,
  dupMmap,
  zapPte,
} satisfies Partial<KernelFunctions>;
