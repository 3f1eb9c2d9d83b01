/**
 * splice_to_pipe() on the free-running ring. In 6.1 a file's pages no longer come this way, as they did
 * to 4.9; designs that put old bugs of it back take both halves from here.
 *
 * @kernel 6.1 fs/splice.c splice_to_pipe
 */
import { EAGAIN } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';
import { PipeBufOps } from '../../kernel.js';
import { putPage } from '../../mm.js';
import { collectPages, spliceFileToPipe } from '../4.8/file_splice.js';
import { pipeBuf, pipeFull, slotAdd } from '../5.8/pipe.js';

/** One page of k.spd into the next slot: the statements that fill a buffer, but for its flags. */
export function pushSpdPage(k: Kernel, nr: number, flags: number): number {
  const { spd, pipe } = k;
  const buf = pipeBuf(k, pipe.head);
  buf.page = spd.page[nr];
  buf.offset = spd.off[nr];
  buf.len = spd.len[nr];
  buf.ops = PipeBufOps.PageCache;
  if (flags >= 0) buf.flags = flags;
  pipe.head = slotAdd(k, pipe.head, 1);
  spd.nrPages--;
  return buf.len;
}

/** @kernel 6.1 fs/splice.c splice_to_pipe; `flags` -1 leaves those of the slot. */
export function spliceToPipeWith(k: Kernel, flags: number): number {
  const { spd } = k;
  const pages = spd.nrPages;
  let ret = 0;
  let nr = 0;
  while (spd.nrPages > 0 && !pipeFull(k)) {
    k.turn('splice_to_pipe');
    ret += pushSpdPage(k, nr++, flags);
  }
  while (nr < pages) putPage(k, spd.page[nr++], 'spd_release_page');
  return ret === 0 ? -EAGAIN : ret;
}

/** @kernel 6.1 fs/splice.c splice_to_pipe */
export const spliceToPipe = (k: Kernel): number => spliceToPipeWith(k, 0);

/** @kernel 4.8 fs/splice.c __generic_file_splice_read, on this ring */
export function fileSpliceRead(k: Kernel, pos: number, len: number): number {
  collectPages(k, pos, len, k.pipe.ringSize);
  return k.spd.nrPages === 0 ? 0 : k.fn.spliceToPipe(k);
}

/** A file's pages go through splice_to_pipe(). */
export const bySplicePipeDesc: Partial<KernelFunctions> = { fileSpliceRead, spliceFileToPipe };
