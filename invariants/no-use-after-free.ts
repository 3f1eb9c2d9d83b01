import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'no-use-after-free',
  statement: 'No page and no page array is touched, referenced or put after its last reference was dropped.',
  why: 'Memory that now belongs to somebody else is read, written or freed.',
  source: [{ tree: '4.9', file: 'include/linux/mm.h', symbol: 'put_page' }],
  when: 'every-step',
  judges: 'step',
  severity: 'fatal',
  holds: (s) => s.k.fatal !== 'no-use-after-free',
  explain: (s) => `${s.k.fatalWhy}.`,
};
