/**
 * Files into a pipe, 4.10: whatever has a read_iter fills an iterator over the pipe. How much
 * room there is nobody asks until 5.0 (17614445576b).
 *
 * @kernel 4.10 fs/splice.c
 */
import { EAGAIN, ENOMEM } from '../../errno.js';
import type { Loff, OpenFile } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, PipeBuffer } from '../../kernel.js';
import { ITER_PIPE } from '../../kernel.js';
import { kvfreeArray, memcpyToPage, putPage } from '../../mm.js';
import { directReadOf, fillKbuf, inodeOf, uncachedBytes } from '../6.1/filemap.js';
import { readInode } from '../6.1/read_write.js';
import { genericFileSpliceReadFile } from '../6.1/splice_direct.js';
import { spliceOpenFileToPipe410 } from '../4.8/splice_direct.js';

/** The iterator is moved by what was read; a pipe is cut there. @kernel 4.10 mm/filemap.c generic_file_read_iter */
const directRead = directReadOf({ filled: (k, to, _got, bytes) => k.fn.iovIterAdvance(k, to, bytes) });

/** kernel_readv() into the pages of the array, the first from `offset` on. */
function readPages(k: Kernel, file: OpenFile, pos: number, nrPages: number, len: number): number {
  const { pageSize } = k;
  const inode = inodeOf(k, file, 'kernel_readv');
  const first = pos % pageSize;
  k.splice.kiPos = pos;
  const res = uncachedBytes(k, inode, Math.min(len, nrPages * pageSize - first));
  if (res <= 0) return res;
  fillKbuf(k, inode, pos, res);
  k.src = k.kbuf;
  for (let n = 0, done = 0; done < res; n++) {
    const offset = n === 0 ? first : 0;
    const bytes = Math.min(pageSize - offset, res - done);
    memcpyToPage(k, k.pagesArray[n], offset, bytes, -done, 'kernel_readv');
    done += bytes;
  }
  k.src = null;
  return res;
}

/** default_file_splice_read() over one form of the ring. @kernel 4.10 fs/splice.c */
export function readIntoPipe(
  k: Kernel,
  file: OpenFile,
  ppos: Loff,
  len: number,
  isFull: boolean,
  firstSlot: (i: IovIter) => PipeBuffer,
  toPages: (pages: number) => number = Math.ceil,
): number {
  if (isFull) return -EAGAIN;
  const offset = ppos.pos % k.pageSize;
  k.fn.iovIterPipe(k, k.iter, ITER_PIPE, len + offset);
  const got = k.fn.iovIterGetPagesAlloc(k, k.iter, len + offset);
  if (got <= 0) {
    k.iter.clear();
    return -ENOMEM;
  }
  const nrPages = toPages((got + k.out.start) / k.pageSize);
  const buf = firstSlot(k.iter);
  buf.offset = offset;
  buf.len -= offset;
  const res = readPages(k, file, ppos.pos, nrPages, len);
  if (res > 0) ppos.pos += res;
  for (let n = 0; n < nrPages; n++) putPage(k, k.pagesArray[n], 'default_file_splice_read');
  kvfreeArray(k, 'default_file_splice_read');
  k.fn.iovIterAdvance(k, k.iter, Math.max(0, res));
  k.iter.clear();
  return res;
}

/** @kernel 4.10 fs/splice.c default_file_splice_read */
const defaultFileSpliceRead: KernelFunctions['defaultFileSpliceRead'] = (k, file, ppos, len) =>
  readIntoPipe(k, file, ppos, len, k.pipe.nrbufs === k.pipe.buffers, (i) => k.pipe.bufs[i.idx]);

export const spliceDirect410 = {
  genericFileSpliceReadFile,
  defaultFileSpliceRead,
  spliceOpenFileToPipe: spliceOpenFileToPipe410,
  callReadIter: (k, file, to) => readInode(k, file, inodeOf(k, file, 'read_iter'), to, directRead),
} satisfies Partial<KernelFunctions>;
