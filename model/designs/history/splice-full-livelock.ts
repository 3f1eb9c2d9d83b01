/**
 * 4.10 to 4.20: a direct read of iomap asks an iterator over the pipe for pages until it has all
 * that was wanted. Nobody tells it how much room there is: when the pipe is full it is told
 * -EFAULT, and fails as a whole. What it had put into the pipe is thrown away, splice says -EAGAIN,
 * and so does every further try.
 *
 * Put back into 5.8. A first repair hid it in iomap (4721a601099); the one that stayed asks for no
 * more than the pipe has room for (17614445576b, 5.0; of splice(2) 3253d9d09337, 5.5).
 *
 * @kernel 17614445576b fs/splice.c splice_direct_to_actor: the fix
 */
import { defineDesign } from '../../design.js';
import type { Inode } from '../../inode.js';
import type { IovIter, Kernel } from '../../kernel.js';
import { deviceFills, inodeOf, uncachedBytes } from '../../linux/6.1/filemap.js';
import { readInode } from '../../linux/6.1/read_write.js';
import { doSpliceTo48 } from '../../linux/4.8/splice_direct.js';
import { design as linux58 } from '../linux-5.8.js';

/** @kernel 4721a601099 fs/iomap.c iomap_dio_rw: an error counts, whatever was read before it. */
function directRead(k: Kernel, inode: Inode, to: IovIter): number {
  k.pagesArrayMax = k.pagesArray.length;
  let done = 0;
  while (to.count > 0) {
    k.turn('iomap_dio_rw');
    const bytes = uncachedBytes(k, inode, to.count);
    if (bytes <= 0) return bytes < 0 ? bytes : done;
    const got = k.fn.iovIterGetPages(k, to, bytes, k.pagesArray.length);
    if (got <= 0) return got;
    k.fn.iovIterAdvance(k, to, got);
    deviceFills(k, inode, got, got);
    done += got;
  }
  return done;
}

export const design = defineDesign({
  id: 'splice-full-livelock',
  title: 'Linux 5.8, with splices that ask for more than the pipe has room for',
  source: [{ tree: '17614445576b', file: 'fs/splice.c', symbol: 'splice_direct_to_actor' }],
  history: { origins: [], fix: '17614445576b' },
  base: linux58,
  override: {
    doSpliceTo: doSpliceTo48,
    callReadIter: (k, file, to) => readInode(k, file, inodeOf(k, file, 'read_iter'), to, directRead),
  },
  bounds: { ring: 1 },
  scenarios: ['sendfile'],
  expect: { violates: [{ invariant: 'retry-makes-progress', steps: 1 }] },
});
