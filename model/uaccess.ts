/**
 * Copies between a page and the user's buffer of one read() or write(). The buffer may
 * fault at one byte; the fault is permanent within the call.
 *
 * @kernel include/linux/uaccess.h copy_to_user, copy_from_user; lib/iov_iter.c for ITER_IOVEC
 */
import type { Kernel, Page } from './kernel.js';
import { memcpyFromPage, memcpyToPage } from './mm.js';

/** Bytes of the next `len` that do not fault. */
function reachable(k: Kernel, len: number): number {
  const { fault, pos } = k.user;
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
