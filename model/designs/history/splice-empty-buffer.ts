/**
 * 5.5 to 5.9-rc: a write that faults leaves an empty buffer since 5.5, and whoever splices out of the pipe takes it for
 * the end: vmsplice() on the read end, or a splice to a file, which makes a bio_vec of no bytes of it, returns 0.
 *
 * Put back into 6.1, whose walk of bio_vecs no longer stops at an empty one; 5.8 has both.
 *
 * @kernel 8cefc107ca54 fs/splice.c splice_from_pipe_next: the ring that can have empty buffers
 * @kernel d1a819a2ec2d fs/splice.c eat_empty_buffer, splice_from_pipe_next, iter_file_splice_write: the fix
 */
import { defineDesign } from '../../design.js';
import { headTailEnds } from '../../ends.js';
import { spliceFromPipeNext } from '../../linux/4.8/splice_from_pipe.js';
import { OUTLET_5_8, spliceWrite } from '../../linux/6.1/splice_write.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'splice-empty-buffer',
  title: 'Linux 6.1, with the splices that an empty buffer ended up to 5.8',
  source: [{ tree: 'd1a819a2ec2d', file: 'fs/splice.c', symbol: 'eat_empty_buffer' }],
  history: { origins: ['8cefc107ca54'], fix: 'd1a819a2ec2d' },
  base: linux61,
  override: {
    spliceFromPipeNext: (k) => spliceFromPipeNext(k, headTailEnds),
    iterFileSpliceWrite: (k, out, ppos, len) => spliceWrite(k, out, ppos, len, OUTLET_5_8),
  },
  scenarios: ['vmsplice', 'file-splice'],
  expect: { violates: [{ invariant: 'returns-what-it-promised', steps: 2 }] },
});
