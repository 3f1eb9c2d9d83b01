import { ByteKind } from '../model/ghost.js';
import { PIPE_BUF_FLAG_PACKET } from '../model/kernel.js';
import type { Invariant, Judged } from './invariant.js';

/** How byte b of a slot belongs to a packet, as a reader will find it. */
function kindInSlot(flags: number, isLast: boolean): number {
  if ((flags & PIPE_BUF_FLAG_PACKET) === 0) return ByteKind.Stream;
  return isLast ? ByteKind.PacketEnd : ByteKind.Packet;
}

/** The first slot whose bytes are in other packets than they were written in; -1 if none. */
function badSlot(s: Judged): number {
  const { k, g, w } = s;
  let n = 0;
  const used = w.ring.used(k);
  for (let j = 0; j < used; j++) {
    const buf = w.ring.slot(k, j);
    for (let b = 0; b < buf.len; b++, n++) {
      // Bytes too many or too few are bytes-in-order's.
      if (n >= g.n) return -1;
      const owed = g.kind[n] === ByteKind.Shared ? ByteKind.Stream : g.kind[n];
      if (kindInSlot(buf.flags, b === buf.len - 1) !== owed) return j;
    }
  }
  return -1;
}

const WORDS = ['no packet', 'the middle of a packet', 'the end of a packet'];

export const invariant: Invariant = {
  id: 'packet-boundaries',
  statement:
    'Bytes of one packet are never returned by two reads; what a short read leaves of a packet is dropped, and nothing else is; a read ends at a packet’s end.',
  why: 'A reader that relies on one packet a read gets half a message, two messages, or loses bytes that were no packet.',
  source: [
    { tree: '9883035ae7ed', file: 'fs/pipe.c', symbol: 'pipe_read' },
    { tree: 'man-pages', file: 'pipe(2)', symbol: 'O_DIRECT' },
  ],
  when: 'settled',
  judges: 'state',
  severity: 'soft',
  holds: (s) => badSlot(s) < 0,
  explain(s) {
    const j = badSlot(s);
    const { k, g, w } = s;
    let n = 0;
    for (let i = 0; i < j; i++) n += w.ring.slot(k, i).len;
    const buf = w.ring.slot(k, j);
    for (let b = 0; b < buf.len; b++, n++) {
      const kind = kindInSlot(buf.flags, b === buf.len - 1);
      const owed = g.kind[n] === ByteKind.Shared ? ByteKind.Stream : g.kind[n];
      if (kind !== owed) {
        return `A reader will take byte ${n} of the pipe (slot ${w.ring.index(k, j)}) for ${WORDS[kind]}; it was written as ${WORDS[owed]}.`;
      }
    }
    return '';
  },
  marks: (s) => [badSlot(s)],
};
