/**
 * Copies to and from user memory. Of one read() or write() of a pipe: a page and the user's
 * buffer, which may fault at one byte. Of an iterator: addresses of current->mm, through its
 * page tables. A fault for good ends the copy; it is permanent within the call.
 *
 * A page fault is handled where the access needs it and nowhere else, so that in memory whose
 * page tables never change no handler is ever called.
 *
 * @kernel include/linux/uaccess.h copy_to_user, copy_from_user, clear_user; mm/gup.c
 * fault_in_readable, fault_in_safe_writeable; lib/iov_iter.c for ITER_IOVEC
 */
import type { Kernel, MmStruct, Page, Pte } from './kernel.js';
import { FAULT_FLAG_WRITE, Vma } from './kernel.js';
import { memcpyFromPage, memcpyToPage } from './mm.js';

/** Bytes of the next `len` that do not fault. */
function reachable(k: Kernel, len: number): number {
  const { fault, pos } = k.user;
  if (pos + len > k.user.wanted) k.user.wanted = pos + len;
  if (fault < 0 || pos + len <= fault) return len;
  k.isFaultHit = true;
  return Math.max(0, fault - pos);
}

/** Page to user; returns the bytes copied, short at a fault. */
export function copyToUser(k: Kernel, page: Page | null, off: number, len: number, by: string): number {
  const copied = reachable(k, len);
  memcpyFromPage(k, page, off, copied, by);
  k.user.pos += copied;
  return copied;
}

/** User to page; returns the bytes copied, short at a fault. */
export function copyFromUser(k: Kernel, page: Page | null, off: number, len: number, by: string): number {
  const copied = reachable(k, len);
  const { mark, pos } = k.user;
  memcpyToPage(k, page, off, copied, mark - pos, by);
  k.user.pos += copied;
  return copied;
}

/** What is done to a run of bytes of a page. */
export const Move = { ToPage: 0, FromPage: 1, Zero: 2 } as const;
export type Move = (typeof Move)[keyof typeof Move];

/** Moves `len` bytes between `at` of one page and `buf` from `bufAt` on; a byte past either is a bug of `by`. */
export function moveBytes(
  k: Kernel,
  move: Move,
  page: Page,
  at: number,
  buf: Uint8Array,
  bufAt: number,
  len: number,
  by: string,
): void {
  if (page.head.refcount === 0) k.die('no-use-after-free', by, `${by}() touches page ${page.name}, which is free`);
  if (at + len > k.pageSize || (move !== Move.Zero && bufAt + len > buf.length)) {
    k.die('no-bug', by, `${by}() copies ${len} bytes past the end of the memory it was given`);
  }
  if (k.bounds.contents === 'off') return;
  const { data } = page;
  switch (move) {
    case Move.ToPage:
      for (let n = 0; n < len; n++) data[at + n] = buf[bufAt + n];
      break;
    case Move.FromPage:
      for (let n = 0; n < len; n++) buf[bufAt + n] = data[at + n];
      break;
    case Move.Zero:
      data.fill(0, at, at + len);
  }
}

/** Whether the page table lets the access through as it is. */
function isMapped(pte: Pte, isWrite: boolean): boolean {
  return pte.page !== null && (!isWrite || pte.isWritable);
}

/** Page faults until the access goes through; false where the handler, or what is mapped there, does not let it. */
function isFaultedIn(k: Kernel, mm: MmStruct, vpage: number, isWrite: boolean): boolean {
  if (!isAllowed(mm.vma[vpage], isWrite)) return false;
  while (!isMapped(mm.ptes[vpage], isWrite)) {
    k.turn('handle_mm_fault');
    if (k.fn.handleMmFault(k, mm, vpage, isWrite ? FAULT_FLAG_WRITE : 0) !== 0) return false;
  }
  return true;
}

/** The page behind a user address, mapped as the access needs it; null where it faults for good. */
function userPage(k: Kernel, mm: MmStruct, addr: number, isWrite: boolean, isAtomic: boolean): Page | null {
  const vpage = Math.floor(addr / k.pageSize);
  const pte = mm.ptes[vpage];
  const isThere = pte !== undefined && (k.userFault < 0 || addr < k.userFault);
  if (isThere && (isMapped(pte, isWrite) || (!isAtomic && isFaultedIn(k, mm, vpage, isWrite)))) return pte.page;
  k.isFaultHit = true;
  return null;
}

/** access_error(): whether what is mapped there may be accessed so. */
function isAllowed(vma: number, isWrite: boolean): boolean {
  return vma !== Vma.None && (!isWrite || vma !== Vma.ReadOnlyAnon);
}

/** The access itself, page by page; returns the bytes that were not reached. */
function access(
  k: Kernel,
  move: Move,
  addr: number,
  buf: Uint8Array,
  bufAt: number,
  len: number,
  isAtomic: boolean,
  by: string,
): number {
  const mm = k.mms[k.current];
  let done = 0;
  while (done < len) {
    const from = addr + done;
    const page = userPage(k, mm, from, move !== Move.FromPage, isAtomic);
    if (page === null) break;
    const at = from % k.pageSize;
    let n = Math.min(len - done, k.pageSize - at);
    if (k.userFault >= 0) n = Math.min(n, k.userFault - from);
    moveBytes(k, move, page, at, buf, bufAt + done, n, by);
    done += n;
  }
  return len - done;
}

/** raw_copy_to_user(); returns the bytes NOT copied. */
export function copyToUserAddr(
  k: Kernel,
  addr: number,
  from: Uint8Array,
  fromOff: number,
  len: number,
  by = 'copy_to_user',
): number {
  return access(k, Move.ToPage, addr, from, fromOff, len, false, by);
}

/**
 * copy_to_user_nofault(), as copy_page_to_iter_nofault() reads it: page faults are disabled, and what it does not
 * copy as a whole counts as not copied at all; returns `len` or 0.
 *
 * @kernel 6.12 mm/maccess.c copy_to_user_nofault
 */
export function copyToUserNofault(
  k: Kernel,
  addr: number,
  from: Uint8Array,
  fromOff: number,
  len: number,
  by = 'copy_to_user_nofault',
): number {
  return access(k, Move.ToPage, addr, from, fromOff, len, true, by) === 0 ? 0 : len;
}

/** raw_copy_from_user(); returns the bytes NOT copied. Where `isAtomic`, page faults are disabled: none is handled. */
export function copyFromUserAddr(
  k: Kernel,
  addr: number,
  to: Uint8Array,
  toOff: number,
  len: number,
  isAtomic = false,
  by = 'copy_from_user',
): number {
  return access(k, Move.FromPage, addr, to, toOff, len, isAtomic, by);
}

/** clear_user(): zeros; returns the bytes NOT cleared. */
export function clearUserAddr(k: Kernel, addr: number, len: number, by = 'clear_user'): number {
  return access(k, Move.Zero, addr, k.kbuf, 0, len, false, by);
}

/**
 * fault_in_readable(), fault_in_safe_writeable(): touches the first byte asked for and the
 * first of each further page; returns the bytes NOT faulted in. A fault behind a byte that is
 * touched is not seen, as where memory is tagged in less than pages.
 *
 * fault_in_safe_writeable() is that of late 6.1.y: before, it subtracted the wrong way round
 * and said 0 where any page but the first failed.
 */
export function faultInUser(k: Kernel, addr: number, len: number, isWrite: boolean): number {
  const mm = k.mms[k.current];
  const end = addr + len;
  for (let at = addr; at < end; at = (Math.floor(at / k.pageSize) + 1) * k.pageSize) {
    if (userPage(k, mm, at, isWrite, false) === null) return end - at;
  }
  return 0;
}
