import { tellsWritten } from '../model/bounds.js';
import { Tag } from '../model/kernel.js';
import type { Invariant, Judged } from './invariant.js';
import { unlessLent } from './invariant.js';

/** The first used slot that shows a byte nobody wrote; -1 if none. */
function badSlot(s: Judged): number {
  const { k, w } = s;
  if (!tellsWritten(k.bounds)) return -1;
  const used = w.ring.used(k);
  for (let j = 0; j < used; j++) {
    const buf = w.ring.slot(k, j);
    if (buf.page === null) continue;
    const end = Math.min(buf.offset + buf.len, k.pageSize);
    for (let b = buf.offset; b < end; b++) if (buf.page.data[b] === Tag.NeverWritten) return j;
  }
  return -1;
}

export const invariant: Invariant = {
  id: 'no-unwritten-byte-readable',
  statement: 'No byte that was never written since its page was allocated lies in the readable part of a buffer.',
  why: 'Whoever reads the pipe reads what the page held before: kernel memory leaks to user space.',
  source: [{ tree: 'b9dc6f65bc5e', file: 'lib/iov_iter.c', symbol: 'pipe_advance' }],
  when: 'settled',
  judges: unlessLent('state'),
  severity: 'soft',
  holds: (s) => badSlot(s) < 0,
  explain(s) {
    const j = badSlot(s);
    const buf = s.w.ring.slot(s.k, j);
    let bytes = 0;
    for (let b = buf.offset; b < Math.min(buf.offset + buf.len, s.k.pageSize); b++) {
      if (buf.page?.data[b] === Tag.NeverWritten) bytes++;
    }
    return `${bytes} of the ${buf.len} readable bytes of slot ${s.w.ring.index(s.k, j)} ${bytes === 1 ? 'was' : 'were'} never written.`;
  },
  marks: (s) => [badSlot(s)],
};
