/**
 * splice() from a file's page cache into a pipe, 4.8: pages and their parts are collected in a
 * splice_pipe_desc, with a reference each, and splice_to_pipe() puts them into slots.
 *
 * @kernel 4.8 fs/splice.c
 */
import { EAGAIN } from '../../errno.js';
import { SPLICE_F_GIFT } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { PIPE_BUF_FLAG_GIFT, PipeBufOps } from '../../kernel.js';
import { getPage, putPage } from '../../mm.js';
import { bytesToEof } from '../6.1/file_splice.js';

/** A slot of either ring after the last used one, which becomes used; null where none is free. */
export function takeSlot(k: Kernel): PipeBuffer | null {
  const { pipe } = k;
  if (pipe.nrbufs >= pipe.buffers) return null;
  return pipe.bufs[(pipe.curbuf + pipe.nrbufs++) & (pipe.buffers - 1)];
}

/** @kernel 4.8 fs/splice.c splice_to_pipe: flags are only added to. */
export function spliceToPipe(k: Kernel): number {
  const { spd } = k;
  const pages = spd.nrPages;
  let ret = 0;
  let nr = 0;
  while (spd.nrPages > 0) {
    k.turn('splice_to_pipe');
    const buf = takeSlot(k);
    if (buf === null) {
      if (ret === 0) ret = -EAGAIN;
      break;
    }
    buf.page = spd.page[nr];
    buf.offset = spd.off[nr];
    buf.len = spd.len[nr];
    buf.ops = spd.ops;
    if ((spd.flags & SPLICE_F_GIFT) !== 0) buf.flags |= PIPE_BUF_FLAG_GIFT;
    nr++;
    ret += buf.len;
    spd.nrPages--;
  }
  while (nr < pages) putPage(k, spd.page[nr++], 'spd_release_page');
  return ret;
}

/** Fills k.spd with the pages of the file from `pos` on, a reference each. */
export function collectPages(k: Kernel, pos: number, len: number, nrPagesMax: number): void {
  const { spd } = k;
  spd.nrPages = 0;
  spd.ops = PipeBufOps.PageCache;
  spd.flags = 0;
  while (len > 0 && bytesToEof(k, pos) > 0 && spd.nrPages < nrPagesMax) {
    const nr = spd.nrPages++;
    const page = k.filePages[Math.floor(pos / k.pageSize)];
    getPage(k, page, 'find_get_pages_contig');
    spd.page[nr] = page;
    spd.off[nr] = pos % k.pageSize;
    spd.len[nr] = Math.min(k.pageSize - spd.off[nr], len, bytesToEof(k, pos));
    len -= spd.len[nr];
    pos += spd.len[nr];
  }
}

/** @kernel 4.8 fs/splice.c __generic_file_splice_read: as many pages as the ring has slots, free or not. */
export function fileSpliceRead(k: Kernel, pos: number, len: number): number {
  collectPages(k, pos, len, k.pipe.buffers);
  return k.spd.nrPages === 0 ? 0 : k.fn.spliceToPipe(k);
}

/** @kernel 4.8 fs/splice.c do_splice, do_splice_to */
export function spliceFileToPipe(k: Kernel, pos: number, len: number): number {
  return k.fn.fileSpliceRead(k, pos, len);
}

export const fileSplice48: Partial<KernelFunctions> = { spliceToPipe, fileSpliceRead, spliceFileToPipe };
