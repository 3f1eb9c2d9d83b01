import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'no-warn',
  statement: 'No WARN_ON() is reached.',
  why: 'The code itself says that this must not happen; with panic_on_warn the machine stops.',
  source: [{ tree: '4.9', file: 'include/asm-generic/bug.h', symbol: 'WARN_ON' }],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  holds: (s) => s.k.warned === '',
  explain: (s) => `WARN_ON() in ${s.k.warned}().`,
};
