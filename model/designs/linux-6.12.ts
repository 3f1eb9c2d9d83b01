import type { FunctionName } from '../functions.js';
import { defineDesign } from '../design.js';
import {
  KNOWN_BLOCKING_5_8,
  KNOWN_EXTRACT_6_3,
  KNOWN_FILES_5_8,
  KNOWN_GET_PAGES2,
  KNOWN_LENT_5_9,
  KNOWN_MOVES_6_1,
  KNOWN_PIPES_6_1,
} from '../known.js';
import { bioExtractFunctions } from '../bio.js';
import { iovIter612, iovIter612Added } from '../linux/6.12/iov_iter.js';
import { readToRead61 } from '../linux/6.1/splice_direct.js';
import { sendfile612, sendfile612Added } from '../linux/6.12/sendfile.js';
import { fileSplice612, spliceFolioIntoPipe } from '../linux/6.12/file_splice.js';
import { gupFunctions } from '../gup.js';
import { design as linux63, RETENTIONS_6_3 } from './linux-6.3.js';

/** ITER_PIPE went in 6.5, and generic_file_splice_read() with it. */
const GONE: readonly FunctionName[] = [
  'iovIterPipe',
  'sanity',
  'pushAnon',
  'pushPage',
  'lastOffset',
  'appendPipe',
  'copyPageToIterPipe',
  'copyPipeToIter',
  'pipeZero',
  'pipeAdvance',
  'pipeNpages',
  'pipeGetPages',
  'genericFileSpliceRead',
  'genericFileSpliceReadDone',
  // Restated for 6.1 alone.
  ...(Object.keys(readToRead61) as FunctionName[]),
  'genericFileSpliceReadFile',
];

/** Since 6.5 a pin of the zero page takes nothing (c8070b787519). */
const { tryGrabFolio, unpinUserPage } = gupFunctions;

/**
 * Linux 6.12, late 6.12.y: no ITER_PIPE, ITER_FOLIOQ instead; extraction that passes over empty
 * segments (f741bd7178c9, 6.6); direct I/O through it (a7e689dd1c06, 6.5).
 *
 * Late 6.12.y has two fixes that 6.12 itself has not: of iov_iter_aligned_bvec() (334d7c4fb60c)
 * and of iterate_folioq() (808471ddb0fa); each is a design of its own in history/.
 */
export const design = defineDesign({
  id: 'linux-6.12',
  keepsToSlots: true,
  title: 'Linux 6.12: no ITER_PIPE, ITER_FOLIOQ, direct I/O on extracted pages',
  source: [
    { tree: '6.12', file: 'lib/iov_iter.c', symbol: '' },
    { tree: '6.12', file: 'include/linux/iov_iter.h', symbol: '' },
  ],
  base: linux63,
  override: { ...iovIter612, ...fileSplice612, ...sendfile612, ...bioExtractFunctions, tryGrabFolio, unpinUserPage },
  add: { functions: { ...iovIter612Added, ...sendfile612Added, spliceFolioIntoPipe } },
  remove: GONE,
  contract: {
    ...linux63.contract,
    extract: { ...RETENTIONS_6_3, folioq: 'none' },
    said: {
      ...linux63.contract.said,
      extract:
        'user memory: pins and no references, in both directions; kvec, bvec, folioq, xarray: listed only; discard: not ' +
        'supported (6.12 lib/iov_iter.c)',
    },
  },
  scenarios: ['iov-iter', 'extract', 'fork-dma', 'splice', 'blocking', 'vmsplice', 'sendfile', 'file-splice'],
  expect: {
    known: [
      ...KNOWN_PIPES_6_1,
      ...KNOWN_LENT_5_9,
      ...KNOWN_BLOCKING_5_8,
      ...KNOWN_MOVES_6_1,
      ...KNOWN_FILES_5_8,
      ...KNOWN_GET_PAGES2,
      ...KNOWN_EXTRACT_6_3,
      {
        invariant: 'queries-match-their-definition',
        op: 'iov_iter_single_seg_count',
        scenario: 'iov-iter',
        finding: 'F-26',
      },
    ],
  },
});
