import type { Retentions } from '../contract.js';
import { defineDesign } from '../design.js';
import {
  KNOWN_EXTRACT_6_3,
  KNOWN_FILES_5_8,
  KNOWN_GET_PAGES2,
  KNOWN_LENT_5_9,
  KNOWN_MOVES_6_1,
  KNOWN_OOM_5_8,
} from '../known.js';
import { gupFunctions63, gupPinsZeroPage } from '../gup.js';
import { extract63 } from '../linux/6.3/extract.js';
import { iovIter63 } from '../linux/6.3/iov_iter.js';
import { design as linux61 } from './linux-6.1.js';

/** Two cases only: user memory is pinned, everything else is listed. */
export const RETENTIONS_6_3: Retentions = {
  destination: 'pin',
  source: 'pin',
  kvec: 'none',
  bvec: 'none',
  xarray: 'none',
  pipe: 'refused',
  folioq: 'refused',
  discard: 'refused',
};

/**
 * Linux 6.3: iov_iter_extract_pages() as merged (7d58fe731028). What it is for are network file
 * systems: bio_iov_iter_get_pages() stays with get_pages2 up to 6.4, which is as well, because a
 * direct splice still comes with an ITER_PIPE, and extraction refuses that. The zero page is pinned
 * like any other: c8070b787519 is of 6.5, and went back to 6.1.y, not to this.
 *
 * Pipes are those of 6.1, line by line, so that their scenarios are left to linux-6.1.
 */
export const design = defineDesign({
  id: 'linux-6.3',
  keepsToSlots: true,
  title: 'Linux 6.3: iov_iter_extract_pages as merged, pins for both directions',
  source: [
    { tree: '6.3', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_pages' },
    { tree: '6.3', file: 'include/linux/uio.h', symbol: 'iov_iter_extract_will_pin' },
  ],
  base: linux61,
  override: { ...iovIter63, ...gupFunctions63, ...gupPinsZeroPage },
  add: { functions: extract63 },
  contract: {
    ...linux61.contract,
    extract: RETENTIONS_6_3,
    said: {
      ...linux61.contract.said,
      extract:
        'user memory: pins and no references, in both directions; kvec, bvec, xarray: listed only; discard: not supported, ' +
        'and a pipe is not named (6.3 lib/iov_iter.c)',
    },
  },
  scenarios: ['iov-iter', 'extract', 'fork-dma', 'vmsplice', 'sendfile', 'file-splice'],
  expect: {
    known: [
      ...KNOWN_OOM_5_8,
      ...KNOWN_MOVES_6_1,
      ...KNOWN_LENT_5_9,
      ...KNOWN_FILES_5_8,
      ...KNOWN_GET_PAGES2,
      ...KNOWN_EXTRACT_6_3,
      { invariant: 'count-consumed-exactly', op: 'iov_iter_extract_pages', scenario: 'extract', finding: 'F-27' },
      // After F-27 the iterator stands behind its last segment.
      { invariant: 'no-bug', op: 'iov_iter_get_pages2', scenario: 'extract', finding: 'F-27' },
    ],
  },
});
