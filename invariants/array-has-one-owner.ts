import type { Invariant } from './invariant.js';
import { count } from './invariant.js';

export const invariant: Invariant = {
  id: 'array-has-one-owner',
  statement:
    'An allocated page array has exactly one owner on every exit: the caller where get_pages_alloc or extract_pages returned bytes, nobody where they did not.',
  why: 'The array leaks, or is freed twice.',
  source: [
    { tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: 'pipe_get_pages_alloc' },
    { tree: '7d58fe731028', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_pages' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  blames: ['pipeGetPagesAlloc', 'iovIterExtractUserPages'],
  holds: (s) => s.k.arrays === (s.k.request.ownsArray ? 1 : 0),
  explain: (s) =>
    `${count(s.k.arrays, 'page array is', 'page arrays are')} allocated, the caller owns ${s.k.request.ownsArray ? 'one' : 'none'}.`,
};
