/**
 * Ends of a pipe that close, up to 5.4: one queue for readers and writers, where nobody is exclusive, so that each
 * wake-up wakes everybody.
 *
 * @kernel 3.3, 4.8 fs/pipe.c
 */
import { EPIPE } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';
import { FMODE_READ, FMODE_WRITE, PipeBufOps } from '../../kernel.js';
import { putPage } from '../../mm.js';
import { wakeUpInterruptible } from '../../wait.js';

/** send_sig(SIGPIPE, current, 0) and -EPIPE. */
export function sigpipe(k: Kernel): number {
  k.out.hasSigpipe = true;
  return -EPIPE;
}

/** @kernel 3.3, 6.18 fs/pipe.c free_pipe_info; nobody finds anything in the ring after it. */
export function freePipeInfo(k: Kernel): void {
  const { pipe } = k;
  for (const buf of pipe.bufs) if (buf.ops !== PipeBufOps.Null) k.fn.pipeBufRelease(k, buf);
  if (pipe.tmpPage !== null) putPage(k, pipe.tmpPage, 'free_pipe_info');
  if (pipe.tmpPage2 !== null) putPage(k, pipe.tmpPage2, 'free_pipe_info');
  pipe.tmpPage = pipe.tmpPage2 = null;
  pipe.curbuf = pipe.nrbufs = pipe.head = pipe.tail = 0;
}

/** `readers` and `writers` count open files, not descriptors. */
export function dropEnd(k: Kernel, fMode: number): void {
  if ((fMode & FMODE_READ) !== 0) k.pipe.readers--;
  if ((fMode & FMODE_WRITE) !== 0) k.pipe.writers--;
}

/** @kernel 4.8 fs/pipe.c pipe_release */
export function pipeRelease(k: Kernel, fMode: number): void {
  const { pipe } = k;
  dropEnd(k, fMode);
  if (pipe.readers > 0 || pipe.writers > 0) k.fn.wakeUpInterruptible(k, pipe.rdWait, 1);
  else k.fn.freePipeInfo(k);
}

export const pipeRelease33: Partial<KernelFunctions> = { pipeRelease, freePipeInfo, wakeUpInterruptible };
