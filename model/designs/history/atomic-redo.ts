/**
 * To 3.15 (CVE-2015-1805): a read of a pipe copies with page faults disabled first, and where that fails once more with
 * them enabled. The second try begins at the first byte of the buffer again, but where the first has left the iovec:
 * what it had copied comes a second time, and the last bytes go behind the last segment.
 *
 * The user's buffer has two segments here. That the second is not there at its first access, though it was faulted in
 * before, is a race with reclaim that a process may well win (msg).
 *
 * @kernel 3.3 fs/pipe.c pipe_read, pipe_iov_copy_to_user
 * @kernel f0d1bec9d58d fs/pipe.c pipe_read: the fix, by iov_iter (3.16)
 */
import { defineDesign } from '../../design.js';
import { EAGAIN } from '../../errno.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { copyToUser } from '../../uaccess.js';
import { design as linux33 } from '../linux-3.3.js';

const COPY = 'pipe_iov_copy_to_user';

/** @kernel 3.3 fs/pipe.c pipe_iov_copy_to_user: false where it faults; user.pos is where the iovec stands. */
function copyToIovec(k: Kernel, buf: PipeBuffer, len: number, split: number, isThere: boolean): boolean {
  const { user } = k;
  for (let done = 0; done < len; ) {
    if (user.pos >= user.total) k.die('no-bug', COPY, `${COPY}() goes on behind the last segment of the iovec`);
    if (user.pos >= split && !isThere) return false;
    const end = user.pos < split ? split : user.total;
    const copy = Math.min(len - done, end - user.pos);
    copyToUser(k, buf.page, buf.offset + done, copy, COPY);
    done += copy;
  }
  return true;
}

/** @kernel 3.3 fs/pipe.c pipe_read, non-blocking, with a writer */
function pipeReadv(k: Kernel, totalLen: number, split: number): number {
  const { pipe } = k;
  let ret = 0;
  let isThere = false;
  while (pipe.nrbufs > 0 && totalLen > 0) {
    k.turn('pipe_read');
    const buf = pipe.bufs[pipe.curbuf];
    const chars = Math.min(buf.len, totalLen);
    if (!copyToIovec(k, buf, chars, split, isThere)) {
      isThere = true; // the second try faults it in
      copyToIovec(k, buf, chars, split, isThere);
    }
    ret += chars;
    buf.offset += chars;
    buf.len -= chars;
    if (buf.len === 0) {
      k.fn.pipeBufRelease(k, buf);
      pipe.curbuf = (pipe.curbuf + 1) & (pipe.buffers - 1);
      pipe.nrbufs--;
    }
    totalLen -= chars;
  }
  return ret === 0 ? -EAGAIN : ret;
}

export const design = defineDesign({
  id: 'atomic-redo',
  title: 'Linux 3.3, with a buffer of two segments of which the second is paged in late',
  source: [{ tree: '3.3', file: 'fs/pipe.c', symbol: 'pipe_iov_copy_to_user' }],
  history: { origins: [], fix: 'f0d1bec9d58d' },
  base: linux33,
  add: { functions: { pipeReadv } },
  scenarios: ['packet'],
  expect: {
    violates: [
      { invariant: 'bytes-in-order', steps: 2 },
      { invariant: 'no-bug', steps: 2 },
    ],
  },
});
