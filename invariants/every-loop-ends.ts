import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'every-loop-ends',
  statement: 'Every loop ends.',
  why: 'The task hangs in the kernel, holding the lock of the pipe.',
  source: [{ tree: '4.9', file: 'lib/iov_iter.c', symbol: 'pipe_advance' }],
  when: 'every-step',
  judges: 'step',
  severity: 'fatal',
  holds: (s) => s.k.fatal !== 'every-loop-ends',
  explain: (s) => `${s.k.fatalWhy}.`,
};
