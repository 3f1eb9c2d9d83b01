/**
 * To 5.4: a direct read of iomap that ends with the file reports its bytes and leaves the iterator
 * where the pages end that it was given. In a pipe these pages stay readable: the reader gets what
 * lies behind the end of the file.
 *
 * Put back into 5.8.
 *
 * @kernel 419e9c38aa07 fs/iomap/direct-io.c iomap_dio_rw: the fix
 */
import { defineDesign } from '../../design.js';
import { moveByAll } from '../../linux/5.8/splice_direct.js';
import { directReadOf, inodeOf } from '../../linux/6.1/filemap.js';
import { readInode } from '../../linux/6.1/read_write.js';
import { design as linux58 } from '../linux-5.8.js';

/** @kernel 419e9c38aa07 fs/iomap/direct-io.c iomap_dio_rw */
const directRead = directReadOf({ asked: moveByAll });

export const design = defineDesign({
  id: 'iomap-pipe-leak',
  title: 'Linux 5.8, with direct reads that leave what they did not read in the pipe',
  source: [{ tree: '419e9c38aa07', file: 'fs/iomap/direct-io.c', symbol: 'iomap_dio_rw' }],
  history: { origins: [], fix: '419e9c38aa07' },
  base: linux58,
  override: { callReadIter: (k, file, to) => readInode(k, file, inodeOf(k, file, 'read_iter'), to, directRead) },
  scenarios: ['file-splice'],
  expect: {
    violates: [
      { invariant: 'no-unwritten-byte-readable', steps: 1 },
      { invariant: 'bytes-in-order', steps: 1 },
    ],
  },
});
