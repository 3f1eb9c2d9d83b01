import { bioFunctions } from '../bio.js';
import { CONTRACT_2016 } from '../contract.js';
import { defineDesign } from '../design.js';
import {
  KNOWN_BLOCKING_4_8,
  KNOWN_FILES,
  KNOWN_LENT_4_8,
  KNOWN_OLD_FLAVOURS,
  KNOWN_OOM_4_8,
  KNOWN_PIPES_4_8,
} from '../known.js';
import { gupFunctions } from '../gup.js';
import { iovIter48 } from '../linux/4.8/iov_iter.js';
import { fileSplice48 } from '../linux/4.8/file_splice.js';
import { pipe48 } from '../linux/4.8/pipe.js';
import { pipeSize48 } from '../linux/4.8/pipe_size.js';
import { spliceDirect48 } from '../linux/4.8/splice_direct.js';
import { splicePipes48 } from '../linux/4.8/splice_pipes.js';
import { fuseDevOf } from '../linux/4.8/fuse_dev.js';
import { spliceFromPipeOf } from '../linux/4.8/splice_from_pipe.js';
import { steal48 } from '../linux/4.8/steal.js';
import { vmsplice48 } from '../linux/4.8/vmsplice.js';
import { memoryFunctions } from '../memory.js';
import { curbufEnds } from '../ends.js';
import { design as linux33 } from './linux-3.3.js';

const { isPacketized, ...override } = pipe48;

/** Linux 4.8: packets, no ITER_PIPE; the kernel that seed 000 patches. */
export const design = defineDesign({
  id: 'linux-4.8',
  keepsToSlots: true,
  title: 'Linux 4.8: packets, before the pipe-backed iterator',
  source: [{ tree: '4.8', file: 'fs/pipe.c', symbol: '' }],
  base: linux33,
  override,
  add: {
    functions: {
      isPacketized,
      ...iovIter48,
      ...gupFunctions,
      ...memoryFunctions,
      ...bioFunctions,
      ...splicePipes48,
      ...pipeSize48,
      ...fileSplice48,
      ...vmsplice48,
      ...steal48,
      ...spliceFromPipeOf(curbufEnds),
      ...fuseDevOf(curbufEnds),
      ...spliceDirect48,
    },
  },
  bounds: { stale: 'flags' },
  contract: {
    ...CONTRACT_2016,
    splice: { sendfileToPipe: 'copies', direct: 'shares' },
    said: {
      ...CONTRACT_2016.said,
      splice: 'a pipe has no splice_write, and generic_file_splice_read() knows no O_DIRECT (4.8 fs/splice.c)',
    },
  },
  // Two slots beside each other are looked at without what is left in free ones: linux-4.10.
  boundsIn: { vmsplice: { ring: 1, slots: 0, cow: 'mapcount' } },
  scenarios: ['packet', 'iov-iter', 'splice', 'blocking', 'vmsplice', 'sendfile', 'file-splice'],
  expect: {
    known: [
      ...KNOWN_OOM_4_8,
      { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'packet', finding: 'F-8' },
      ...KNOWN_OLD_FLAVOURS,
      ...KNOWN_PIPES_4_8,
      ...KNOWN_LENT_4_8,
      ...KNOWN_BLOCKING_4_8,
      ...KNOWN_FILES,
      { invariant: 'packet-boundaries', op: 'splice_file', scenario: 'file-splice', finding: 'F-44' },
    ],
  },
});
