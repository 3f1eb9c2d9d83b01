import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'only-gifts-are-moved',
  statement:
    'A page that a process has lent without SPLICE_F_GIFT is copied, never taken; and so is the duplicate of a gift.',
  why: 'Memory that a process has only lent becomes the page of a file or of a device.',
  source: [
    { tree: 'man-pages', file: 'vmsplice(2)', symbol: 'SPLICE_F_GIFT' },
    { tree: '6.1', file: 'fs/splice.c', symbol: 'user_page_pipe_buf_try_steal' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  blames: ['fuseDevSpliceWrite', 'portFopsSpliceWrite'],
  needs: (needs) => needs.lends === true,
  holds: (s) => !s.k.lending.isNotGiven,
  explain: () => 'The page that was taken out of the pipe was lent, and not given.',
};
