import type { Contract } from '../contract.js';
import { CONTRACT_2016 } from '../contract.js';
import { defineDesign } from '../design.js';
import { KNOWN_BLOCKING_4_8, KNOWN_FILES, KNOWN_LENT_4_10, KNOWN_OLD_FLAVOURS, KNOWN_OOM_4_10 } from '../known.js';
import { iovIter410 } from '../linux/4.10/iov_iter.js';
import { branches410, iovIterPipe410 } from '../linux/4.10/iov_iter_pipe.js';
import { vmsplice410, vmsplice410Added } from '../linux/4.10/vmsplice.js';
import { fileSpliceRead } from '../linux/6.1/file_splice.js';
import { spliceDirect410 } from '../linux/4.10/splice_direct.js';
import { design as linux48 } from './linux-4.8.js';

/** O_DIRECT reads into pages of the pipe. */
export const CONTRACT_4_10: Contract = {
  ...CONTRACT_2016,
  splice: { sendfileToPipe: 'copies', direct: 'copies' },
  said: { ...CONTRACT_2016.said, splice: 'a pipe has no splice_write; a splice reads by read_iter (4.10 fs/splice.c)' },
};

/** Linux 4.10: the pipe-backed iterator as merged, after its first fixes. */
export const design = defineDesign({
  id: 'linux-4.10',
  keepsToSlots: true,
  title: 'Linux 4.10: the pipe-backed iterator, after its first fixes',
  source: [{ tree: '4.10', file: 'lib/iov_iter.c', symbol: '' }],
  base: linux48,
  override: { ...branches410, ...vmsplice410, ...spliceDirect410, fileSpliceRead },
  add: { functions: { ...iovIterPipe410, ...iovIter410, ...vmsplice410Added } },
  remove: ['getIovecPageArray', 'spliceToPipe'],
  contract: CONTRACT_4_10,
  boundsIn: { vmsplice: { cow: 'mapcount' } },
  scenarios: ['pipe-iter', 'packet', 'iov-iter', 'blocking', 'vmsplice', 'sendfile', 'file-splice'],
  expect: {
    known: [
      ...KNOWN_OOM_4_10,
      { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'packet', finding: 'F-8' },
      { invariant: 'packet-boundaries', scenario: 'pipe-iter', finding: 'F-1' },
      { invariant: 'queries-match-their-definition', op: 'iov_iter_npages', scenario: 'pipe-iter', finding: 'F-7' },
      ...KNOWN_OLD_FLAVOURS,
      ...KNOWN_LENT_4_10,
      ...KNOWN_BLOCKING_4_8,
      ...KNOWN_FILES,
    ],
  },
});
