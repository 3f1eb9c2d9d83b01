/**
 * 6.9 to 6.15: iov_iter_is_aligned() takes the whole length of a bvec's first segment, also
 * where the iterator has moved into it, and counts those bytes off what it looks at next.
 *
 * @kernel 2263639f96f2 lib/iov_iter.c iov_iter_aligned_bvec: the origin
 * @kernel 334d7c4fb60c lib/iov_iter.c iov_iter_aligned_bvec: the fix, in 6.12.y too
 */
import { defineDesign } from '../../design.js';
import { isAlignedBy } from '../../linux/6.12/iov_iter.js';
import { design as linux612 } from '../linux-6.12.js';

export const design = defineDesign({
  id: 'aligned-bvec-offset',
  title: 'Linux 6.12, with iov_iter_aligned_bvec() as before 6.12.y mended it',
  source: [{ tree: '334d7c4fb60c', file: 'lib/iov_iter.c', symbol: 'iov_iter_aligned_bvec' }],
  history: { origins: ['2263639f96f2'], fix: '334d7c4fb60c' },
  base: linux612,
  override: { iovIterIsAligned: isAlignedBy('whole') },
  scenarios: ['iov-iter'],
  expect: { violates: [{ invariant: 'queries-match-their-definition' }] },
});
