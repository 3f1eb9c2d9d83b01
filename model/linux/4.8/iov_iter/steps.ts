/**
 * What the walks of lib/iov_iter.c do with each piece: copies between user or kernel memory
 * and a buffer, zeros, sums. Zeros that x86 puts behind a copy from the user that faulted
 * are left out; no caller of an iterator looks at them.
 *
 * @kernel 4.8 lib/iov_iter.c copy_to_iter, copy_from_iter, iov_iter_zero, csum_and_copy_to_iter,
 * csum_and_copy_from_iter, iov_iter_copy_from_user_atomic
 */
import type { Kernel } from '../../../kernel.js';
import { clearUserAddr, copyFromUserAddr, copyToUserAddr, Move, moveBytes } from '../../../uaccess.js';
import { kernelPage } from '../../../vecs.js';
import type { Step } from './walk.js';

/** memcpy() and memset() of kernel memory, page by page as the model stores it. */
export function moveKernel(k: Kernel, move: Move, addr: number, len: number, buf: Uint8Array, at: number): void {
  let done = 0;
  while (done < len) {
    const page = kernelPage(k, addr + done);
    if (page === null) k.die('no-bug', 'memcpy', 'memcpy() goes to a kernel address where nothing is mapped');
    const off = (addr + done) % k.pageSize;
    const n = Math.min(len - done, k.pageSize - off);
    moveBytes(k, move, page, off, buf, at + done, n, 'memcpy');
    done += n;
  }
}

export const copyOut: Step = (k, isUser, addr, len, buf, at) => {
  if (isUser) return copyToUserAddr(k, addr, buf, at, len);
  moveKernel(k, Move.ToPage, addr, len, buf, at);
  return 0;
};

export const copyIn: Step = (k, isUser, addr, len, buf, at) => {
  if (isUser) return copyFromUserAddr(k, addr, buf, at, len);
  moveKernel(k, Move.FromPage, addr, len, buf, at);
  return 0;
};

/** Page faults are disabled: what is not mapped is not copied. */
export const copyInAtomic: Step = (k, isUser, addr, len, buf, at) =>
  isUser ? copyFromUserAddr(k, addr, buf, at, len, true) : copyIn(k, false, addr, len, buf, at);

export const zero: Step = (k, isUser, addr, len, buf, at) => {
  if (isUser) return clearUserAddr(k, addr, len);
  moveKernel(k, Move.Zero, addr, len, buf, at);
  return 0;
};

/** iov_iter_advance() */
export const nothing: Step = () => 0;

/** The model's sum of a byte is the byte, so that one left out or summed twice shows. */
function sum(k: Kernel, buf: Uint8Array, at: number, len: number): void {
  for (let n = at; n < at + len; n++) k.out.csum += buf[n];
}

/** Of a piece that faults nothing counts, though its first bytes may have been written. */
export const csumOut: Step = (k, isUser, addr, len, buf, at) => {
  if (copyOut(k, isUser, addr, len, buf, at) !== 0) return len;
  sum(k, buf, at, len);
  return 0;
};

export const csumIn: Step = (k, isUser, addr, len, buf, at) => {
  if (copyIn(k, isUser, addr, len, buf, at) !== 0) return len;
  sum(k, buf, at, len);
  return 0;
};
