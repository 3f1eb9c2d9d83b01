/**
 * To 2.6.26: splice() wrote to a file that was opened to append, and at any offset (CVE-2008-4554).
 *
 * Put back into 6.1. There who looks is do_splice(), and do_splice_direct() for sendfile().
 *
 * @kernel efc968d450e0 fs/splice.c do_splice_from: the fix
 */
import { defineDesign } from '../../design.js';
import { EBADF } from '../../errno.js';
import { withOffset } from '../../linux/6.1/sendfile.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'splice-to-append',
  title: 'Linux 6.1, with splices into files that are open to append',
  source: [{ tree: 'efc968d450e0', file: 'fs/splice.c', symbol: 'do_splice_from' }],
  history: { origins: [], fix: 'efc968d450e0' },
  base: linux61,
  override: {
    doSpliceToFile: (k, out, offOut, len) =>
      out.isWrite ? withOffset(k, offOut, out.fPos, (at) => k.fn.doSpliceFrom(k, out, at, len, 0)) : -EBADF,
  },
  scenarios: ['file-splice'],
  expect: { violates: [{ invariant: 'returns-what-it-promised', steps: 1 }] },
});
