import { UNPLACED, positionOf } from '../model/flat.js';
import { WRITE } from '../model/kernel.js';
import type { Invariant, Judged } from './invariant.js';

/** Where an iterator over a vector stands; where it has to stand, if it has no position of its own. */
function position(s: Judged): number {
  const { k, g } = s;
  if (k.iter.vec === null) return g.pos;
  const pos = positionOf(k, k.iter);
  return pos === UNPLACED ? g.pos : pos;
}

/** What it is an iterator over, and which way, is for its maker to say. */
function isChanged({ k: { iter, out } }: Judged): boolean {
  const { iterWas: was } = out;
  return was.active && (iter.type !== was.type || iter.nofault !== was.nofault || iter.vec !== was.vec);
}

export const invariant: Invariant = {
  id: 'count-consumed-exactly',
  statement:
    "An iterator's count falls by exactly what was transferred (or is what still fits, where the design says so), its position moves by as much, and nothing else of it changes.",
  why: 'A caller that loops while there is count left reads on past what it was asked for, or stops too early.',
  source: [{ tree: '4.9', file: 'lib/iov_iter.c', symbol: 'pipe_advance' }],
  when: 'iterator-sane',
  judges: 'both',
  severity: 'soft',
  stepHolds: (s) => !isChanged(s),
  holds: (s) => s.k.iter.count === s.g.left && position(s) === s.g.pos && !isChanged(s),
  explain(s) {
    const { k, g } = s;
    if (k.iter.count !== g.left) return `count is ${k.iter.count}; it has to be ${g.left}.`;
    if (isChanged(s)) {
      const way = (type: number): string => ((type & WRITE) === 0 ? 'READ' : 'WRITE');
      const { type, nofault } = k.out.iterWas;
      if (k.iter.nofault !== nofault) return `The iterator's nofault was ${nofault}, and is ${k.iter.nofault}.`;
      if ((k.iter.type ^ type) === WRITE) return `The iterator was for ${way(type)}, and is for ${way(k.iter.type)}.`;
      return 'The iterator is over other memory than before.';
    }
    const pos = position(s);
    const is = pos < 0 ? 'nowhere in its vector' : `at byte ${pos}`;
    return `The iterator stands ${is}; it has to stand at byte ${g.pos} of ${k.iter.vec?.text ?? 'its memory'}.`;
  },
  marks: () => [-1],
};
