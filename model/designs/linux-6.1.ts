import type { SpliceContract } from '../contract.js';
import { defineDesign } from '../design.js';
import {
  KNOWN_BLOCKING_5_8,
  KNOWN_FILES_5_8,
  KNOWN_GET_PAGES2,
  KNOWN_LENT_5_9,
  KNOWN_MOVES_6_1,
  KNOWN_OOM_5_8,
  KNOWN_PIPES_6_1,
} from '../known.js';
import { fileSplice61 } from '../linux/6.1/file_splice.js';
import { iovIter61, iovIter61Added } from '../linux/6.1/iov_iter.js';
import { fuseDev61 } from '../linux/6.1/fuse_dev.js';
import { vmsplice61 } from '../linux/6.1/vmsplice.js';
import { pipeSize61 } from '../linux/6.1/pipe_size.js';
import { splicePipes61 } from '../linux/6.1/splice_pipes.js';
import { sendfile61 } from '../linux/6.1/sendfile.js';
import { readToRead61, spliceDirect61 } from '../linux/6.1/splice_direct.js';
import { CONTRACT_5_8, design as linux58 } from './linux-5.8.js';

/** Since 5.12. */
const SPLICE_6_1: SpliceContract = { sendfileToPipe: 'shares', direct: 'copies' };

/** Linux 6.1: last_offset, whole slots, get_pages that moves; the last long-term kernel with ITER_PIPE. */
export const design = defineDesign({
  id: 'linux-6.1',
  keepsToSlots: true,
  title: 'Linux 6.1: slots assigned as a whole, get_pages moves the iterator',
  source: [
    { tree: '6.1', file: 'lib/iov_iter.c', symbol: '' },
    { tree: '6.1', file: 'include/linux/pipe_fs_i.h', symbol: 'pipe_discard_from' },
    { tree: '6.1', file: 'fs/splice.c', symbol: 'splice_direct_to_actor' },
  ],
  base: linux58,
  override: {
    ...iovIter61,
    ...splicePipes61,
    ...pipeSize61,
    ...fileSplice61,
    ...vmsplice61,
    ...fuseDev61,
    ...spliceDirect61,
    ...sendfile61,
  },
  add: { functions: { ...iovIter61Added, ...readToRead61 } },
  remove: [
    'allocated',
    'dataStart',
    'pushPipe',
    'pipeTruncate',
    'pipeGetPagesList',
    'pipeGetPagesAlloc',
    'defaultFileSpliceRead',
    'defaultFileSpliceWrite',
  ],
  contract: {
    ...CONTRACT_5_8,
    getPages: 'advances',
    splice: SPLICE_6_1,
    said: {
      ...CONTRACT_5_8.said,
      splice:
        'sendfile() to a pipe splices (5.12 fs/read_write.c); O_DIRECT reads into pages of the pipe (4.10 fs/splice.c)',
      getPages: 'the variants with a 2 in their name move the iterator by what they return (6.0 lib/iov_iter.c)',
    },
  },
  scenarios: [
    'pipe-iter',
    'packet',
    'iov-iter',
    'extract',
    'fork-dma',
    'splice',
    'blocking',
    'vmsplice',
    'sendfile',
    'file-splice',
  ],
  expect: {
    known: [
      ...KNOWN_OOM_5_8,
      { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'packet', finding: 'F-8' },
      { invariant: 'returns-what-it-promised', op: 'pread', scenario: 'packet', finding: 'F-11' },
      { invariant: 'retry-makes-progress', op: 'pwrite', scenario: 'packet', finding: 'F-12' },
      { invariant: 'bytes-in-order', op: 'iov_iter_revert', scenario: 'pipe-iter', finding: 'F-10' },
      { invariant: 'bytes-in-order', op: 'read_iter_return', scenario: 'pipe-iter', finding: 'F-10' },
      { invariant: 'no-unwritten-byte-readable', op: 'iov_iter_revert', scenario: 'pipe-iter', finding: 'F-10' },
      { invariant: 'no-unwritten-byte-readable', op: 'read_iter_return', scenario: 'pipe-iter', finding: 'F-10' },
      ...KNOWN_PIPES_6_1,
      ...KNOWN_LENT_5_9,
      ...KNOWN_BLOCKING_5_8,
      ...KNOWN_MOVES_6_1,
      ...KNOWN_FILES_5_8,
      ...KNOWN_GET_PAGES2,
      { invariant: 'memory-is-private', op: 'device_write', scenario: 'fork-dma', finding: 'F-20' },
    ],
  },
});
