import type { Invariant } from './invariant.js';
import { hasFiles } from './invariant.js';

export const invariant: Invariant = {
  id: 'positions-agree',
  statement:
    "A call moves the positions that count for it by the bytes that it reports, those that do not count not at all: a given offset in the file's stead.",
  why: 'The next call skips bytes, or reads or writes them twice.',
  source: [
    { tree: 'man-pages', file: 'sendfile(2)', symbol: 'offset' },
    { tree: 'man-pages', file: 'splice(2)', symbol: 'off_in' },
    { tree: '6.1', file: 'fs/splice.c', symbol: 'splice_direct_to_actor' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  needs: hasFiles,
  holds: (s) => s.k.splice.misplaced === '',
  explain: (s) => `After it, ${s.k.splice.misplaced}.`,
};
