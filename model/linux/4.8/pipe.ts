/**
 * fs/pipe.c of 4.8: 3.3 with the packets of seed 002 merged (3.4), and O_DIRECT on a
 * pipe allowed in F_SETFL (4.5).
 *
 * @kernel 4.8 fs/pipe.c; fs/fcntl.c
 */
import { sizeT } from '../../cint.js';
import { EINVAL } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { O_CLOEXEC, O_DIRECT, O_NONBLOCK, PIPE_BUF_FLAG_PACKET, PipeBufOps } from '../../kernel.js';

/** @kernel 4.8 fs/pipe.c is_packetized */
export function isPacketized(k: Kernel, filp: number): boolean {
  return (k.files[filp].fFlags & O_DIRECT) !== 0;
}

/** @kernel 4.8 fs/pipe.c pipe_read: after a packet buffer the read ends and the rest is dropped. */
export function pipeReadConsumed(_k: Kernel, buf: PipeBuffer, chars: number, totalLen: number): number {
  if ((buf.flags & PIPE_BUF_FLAG_PACKET) === 0) return totalLen;
  buf.len = 0;
  return chars;
}

/** @kernel 4.8 fs/pipe.c pipe_write: ops and flags of a new buffer. */
export function pipeWriteInsert(k: Kernel, buf: PipeBuffer, filp: number): void {
  buf.ops = PipeBufOps.Anon;
  buf.flags = 0;
  if (k.fn.isPacketized(k, filp)) {
    buf.ops = PipeBufOps.Packet;
    buf.flags = PIPE_BUF_FLAG_PACKET;
  }
}

/** @kernel 4.8 fs/pipe.c __do_pipe_flags */
export function pipe2(_k: Kernel, flags: number): number {
  return (sizeT(flags) & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) !== 0 ? -EINVAL : 0;
}

/** @kernel 4.8 fs/fcntl.c setfl: O_DIRECT of a FIFO needs no direct_IO. */
export function setfl(k: Kernel, filp: number, arg: number): number {
  k.files[filp].fFlags = arg & (O_NONBLOCK | O_DIRECT);
  return 0;
}

export const pipe48: Partial<KernelFunctions> = { isPacketized, pipeReadConsumed, pipeWriteInsert, pipe2, setfl };
