/**
 * To 2.6.22: where not all pages fit, splice_to_pipe() is to drop the rest. Its loop went up to
 * spd->nr_pages, which the loop before had counted down: some of them, or all, leaked.
 *
 * Put back into 6.1, where a file's pages go through splice_to_pipe() here, as they did to 4.9.
 *
 * @kernel 00de00bdad27 fs/splice.c splice_to_pipe: the fix
 */
import { defineDesign } from '../../design.js';
import { EAGAIN } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { pipeFull } from '../../linux/5.8/pipe.js';
import { bySplicePipeDesc, pushSpdPage } from '../../linux/6.1/splice_to_pipe.js';
import { putPage } from '../../mm.js';
import { design as linux61 } from '../linux-6.1.js';

function spliceToPipe(k: Kernel): number {
  const { spd } = k;
  let ret = 0;
  let nr = 0;
  while (spd.nrPages > 0 && !pipeFull(k)) {
    k.turn('splice_to_pipe');
    ret += pushSpdPage(k, nr++, 0);
  }
  while (nr < spd.nrPages) putPage(k, spd.page[nr++], 'spd_release_page');
  return ret === 0 ? -EAGAIN : ret;
}

export const design = defineDesign({
  id: 'splice-to-pipe-leak',
  title: 'Linux 6.1, with the pages that a short splice_to_pipe leaked up to 2.6.22',
  source: [{ tree: '00de00bdad27', file: 'fs/splice.c', symbol: 'splice_to_pipe' }],
  history: { origins: [], fix: '00de00bdad27' },
  base: linux61,
  override: bySplicePipeDesc,
  add: { functions: { spliceToPipe } },
  bounds: { files: 2 },
  scenarios: ['splice'],
  expect: { violates: [{ invariant: 'refcount-equals-owners' }] },
});
