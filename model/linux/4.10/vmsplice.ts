/**
 * vmsplice() into a pipe since 4.9: by an iterator over the user's vector (db85a9eb2e36), under the pipe's lock, one
 * buffer after the other (79fddc4efd5d). The buffer is assigned as a whole, flags and all.
 *
 * @kernel 4.10 fs/splice.c
 */
import { EAGAIN } from '../../errno.js';
import { SPLICE_F_GIFT } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { IovIter, Kernel, PipeBuffer, Vec } from '../../kernel.js';
import { PIPE_BUF_FLAG_GIFT, PipeBufOps, WRITE } from '../../kernel.js';
import { putPage } from '../../mm.js';
import { takeSlot } from '../4.8/file_splice.js';
import { copyBuf } from '../6.1/splice_pipes.js';

/** `~0UL`, and the entries of pages[16] as far as an address space can fill them. */
export const ANY_SIZE = 0xffffffff;

/** The struct pipe_buffer that iter_to_pipe() has on its stack, for a page of the user's. */
export function userPageBuf(k: Kernel, flags: number): PipeBuffer {
  const { buf } = k.lending;
  buf.ops = PipeBufOps.UserPage;
  buf.flags = flags;
  return buf;
}

/** `iov_iter_get_pages(from, pages, ~0UL, 16, &start)` */
export function nextPages(k: Kernel, from: IovIter): number {
  k.out.start = 0;
  k.pagesArrayMax = k.pagesArray.length;
  return k.fn.iovIterGetPages(k, from, ANY_SIZE, k.pagesArrayMax);
}

/** @kernel 4.10 fs/splice.c add_to_pipe */
export function addToPipe(k: Kernel, buf: PipeBuffer): number {
  const slot = takeSlot(k);
  if (slot !== null) {
    copyBuf(slot, buf);
    return buf.len;
  }
  k.fn.pipeBufRelease(k, buf);
  return -EAGAIN;
}

/** One run of pages into the pipe: 0, or why the pipe took no more. */
function addPages(k: Kernel, from: IovIter, copied: number, flags: number): number {
  let { start } = k.out;
  let failed = 0;
  for (let n = 0; copied > 0; n++, start = 0) {
    const size = Math.min(copied, k.pageSize - start);
    if (failed < 0) putPage(k, k.pagesArray[n], 'iter_to_pipe');
    else {
      const buf = userPageBuf(k, flags);
      buf.page = k.pagesArray[n];
      buf.offset = start;
      buf.len = size;
      const ret = k.fn.addToPipe(k, buf);
      if (ret < 0) failed = ret;
      else {
        k.fn.iovIterAdvance(k, from, ret);
        k.lending.numSpliced += ret;
      }
    }
    copied -= size;
  }
  return failed;
}

/** @kernel 4.10 fs/splice.c iter_to_pipe */
export function iterToPipe(k: Kernel, from: IovIter, flags: number): number {
  const { lending } = k;
  lending.numSpliced = 0;
  let ret = 0;
  while (from.count > 0 && ret === 0) {
    k.turn('iter_to_pipe');
    const copied = nextPages(k, from);
    if (copied <= 0) {
      ret = copied;
      break;
    }
    ret = addPages(k, from, copied, flags);
  }
  return lending.numSpliced > 0 ? lending.numSpliced : ret;
}

/** The iterator that import_iovec() makes lives as long as the call, and is in no image. */
export function withIter(k: Kernel, vec: Vec, flags: number): number {
  const { iter } = k;
  try {
    k.fn.iovIterInit(k, iter, WRITE, vec, vec.bytes);
    return k.fn.iterToPipe(k, iter, (flags & SPLICE_F_GIFT) === 0 ? 0 : PIPE_BUF_FLAG_GIFT);
  } finally {
    iter.clear();
  }
}

/** @kernel 4.10 fs/splice.c vmsplice_to_pipe, wait_for_space; SPLICE_F_NONBLOCK */
export function vmspliceToPipe(k: Kernel, vec: Vec, flags: number): number {
  return k.pipe.nrbufs >= k.pipe.buffers ? -EAGAIN : withIter(k, vec, flags);
}

/** @kernel 4.10 fs/splice.c do_splice, wait_for_space: a file's pages, by a buffered read. */
export function spliceFileToPipe(k: Kernel, pos: number, len: number): number {
  return k.pipe.nrbufs >= k.pipe.buffers ? -EAGAIN : k.fn.fileSpliceRead(k, pos, len);
}

export const vmsplice410: Partial<KernelFunctions> = { vmspliceToPipe, spliceFileToPipe };
export const vmsplice410Added: Partial<KernelFunctions> = { iterToPipe, addToPipe };
