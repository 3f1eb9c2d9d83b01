import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'queries-change-nothing',
  statement: 'A function that only asks leaves pipe, iterator, pages and references as they were.',
  why: 'Asking twice gives two answers, or loses a page.',
  source: [{ tree: '4.9', file: 'include/linux/uio.h', symbol: 'iov_iter_npages' }],
  when: 'query',
  judges: 'step',
  severity: 'soft',
  holds: (s) => !s.hasQueryChanged,
  explain: () => 'The state after the question is not the state before it.',
};
