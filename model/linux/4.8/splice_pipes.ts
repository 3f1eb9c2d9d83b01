/**
 * tee() and splice() from pipe to pipe, 4.8: the ring of (curbuf, nrbufs), a reference that is
 * never refused, and a duplicate that keeps its ops, and so stays mergeable.
 *
 * @kernel 4.8 fs/splice.c; fs/pipe.c generic_pipe_buf_get
 */
import { EAGAIN, EINVAL } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer, PipeInodeInfo } from '../../kernel.js';
import { PIPE_BUF_FLAG_GIFT } from '../../kernel.js';
import { folioRefAdd, getPage } from '../../mm.js';
import { copyBuf, doSplicePipes } from '../6.1/splice_pipes.js';

/** @kernel 4.8 fs/pipe.c generic_pipe_buf_get: get_page(), whatever the count is. */
export function pipeBufGet(k: Kernel, buf: PipeBuffer): boolean {
  if (k.bounds.refbits !== 0 && buf.page !== null) folioRefAdd(k, buf.page.head, 1);
  else getPage(k, buf.page, 'generic_pipe_buf_get');
  return true;
}

/** @kernel 4.8 fs/splice.c link_pipe: the gift is all that the copy does not inherit. */
export function pipeBufMarkUnmergeable(_k: Kernel, obuf: PipeBuffer): void {
  obuf.flags &= ~PIPE_BUF_FLAG_GIFT;
}

const bufAt = (pipe: PipeInodeInfo, j: number): PipeBuffer => pipe.bufs[(pipe.curbuf + j) & (pipe.buffers - 1)];

/** @kernel 4.8 fs/splice.c ipipe_prep, opipe_prep */
function prep(ipipe: PipeInodeInfo, opipe: PipeInodeInfo): number {
  return ipipe.nrbufs === 0 || opipe.nrbufs >= opipe.buffers ? -EAGAIN : 0;
}

/** @kernel 4.8 fs/splice.c splice_pipe_to_pipe */
export function splicePipeToPipe(k: Kernel, from: number, to: number, len: number): number {
  const ipipe = k.pipes[from];
  const opipe = k.pipes[to];
  let ret = prep(ipipe, opipe);
  if (ret !== 0) return ret;
  do {
    k.turn('splice_pipe_to_pipe');
    if (ipipe.nrbufs === 0 || opipe.nrbufs >= opipe.buffers) {
      if (ret === 0) ret = -EAGAIN;
      break;
    }
    const ibuf = bufAt(ipipe, 0);
    const obuf = bufAt(opipe, opipe.nrbufs);
    if (len >= ibuf.len) {
      copyBuf(obuf, ibuf);
      ibuf.ops = 0;
      ipipe.curbuf = (ipipe.curbuf + 1) & (ipipe.buffers - 1);
      ipipe.nrbufs--;
    } else {
      k.fn.pipeBufGet(k, ibuf);
      copyBuf(obuf, ibuf);
      k.fn.pipeBufMarkUnmergeable(k, obuf);
      obuf.len = len;
      ibuf.offset += len;
      ibuf.len -= len;
    }
    opipe.nrbufs++;
    ret += obuf.len;
    len -= obuf.len;
  } while (len > 0);
  return ret;
}

/** @kernel 4.8 fs/splice.c link_pipe; nobody waits, so that nothing copied is 0. */
export function linkPipe(k: Kernel, from: number, to: number, len: number): number {
  const ipipe = k.pipes[from];
  const opipe = k.pipes[to];
  let ret = 0;
  let i = 0;
  do {
    k.turn('link_pipe');
    if (i >= ipipe.nrbufs || opipe.nrbufs >= opipe.buffers) break;
    const ibuf = bufAt(ipipe, i);
    const obuf = bufAt(opipe, opipe.nrbufs);
    k.fn.pipeBufGet(k, ibuf);
    copyBuf(obuf, ibuf);
    k.fn.pipeBufMarkUnmergeable(k, obuf);
    if (obuf.len > len) obuf.len = len;
    opipe.nrbufs++;
    ret += obuf.len;
    len -= obuf.len;
    i++;
  } while (len > 0);
  return ret;
}

/** @kernel 4.8 fs/splice.c do_tee */
export function doTee(k: Kernel, from: number, to: number, len: number): number {
  if (from === to) return -EINVAL;
  const ret = prep(k.pipes[from], k.pipes[to]);
  return ret !== 0 ? ret : k.fn.linkPipe(k, from, to, len);
}

export const splicePipes48: Partial<KernelFunctions> = {
  pipeBufGet,
  pipeBufMarkUnmergeable,
  splicePipeToPipe,
  linkPipe,
  doTee,
  doSplicePipes,
};
