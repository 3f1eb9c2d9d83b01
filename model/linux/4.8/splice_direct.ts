/**
 * Direct splices and splices between files and pipes on the ring of (curbuf, nrbufs), 4.8:
 * pages of the page cache are collected and put into slots, as far as slots are free; a file
 * without a splice_read is read into new pages, one without a splice_write is written to.
 *
 * Page reads end before the pages go into the pipe here; 4.8 only starts them.
 *
 * @kernel 4.8 fs/splice.c; fs/read_write.c do_sendfile
 */
import { EAGAIN, EBADF, ENOMEM } from '../../errno.js';
import type { OpenFile } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Inode } from '../../inode.js';
import type { Kernel } from '../../kernel.js';
import { PipeBufOps, READ } from '../../kernel.js';
import { allocPage, getPage, memcpyToPage, putPage } from '../../mm.js';
import { fillKbuf, filemapGetPage, inodeOf, pageAt, truncateSetsize, uncachedBytes } from '../6.1/filemap.js';
import { callReadIter, callWriteIter, deref, rwVerifyArea } from '../6.1/read_write.js';
import { sendfile, sendfile61 } from '../6.1/sendfile.js';
import { directToActor, spliceDirect61 } from '../6.1/splice_direct.js';
import type { Feed, Outlet } from '../6.1/splice_write.js';
import { spliceFromPipe, spliceWrite } from '../6.1/splice_write.js';

/** Drops the pages of k.spd from `nr` on. */
function releaseSpd(k: Kernel, nr: number, pages: number): void {
  while (nr < pages) putPage(k, k.spd.page[nr++], 'spd_release_page');
}

/** Pages of the page cache from `pos` on into k.spd, a reference each, until one is not to be had: why, or 0. */
function collect(k: Kernel, inode: Inode, pos: number, len: number): number {
  const { spd, pipe, pageSize } = k;
  spd.nrPages = 0;
  while (len > 0 && pos < inode.size && spd.nrPages < pipe.buffers) {
    const err = filemapGetPage(k, inode, Math.floor(pos / pageSize));
    // A page that can not be allocated ends the loop, and is no error.
    if (err === -ENOMEM) return 0;
    if (err < 0) return err;
    const page = pageAt(k, inode, pos, '__generic_file_splice_read');
    getPage(k, page, 'find_get_pages_contig');
    const nr = spd.nrPages++;
    spd.page[nr] = page;
    spd.off[nr] = pos % pageSize;
    spd.len[nr] = Math.min(pageSize - spd.off[nr], len, inode.size - pos);
    len -= spd.len[nr];
    pos += spd.len[nr];
  }
  return 0;
}

/** @kernel 4.8 fs/splice.c generic_file_splice_read, __generic_file_splice_read: O_DIRECT is not looked at. */
const genericFileSpliceReadFile: KernelFunctions['genericFileSpliceReadFile'] = (k, file, ppos, len) => {
  const by = 'generic_file_splice_read';
  const at = deref(k, ppos, by);
  const inode = inodeOf(k, file, by);
  if (at.pos >= inode.size) return 0;
  const error = collect(k, inode, at.pos, Math.min(len, inode.size - at.pos));
  const ret = k.spd.nrPages > 0 ? k.fn.spliceToPipe(k) : error;
  if (ret > 0) at.pos += ret;
  return ret;
};

/** @kernel 4.8 fs/splice.c default_file_splice_read */
const defaultFileSpliceRead: KernelFunctions['defaultFileSpliceRead'] = (k, file, ppos, len) => {
  const { spd, pipe, pageSize } = k;
  const inode = inodeOf(k, file, 'default_file_splice_read');
  spd.nrPages = 0;
  let left = len;
  for (let offset = ppos.pos % pageSize; left > 0 && spd.nrPages < pipe.buffers; offset = 0) {
    const page = allocPage(k);
    if (page === null) {
      releaseSpd(k, 0, spd.nrPages);
      return -ENOMEM;
    }
    const nr = spd.nrPages++;
    spd.page[nr] = page;
    spd.off[nr] = offset;
    spd.len[nr] = Math.min(left, pageSize - offset);
    left -= spd.len[nr];
  }
  k.splice.kiPos = ppos.pos;
  const res = uncachedBytes(k, inode, len - left);
  if (res <= 0) {
    releaseSpd(k, 0, spd.nrPages);
    return res;
  }
  fillKbuf(k, inode, ppos.pos, res);
  const ret = pushRead(k, res);
  if (ret > 0) ppos.pos += ret;
  return ret;
};

/** What kernel_readv() has read, from the pages of k.spd into slots; pages without a byte are freed. */
function pushRead(k: Kernel, res: number): number {
  const { spd } = k;
  const pages = spd.nrPages;
  let done = 0;
  let nr = 0;
  k.src = k.kbuf;
  for (; nr < pages && done < res; nr++) {
    spd.len[nr] = Math.min(spd.len[nr], res - done);
    memcpyToPage(k, spd.page[nr], spd.off[nr], spd.len[nr], -done, 'kernel_readv');
    done += spd.len[nr];
  }
  k.src = null;
  releaseSpd(k, nr, pages);
  spd.nrPages = nr;
  spd.ops = PipeBufOps.Default;
  const ret = k.fn.spliceToPipe(k);
  spd.ops = PipeBufOps.PageCache;
  return ret;
}

/** @kernel 4.8 fs/splice.c do_splice_to: no matter how much room there is. */
export const doSpliceTo48: KernelFunctions['doSpliceTo'] = (k, file, ppos, len, flags) => {
  if (!file.isRead) return -EBADF;
  const ret = k.fn.rwVerifyArea(k, READ, file, ppos, len);
  if (ret < 0) return ret;
  if (file.isCopied) return k.fn.defaultFileSpliceRead(k, file, deref(k, ppos, 'do_splice_to'), len);
  return k.fn.genericFileSpliceReadFile(k, file, ppos, len, flags);
};

/** Slots from the oldest on into the array, empty ones too. @kernel 4.8 fs/splice.c iter_file_splice_write */
function buildVector(k: Kernel, len: number): number {
  const { pipe } = k;
  const { array } = k.splice;
  array.length = 0;
  let left = len;
  for (let n = 0; left > 0 && n < pipe.nrbufs; n++) {
    const buf = pipe.bufs[(pipe.curbuf + n) & (pipe.buffers - 1)];
    const err = k.fn.pipeBufConfirm(k, buf);
    if (err !== 0) return err;
    if (buf.page === null) k.die('no-bug', 'iter_file_splice_write', 'a slot in use has no page');
    array.push({ page: buf.page, offset: buf.offset, len: Math.min(buf.len, left) });
    left -= Math.min(buf.len, left);
  }
  return len - left;
}

/** The oldest slot is eaten up. */
function nextSlot(k: Kernel): void {
  const { pipe } = k;
  k.fn.pipeBufRelease(k, pipe.bufs[pipe.curbuf]);
  pipe.curbuf = (pipe.curbuf + 1) & (pipe.buffers - 1);
  pipe.nrbufs--;
}

function dismiss(k: Kernel, bytes: number): void {
  const { pipe } = k;
  while (bytes > 0) {
    k.turn('iter_file_splice_write');
    const buf = pipe.bufs[pipe.curbuf];
    const n = Math.min(bytes, buf.len);
    bytes -= n;
    buf.offset += n;
    buf.len -= n;
    if (buf.len === 0) nextSlot(k);
  }
}

export const OUTLET_4_8: Outlet = {
  isEmpty: (k) => k.pipe.nrbufs === 0,
  eat: () => {},
  build: buildVector,
  dismiss,
};

const FEED: Feed = { ...OUTLET_4_8, oldest: (k) => k.pipe.bufs[k.pipe.curbuf], next: nextSlot };

/** @kernel 4.8 fs/splice.c do_splice_from: a pipe has no splice_write, and is written to. */
export const doSpliceFrom48: KernelFunctions['doSpliceFrom'] = (k, out, ppos, len, flags) =>
  out.isPipe ? k.fn.defaultFileSpliceWrite(k, out, ppos, len) : k.fn.iterFileSpliceWrite(k, out, ppos, len, flags);

/** To 5.11 there is a pipe between, also where the output is one. @kernel 4.8 fs/read_write.c do_sendfile */
export const doSendfile48: KernelFunctions['doSendfile'] = (k, out, file, ppos, count) =>
  sendfile(k, out, file, ppos, count, false);

export const spliceDirect48 = {
  rwVerifyArea,
  callReadIter,
  callWriteIter,
  truncateSetsize,
  genericFileSpliceReadFile,
  defaultFileSpliceRead,
  iterFileSpliceWrite: (k: Kernel, out: OpenFile, ppos, len) => spliceWrite(k, out, ppos, len, OUTLET_4_8),
  defaultFileSpliceWrite: (k, out, ppos, len) => spliceFromPipe(k, out, ppos, len, FEED),
  doSpliceFrom: doSpliceFrom48,
  doSpliceTo: doSpliceTo48,
  /** @kernel 4.8 fs/splice.c splice_direct_to_actor */
  spliceDirectToActor: (k, file, sd, actor) =>
    directToActor(k, file, sd, actor, (pipe) => {
      pipe.nrbufs = pipe.curbuf = 0;
    }),
  directSpliceActor: spliceDirect61.directSpliceActor,
  doSpliceDirect: spliceDirect61.doSpliceDirect,
  /** @kernel 4.8 fs/splice.c do_splice: splice_to_pipe() is who looks for room. */
  spliceOpenFileToPipe: (k, file, offset, len) => k.fn.doSpliceTo(k, file, offset, len, 0),
  doSpliceFromFile: sendfile61.doSpliceFromFile,
  doSpliceToFile: sendfile61.doSpliceToFile,
  doSendfile: doSendfile48,
} satisfies Partial<KernelFunctions>;

/** @kernel 4.10 fs/splice.c wait_for_space */
export const spliceOpenFileToPipe410: KernelFunctions['spliceOpenFileToPipe'] = (k, file, offset, len) =>
  k.pipe.nrbufs === k.pipe.buffers ? -EAGAIN : k.fn.doSpliceTo(k, file, offset, len, 0);
