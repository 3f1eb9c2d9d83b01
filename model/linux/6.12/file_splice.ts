/**
 * splice() from a file's page cache into a pipe since 6.5: no iterator, a slot for each page.
 *
 * @kernel 6.12 mm/filemap.c filemap_splice_read, splice_folio_into_pipe
 */
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';
import { PipeBufOps } from '../../kernel.js';
import { getPage } from '../../mm.js';
import { pipeBuf, pipeFull, slotAdd } from '../5.8/pipe.js';
import { bytesToEof } from '../6.1/file_splice.js';

/** @kernel 6.12 mm/filemap.c splice_folio_into_pipe, of a folio of one page; the whole buffer is assigned. */
export function spliceFolioIntoPipe(k: Kernel, pos: number, size: number): number {
  if (size === 0 || pipeFull(k)) return 0;
  const page = k.filePages[Math.floor(pos / k.pageSize)];
  const offset = pos % k.pageSize;
  const buf = pipeBuf(k, k.pipe.head);
  buf.ops = PipeBufOps.PageCache;
  buf.page = page;
  buf.offset = offset;
  buf.len = Math.min(k.pageSize - offset, size);
  buf.flags = 0;
  getPage(k, page, 'splice_folio_into_pipe');
  k.pipe.head = slotAdd(k, k.pipe.head, 1);
  return buf.len;
}

/** @kernel 6.12 mm/filemap.c filemap_splice_read */
export function fileSpliceRead(k: Kernel, pos: number, len: number): number {
  let total = 0;
  while (len > 0 && bytesToEof(k, pos) > 0 && !pipeFull(k)) {
    k.turn('filemap_splice_read');
    const n = k.fn.spliceFolioIntoPipe(k, pos, Math.min(len, bytesToEof(k, pos)));
    if (n === 0) break;
    len -= n;
    total += n;
    pos += n;
  }
  return total;
}

export const fileSplice612: Partial<KernelFunctions> = { fileSpliceRead };
