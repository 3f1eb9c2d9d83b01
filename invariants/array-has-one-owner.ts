import type { Invariant } from './invariant.js';
import { count } from './invariant.js';

export const invariant: Invariant = {
  id: 'array-has-one-owner',
  statement:
    'An allocated page array has exactly one owner on every exit: the caller where get_pages_alloc returned bytes, nobody where it did not.',
  why: 'The array leaks, or is freed twice.',
  source: [{ tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: 'pipe_get_pages_alloc' }],
  when: 'every-step',
  severity: 'soft',
  blames: ['pipeGetPagesAlloc'],
  holds: (s) => s.k.arrays === (s.k.request.ownsArray ? 1 : 0),
  explain: (s) =>
    `${count(s.k.arrays, 'page array is', 'page arrays are')} allocated, the caller owns ${s.k.request.ownsArray ? 'one' : 'none'}.`,
};
