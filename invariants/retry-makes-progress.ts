import { EAGAIN } from '../model/errno.js';
import { readableBytes } from '../model/ring.js';
import type { Invariant, Judged } from './invariant.js';

/** The call puts bytes into this pipe, and has some: what it waits for is room. */
function waitsForRoom({ spec, k, g }: Judged): boolean {
  if (k.pipe !== k.pipes[k.out.on]) return false;
  if (spec.fn === 'pipeWrite' || spec.fn === 'spliceFileToPipe' || spec.fn === 'vmspliceToPipe') return true;
  if (spec.fn === 'doSpliceFromFile') return true;
  if (spec.fn === 'doSendfile') return k.splice.out?.isPipe === true;
  return (spec.fn === 'doSplicePipes' || spec.fn === 'doTee') && g.owedOf(k.out.from) > 0;
}

/** sendfile() from file to file waits for nobody. */
const waitsForNobody = ({ spec, k, ret }: Judged): boolean =>
  ret === -EAGAIN && spec.fn === 'doSendfile' && k.splice.out?.isPipe === false;

/** A splice out of a pipe says that it has ended, while it holds bytes: the next try says the same. */
const isFalseEnd = ({ spec, g, ret }: Judged): boolean => ret === 0 && spec.fn === 'doSpliceToFile' && g.owedOf(0) > 0;

function explain(s: Judged): string {
  if (waitsForNobody(s)) return 'sendfile() says -EAGAIN between two files, of which it waits for neither.';
  if (isFalseEnd(s)) return `${s.spec.name} returned 0, the end of the input, and the pipe holds bytes.`;
  const { used, size } = s.w.ring;
  return `The ${s.spec.fn === 'pipeWrite' ? 'write' : s.spec.name} says -EAGAIN; ${used(s.k)} of ${size(s.k)} slots are used, and no byte can be read.`;
}

export const invariant: Invariant = {
  id: 'retry-makes-progress',
  statement:
    'A call says -EAGAIN only while what it waits for is missing: a write, or a splice or tee that has bytes, never does so on a pipe that holds no byte. It says 0 only at the end.',
  why: 'The writer waits for a reader to make room, and the reader finds nothing to read.',
  source: [{ tree: 'man-pages', file: 'pipe(7)', symbol: 'O_NONBLOCK' }],
  when: 'unlocked',
  judges: 'step',
  severity: 'soft',
  blames: ['spliceFileToPipe'],
  holds: (s) =>
    (s.ret !== -EAGAIN || !waitsForRoom(s) || readableBytes(s.k, s.w.ring) > 0) && !waitsForNobody(s) && !isFalseEnd(s),
  explain,
};
