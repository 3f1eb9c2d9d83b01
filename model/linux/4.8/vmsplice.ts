/**
 * vmsplice() into a pipe, 4.8: pages are collected segment by segment, before the pipe is looked at, and go through
 * splice_to_pipe(). A segment of no bytes ends the walk; a gift need not be aligned (bd1a68b59c8e, 3.12).
 *
 * @kernel 4.8 fs/splice.c
 */
import { divRoundUp } from '../../cint.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, Page, Vec } from '../../kernel.js';
import { PipeBufOps } from '../../kernel.js';

/** Pages of one segment, from entry `buffers` of k.spd on; how many of the `npages` asked for, or why none. */
function addPages(k: Kernel, base: number, len: number, npages: number, buffers: number): number {
  const { spd } = k;
  let off = base % k.pageSize;
  k.pagesArrayMax = k.pagesArray.length;
  const got = k.fn.getUserPagesFast(k, base - off, npages, 0);
  for (let i = 0; i < got; i++) {
    const plen = Math.min(len, k.pageSize - off);
    spd.page[buffers + i] = k.pagesArray[i] as Page;
    spd.off[buffers + i] = off;
    spd.len[buffers + i] = plen;
    off = 0;
    len -= plen;
  }
  return got;
}

/** @kernel 4.8 fs/splice.c get_iovec_page_array */
export function getIovecPageArray(k: Kernel, vec: Vec): number {
  const max = k.pipe.buffers;
  let buffers = 0;
  let error = 0;
  for (const { base, len } of vec.iov) {
    error = 0;
    if (len === 0) break;
    const all = divRoundUp((base % k.pageSize) + len, k.pageSize);
    const npages = Math.min(all, max - buffers);
    error = addPages(k, base, len, npages, buffers);
    if (error <= 0) break;
    buffers += error;
    if (error < all || buffers === max) break;
  }
  return buffers > 0 ? buffers : error;
}

/** @kernel 4.8 fs/splice.c vmsplice_to_pipe; SPLICE_F_NONBLOCK */
export function vmspliceToPipe(k: Kernel, vec: Vec, flags: number): number {
  const { spd } = k;
  const n = k.fn.getIovecPageArray(k, vec);
  if (n <= 0) return n;
  spd.nrPages = n;
  spd.ops = PipeBufOps.UserPage;
  spd.flags = flags;
  return k.fn.spliceToPipe(k);
}

export const vmsplice48: Partial<KernelFunctions> = { getIovecPageArray, vmspliceToPipe };
