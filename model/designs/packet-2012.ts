/**
 * Linus Torvalds, "pipes: add a packetized pipe mode for writing" (seed 002), as posted,
 * on 3.3: five hunks of fs/pipe.c and a flag.
 *
 * @kernel 9883035ae7ed fs/pipe.c, include/linux/pipe_fs_i.h
 */
import { defineDesign } from '../design.js';
import { EINVAL } from '../errno.js';
import { O_CLOEXEC, O_DIRECT, O_NONBLOCK, PIPE_BUF_FLAG_PACKET, PipeBufOps } from '../kernel.js';
import { design as linux33 } from './linux-3.3.js';

export const design = defineDesign({
  id: 'packet-2012',
  title: 'pipes: add a "packetized pipe" mode for writing, as posted (seed 002)',
  source: [{ tree: '9883035ae7ed', file: 'fs/pipe.c', symbol: '' }],
  base: linux33,
  override: {
    /** pipe_read: a packet buffer ends the read, and what is left of it goes. */
    pipeReadConsumed(_k, buf, chars, totalLen) {
      if ((buf.flags & PIPE_BUF_FLAG_PACKET) === 0) return totalLen;
      buf.len = 0;
      return chars;
    },
    /** pipe_write: flags of a new buffer; the merge in front of it is as 3.3 has it. */
    pipeWriteInsert(k, buf, filp) {
      buf.ops = PipeBufOps.Anon;
      buf.flags = 0;
      if (k.fn.isPacketized(k, filp)) {
        buf.ops = PipeBufOps.Packet;
        buf.flags = PIPE_BUF_FLAG_PACKET;
      }
    },
    pipe2: (_k, flags) => ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) !== 0 ? -EINVAL : 0),
  },
  add: { functions: { isPacketized: (k, filp) => (k.files[filp].fFlags & O_DIRECT) !== 0 } },
  scenarios: ['packet'],
  expect: {
    violates: [
      { invariant: 'returns-what-it-promised', steps: 1 },
      { invariant: 'packet-boundaries', steps: 2 },
    ],
  },
});
