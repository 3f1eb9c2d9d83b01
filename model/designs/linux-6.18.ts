import { defineDesign } from '../design.js';
import { KNOWN_EXTRACT_6_3, KNOWN_FILES, KNOWN_GET_PAGES2, KNOWN_MOVES_6_1 } from '../known.js';
import { bio618 } from '../linux/6.18/bio.js';
import { extract618 } from '../linux/6.18/extract.js';
import { pipe618, pipe618Added } from '../linux/6.18/pipe.js';
import { design as linux612 } from './linux-6.12.js';

/**
 * Linux 6.18 itself: a write fills a page before it is a buffer (6.15), two pages are kept for the next
 * writes (6.15), extraction goes on from one bio_vec to the next (6.13), a bio is cut to whole blocks in the end, and
 * iov_iter_is_aligned() is gone (20a0e6276edb, b475272f03ca; 6.18).
 *
 * Left in: what 72c00e84e611, eea815a087cd and 11cf15dacff6 mended in extraction in 2026. Left out: pages of the slab
 * allocator, of which get_pages2 takes no reference any more.
 */
export const design = defineDesign({
  id: 'linux-6.18',
  keepsToSlots: true,
  title: 'Linux 6.18: no empty buffers, two cached pages, extraction across bio_vecs',
  source: [
    { tree: '6.18', file: 'fs/pipe.c', symbol: 'anon_pipe_write' },
    { tree: '6.18', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_bvec_pages' },
    { tree: '6.18', file: 'block/bio.c', symbol: 'bio_iov_iter_align_down' },
  ],
  base: linux612,
  override: { ...pipe618, ...extract618, ...bio618 },
  add: { functions: pipe618Added },
  remove: ['iovIterIsAligned'],
  tmpPages: 2,
  scenarios: ['packet', 'iov-iter', 'extract', 'fork-dma', 'splice', 'blocking', 'vmsplice', 'sendfile', 'file-splice'],
  expect: {
    known: [
      { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'packet', finding: 'F-8' },
      { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'splice', finding: 'F-8' },
      { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'vmsplice', finding: 'F-8' },
      ...KNOWN_FILES,
      ...KNOWN_MOVES_6_1,
      ...KNOWN_GET_PAGES2,
      ...KNOWN_EXTRACT_6_3,
      { invariant: 'no-bug', op: 'iov_iter_extract_pages', scenario: 'extract', finding: 'F-80' },
      { invariant: 'returns-what-it-promised', op: 'iov_iter_extract_pages', scenario: 'extract', finding: 'F-81' },
      { invariant: 'refcount-equals-owners', op: 'bio_iov_iter_get_pages', scenario: 'extract', finding: 'F-82' },
      { invariant: 'pins-balance', op: 'bio_iov_iter_get_pages', scenario: 'extract', finding: 'F-82' },
      {
        invariant: 'queries-match-their-definition',
        op: 'iov_iter_single_seg_count',
        scenario: 'iov-iter',
        finding: 'F-26',
      },
    ],
  },
});
