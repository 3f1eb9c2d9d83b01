/**
 * Files into a pipe since 6.5: pages of the page cache as they are, and for all else, O_DIRECT
 * among it, pages that are filled first and put into the pipe then. No iterator is over a pipe.
 *
 * @kernel 6.12 mm/filemap.c filemap_splice_read; fs/splice.c copy_splice_read, do_splice_read
 */
import { EAGAIN, EBADF, EFAULT, EINVAL, ENOMEM } from '../../errno.js';
import type { Loff, OpenFile } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Inode } from '../../inode.js';
import type { IovIter, Kernel, Page } from '../../kernel.js';
import { PipeBufOps, READ } from '../../kernel.js';
import { allocPage, getPage, mayAllocate, putPage } from '../../mm.js';
import { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from '../5.8/pipe.js';
import { copyingRead, filemapGetPage, inodeOf, pageAt } from '../6.1/filemap.js';
import { deref, readInode } from '../6.1/read_write.js';

/** `*pipe_head_buf(pipe) = (struct pipe_buffer) { ... }`, and on to the next. */
function push(k: Kernel, ops: number, page: Page, offset: number, len: number): void {
  const buf = pipeBuf(k, k.pipe.head);
  k.pipe.head = slotAdd(k, k.pipe.head, 1);
  buf.ops = ops;
  buf.page = page;
  buf.offset = offset;
  buf.len = len;
  buf.flags = 0;
}

const freeBytes = (k: Kernel): number => Math.max(k.pipe.maxUsage - pipeOccupancy(k), 0) * k.pageSize;

/** @kernel 6.12 mm/filemap.c filemap_splice_read, splice_folio_into_pipe */
const filemapSpliceRead: KernelFunctions['filemapSpliceRead'] = (k, file, ppos, len) => {
  const by = 'filemap_splice_read';
  const inode = inodeOf(k, file, by);
  let left = Math.min(len, freeBytes(k));
  let total = 0;
  let error = 0;
  do {
    k.turn(by);
    if (ppos.pos >= inode.size) break;
    error = filemapGetPage(k, inode, Math.floor(ppos.pos / k.pageSize));
    if (error < 0 || pipeFull(k)) break;
    const offset = ppos.pos % k.pageSize;
    const n = Math.min(left, inode.size - ppos.pos, k.pageSize - offset);
    const page = pageAt(k, inode, ppos.pos, by);
    push(k, PipeBufOps.PageCache, page, offset, n);
    getPage(k, page, by);
    left -= n;
    total += n;
    ppos.pos += n;
  } while (left > 0 && !pipeFull(k));
  return total > 0 ? total : error;
};

/** The `pages` of copy_splice_read(). */
const bulk: Page[] = [];

/** alloc_pages_bulk_array(): as many as there are. @kernel 6.12 mm/page_alloc.c alloc_pages_bulk_array */
function allocBulk(k: Kernel, n: number): void {
  bulk.length = 0;
  while (bulk.length < n) {
    const page = allocPage(k);
    if (page === null) return;
    bulk.push(page);
  }
}

/** @kernel 6.12 fs/splice.c copy_splice_read */
const copySpliceRead: KernelFunctions['copySpliceRead'] = (k, file, ppos, len) => {
  len = Math.min(len, freeBytes(k));
  if (!mayAllocate(k)) return -ENOMEM;
  allocBulk(k, Math.ceil(len / k.pageSize));
  if (bulk.length === 0) return -ENOMEM;
  len = Math.min(len, bulk.length * k.pageSize);
  const { array } = k.splice;
  array.length = 0;
  for (let n = 0, left = len; n < bulk.length; n++, left -= k.pageSize) {
    array.push({ page: bulk[n], offset: 0, len: Math.min(k.pageSize, left) });
  }
  k.fn.iovIterBvec(k, k.iter, READ, k.splice.vec, len);
  k.splice.kiPos = ppos.pos;
  let ret = k.fn.callReadIter(k, file, k.iter);
  k.iter.clear();
  let keep = 0;
  if (ret > 0) {
    keep = Math.ceil(ret / k.pageSize);
    ppos.pos = k.splice.kiPos;
  }
  if (ret === -EFAULT) ret = -EAGAIN;
  for (let n = keep; n < bulk.length; n++) putPage(k, bulk[n], 'copy_splice_read');
  for (let n = 0, left = ret; n < keep; n++, left -= k.pageSize) {
    push(k, PipeBufOps.Default, bulk[n], 0, Math.min(left, k.pageSize));
  }
  return ret;
};

/** A direct read into an array of bio_vec: the device fills what it has; no read of this iterator is ever reverted. */
function directRead(k: Kernel, inode: Inode, to: IovIter): number {
  return copyingRead(k, inode, to);
}

/** @kernel 6.12 fs/splice.c do_splice_read; what has no page cache brings copy_splice_read() as its splice_read. */
function doSpliceRead(k: Kernel, file: OpenFile, ppos: Loff | null, len: number): number {
  if (!file.isRead) return -EBADF;
  if (len === 0) return 0;
  len = Math.min(len, freeBytes(k));
  const ret = k.fn.rwVerifyArea(k, READ, file, ppos, len);
  if (ret < 0) return ret;
  if (file.spliceRead === 'none') return -EINVAL;
  const at = deref(k, ppos, 'do_splice_read');
  return file.isDirect || file.isCopied
    ? k.fn.copySpliceRead(k, file, at, len)
    : k.fn.filemapSpliceRead(k, file, at, len);
}

/** @kernel 6.12 mm/filemap.c generic_file_read_iter */
function callReadIter(k: Kernel, file: OpenFile, to: IovIter): number {
  return readInode(k, file, inodeOf(k, file, 'read_iter'), to, directRead);
}

export const sendfile612 = { doSpliceTo: doSpliceRead, callReadIter } satisfies Partial<KernelFunctions>;

export const sendfile612Added = { filemapSpliceRead, copySpliceRead } satisfies Partial<KernelFunctions>;
