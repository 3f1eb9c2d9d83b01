/**
 * 4.9-rc: default_file_splice_read() asks for pages by bytes, and takes the whole pages among what
 * it gets: a last page that is partly used is not read into, and its reference is never dropped.
 *
 * Put back into 5.8.
 *
 * @kernel 523ac9afc73a fs/splice.c default_file_splice_read: the origin
 * @kernel 8e54cadab447 fs/splice.c default_file_splice_read: the fix
 */
import { defineDesign } from '../../design.js';
import { readIntoPipe } from '../../linux/4.10/splice_direct.js';
import { pipeBuf, pipeFull } from '../../linux/5.8/pipe.js';
import { design as linux58 } from '../linux-5.8.js';

export const design = defineDesign({
  id: 'default-read-floor',
  title: 'Linux 5.8, with the page count of default_file_splice_read() as it was in 4.9-rc',
  source: [{ tree: '8e54cadab447', file: 'fs/splice.c', symbol: 'default_file_splice_read' }],
  history: { origins: ['523ac9afc73a'], fix: '8e54cadab447' },
  base: linux58,
  override: {
    defaultFileSpliceRead: (k, file, ppos, len) =>
      readIntoPipe(k, file, ppos, len, pipeFull(k), (i) => pipeBuf(k, i.head), Math.floor),
  },
  scenarios: ['sendfile'],
  expect: {
    violates: [
      { invariant: 'refcount-equals-owners', steps: 1 },
      { invariant: 'returns-what-it-promised', steps: 1 },
    ],
  },
});
