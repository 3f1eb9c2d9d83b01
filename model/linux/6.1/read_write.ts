/**
 * Reads and writes of the open files: page by page from the page cache, as far as the op's choice lets them.
 *
 * @kernel 6.1 fs/read_write.c; mm/filemap.c
 */
import { EACCES, EFAULT, EIO } from '../../errno.js';
import type { Loff, OpenFile } from '../../files.js';
import { With } from '../../files.js';
import type { Inode } from '../../inode.js';
import type { IovIter, Kernel } from '../../kernel.js';
import type { DirectRead } from './filemap.js';
import { copyingRead, directRead, filemapRead, genericPerformWrite } from './filemap.js';

/** `*ppos` */
export function deref(k: Kernel, ppos: Loff | null, by: string): Loff {
  return ppos ?? k.die('no-bug', by, `${by}() reads the position through a NULL pointer`);
}

/** @kernel 6.1 fs/read_write.c rw_verify_area: what refuses is a security module; positions are never negative here. */
export function rwVerifyArea(
  k: Kernel,
  _readWrite: number,
  file: OpenFile,
  _ppos: Loff | null,
  _count: number,
): number {
  const { splice } = k;
  if (file === splice.out) {
    splice.checksOfOut++;
    if (splice.checksOfOut === 1 && splice.hit(With.DenyOut)) return -EACCES;
    if (splice.checksOfOut === 2 && splice.hit(With.DenyOutLater)) return -EACCES;
  }
  return file === splice.in && splice.hit(With.DenyIn) ? -EACCES : 0;
}

/** How many of `left` bytes a read or write does before it stops, and what it says then; 0: it goes on to the end. */
const stop = { after: 0, err: 0 };

/** The op's choice, where it is about this file. A failing call has moved a byte. */
export function chooseStop(k: Kernel, file: OpenFile, left: number): void {
  const { splice } = k;
  const isOut = file === splice.out;
  stop.after = left;
  stop.err = 0;
  if (left === 0) return;
  if (left > 1 && splice.hit(isOut ? With.ConsumerOne : With.ProducerOne)) stop.after = 1;
  else if (!isOut && splice.hit(With.ProducerNone)) stop.after = 0;
  else if (splice.hit(isOut ? With.ConsumerEio : With.ProducerEio)) {
    stop.after = 1;
    stop.err = -EIO;
  } else if (isOut && splice.hit(With.ConsumerEfault)) {
    stop.after = 1;
    stop.err = -EFAULT;
  }
}

/** The same for a producer of whole buffers: bytes that it may still give, or an error. */
export function producerLimit(k: Kernel, file: OpenFile, left: number): number {
  chooseStop(k, file, left);
  return stop.err !== 0 ? stop.err : stop.after;
}

type Copy = 'copyPageToIter' | 'copyPageFromIter';

/** Page by page from kiocb.ki_pos on, no further than `end`. */
function eachPage(k: Kernel, file: OpenFile, i: IovIter, end: number, copy: Copy): number {
  const { splice, pageSize } = k;
  let pos = splice.kiPos;
  chooseStop(k, file, Math.max(0, Math.min(i.count, end - pos)));
  let { after } = stop;
  let done = 0;
  while (after > 0) {
    k.turn(copy === 'copyPageToIter' ? 'filemap_read' : 'generic_perform_write');
    const at = pos % pageSize;
    const n = Math.min(after, pageSize - at);
    const copied = k.fn[copy](k, file.pages[(pos - at) / pageSize], at, n, i);
    done += copied;
    pos += copied;
    after -= copied;
    if (copied < n) break;
  }
  if (stop.err !== 0) return stop.err;
  splice.kiPos = pos;
  return done === 0 && after > 0 ? -EFAULT : done;
}

/** `read_iter` of a file with a page cache of its own, by what it was opened with. */
export function readInode(k: Kernel, file: OpenFile, inode: Inode, to: IovIter, direct: DirectRead): number {
  if (file.isCopied) return copyingRead(k, inode, to);
  return file.isDirect ? direct(k, inode, to) : filemapRead(k, inode, to);
}

/** @kernel 6.1 mm/filemap.c filemap_read: the pages are cached. */
export function callReadIter(k: Kernel, file: OpenFile, to: IovIter): number {
  if (file.inode !== null) return readInode(k, file, file.inode, to, directRead);
  return eachPage(k, file, to, file.size, 'copyPageToIter');
}

/** @kernel 6.1 mm/filemap.c generic_perform_write: within the pages that the file has. */
export function callWriteIter(k: Kernel, file: OpenFile, from: IovIter): number {
  if (file.inode !== null) return genericPerformWrite(k, file.inode, from);
  return eachPage(k, file, from, file.pages.length * k.pageSize, 'copyPageFromIter');
}
