import type { Invariant } from './invariant.js';
import { hasFiles } from './invariant.js';

export const invariant: Invariant = {
  id: 'copies-what-it-says',
  statement: "A copy moves exactly the bytes that it reports, in the iterator's order, and touches nothing else.",
  why: 'The data of a read or a write is wrong while its length is right, or memory beside the buffer is overwritten.',
  source: [{ tree: '6.1', file: 'lib/iov_iter.c', symbol: '_copy_to_iter' }],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  needs: (needs) => needs.memory !== 'none' || hasFiles(needs),
  holds: (s) => s.k.out.miscopied === '' && s.k.splice.miscopied === '',
  explain: (s) => `After it, ${s.k.out.miscopied || s.k.splice.miscopied}.`,
};
