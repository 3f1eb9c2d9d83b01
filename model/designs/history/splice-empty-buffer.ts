/**
 * 5.5 to 5.8: a write that faults leaves an empty buffer since 5.5, and whoever splices out of the pipe takes it for
 * the end: vmsplice() on the read end, or a splice to a file, returns 0 with bytes behind it.
 *
 * @kernel 8cefc107ca54 fs/splice.c splice_from_pipe_next: the ring that can have empty buffers
 * @kernel d1a819a2ec2d fs/splice.c splice_from_pipe_next: the fix, eat_empty_buffer()
 */
import { defineDesign } from '../../design.js';
import { spliceFromPipeNext } from '../../linux/4.8/splice_from_pipe.js';
import { headTailEnds } from '../../ends.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'splice-empty-buffer',
  title: 'Linux 6.1, with the splice that an empty buffer ended up to 5.8',
  source: [{ tree: 'd1a819a2ec2d', file: 'fs/splice.c', symbol: 'eat_empty_buffer' }],
  base: linux61,
  override: { spliceFromPipeNext: (k) => spliceFromPipeNext(k, headTailEnds) },
  scenarios: ['vmsplice'],
  expect: { violates: [{ invariant: 'returns-what-it-promised', steps: 2 }] },
});
