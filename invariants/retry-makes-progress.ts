import { EAGAIN } from '../model/errno.js';
import { readableBytes } from '../model/ring.js';
import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'retry-makes-progress',
  statement:
    'A call says -EAGAIN only while what it waits for is missing: a write never does so on a pipe that holds no byte.',
  why: 'The writer waits for a reader to make room, and the reader finds nothing to read.',
  source: [{ tree: 'man-pages', file: 'pipe(7)', symbol: 'O_NONBLOCK' }],
  when: 'unlocked',
  severity: 'soft',
  holds: (s) => s.spec.fn !== 'pipeWrite' || s.ret !== -EAGAIN || readableBytes(s.k, s.w.ring) > 0,
  explain: (s) =>
    `The write says -EAGAIN; ${s.w.ring.used(s.k)} of ${s.k.bounds.ring} slots are used, and no byte can be read.`,
};
