/**
 * 2.6.17 to 4.10: splice_to_pipe() adds to the flags of a slot and never sets them. Since packets are
 * a flag (3.4), a file's bytes become a packet where the slot held one before, and a short read
 * drops the rest of them.
 *
 * Put back into 6.1, where a file's pages go through splice_to_pipe() here, as they did to 4.9.
 *
 * @kernel 5a81e6a171cd fs/splice.c splice_to_pipe: the fix
 */
import { defineDesign } from '../../design.js';
import { bySplicePipeDesc, spliceToPipeWith } from '../../linux/6.1/splice_to_pipe.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'splice-to-pipe-flags',
  title: 'Linux 6.1, with the flags that splice_to_pipe left as they were up to 4.10',
  source: [{ tree: '5a81e6a171cd', file: 'fs/splice.c', symbol: 'splice_to_pipe' }],
  history: { origins: [], fix: '5a81e6a171cd' },
  base: linux61,
  override: bySplicePipeDesc,
  add: { functions: { spliceToPipe: (k) => spliceToPipeWith(k, -1) } },
  bounds: { stale: 'flags' },
  scenarios: ['splice'],
  expect: { violates: [{ invariant: 'packet-boundaries', steps: 3 }] },
});
