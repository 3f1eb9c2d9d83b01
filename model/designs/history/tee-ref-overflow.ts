/**
 * To 5.0 (CVE-2019-11487): tee() takes references without end, and the count of a page wraps: at 0
 * it looks free to whoever allocates, while slots still show it. Here the counter has two bits, so
 * that four slots are enough where a machine needs 2^32 of them, 140 GiB of page structures.
 *
 * @kernel 6b3a70773630 fs/splice.c, fs/pipe.c generic_pipe_buf_get: the merge of the fix
 */
import { defineDesign } from '../../design.js';
import { pipeBufGet } from '../../linux/4.8/splice_pipes.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'tee-ref-overflow',
  title: 'Linux 6.1, with references by tee that are never refused, as up to 5.0',
  source: [{ tree: '6b3a70773630', file: 'fs/pipe.c', symbol: 'generic_pipe_buf_get' }],
  history: { origins: [], fix: '6b3a70773630' },
  base: linux61,
  override: { pipeBufGet },
  bounds: { slots: 0, refbits: 2, contents: 'off' },
  scenarios: ['splice'],
  expect: { violates: [{ invariant: 'no-use-after-free' }] },
});
