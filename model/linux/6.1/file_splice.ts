/**
 * splice() from a file's page cache into a pipe, 4.10 to 6.4: a buffered read into an
 * iterator over the pipe. Every page is cached and up to date.
 *
 * @kernel 6.1 fs/splice.c splice_file_to_pipe, do_splice_to, generic_file_splice_read
 * @kernel 6.1 mm/filemap.c filemap_read
 */
import { EAGAIN } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';

/** Bytes from `pos` to the end of the file. */
export function bytesToEof(k: Kernel, pos: number): number {
  return Math.max(0, k.filePages.length * k.pageSize - pos);
}

/** @kernel 6.1 fs/splice.c generic_file_splice_read, around filemap_read() */
export function fileSpliceRead(k: Kernel, pos: number, len: number): number {
  k.fn.genericFileSpliceRead(k, len);
  const { iter } = k;
  let ret = 0;
  while (iter.count > 0 && bytesToEof(k, pos) > 0) {
    k.turn('filemap_read');
    const offset = pos % k.pageSize;
    const bytes = Math.min(k.pageSize - offset, iter.count, bytesToEof(k, pos));
    const copied = k.fn.copyPageToIter(k, k.filePages[Math.floor(pos / k.pageSize)], offset, bytes, iter);
    pos += copied;
    ret += copied;
    if (copied < bytes) break;
  }
  ret = k.fn.genericFileSpliceReadDone(k, ret);
  k.dropIter();
  return ret;
}

/** @kernel 6.1 fs/splice.c splice_file_to_pipe, wait_for_space, do_splice_to */
export function spliceFileToPipe(k: Kernel, pos: number, len: number): number {
  const { pipe } = k;
  const space = pipe.maxUsage - ((pipe.head - pipe.tail) & k.headMask);
  if (space <= 0) return -EAGAIN;
  return k.fn.fileSpliceRead(k, pos, Math.min(len, space * k.pageSize));
}

export const fileSplice61: Partial<KernelFunctions> = { fileSpliceRead, spliceFileToPipe };
