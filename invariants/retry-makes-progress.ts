import { EAGAIN } from '../model/errno.js';
import { readableBytes } from '../model/ring.js';
import type { Invariant, Judged } from './invariant.js';

/** The call puts bytes into this pipe, and has some: what it waits for is room. */
function waitsForRoom({ spec, k, g }: Judged): boolean {
  if (k.pipe !== k.pipes[k.out.on]) return false;
  if (spec.fn === 'pipeWrite' || spec.fn === 'spliceFileToPipe' || spec.fn === 'vmspliceToPipe') return true;
  return (spec.fn === 'doSplicePipes' || spec.fn === 'doTee') && g.owedOf(k.out.from) > 0;
}

export const invariant: Invariant = {
  id: 'retry-makes-progress',
  statement:
    'A call says -EAGAIN only while what it waits for is missing: a write, or a splice or tee that has bytes, never does so on a pipe that holds no byte.',
  why: 'The writer waits for a reader to make room, and the reader finds nothing to read.',
  source: [{ tree: 'man-pages', file: 'pipe(7)', symbol: 'O_NONBLOCK' }],
  when: 'unlocked',
  severity: 'soft',
  blames: ['spliceFileToPipe'],
  holds: (s) => s.ret !== -EAGAIN || !waitsForRoom(s) || readableBytes(s.k, s.w.ring) > 0,
  explain: (s) =>
    `The ${s.spec.fn === 'pipeWrite' ? 'write' : s.spec.name} says -EAGAIN; ${s.w.ring.used(s.k)} of ${s.w.ring.size(s.k)} slots are used, and no byte can be read.`,
};
