import { formatReturn } from '../model/errno.js';
import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'returns-what-it-promised',
  statement:
    'A call returns what its contract promises: short only where the pipe is full, a user page faults or an allocation fails; 0 only where nothing was asked for or the file ended.',
  why: 'The caller takes a full pipe for the end of the file, loses count of what was transferred, or fails for no reason.',
  source: [
    { tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: '' },
    { tree: 'man-pages', file: 'pipe(7), read(2), write(2)', symbol: '' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  holds: (s) => s.unkept === '' || s.spec.isQuery === true,
  explain: (s) => `It returned ${formatReturn(s.ret)}; promised was ${s.unkept}.`,
};
