import type { Contract } from '../contract.js';
import { defineDesign } from '../design.js';
import { KNOWN_BLOCKING_5_8, KNOWN_FILES_5_8, KNOWN_LENT_5_8, KNOWN_OLD_FLAVOURS, KNOWN_OOM_5_8 } from '../known.js';
import { iovIter58, iovIter58Added } from '../linux/5.8/iov_iter.js';
import { pipe58, pipe58Added } from '../linux/5.8/pipe.js';
import { vmsplice58 } from '../linux/5.8/vmsplice.js';
import { fileSplice61 } from '../linux/6.1/file_splice.js';
import { splicePipes61 } from '../linux/6.1/splice_pipes.js';
import { pipeSize58 } from '../linux/5.8/pipe_size.js';
import { CONTRACT_4_10, design as linux410 } from './linux-4.10.js';
import { spliceDirect58 } from '../linux/5.8/splice_direct.js';

/** Since 4.12 a direct read moves the iterator past all it asked for, and reverts what was not read. */
export const CONTRACT_5_8: Contract = {
  ...CONTRACT_4_10,
  directIo: 'revert',
  csum: 'copies',
  said: {
    ...CONTRACT_4_10.said,
    directIo: 'a direct read that comes back short reverts the iterator by the rest (4.12 mm/filemap.c)',
    csum: 'csum_and_copy_to_iter has a branch of its own for a pipe (4.20 lib/iov_iter.c)',
  },
};

/** Linux 5.8: the free-running ring, and mergeability as a flag (the kernel of Dirty Pipe). */
// It does not keep to its slots: flags that a slot inherits decide whether a write merges into a page of the file (F-1).
export const design = defineDesign({
  id: 'linux-5.8',
  title: 'Linux 5.8: free-running ring, mergeability by flag',
  source: [{ tree: '5.8', file: 'lib/iov_iter.c', symbol: '' }],
  base: linux410,
  override: {
    ...pipe58,
    ...iovIter58,
    ...splicePipes61,
    ...fileSplice61,
    ...vmsplice58,
    ...pipeSize58,
    ...spliceDirect58,
  },
  add: { functions: { ...iovIter58Added, ...pipe58Added } },
  remove: ['nextIdx'],
  ring: 'head-tail',
  contract: CONTRACT_5_8,
  scenarios: ['pipe-iter', 'packet', 'iov-iter', 'blocking', 'vmsplice', 'sendfile', 'file-splice'],
  expect: {
    known: [
      ...KNOWN_OOM_5_8,
      { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'packet', finding: 'F-8' },
      { invariant: 'returns-what-it-promised', op: 'pread', scenario: 'packet', finding: 'F-11' },
      { invariant: 'retry-makes-progress', op: 'pwrite', scenario: 'packet', finding: 'F-12' },
      { invariant: 'packet-boundaries', scenario: 'pipe-iter', finding: 'F-1' },
      { invariant: 'page-cache-written-only-by-writers', op: 'pwrite', scenario: 'pipe-iter', finding: 'F-1' },
      { invariant: 'bytes-in-order', op: 'pwrite', scenario: 'pipe-iter', finding: 'F-1' },
      ...KNOWN_OLD_FLAVOURS,
      ...KNOWN_LENT_5_8,
      ...KNOWN_BLOCKING_5_8,
      { invariant: 'no-lost-wakeup', op: 'fcntl_setpipe_sz', scenario: 'blocking', finding: 'F-52' },
      { invariant: 'no-lost-wakeup', op: 'pread_continue', scenario: 'blocking', finding: 'F-52' },
      ...KNOWN_FILES_5_8,
      { invariant: 'returns-what-it-promised', op: 'splice_to_file', scenario: 'file-splice', finding: 'F-71' },
      { invariant: 'every-loop-ends', op: 'splice_to_file', scenario: 'file-splice', finding: 'F-71' },
      { invariant: 'count-consumed-exactly', op: 'copy_page_to_iter', scenario: 'iov-iter', finding: 'F-23' },
      { invariant: 'returns-what-it-promised', op: 'copy_page_to_iter', scenario: 'iov-iter', finding: 'F-23' },
      { invariant: 'count-consumed-exactly', op: '_copy_mc_to_iter', scenario: 'iov-iter', finding: 'F-24' },
    ],
  },
});
