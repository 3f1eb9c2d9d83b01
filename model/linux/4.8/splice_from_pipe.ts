/**
 * __splice_from_pipe() and two of its actors: vmsplice() out of a pipe copies, the virtio console takes pages.
 * Neither looks at packets.
 *
 * @kernel 4.8 fs/splice.c; drivers/char/virtio_console.c
 */
import { EAGAIN, EFAULT, ENODATA } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { Actor } from '../../lending.js';
import { getPage } from '../../mm.js';
import type { RingEnds } from '../../ends.js';
import { copyToUser } from '../../uaccess.js';

/** @kernel 4.8 fs/splice.c splice_from_pipe_next, without the empty buffers that there may be since 5.5 */
export function spliceFromPipeNext(k: Kernel, ends: RingEnds): number {
  if (ends.used(k) > 0) return 1;
  return k.lending.numSpliced > 0 ? 0 : -EAGAIN;
}

/** @kernel 4.8 fs/splice.c splice_from_pipe_feed */
function spliceFromPipeFeed(k: Kernel, ends: RingEnds): number {
  const { lending: sd } = k;
  while (ends.used(k) > 0) {
    k.turn('splice_from_pipe_feed');
    const buf = ends.at(k, 0);
    sd.len = Math.min(buf.len, sd.totalLen);
    const err = k.fn.pipeBufConfirm(k, buf);
    if (err !== 0) return err === -ENODATA ? 0 : err;
    const ret = sd.actor === Actor.PipeToSg ? k.fn.pipeToSg(k, buf) : k.fn.pipeToUser(k, buf);
    if (ret <= 0) return ret;
    buf.offset += ret;
    buf.len -= ret;
    sd.numSpliced += ret;
    sd.pos += ret;
    sd.totalLen -= ret;
    if (buf.len === 0) {
      k.fn.pipeBufRelease(k, buf);
      ends.pop(k);
    }
    if (sd.totalLen === 0) return 0;
  }
  return 1;
}

/** @kernel 4.8 fs/splice.c __splice_from_pipe, splice_from_pipe_begin */
function spliceFromPipe(k: Kernel, len: number): number {
  const { lending: sd } = k;
  sd.totalLen = len;
  sd.len = sd.numSpliced = sd.pos = 0;
  let ret = 0;
  do {
    k.turn('__splice_from_pipe');
    ret = k.fn.spliceFromPipeNext(k);
    if (ret > 0) ret = k.fn.spliceFromPipeFeed(k);
  } while (ret > 0);
  return sd.numSpliced > 0 ? sd.numSpliced : ret;
}

/** @kernel 4.8 fs/splice.c pipe_to_user: all of it, or what was copied is not counted. */
function pipeToUser(k: Kernel, buf: PipeBuffer): number {
  const { len } = k.lending;
  return copyToUser(k, buf.page, buf.offset, len, 'pipe_to_user') === len ? len : -EFAULT;
}

/** @kernel 4.8 fs/splice.c vmsplice_to_user; SPLICE_F_NONBLOCK */
function vmspliceToUser(k: Kernel, len: number): number {
  if (len === 0) return 0;
  k.lending.actor = Actor.PipeToUser;
  return k.fn.spliceFromPipe(k, len);
}

/**
 * A page that is taken is the device's to read; any other is copied, to where the position is in a page.
 *
 * @kernel 4.8 drivers/char/virtio_console.c pipe_to_sg
 */
function pipeToSg(k: Kernel, buf: PipeBuffer): number {
  const { lending: sd } = k;
  if (sd.sgUsed === sd.sgSize) return 0;
  const { page } = buf;
  let { len } = sd;
  if (k.fn.pipeBufTrySteal(k, buf)) {
    getPage(k, page, 'pipe_to_sg');
    if (page !== null) sd.noteStolen(page, len);
  } else {
    len = Math.min(len, k.pageSize - (sd.pos % k.pageSize));
  }
  sd.take(page, buf.offset, len);
  sd.sgUsed++;
  return len;
}

/** @kernel 4.8 drivers/char/virtio_console.c port_fops_splice_write: an entry for each buffer; an empty pipe is 0. */
function portFopsSpliceWrite(k: Kernel, len: number, ends: RingEnds): number {
  const { lending: sd } = k;
  if (ends.used(k) === 0) return 0;
  sd.actor = Actor.PipeToSg;
  sd.sgSize = ends.used(k);
  return k.fn.spliceFromPipe(k, len);
}

/** For a ring of this form. */
export const spliceFromPipeOf = (ends: RingEnds) =>
  ({
    spliceFromPipe,
    spliceFromPipeNext: (k) => spliceFromPipeNext(k, ends),
    spliceFromPipeFeed: (k) => spliceFromPipeFeed(k, ends),
    pipeToUser,
    vmspliceToUser,
    pipeToSg,
    portFopsSpliceWrite: (k, len) => portFopsSpliceWrite(k, len, ends),
  }) satisfies Partial<KernelFunctions>;
