/**
 * get_user_pages and pin_user_pages, and how what they take is dropped.
 *
 * The fast and the slow walk are one: without races they differ in nothing but the order of checks, and what the
 * fast walk gives up, the slow walk decides. FOLL_FORCE and FOLL_LONGTERM are not modelled; sanity_check_pinned_pages()
 * exists under CONFIG_DEBUG_VM alone. The top of an address space is no TASK_SIZE: behind it nothing is mapped.
 *
 * @kernel 6.1 mm/gup.c
 */
import { EFAULT, EINVAL, ENOMEM } from './errno.js';
import type { KernelFunctions } from './functions.js';
import type { Kernel, MmStruct, Page } from './kernel.js';
import { FAULT_FLAG_UNSHARE, FAULT_FLAG_WRITE, FOLL_GET, FOLL_NOFAULT, FOLL_PIN, FOLL_WRITE, Vma } from './kernel.js';
import { pageAnon } from './memory.js';
import { folioRefAdd, putPages, storePage } from './mm.js';

/**
 * A pin of the zero page takes nothing, since 6.5 and in 6.1.y. A count that wrapped below zero is refused with a WARN:
 * the fast walk's try_get_folio() and the slow walk's try_grab_page() as one.
 *
 * @kernel 6.1 mm/gup.c try_grab_folio, try_get_folio, try_grab_page
 */
function tryGrabFolio(k: Kernel, page: Page, flags: number): boolean {
  if ((flags & (FOLL_GET | FOLL_PIN)) === FOLL_PIN && page.isZero) return true;
  return grabFolio(k, page, flags);
}

function grabFolio(k: Kernel, page: Page, flags: number): boolean {
  const { head } = page;
  if ((flags & (FOLL_GET | FOLL_PIN)) === 0 || head.refcount <= 0) {
    k.warn('try_grab_folio');
    return false;
  }
  const isPin = (flags & FOLL_GET) === 0;
  if (isPin && head.hasTail) head.pincount++;
  folioRefAdd(k, head, isPin && !head.hasTail ? k.bounds.bias : 1);
  return true;
}

/** @kernel 6.1 mm/gup.c unpin_user_page, gup_put_folio */
function unpinUserPage(k: Kernel, page: Page): void {
  if (!page.isZero) ungrabFolio(k, page);
}

function ungrabFolio(k: Kernel, page: Page): void {
  const { head } = page;
  if (head.hasTail) {
    if (head.pincount === 0) {
      k.die('no-bug', 'unpin_user_page', `unpin_user_page() on page ${page.name}, which nobody has pinned`);
    }
    head.pincount--;
  }
  putPages(k, page, head.hasTail ? 1 : k.bounds.bias, 'unpin_user_page');
}

/** @kernel 6.1 include/linux/mm.h gup_must_unshare: since 5.19. */
function gupMustUnshare(k: Kernel, _vma: number, flags: number, page: Page): boolean {
  if (k.bounds.cow !== 'exclusive' || (flags & (FOLL_WRITE | FOLL_PIN)) !== FOLL_PIN) return false;
  return pageAnon(page) && !page.isAnonExclusive;
}

/** Whether this page of user memory faults for good in this op. */
function isFaulty(k: Kernel, vpage: number): boolean {
  if (k.userFault < 0 || Math.floor(k.userFault / k.pageSize) !== vpage) return false;
  k.isFaultHit = true;
  return true;
}

/** @kernel 6.1 mm/gup.c __get_user_pages: vma_lookup, check_vma_flags */
function mayGet(k: Kernel, mm: MmStruct, vpage: number, flags: number): boolean {
  if (!mm.isAlive || vpage < 0 || vpage >= mm.vma.length || isFaulty(k, vpage)) return false;
  const vma = mm.vma[vpage];
  return vma !== Vma.None && ((flags & FOLL_WRITE) === 0 || vma !== Vma.ReadOnlyAnon);
}

/**
 * One page: 0, or why there is none.
 *
 * @kernel 6.1 mm/gup.c __get_user_pages, follow_page_pte, faultin_page, gup_pte_range
 */
function getUserPage(k: Kernel, mm: MmStruct, vpage: number, flags: number, n: number): number {
  if (!mayGet(k, mm, vpage, flags)) return -EFAULT;
  const isWrite = (flags & FOLL_WRITE) !== 0;
  const pte = mm.ptes[vpage];
  for (;;) {
    k.turn('get_user_pages_fast');
    const { page, isWritable } = pte;
    let faultFlags = isWrite ? FAULT_FLAG_WRITE : 0;
    if (page !== null && (isWritable || !isWrite)) {
      if (isWritable || !k.fn.gupMustUnshare(k, mm.vma[vpage], flags, page)) {
        if (!k.fn.tryGrabFolio(k, page, flags)) return -ENOMEM;
        storePage(k, n, page, 'get_user_pages_fast');
        return 0;
      }
      faultFlags = FAULT_FLAG_UNSHARE;
    }
    if ((flags & FOLL_NOFAULT) !== 0) return -EFAULT;
    const err = k.fn.handleMmFault(k, mm, vpage, faultFlags);
    if (err !== 0) return err;
  }
}

/** @kernel 6.1 mm/gup.c internal_get_user_pages_fast: pages, or why there is not even one. */
function internalGetUserPagesFast(k: Kernel, start: number, nrPages: number, flags: number): number {
  const mm = k.mms[k.current];
  // No state of a scenario whose page tables never change: nobody forks there.
  if ((flags & FOLL_PIN) !== 0 && k.needs.memory === 'paged') mm.hasPinned = true;
  const first = Math.floor(start / k.pageSize);
  for (let n = 0; n < nrPages; n++) {
    const err = getUserPage(k, mm, first + n, flags, n);
    if (err !== 0) return n > 0 ? n : err;
  }
  return Math.max(nrPages, 0);
}

/** FOLL_GET may be given or not. @kernel 6.1 mm/gup.c get_user_pages_fast, is_valid_gup_flags */
function getUserPagesFast(k: Kernel, start: number, nrPages: number, gupFlags: number): number {
  if ((gupFlags & FOLL_PIN) !== 0) {
    k.warn('get_user_pages_fast');
    return -EINVAL;
  }
  return internalGetUserPagesFast(k, start, nrPages, gupFlags | FOLL_GET);
}

/** FOLL_PIN may be given or not. @kernel 6.1 mm/gup.c pin_user_pages_fast */
function pinUserPagesFast(k: Kernel, start: number, nrPages: number, gupFlags: number): number {
  if ((gupFlags & FOLL_GET) !== 0) {
    k.warn('pin_user_pages_fast');
    return -EINVAL;
  }
  return internalGetUserPagesFast(k, start, nrPages, gupFlags | FOLL_PIN);
}

/** @kernel 6.3 mm/gup.c pin_user_pages_fast, is_valid_gup_args: FOLL_PIN is for mm/ alone. */
function pinUserPagesFast63(k: Kernel, start: number, nrPages: number, gupFlags: number): number {
  if ((gupFlags & FOLL_PIN) !== 0) {
    k.warn('pin_user_pages_fast');
    return -EINVAL;
  }
  return pinUserPagesFast(k, start, nrPages, gupFlags);
}

export const gupFunctions = {
  getUserPagesFast,
  pinUserPagesFast,
  unpinUserPage,
  tryGrabFolio,
  gupMustUnshare,
} satisfies Partial<KernelFunctions>;

/** What 6.3 checks beyond that. */
export const gupFunctions63 = { pinUserPagesFast: pinUserPagesFast63 } satisfies Partial<KernelFunctions>;

/** Before "mm: Don't pin ZERO_PAGE in pin_user_pages()": the zero page is pinned as any other. */
export const gupPinsZeroPage = {
  tryGrabFolio: grabFolio,
  unpinUserPage: ungrabFolio,
} satisfies Partial<KernelFunctions>;
