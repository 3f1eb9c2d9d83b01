import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'value-out-of-range',
  statement: 'Every counter stays within the range that its bounds allow.',
  why: 'A length, a count or a reference count has wrapped or run away.',
  source: [{ tree: '4.9', file: 'include/linux/uio.h', symbol: 'struct iov_iter' }],
  when: 'every-step',
  judges: 'step',
  severity: 'fatal',
  holds: (s) => s.k.fatal !== 'value-out-of-range',
  explain: (s) => `${s.k.fatalWhy}.`,
};
