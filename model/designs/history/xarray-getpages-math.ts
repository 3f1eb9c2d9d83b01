/**
 * 5.13 to 5.18: iter_xarray_get_pages() worked out the length from what was left of the request
 * behind whole pages. Where the list has no room for all of it, that rest belongs to a page that
 * is not listed; taken for the length of the last one that is, it says too little, or more than
 * the page has.
 *
 * Put back into the function of 6.1, whose caller allocates the array and moves the iterator.
 *
 * @kernel 7ff5062079ef lib/iov_iter.c iter_xarray_get_pages: the origin
 * @kernel 6c77676645ad lib/iov_iter.c iter_xarray_get_pages: the fix
 */
import { sizeT } from '../../cint.js';
import { defineDesign } from '../../design.js';
import { ENOMEM } from '../../errno.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { vecOf } from '../../linux/6.1/iov_iter/iterate.js';
import { iterXarrayPopulatePages, wantPagesArray } from '../../linux/6.1/iov_iter/pages.js';
import { design as linux61 } from '../linux-6.1.js';

/** @kernel 7ff5062079ef lib/iov_iter.c iter_xarray_get_pages */
function iterXarrayGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const { pageSize } = k;
  const pos = vecOf(k, i, 'iter_xarray_get_pages').xarrayStart + i.iovOffset;
  const offset = pos % pageSize;
  k.out.start = offset;
  let size = maxsize;
  if (size > pageSize - offset) size = (size - (pageSize - offset)) % pageSize;
  const count = wantPagesArray(k, maxsize, offset, maxpages);
  if (count === 0) return -ENOMEM;
  const nr = iterXarrayPopulatePages(k, i, Math.floor(pos / pageSize), count);
  if (nr === 0) return 0;
  let actual = nr * pageSize - offset;
  if (nr === count && size > 0) {
    const lastOffset = nr > 1 ? 0 : offset;
    actual = sizeT(actual - (pageSize - (lastOffset + size)));
  }
  i.iovOffset += actual;
  i.count = sizeT(i.count - actual);
  return actual;
}

export const design = defineDesign({
  id: 'xarray-getpages-math',
  title: 'Linux 6.1, with the length that get_pages of an xarray returned up to 5.18',
  source: [{ tree: '6c77676645ad', file: 'lib/iov_iter.c', symbol: 'iter_xarray_get_pages' }],
  history: { origins: ['7ff5062079ef'], fix: '6c77676645ad' },
  base: linux61,
  override: { iterXarrayGetPages },
  scenarios: ['extract'],
  expect: { violates: [{ invariant: 'returns-what-it-promised' }] },
});
