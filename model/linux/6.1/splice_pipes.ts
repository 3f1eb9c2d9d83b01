/**
 * tee() and splice() from pipe to pipe, 5.8 to 6.12: free-running rings, a duplicate that no
 * write may be merged into (a0ce2f0aa6ad; a flag since 5.8), and a reference that may be
 * refused (6b3a70773630, 5.1). Every file is non-blocking; both ends of each pipe are open.
 *
 * @kernel 6.1 fs/splice.c; fs/pipe.c generic_pipe_buf_get
 */
import { EAGAIN, EFAULT, EINVAL } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer, PipeInodeInfo } from '../../kernel.js';
import { PIPE_BUF_FLAG_CAN_MERGE, PIPE_BUF_FLAG_GIFT } from '../../kernel.js';
import { folioRefAdd, getPage } from '../../mm.js';

/** `*to = *from` for a struct pipe_buffer. */
export function copyBuf(to: PipeBuffer, from: PipeBuffer): void {
  to.page = from.page;
  to.offset = from.offset;
  to.len = from.len;
  to.ops = from.ops;
  to.flags = from.flags;
}

/** The slot behind the last used one is where the next buffer goes: `bufs[slot & (ring_size - 1)]`. */
const bufAt = (pipe: PipeInodeInfo, slot: number): PipeBuffer => pipe.bufs[slot & (pipe.ringSize - 1)];

const used = (k: Kernel, pipe: PipeInodeInfo, tail = pipe.tail): number => (pipe.head - tail) & k.headMask;

/** @kernel 6.1 fs/pipe.c generic_pipe_buf_get: try_get_page() refuses a count that is not positive. */
export function pipeBufGet(k: Kernel, buf: PipeBuffer): boolean {
  const { page } = buf;
  if (page === null) return k.die('no-bug', 'generic_pipe_buf_get', 'get_page(NULL)');
  if (k.bounds.refbits !== 0) {
    if (page.head.refcount <= 0) return false;
    folioRefAdd(k, page.head, 1);
    return true;
  }
  getPage(k, page, 'generic_pipe_buf_get');
  return true;
}

/** The statements of both functions after `*obuf = *ibuf`: a page of two pipes is not appended to through the copy. */
export function pipeBufMarkUnmergeable(_k: Kernel, obuf: PipeBuffer): void {
  obuf.flags &= ~(PIPE_BUF_FLAG_GIFT | PIPE_BUF_FLAG_CAN_MERGE);
}

/** @kernel 6.1 fs/splice.c ipipe_prep, opipe_prep */
function prep(k: Kernel, ipipe: PipeInodeInfo, opipe: PipeInodeInfo): number {
  if (used(k, ipipe) === 0) return -EAGAIN;
  return used(k, opipe) >= opipe.maxUsage ? -EAGAIN : 0;
}

/** @kernel 6.1 fs/splice.c splice_pipe_to_pipe */
export function splicePipeToPipe(k: Kernel, from: number, to: number, len: number): number {
  const ipipe = k.pipes[from];
  const opipe = k.pipes[to];
  let ret = prep(k, ipipe, opipe);
  if (ret !== 0) return ret;
  do {
    k.turn('splice_pipe_to_pipe');
    if (used(k, ipipe) === 0 || used(k, opipe) >= opipe.maxUsage) {
      if (ret === 0) ret = -EAGAIN;
      break;
    }
    const ibuf = bufAt(ipipe, ipipe.tail);
    const obuf = bufAt(opipe, opipe.head);
    let moved = len;
    if (len >= ibuf.len) {
      copyBuf(obuf, ibuf);
      ibuf.ops = 0;
      ipipe.tail = (ipipe.tail + 1) & k.headMask;
      moved = obuf.len;
    } else {
      if (!k.fn.pipeBufGet(k, ibuf)) {
        if (ret === 0) ret = -EFAULT;
        break;
      }
      copyBuf(obuf, ibuf);
      k.fn.pipeBufMarkUnmergeable(k, obuf);
      obuf.len = len;
      ibuf.offset += len;
      ibuf.len -= len;
    }
    opipe.head = (opipe.head + 1) & k.headMask;
    ret += moved;
    len -= moved;
  } while (len > 0);
  return ret;
}

/** @kernel 6.1 fs/splice.c link_pipe */
export function linkPipe(k: Kernel, from: number, to: number, len: number): number {
  const ipipe = k.pipes[from];
  const opipe = k.pipes[to];
  let ret = 0;
  let tail = ipipe.tail;
  do {
    k.turn('link_pipe');
    if (used(k, ipipe, tail) === 0 || used(k, opipe) >= opipe.maxUsage) break;
    const ibuf = bufAt(ipipe, tail);
    const obuf = bufAt(opipe, opipe.head);
    if (!k.fn.pipeBufGet(k, ibuf)) {
      if (ret === 0) ret = -EFAULT;
      break;
    }
    copyBuf(obuf, ibuf);
    k.fn.pipeBufMarkUnmergeable(k, obuf);
    if (obuf.len > len) obuf.len = len;
    opipe.head = (opipe.head + 1) & k.headMask;
    ret += obuf.len;
    len -= obuf.len;
    tail = (tail + 1) & k.headMask;
  } while (len > 0);
  return ret;
}

/** @kernel 6.1 fs/splice.c do_tee */
export function doTee(k: Kernel, from: number, to: number, len: number): number {
  if (from === to) return -EINVAL;
  const ret = prep(k, k.pipes[from], k.pipes[to]);
  return ret !== 0 ? ret : k.fn.linkPipe(k, from, to, len);
}

/** @kernel 6.1 fs/splice.c do_splice: both ends are pipes. */
export function doSplicePipes(k: Kernel, from: number, to: number, len: number): number {
  return from === to ? -EINVAL : k.fn.splicePipeToPipe(k, from, to, len);
}

export const splicePipes61: Partial<KernelFunctions> = {
  pipeBufGet,
  pipeBufMarkUnmergeable,
  splicePipeToPipe,
  linkPipe,
  doTee,
  doSplicePipes,
};
