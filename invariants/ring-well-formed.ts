import { PipeBufOps } from '../model/kernel.js';
import type { Invariant, Judged } from './invariant.js';

/** What is wrong with the j-th slot from the oldest; '' if nothing. */
function slotProblem(s: Judged, j: number, used: number): string {
  const { k, w } = s;
  const buf = w.ring.slot(k, j);
  if (j >= used) return buf.ops === PipeBufOps.Null ? '' : 'is not in use, but its ops are set';
  if (buf.ops === PipeBufOps.Null) return 'is in use, but its ops are NULL';
  if (buf.page === null) return 'is in use, but has no page';
  if (buf.offset + buf.len > k.pageSize) return `ends at ${buf.offset + buf.len}, past its page`;
  return '';
}

function badSlot(s: Judged): number {
  const { k, w } = s;
  const used = w.ring.used(k);
  for (let j = 0; j < w.ring.size(k); j++) if (slotProblem(s, j, used) !== '') return j;
  return -1;
}

export const invariant: Invariant = {
  id: 'ring-well-formed',
  statement:
    'At most all slots are in use; each used slot has ops, a page, and bytes within it; each free slot has ops == NULL.',
  why: 'The next function that walks the ring calls through NULL, or reads past a page.',
  source: [{ tree: '4.9', file: 'include/linux/pipe_fs_i.h', symbol: 'struct pipe_inode_info' }],
  when: 'every-step',
  judges: 'state',
  severity: 'soft',
  holds(s) {
    const used = s.w.ring.used(s.k);
    return used >= 0 && used <= s.w.ring.size(s.k) && badSlot(s) < 0;
  },
  explain(s) {
    const used = s.w.ring.used(s.k);
    const j = badSlot(s);
    if (j < 0) return `${used} slots of ${s.w.ring.size(s.k)} are in use.`;
    return `Slot ${s.w.ring.index(s.k, j)} ${slotProblem(s, j, used)}.`;
  },
  marks: (s) => [badSlot(s)],
};
