import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'count-consumed-exactly',
  statement:
    "An iterator's count falls by exactly what was transferred (or is what still fits, where the design says so).",
  why: 'A caller that loops while there is count left reads on past what it was asked for, or stops too early.',
  source: [{ tree: '4.9', file: 'lib/iov_iter.c', symbol: 'pipe_advance' }],
  when: 'iterator-sane',
  severity: 'soft',
  holds: (s) => s.k.iter.count === s.g.left,
  explain: (s) => `count is ${s.k.iter.count}; it has to be ${s.g.left}.`,
  marks: () => [-1],
};
