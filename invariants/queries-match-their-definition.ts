import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'queries-match-their-definition',
  statement:
    'npages, the alignments, single_seg_count, iter_is_iovec, iov_for_each, dup_iter and fault_in answer what they are defined to.',
  why: 'The caller sizes its arrays or its I/O by a wrong answer.',
  source: [
    { tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: 'iov_iter_npages' },
    { tree: 'S-MAIL', file: '', symbol: '' },
  ],
  when: 'query',
  judges: 'step',
  severity: 'soft',
  holds: (s) => s.unkept === '',
  explain: (s) => `It answered ${s.ret}; by definition it is ${s.unkept}.`,
};
