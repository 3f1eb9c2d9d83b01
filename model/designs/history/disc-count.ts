/**
 * Up to 5.13: copy_page_to_iter() on a discard iterator says that it took every byte, and takes
 * none of them off count, nor is limited by it.
 *
 * @kernel a506abc7b644 lib/iov_iter.c copy_page_to_iter: the fix
 */
import { defineDesign } from '../../design.js';
import type { IovIter, Kernel, Page } from '../../kernel.js';
import { ITER_DISCARD } from '../../kernel.js';
import { copy61, pageCopySane } from '../../linux/6.1/iov_iter/copy.js';
import { design as linux61 } from '../linux-6.1.js';

/** @kernel 5.13 lib/iov_iter.c copy_page_to_iter */
function copyPageToIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number {
  if (i.flavour !== ITER_DISCARD) return copy61.copyPageToIter(k, page, offset, bytes, i);
  return pageCopySane(k, page, offset, bytes) ? bytes : 0;
}

export const design = defineDesign({
  id: 'disc-count',
  title: 'Linux 6.1, with copy_page_to_iter() to a discard iterator as up to 5.13',
  source: [{ tree: 'a506abc7b644', file: 'lib/iov_iter.c', symbol: 'copy_page_to_iter' }],
  history: { origins: [], fix: 'a506abc7b644' },
  base: linux61,
  override: { copyPageToIter },
  scenarios: ['iov-iter'],
  expect: { violates: [{ invariant: 'count-consumed-exactly' }] },
});
