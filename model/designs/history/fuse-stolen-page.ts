/**
 * 2.6.35 to 5.15: the fuse device releases the buffer of a page that it has moved at the very end. Where the page has
 * left the page cache by then, the pipe has the only reference, takes the page for its own and keeps it as tmp_page,
 * PG_lru and all; moved once more, it is added to the LRU twice.
 *
 * @kernel dd3bb14f44a6 fs/fuse/dev.c fuse_dev_splice_write: the origin
 * @kernel 712a951025c0 fs/fuse/dev.c fuse_try_move_page: the fix
 */
import { defineDesign } from '../../design.js';
import { fuseTryMovePage } from '../../linux/4.8/fuse_dev.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'fuse-stolen-page',
  title: 'Linux 6.1, with the page that fuse gave back to the pipe up to 5.15',
  source: [{ tree: '712a951025c0', file: 'fs/fuse/dev.c', symbol: 'fuse_try_move_page' }],
  history: { origins: ['dd3bb14f44a6'], fix: '712a951025c0' },
  base: linux61,
  override: { fuseTryMovePage },
  scenarios: ['vmsplice'],
  expect: { violates: [{ invariant: 'stolen-page-has-one-owner', steps: 2 }] },
});
