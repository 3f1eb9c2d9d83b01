/**
 * Splice between two files that are no pipes, 6.1: over a pipe that the task keeps for it
 * (current->splice_pipe), which is k.pipe here. It has a reader and no files, so that its
 * locks and wake-ups are nothing.
 *
 * io_uring's splice is here without SPLICE_F_DIRECT, as 6.1 has it: two files that are no
 * pipes are refused. The pipe is there from the start: that it can not be allocated is left
 * out, and so are readahead, access times, and the freeze protection of a write.
 *
 * @kernel 6.1 fs/splice.c; fs/read_write.c; io_uring/splice.c
 */
import { EACCES, EBADF, EFAULT, EINVAL, EIO, ENOMEM } from '../../errno.js';
import type { Loff, OpenFile, SpliceDesc } from '../../files.js';
import { SPLICE_F_ALL, SPLICE_F_FD_IN_FIXED, SPLICE_F_NONBLOCK, With } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { READ, WRITE } from '../../kernel.js';
import { mayAllocate } from '../../mm.js';
import { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from '../5.8/pipe.js';

/** `*ppos` */
export function deref(k: Kernel, ppos: Loff | null, by: string): Loff {
  return ppos ?? k.die('no-bug', by, `${by}() reads the position through a NULL pointer`);
}

/** @kernel 6.1 fs/read_write.c rw_verify_area: what refuses is a security module; positions are never negative here. */
function rwVerifyArea(k: Kernel, _readWrite: number, file: OpenFile, _ppos: Loff | null, _count: number): number {
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

/** @kernel 6.1 mm/filemap.c filemap_read: the pages are cached. */
function callReadIter(k: Kernel, file: OpenFile, to: IovIter): number {
  return eachPage(k, file, to, file.size, 'copyPageToIter');
}

/** @kernel 6.1 mm/filemap.c generic_perform_write: within the pages that the file has. */
function callWriteIter(k: Kernel, file: OpenFile, from: IovIter): number {
  return eachPage(k, file, from, file.pages.length * k.pageSize, 'copyPageFromIter');
}

/** @kernel 6.1 fs/splice.c generic_file_splice_read */
function genericFileSpliceReadFile(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, _flags: number): number {
  const by = 'generic_file_splice_read';
  k.fn.genericFileSpliceRead(k, len);
  k.splice.kiPos = deref(k, ppos, by).pos;
  const ret = k.fn.callReadIter(k, file, k.iter);
  if (ret > 0) deref(k, ppos, by).pos = k.splice.kiPos;
  const done = k.fn.genericFileSpliceReadDone(k, ret);
  k.iter.clear();
  return done;
}

/** A splice_read that knows nothing of new flags: a reference on each page, and on to the next slot. */
function spliceReadOwn(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, _flags: number): number {
  const at = deref(k, ppos, 'own_splice_read');
  const limit = producerLimit(k, file, Math.min(len, file.size - at.pos));
  if (limit < 0) return limit;
  let done = 0;
  while (done < limit && !pipeFull(k)) {
    k.turn('own_splice_read');
    const offset = at.pos % k.pageSize;
    const n = Math.min(limit - done, k.pageSize - offset);
    k.fn.pushPage(k, file.pages[(at.pos - offset) / k.pageSize], offset, n);
    at.pos += n;
    done += n;
  }
  return done;
}

/** Slots with bytes, from the oldest on, as `array` for an iterator: bytes that it covers. */
export function fillArray(k: Kernel, len: number, nbufs: number): number {
  const { pipe } = k;
  const { array } = k.splice;
  array.length = 0;
  let left = len;
  for (let tail = pipe.tail; tail !== pipe.head && left > 0 && array.length < nbufs; tail = slotAdd(k, tail, 1)) {
    const buf = pipeBuf(k, tail);
    if (buf.len === 0) continue;
    const n = Math.min(buf.len, left);
    if (buf.page === null) k.die('no-bug', 'generic_file_splice_read', 'a slot in use has no page');
    array.push({ page: buf.page, offset: buf.offset, len: n });
    left -= n;
  }
  return len - left;
}

/** Bytes taken off the oldest slots: those that are eaten up are released, the next one begins later. */
export function dismiss(k: Kernel, bytes: number): void {
  const { pipe } = k;
  while (bytes > 0) {
    k.turn('splice_dismiss_pipe');
    const buf = pipeBuf(k, pipe.tail);
    if (bytes >= buf.len) {
      bytes -= buf.len;
      buf.len = 0;
      k.fn.pipeBufRelease(k, buf);
      pipe.tail = slotAdd(k, pipe.tail, 1);
    } else {
      buf.offset += bytes;
      buf.len -= bytes;
      bytes = 0;
    }
  }
}

/** @kernel 6.1 fs/splice.c eat_empty_buffer */
export function eatEmptyBuffers(k: Kernel): void {
  const { pipe } = k;
  while (pipeOccupancy(k) > 0 && pipeBuf(k, pipe.tail).len === 0) {
    k.fn.pipeBufRelease(k, pipeBuf(k, pipe.tail));
    pipe.tail = slotAdd(k, pipe.tail, 1);
  }
}

/** @kernel 6.1 fs/splice.c iter_file_splice_write; nobody writes to the pipe, so that an empty one is the end. */
function iterFileSpliceWrite(k: Kernel, out: OpenFile, ppos: Loff | null, len: number, _flags: number): number {
  const by = 'iter_file_splice_write';
  const at = deref(k, ppos, by);
  if (!mayAllocate(k)) return -ENOMEM;
  let ret = 0;
  let spliced = 0;
  while (spliced < len) {
    k.turn(by);
    eatEmptyBuffers(k);
    if (pipeOccupancy(k) === 0) break;
    const bytes = fillArray(k, len - spliced, k.pipe.maxUsage);
    k.fn.iovIterBvec(k, k.iter, WRITE, k.splice.vec, bytes);
    k.splice.kiPos = at.pos;
    ret = k.fn.callWriteIter(k, out, k.iter);
    k.iter.clear();
    if (ret <= 0) break;
    spliced += ret;
    at.pos = k.splice.kiPos;
    dismiss(k, ret);
  }
  return spliced > 0 ? spliced : ret;
}

/** @kernel 6.1 fs/splice.c do_splice_from */
function doSpliceFrom(k: Kernel, out: OpenFile, ppos: Loff | null, len: number, flags: number): number {
  return out.hasSpliceWrite ? k.fn.iterFileSpliceWrite(k, out, ppos, len, flags) : -EINVAL;
}

/** `in->f_op->splice_read()` */
export function callSpliceRead(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number {
  if (file === k.splice.in && file.spliceRead !== 'none') k.splice.asked++;
  switch (file.spliceRead) {
    case 'generic':
      return k.fn.genericFileSpliceReadFile(k, file, ppos, len, flags);
    case 'lender':
      return k.fn.spliceReadLender(k, file, ppos, len, flags);
    case 'own':
      return k.fn.spliceReadOwn(k, file, ppos, len, flags);
    case 'none':
      return -EINVAL;
  }
}

/** @kernel 6.1 fs/splice.c do_splice_to */
function doSpliceTo(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number {
  if (!file.isRead) return -EBADF;
  len = Math.min(len, (k.pipe.maxUsage - pipeOccupancy(k)) * k.pageSize);
  const ret = k.fn.rwVerifyArea(k, READ, file, ppos, len);
  return ret < 0 ? ret : callSpliceRead(k, file, ppos, len, flags);
}

/** @kernel 6.1 fs/splice.c splice_direct_to_actor, its end: whatever has an owner is released, the ring begins at 0. */
function releaseAll(k: Kernel): void {
  for (const buf of k.pipe.bufs) if (buf.ops !== 0) k.fn.pipeBufRelease(k, buf);
}

/** @kernel 6.1 fs/splice.c splice_direct_to_actor */
function spliceDirectToActor(
  k: Kernel,
  file: OpenFile,
  sd: SpliceDesc,
  actor: (k: Kernel, sd: SpliceDesc) => number,
): number {
  if (!file.isSeekable) return -EINVAL;
  const { pipe, splice } = k;
  const { pos } = splice;
  const { flags } = sd;
  let bytes = 0;
  let len = sd.totalLen;
  sd.flags &= ~SPLICE_F_NONBLOCK; // the output may wait
  if (pipeOccupancy(k) !== 0) k.warn('splice_direct_to_actor');
  while (len > 0) {
    k.turn('splice_direct_to_actor');
    const before = sd.pos;
    pos.pos = before;
    let ret = k.fn.doSpliceTo(k, file, pos, len, flags, false);
    const produced = ret;
    if (ret > 0) {
      sd.totalLen = produced;
      ret = actor(k, sd);
    }
    if (ret <= 0) {
      sd.pos = before;
      releaseAll(k);
      if (bytes === 0) bytes = ret;
      break;
    }
    bytes += ret;
    len -= ret;
    sd.pos = pos.pos;
    if (ret < produced) {
      sd.pos = before + ret;
      releaseAll(k);
      break;
    }
  }
  pipe.tail = pipe.head = 0;
  return bytes;
}

/** @kernel 6.1 fs/splice.c direct_splice_actor */
function directSpliceActor(k: Kernel, sd: SpliceDesc): number {
  const out = sd.file ?? k.die('no-bug', 'direct_splice_actor', 'sd->u.file is not set');
  return k.fn.doSpliceFrom(k, out, sd.opos, sd.totalLen, sd.flags);
}

/** `struct splice_desc sd = { ... }` of the callers of splice_direct_to_actor(). */
export function initSpliceDesc(
  k: Kernel,
  ppos: Loff | null,
  out: OpenFile,
  opos: Loff | null,
  len: number,
  flags: number,
  by: string,
): SpliceDesc {
  const { sd } = k.splice;
  sd.len = sd.totalLen = len;
  sd.flags = flags;
  sd.pos = deref(k, ppos, by).pos;
  sd.file = out;
  sd.opos = opos;
  return sd;
}

/** @kernel 6.1 fs/splice.c do_splice_direct; no file is open for appending. */
const doSpliceDirect: KernelFunctions['doSpliceDirect'] = (k, file, ppos, out, opos, len, flags) => {
  const sd = initSpliceDesc(k, ppos, out, opos, len, flags, 'do_splice_direct');
  if (!out.isWrite) return -EBADF;
  let ret = k.fn.rwVerifyArea(k, WRITE, out, opos, len);
  if (ret < 0) return ret;
  ret = k.fn.spliceDirectToActor(k, file, sd, k.fn.directSpliceActor);
  if (ret > 0) deref(k, ppos, 'do_splice_direct').pos = sd.pos;
  return ret;
};

/** @kernel 6.1 fs/splice.c do_splice: neither end is a pipe. */
const doSplice: KernelFunctions['doSplice'] = (_k, file, _ppos, out) =>
  !file.isRead || !out.isWrite ? -EBADF : -EINVAL;

/** @kernel 6.1 io_uring/splice.c __io_splice_prep */
export function checkFlags(flags: number, valid: number): number {
  return (flags & ~(valid | SPLICE_F_ALL | SPLICE_F_FD_IN_FIXED)) !== 0 ? -EINVAL : 0;
}

/** @kernel 6.1 io_uring/splice.c io_tee_prep: no offsets, and the flags of a splice. */
const ioTeePrep: KernelFunctions['ioTeePrep'] = (k, flags) => k.fn.ioSplicePrep(k, flags);

/** @kernel 6.1 io_uring/splice.c io_splice_get_file, io_put_file: a registered file is held by its table. */
export function withFile(file: OpenFile, flags: number, call: () => number): number {
  if ((flags & SPLICE_F_FD_IN_FIXED) !== 0) return call();
  file.fCount++;
  const ret = call();
  file.fCount--;
  return ret;
}

/** @kernel 6.1 io_uring/splice.c io_splice */
const ioSplice: KernelFunctions['ioSplice'] = (k, file, offIn, out, offOut, len, flags) =>
  withFile(file, flags, () =>
    len === 0 ? 0 : k.fn.doSplice(k, file, offIn, out, offOut, len, flags & ~SPLICE_F_FD_IN_FIXED),
  );

export const spliceDirect61 = {
  rwVerifyArea,
  callReadIter,
  callWriteIter,
  genericFileSpliceReadFile,
  spliceReadOwn,
  iterFileSpliceWrite,
  doSpliceFrom,
  doSpliceTo,
  spliceDirectToActor,
  directSpliceActor,
  doSpliceDirect,
  doSplice,
  ioSplicePrep: (_k: Kernel, flags: number) => checkFlags(flags, 0),
  ioTeePrep,
  ioSplice,
} satisfies Partial<KernelFunctions>;
