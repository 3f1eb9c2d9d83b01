/**
 * 2.6.17 to 5.0: what tee(), or a splice() of part of a buffer, puts into the other pipe is a
 * reference to the same page, and still mergeable. A write to the copy appends behind it, into the
 * page, where the source has bytes of its own.
 *
 * Put back into 6.1, where mergeability is a flag.
 *
 * @kernel 70524490ee2e, 7c77f0b3f920 fs/splice.c link_pipe, splice_pipe_to_pipe: the origin
 * @kernel a0ce2f0aa6ad fs/splice.c: the fix
 */
import { defineDesign } from '../../design.js';
import { pipeBufMarkUnmergeable } from '../../linux/4.8/splice_pipes.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'tee-merge',
  title: 'Linux 6.1, with copies by tee and splice that a write may be merged into, as up to 5.0',
  source: [{ tree: 'a0ce2f0aa6ad', file: 'fs/splice.c', symbol: 'link_pipe' }],
  history: { origins: ['70524490ee2e', '7c77f0b3f920'], fix: 'a0ce2f0aa6ad' },
  base: linux61,
  override: { pipeBufMarkUnmergeable },
  scenarios: ['splice'],
  expect: { violates: [{ invariant: 'bytes-in-order', steps: 3 }] },
});
