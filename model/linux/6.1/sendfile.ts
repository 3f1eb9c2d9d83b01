/**
 * sendfile(2), and splice(2) between a file and a pipe: who is asked, which position counts, and
 * where it is written back. k.pipe is the pipe of the user's, A; a sendfile() to a file goes over
 * the last of k.pipes, current->splice_pipe.
 *
 * @kernel 6.1 fs/read_write.c do_sendfile; fs/splice.c do_splice, splice_file_to_pipe
 */
import { EAGAIN, EBADF, EINVAL, ESPIPE } from '../../errno.js';
import type { Loff, OpenFile } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';
import { READ, WRITE } from '../../kernel.js';
import { pipeFull } from '../5.8/pipe.js';
import { truncateSetsize } from './filemap.js';

/** `alloc_pipe_info()` was long ago: the pipe that the task keeps for direct splices. */
export function useSplicePipe(k: Kernel): void {
  k.usePipe(k.pipes.length - 1);
}

/** @kernel 6.1 fs/splice.c splice_file_to_pipe, wait_for_space: the write end is non-blocking, a reader is there. */
function spliceOpenFileToPipe(k: Kernel, file: OpenFile, offset: Loff, len: number): number {
  return pipeFull(k) ? -EAGAIN : k.fn.doSpliceTo(k, file, offset, len, 0);
}

/** The call works on a copy of the position, which goes back to where it is from; to the user only if the call was one. */
export function withOffset(k: Kernel, given: Loff | null, own: Loff, call: (offset: Loff) => number): number {
  const { pos2 } = k.splice;
  pos2.pos = (given ?? own).pos;
  const ret = call(pos2);
  if (given === null) own.pos = pos2.pos;
  else if (ret >= 0) given.pos = pos2.pos;
  return ret;
}

/** @kernel 6.1 fs/splice.c do_splice, __do_splice, where the output is a pipe; offIn null is the position of the file. */
const doSpliceFromFile: KernelFunctions['doSpliceFromFile'] = (k, file, offIn, len) => {
  if (!file.isRead) return -EBADF;
  if (offIn !== null && !file.isSeekable) return -EINVAL;
  return withOffset(k, offIn, file.fPos, (offset) => k.fn.spliceOpenFileToPipe(k, file, offset, len));
};

/** @kernel 6.1 fs/splice.c do_splice, __do_splice, where the input is a pipe */
const doSpliceToFile: KernelFunctions['doSpliceToFile'] = (k, out, offOut, len) => {
  if (!out.isWrite) return -EBADF;
  return withOffset(k, offOut, out.fPos, (offset) => {
    if (out.isAppend) return -EINVAL;
    const err = k.fn.rwVerifyArea(k, WRITE, out, offset, len);
    return err < 0 ? err : k.fn.doSpliceFrom(k, out, offset, len, 0);
  });
};

/** do_sendfile(); `isSpliced`: a pipe is spliced to directly. @kernel 6.1 fs/read_write.c do_sendfile */
export function sendfile(
  k: Kernel,
  out: OpenFile,
  file: OpenFile,
  ppos: Loff | null,
  count: number,
  isSpliced: boolean,
): number {
  if (!file.isRead) return -EBADF;
  if (ppos !== null && !file.isSeekable) return -ESPIPE;
  const { offIn: pos, offOut: outPos } = k.splice;
  pos.pos = (ppos ?? file.fPos).pos;
  let ret = k.fn.rwVerifyArea(k, READ, file, pos, count);
  if (ret < 0) return ret;
  if (!out.isWrite) return -EBADF;
  outPos.pos = out.fPos.pos;
  if (isSpliced) ret = k.fn.spliceOpenFileToPipe(k, file, pos, count);
  else {
    k.usePipe(k.pipes.length - 1);
    ret = k.fn.doSpliceDirect(k, file, pos, out, outPos, count, 0);
    k.usePipe(0);
  }
  if (ret > 0) {
    out.fPos.pos = outPos.pos;
    (ppos ?? file.fPos).pos = pos.pos;
  }
  return ret;
}

/**
 * @kernel 6.1 fs/read_write.c do_sendfile
 * @kernel b964bf53e540 fs/read_write.c do_sendfile: with no pipe between, where the output is one (5.12)
 */
const doSendfile: KernelFunctions['doSendfile'] = (k, out, file, ppos, count) =>
  sendfile(k, out, file, ppos, count, out.isPipe);

export const sendfile61 = {
  spliceOpenFileToPipe,
  doSpliceFromFile,
  doSpliceToFile,
  doSendfile,
  truncateSetsize,
} satisfies Partial<KernelFunctions>;
