import type { Invariant, Judged } from './invariant.js';
import { count, unlessLent } from './invariant.js';

/** Where pipe and owed bytes first differ, as a byte number; -1 if nowhere. */
function firstDifference(s: Judged): number {
  const { k, g, w } = s;
  let n = 0;
  const used = w.ring.used(k);
  for (let j = 0; j < used; j++) {
    const buf = w.ring.slot(k, j);
    const end = Math.min(buf.offset + buf.len, k.pageSize);
    for (let b = buf.offset; b < end; b++, n++) {
      if (n >= g.n || buf.page === null || buf.page.data[b] !== g.owedByte(n)) return n;
    }
  }
  return n === g.n ? -1 : n;
}

/** The read of this pipe delivered other bytes than it was owed. */
function isMisdelivered({ g, k }: Judged): boolean {
  return g.isMisdelivered && k.pipe === k.pipes[k.out.on];
}

function slotOf(s: Judged, byte: number): number {
  const { k, w } = s;
  let n = 0;
  for (let j = 0; j < w.ring.used(k); j++) {
    n += w.ring.slot(k, j).len;
    if (byte < n) return j;
  }
  return w.ring.used(k) - 1;
}

export const invariant: Invariant = {
  id: 'bytes-in-order',
  statement:
    'What can be read from the pipe is what the operations reported as transferred: each byte once, in order, and nothing else.',
  why: 'The reader gets bytes that nobody sent, or not the bytes that were sent.',
  source: [{ tree: 'POSIX', file: 'read(2), pipe(7)', symbol: '' }],
  when: 'settled',
  judges: unlessLent('both'),
  severity: 'soft',
  stepHolds: (s) => !isMisdelivered(s),
  holds: (s) => !isMisdelivered(s) && firstDifference(s) < 0,
  explain(s) {
    const { k, g, w } = s;
    let total = 0;
    for (let j = 0; j < w.ring.used(k); j++) total += w.ring.slot(k, j).len;
    const diff = firstDifference(s);
    if (isMisdelivered(s) && diff < 0) return 'The read returned other bytes than it was owed.';
    if (total !== g.n)
      return `${count(total, 'byte')} can be read, ${g.n === 0 ? 'none is' : count(g.n, 'is', 'are')} owed; they differ from byte ${diff} on.`;
    return `Byte ${diff} of the pipe is not the byte that is owed there.`;
  },
  marks(s) {
    const diff = firstDifference(s);
    return diff < 0 ? [] : [slotOf(s, diff)];
  },
};
