/**
 * Reads and writes of files with a page cache (model/inode.ts), each in its own way: from the
 * page cache, with O_DIRECT, or by a read_iter that copies.
 *
 * Readahead, access times, partly read folios and blocks larger than a byte are left out.
 *
 * @kernel 6.1 mm/filemap.c; mm/truncate.c
 */
import { EFAULT, EIO, ENODATA, ENOMEM, ENOSPC } from '../../errno.js';
import type { OpenFile } from '../../files.js';
import type { Inode } from '../../inode.js';
import { inodeByte, Trouble, ZERO } from '../../inode.js';
import type { IovIter, Kernel, Page, PipeBuffer } from '../../kernel.js';
import { PipeBufOps } from '../../kernel.js';
import { allocPage, putPage } from '../../mm.js';

/** `file->f_mapping->host` */
export function inodeOf(k: Kernel, file: OpenFile, by: string): Inode {
  return file.inode ?? k.die('no-bug', by, `${by}() reads i_size of a file that has none`);
}

/**
 * The page at an index is in the page cache, and up to date: 0, or why it is not.
 *
 * @kernel 6.1 mm/filemap.c filemap_get_pages, filemap_create_folio, filemap_read_folio
 */
export function filemapGetPage(k: Kernel, inode: Inode, index: number): number {
  const cached = inode.cache[index];
  if (cached?.isUptodate === true) return 0;
  const page = cached ?? allocPage(k);
  if (page === null) return -ENOMEM;
  if (k.splice.with === Trouble.ReadEio) {
    k.splice.isHit = true;
    if (cached === null) putPage(k, page, 'filemap_read_folio');
    return -EIO;
  }
  page.isUptodate = true;
  if (cached !== null) return 0;
  if (k.bounds.contents !== 'off') page.data.fill(ZERO);
  inode.cache[index] = page;
  return 0;
}

/** The cached page that byte `pos` is in. */
export function pageAt(k: Kernel, inode: Inode, pos: number, by: string): Page {
  return inode.cache[Math.floor(pos / k.pageSize)] ?? k.die('no-bug', by, `${by}() uses a page that is not cached`);
}

/** @kernel 6.1 mm/filemap.c filemap_read */
export function filemapRead(k: Kernel, inode: Inode, to: IovIter): number {
  const { splice, pageSize } = k;
  const by = 'filemap_read';
  let pos = splice.kiPos;
  let alreadyRead = 0;
  let error = 0;
  while (to.count > 0 && pos < inode.size && error === 0) {
    k.turn(by);
    error = filemapGetPage(k, inode, Math.floor(pos / pageSize));
    if (error < 0) break;
    const offset = pos % pageSize;
    const bytes = Math.min(pageSize - offset, to.count, inode.size - pos);
    const copied = k.fn.copyPageToIter(k, pageAt(k, inode, pos, by), offset, bytes, to);
    alreadyRead += copied;
    pos += copied;
    if (copied < bytes) error = -EFAULT;
  }
  splice.kiPos = pos;
  return alreadyRead > 0 ? alreadyRead : error;
}

/** Bytes of the file from `pos` on, as they are in kernel memory before they are copied out. */
export function fillKbuf(k: Kernel, inode: Inode, pos: number, bytes: number): void {
  for (let n = 0; n < bytes; n++) k.kbuf[n] = inodeByte(k, inode, pos + n);
  k.kbufAt = 0;
}

/** How many bytes a read_iter that knows no page cache has at the position; below 0 where it fails. */
export function uncachedBytes(k: Kernel, inode: Inode, count: number): number {
  const { splice } = k;
  const bytes = Math.max(0, Math.min(count, inode.size - splice.kiPos));
  if (bytes > 0 && splice.hit(Trouble.CopyEio)) return -EIO;
  return bytes > 1 && splice.hit(Trouble.ReadShort) ? 1 : bytes;
}

/** A read_iter over copy_to_iter(), as kernfs and fuse have it. @kernel 6.1 fs/kernfs/file.c kernfs_file_read_iter */
export function copyingRead(k: Kernel, inode: Inode, to: IovIter): number {
  const { splice } = k;
  const bytes = uncachedBytes(k, inode, to.count);
  if (bytes <= 0) return bytes;
  fillKbuf(k, inode, splice.kiPos, bytes);
  k.src = k.kbuf;
  k.srcMark = 0;
  const copied = k.fn.copyToIter(k, bytes, to);
  k.src = null;
  splice.kiPos += copied;
  return copied === 0 ? -EFAULT : copied;
}

/** The device fills the pages that were asked of an iterator: as many bytes as there are, the rest it leaves alone. */
export function deviceFills(k: Kernel, inode: Inode, got: number, bytes: number): void {
  const { pageSize, splice } = k;
  const { start } = k.out;
  const entries = Math.ceil((start + got) / pageSize);
  for (let n = 0; n < bytes && k.bounds.contents !== 'off'; n++) {
    const page = k.pagesArray[Math.floor((start + n) / pageSize)];
    if (page === null) k.die('no-bug', 'bio_iov_iter_get_pages', 'an entry of the page array was not written');
    page.data[(start + n) % pageSize] = inodeByte(k, inode, splice.kiPos + n);
  }
  for (let e = 0; e < entries; e++) putPage(k, k.pagesArray[e], 'bio_release_pages');
  splice.kiPos += bytes;
}

/** A `read_iter` with O_DIRECT. */
export type DirectRead = (k: Kernel, inode: Inode, to: IovIter) => number;

/** How a direct read moves its iterator: before the device has done anything, and after it has filled `bytes` of `got`. */
export interface DirectMoves {
  readonly asked?: (k: Kernel, to: IovIter, got: number) => void;
  readonly filled?: (k: Kernel, to: IovIter, got: number, bytes: number) => void;
}

/** A direct read by these moves: the pages of the iterator go to the device. */
export function directReadOf({ asked, filled }: DirectMoves): DirectRead {
  return (k, inode, to) => {
    const want = uncachedBytes(k, inode, to.count);
    if (want <= 0) return want;
    k.pagesArrayMax = k.pagesArray.length;
    const got = k.fn.iovIterGetPages(k, to, to.count, k.pagesArray.length);
    if (got <= 0) return got === 0 ? -EFAULT : got;
    asked?.(k, to, got);
    const bytes = Math.min(got, want);
    deviceFills(k, inode, got, bytes);
    filled?.(k, to, got, bytes);
    return bytes;
  };
}

/** What was not read is reverted. */
export function revertRest(k: Kernel, to: IovIter, got: number, bytes: number): void {
  if (got > bytes) k.fn.iovIterRevert(k, to, got - bytes);
}

/** The request for pages has moved the iterator. @kernel 6.1 fs/iomap/direct-io.c __iomap_dio_rw */
export const directRead = directReadOf({ filled: revertRest });

/** Bytes that a write does before it stops, or why it does nothing. */
function writeLimit(k: Kernel, count: number): number {
  const { splice } = k;
  if (splice.with === Trouble.WriteEnospc) {
    if (splice.isHit) return -ENOSPC;
    splice.isHit = count > 1;
    return Math.min(1, count);
  }
  if (splice.hit(Trouble.WriteEio)) return -EIO;
  return count > 1 && splice.hit(Trouble.WriteShort) ? 1 : count;
}

/** @kernel 6.1 mm/filemap.c generic_perform_write: every page of the target is there. */
export function genericPerformWrite(k: Kernel, inode: Inode, from: IovIter): number {
  const { splice, pageSize } = k;
  const by = 'generic_perform_write';
  if (from.count === 0) return 0;
  let left = writeLimit(k, from.count);
  if (left < 0) return left;
  let pos = splice.kiPos;
  let written = 0;
  while (left > 0) {
    k.turn(by);
    const at = pos % pageSize;
    const bytes = Math.min(left, pageSize - at);
    const copied = k.fn.copyPageFromIter(k, pageAt(k, inode, pos, by), at, bytes, from);
    if (copied === 0) break;
    written += copied;
    pos += copied;
    left -= copied;
  }
  splice.kiPos = pos;
  inode.size = Math.max(inode.size, pos);
  return written === 0 ? -EFAULT : written;
}

/**
 * The pages behind a new end go out of the page cache; what the last one has behind it becomes zeros, for everybody
 * who refers to it.
 *
 * @kernel 6.1 mm/truncate.c truncate_setsize, truncate_pagecache, truncate_inode_partial_folio
 */
export function truncateSetsize(k: Kernel, inode: Inode, size: number): void {
  const was = inode.size;
  inode.size = size;
  if (size >= was) return;
  for (let n = 0; n < inode.cache.length; n++) {
    const page = inode.cache[n];
    const from = size - n * k.pageSize;
    if (page === null || from >= k.pageSize) continue;
    if (from > 0) {
      if (k.bounds.contents !== 'off') page.data.fill(ZERO, from);
      continue;
    }
    inode.cache[n] = null;
    putPage(k, page, 'delete_from_page_cache');
  }
}

/**
 * A page of the page cache may have gone bad while it was in the pipe: truncated before it was read in, or its
 * write-back failed.
 *
 * @kernel 6.1 fs/splice.c page_cache_pipe_buf_confirm; include/linux/pipe_fs_i.h pipe_buf_confirm
 */
export function badPageError(k: Kernel, buf: PipeBuffer): number {
  const { page } = buf;
  if (page === null || page.isUptodate || buf.ops !== PipeBufOps.PageCache) return 0;
  return k.splice.inodes[0].cache.includes(page) ? -EIO : -ENODATA;
}
