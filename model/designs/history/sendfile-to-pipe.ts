/**
 * 5.10: files without a splice_write are no longer written to by splice (36e2c7421f02), and a pipe
 * had none: sendfile() from a file to a pipe, which had worked since 2.6.33, says -EINVAL.
 *
 * Put back into 6.1, where since 5.12 a pipe is spliced to directly.
 *
 * @kernel f8ad8187c3b5 fs/pipe.c pipefifo_fops: the fix
 * @kernel b964bf53e540 fs/read_write.c do_sendfile: in place of it, 5.12
 */
import { defineDesign } from '../../design.js';
import { EINVAL } from '../../errno.js';
import { doSendfile48 } from '../../linux/4.8/splice_direct.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'sendfile-to-pipe',
  title: 'Linux 6.1, with pipes that sendfile() can not write to',
  source: [{ tree: 'f8ad8187c3b5', file: 'fs/pipe.c', symbol: 'pipefifo_fops' }],
  history: { origins: [], fix: 'f8ad8187c3b5' },
  base: linux61,
  override: {
    doSendfile: doSendfile48,
    doSpliceFrom: (k, out, ppos, len, flags) =>
      out.isPipe ? -EINVAL : linux61.functions.doSpliceFrom(k, out, ppos, len, flags),
  },
  scenarios: ['sendfile'],
  expect: { violates: [{ invariant: 'returns-what-it-promised', steps: 1 }] },
});
