/**
 * After a soft violation: the state is taken as it is for what is owed from here on, so
 * that one bug does not hide the next.
 */
import { isPending } from '../model/callers/callers.js';
import type { Ghost } from '../model/ghost.js';
import { ByteKind } from '../model/ghost.js';
import type { Kernel } from '../model/kernel.js';
import { PIPE_BUF_FLAG_PACKET, Tag } from '../model/kernel.js';
import type { World } from '../model/op.js';
import { capacity } from '../model/ops/iter.js';

export function adoptState(k: Kernel, g: Ghost, w: World): void {
  if (k.caller.kind !== 0 && k.iter.active && k.iter.count <= k.readMax) {
    if (w.design.contract.count === 'requested') g.left = k.iter.count;
    else if (!isPending(k)) g.left = capacity(k, w);
  }
  if (!isPending(k)) adoptBytes(k, g, w);
}

function adoptBytes(k: Kernel, g: Ghost, w: World): void {
  g.cut(0);
  for (let j = 0; j < w.ring.used(k); j++) {
    const buf = w.ring.slot(k, j);
    const isPacket = (buf.flags & PIPE_BUF_FLAG_PACKET) !== 0;
    const end = Math.min(buf.offset + buf.len, k.pageSize);
    for (let b = buf.offset; b < end; b++) {
      const kind = isPacket ? (b === end - 1 ? ByteKind.PacketEnd : ByteKind.Packet) : ByteKind.Stream;
      g.owe(buf.page === null ? Tag.NeverWritten : buf.page.data[b], kind);
    }
  }
  if (g.start > g.n) g.start = g.n;
}
