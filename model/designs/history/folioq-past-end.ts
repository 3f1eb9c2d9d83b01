/**
 * 6.12 to 6.16: iterate_folioq() steps into a folio of which nothing is left, and copies a page's worth of what lies
 * behind it. Listing pages leaves an iterator at the very end of a folio; so a copy after an extraction, as 9p has it.
 *
 * Put back into late 6.12.y, for the plain copies. What brings the iterator there is the design's own addition to the
 * scenario: iov_iter_extract_pages() between copies. What lies behind a folio is the next folio here, so that it is the
 * iterator that shows it: it counts bytes that it has not moved past.
 *
 * @kernel 808471ddb0fa include/linux/iov_iter.h iterate_folioq: the fix
 */
import { defineDesign } from '../../design.js';
import { copiesByWalk } from '../../linux/6.12/copy.js';
import { iterateFolioqPastEnd } from '../../linux/6.12/folioq.js';
import { design as linux612 } from '../linux-6.12.js';

export const design = defineDesign({
  id: 'folioq-past-end',
  title: 'Linux 6.12, with the walk over a folio_queue as before 6.12.y mended it',
  source: [{ tree: '808471ddb0fa', file: 'include/linux/iov_iter.h', symbol: 'iterate_folioq' }],
  history: { origins: [], fix: '808471ddb0fa' },
  base: linux612,
  override: copiesByWalk(iterateFolioqPastEnd),
  add: {
    functions: { listFolioqPages: (k, i, maxsize, maxpages) => k.fn.iovIterExtractPages(k, i, maxsize, maxpages) },
  },
  scenarios: ['iov-iter'],
  expect: { violates: [{ invariant: 'count-consumed-exactly', steps: 3 }] },
});
