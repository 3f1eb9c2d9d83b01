import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'no-bug',
  statement:
    'No BUG() is reached, nothing is called through NULL, and no access goes through an unset pointer or past a page.',
  why: 'The kernel oopses, or corrupts memory.',
  source: [{ tree: '4.9', file: 'include/asm-generic/bug.h', symbol: 'BUG_ON' }],
  when: 'every-step',
  judges: 'step',
  severity: 'fatal',
  holds: (s) => s.k.fatal !== 'no-bug',
  explain: (s) => `${s.k.fatalWhy}.`,
};
