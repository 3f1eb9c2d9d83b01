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
import { EBADF, EINVAL } from '../../errno.js';
import type { Loff, OpenFile, SpliceDesc } from '../../files.js';
import { SPLICE_F_NONBLOCK } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeInodeInfo } from '../../kernel.js';
import { READ, WRITE } from '../../kernel.js';
import { pipeFull, pipeOccupancy } from '../5.8/pipe.js';
import { ioUringSplice61 } from './io_uring_splice.js';
import { callReadIter, callWriteIter, deref, producerLimit, rwVerifyArea } from './read_write.js';
import { iterFileSpliceWrite } from './splice_write.js';

/** @kernel 6.1 fs/splice.c generic_file_splice_read */
export function genericFileSpliceReadFile(
  k: Kernel,
  file: OpenFile,
  ppos: Loff | null,
  len: number,
  _flags: number,
): number {
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

/** splice_direct_to_actor(); `rewind`: both ends of the ring go back to its first slot. @kernel 6.1 fs/splice.c */
export function directToActor(
  k: Kernel,
  file: OpenFile,
  sd: SpliceDesc,
  actor: (k: Kernel, sd: SpliceDesc) => number,
  rewind: (pipe: PipeInodeInfo) => void,
): number {
  if (!file.isSeekable) return -EINVAL;
  const { pipe, splice } = k;
  const { pos } = splice;
  const { flags } = sd;
  let bytes = 0;
  let len = sd.totalLen;
  sd.flags &= ~SPLICE_F_NONBLOCK; // the output may wait
  if (pipeOccupancy(k) + pipe.nrbufs !== 0) k.warn('splice_direct_to_actor');
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
  rewind(pipe);
  return bytes;
}

/** @kernel 6.1 fs/splice.c splice_direct_to_actor */
const spliceDirectToActor: KernelFunctions['spliceDirectToActor'] = (k, file, sd, actor) =>
  directToActor(k, file, sd, actor, (pipe) => {
    pipe.tail = pipe.head = 0;
  });

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

/** @kernel 6.1 fs/splice.c do_splice_direct */
const doSpliceDirect: KernelFunctions['doSpliceDirect'] = (k, file, ppos, out, opos, len, flags) => {
  const sd = initSpliceDesc(k, ppos, out, opos, len, flags, 'do_splice_direct');
  if (!out.isWrite) return -EBADF;
  if (out.isAppend) return -EINVAL;
  let ret = k.fn.rwVerifyArea(k, WRITE, out, opos, len);
  if (ret < 0) return ret;
  ret = k.fn.spliceDirectToActor(k, file, sd, k.fn.directSpliceActor);
  if (ret > 0) deref(k, ppos, 'do_splice_direct').pos = sd.pos;
  return ret;
};

/** @kernel 6.1 fs/splice.c do_splice: neither end is a pipe. */
const doSplice: KernelFunctions['doSplice'] = (_k, file, _ppos, out) =>
  !file.isRead || !out.isWrite ? -EBADF : -EINVAL;

/** Of every kernel that has a pipe for direct splices. */
export const spliceDirect61 = {
  rwVerifyArea,
  callReadIter,
  callWriteIter,
  genericFileSpliceReadFile,
  iterFileSpliceWrite,
  doSpliceFrom,
  doSpliceTo,
  spliceDirectToActor,
  directSpliceActor,
  doSpliceDirect,
} satisfies Partial<KernelFunctions>;

/** io_uring, and files that are there for seed 003. */
export const readToRead61 = {
  spliceReadOwn,
  doSplice,
  ...ioUringSplice61,
} satisfies Partial<KernelFunctions>;
