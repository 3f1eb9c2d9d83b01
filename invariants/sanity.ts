import { ITER_PIPE, PipeBufOps } from '../model/kernel.js';
import type { Invariant, Judged } from './invariant.js';

/** End of the data in the iterator's slot, 0 if it has put nothing there. */
function position(s: Judged): number {
  const i = s.k.iter;
  return i.iovOffset !== 0 ? i.iovOffset : Math.abs(i.lastOffset);
}

/** Whether the iterator is at the j-th slot from the oldest. */
function isAt(s: Judged, j: number): boolean {
  const { k, w } = s;
  if (w.ring.form === 'curbuf') return k.iter.idx === w.ring.index(k, j);
  return k.iter.head === ((k.pipe.tail + j) & k.headMask);
}

/** The rule is stated here on its own; the design's sanity() is a function under test. */
function problem(s: Judged): string {
  const { k, w } = s;
  const off = position(s);
  const used = w.ring.used(k);
  if (off === 0) return isAt(s, used) ? '' : 'its offset is 0, but it is not right after the last buffer';
  if (used === 0) return `its offset is ${off}, but the pipe is empty`;
  if (!isAt(s, used - 1)) return `its offset is ${off}, but it is not at the last buffer`;
  const buf = w.ring.slot(k, used - 1);
  if (buf.offset + buf.len !== off) return `its offset is ${off}, but the last buffer ends at ${buf.offset + buf.len}`;
  const { lastOffset } = k.iter;
  if (lastOffset !== 0 && lastOffset > 0 !== (buf.ops === PipeBufOps.Default))
    return 'the sign of last_offset says the wrong kind of buffer';
  return '';
}

export const invariant: Invariant = {
  id: 'sanity',
  statement:
    'A pipe iterator stands right after the last buffer with offset 0, or at the last buffer with the offset where its data ends.',
  why: 'Every primitive refuses to work on an iterator that is not sane: reads come back short or with -EFAULT, and the log fills with warnings.',
  source: [{ tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: 'sanity' }],
  when: 'iterator-sane',
  judges: 'state',
  severity: 'soft',
  holds: (s) => s.k.iter.flavour !== ITER_PIPE || problem(s) === '',
  explain: (s) => `The iterator is not where it must be: ${problem(s)}.`,
  marks: () => [-1],
};
