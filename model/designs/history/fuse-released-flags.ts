/**
 * The first fix of fuse-stolen-page, in 5.16-rc1 and for some days in the stable kernels: the buffer is released before
 * its flags are looked at. page_cache_pipe_buf_release() clears PIPE_BUF_FLAG_LRU, so that a page of the page cache is
 * added to the LRU that it is on.
 *
 * @kernel 712a951025c0 fs/fuse/dev.c fuse_try_move_page: the origin
 * @kernel 473441720c86 fs/fuse/dev.c fuse_try_move_page: the fix
 */
import { defineDesign } from '../../design.js';
import { PIPE_BUF_FLAG_LRU } from '../../kernel.js';
import { cacheMovedPage, lruCacheAdd, tryToTake } from '../../linux/4.8/fuse_dev.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'fuse-released-flags',
  title: 'Linux 6.1, with the flags that fuse looked at after their release in 5.16-rc1',
  source: [{ tree: '473441720c86', file: 'fs/fuse/dev.c', symbol: 'fuse_try_move_page' }],
  history: { origins: ['712a951025c0'], fix: '473441720c86' },
  base: linux61,
  override: {
    fuseTryMovePage(k, buf) {
      const ret = tryToTake(k, buf);
      const { page } = buf;
      if (ret !== 0 || page === null) return ret;
      cacheMovedPage(k, buf);
      k.fn.pipeBufRelease(k, buf);
      if ((buf.flags & PIPE_BUF_FLAG_LRU) === 0) lruCacheAdd(k, page);
      return 0;
    },
  },
  scenarios: ['vmsplice'],
  expect: { violates: [{ invariant: 'no-bug', steps: 2 }] },
});
