/**
 * Packetized pipes, second version: a write end with O_DIRECT makes a packet of each write, and a read ends with it.
 */
import {
  defineDesign,
  EINVAL,
  linux33,
  O_CLOEXEC,
  O_DIRECT,
  O_NONBLOCK,
  PIPE_BUF_FLAG_PACKET,
  PipeBufOps,
} from 'iovcheck';

const { functions } = linux33;

export const design = defineDesign({
  id: 'packet-pipes',
  title: 'pipes: a packetized mode for writing',
  source: [{ tree: '9883035ae7ed', file: 'fs/pipe.c', symbol: 'pipe_write' }],
  base: linux33,
  scenarios: ['packet'],
  override: {
    /** The statements of pipe_read() after a buffer was read from: a packet ends the read, and what is left of it goes. */
    pipeReadConsumed(_k, buf, chars, totalLen) {
      if ((buf.flags & PIPE_BUF_FLAG_PACKET) === 0) return totalLen;
      buf.len = 0;
      return chars;
    },
    /** Those of pipe_write() that fill in a new buffer. */
    pipeWriteInsert(k, buf, filp) {
      const isPacket = k.fn.isPacketized(k, filp);
      buf.ops = isPacket ? PipeBufOps.Packet : PipeBufOps.Anon;
      buf.flags = isPacket ? PIPE_BUF_FLAG_PACKET : 0;
    },
    /** A packet never goes into the last buffer, even where that is of the stream and has room. */
    canMerge: (k, buf, filp) => !k.fn.isPacketized(k, filp) && functions.canMerge(k, buf, filp),
    /** fcntl(F_SETFL) takes back what F_GETFL returns. */
    setfl(k, filp, arg) {
      k.files[filp].fFlags = arg & (O_NONBLOCK | O_DIRECT);
      return 0;
    },
    pipe2: (_k, flags) => ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) === 0 ? 0 : -EINVAL),
  },
  add: { functions: { isPacketized: (k, filp) => (k.files[filp].fFlags & O_DIRECT) !== 0 } },
});
