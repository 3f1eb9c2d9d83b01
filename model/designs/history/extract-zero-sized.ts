/**
 * 6.3 to 6.5: iov_iter_extract_pages() passes over empty segments in front, and takes the size
 * that it asks for down to nothing on the way: it runs to the end of the array and returns 0,
 * with all of count left and no segment to take it from.
 *
 * @kernel 7d58fe731028 lib/iov_iter.c iov_iter_extract_bvec_pages, iov_iter_extract_kvec_pages: the origin
 * @kernel f741bd7178c9 lib/iov_iter.c iov_iter_extract_bvec_pages, iov_iter_extract_kvec_pages: the fix
 */
import { defineDesign } from '../../design.js';
import { extractSegments63 } from '../../linux/6.3/extract.js';
import { design as linux612 } from '../linux-6.12.js';

export const design = defineDesign({
  id: 'extract-zero-sized',
  title: 'Linux 6.12, with extraction that loses its way over empty segments, as up to 6.5',
  source: [{ tree: 'f741bd7178c9', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_bvec_pages' }],
  history: { origins: ['7d58fe731028'], fix: 'f741bd7178c9' },
  base: linux612,
  override: extractSegments63,
  scenarios: ['extract'],
  expect: { violates: [{ invariant: 'returns-what-it-promised' }] },
});
