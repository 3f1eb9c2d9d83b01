/** sendfile(): bugs that nobody ever wrote, each in one function of 6.12, and the rule that finds it. */
import { ENOSPC } from '#iov/model/errno.js';
import { Trouble } from '#iov/model/inode.js';
import { describe, expect, test } from 'vitest';
import type { Mutant } from './files/mutant.js';
import { breaks, now } from './files/mutant.js';

const MUTANTS: readonly Mutant[] = [
  {
    name: 'a given offset moves the file as well',
    override: {
      doSendfile(k, out, file, ppos, count) {
        const ret = now.doSendfile(k, out, file, ppos, count);
        if (ppos !== null && ret > 0) file.fPos.pos += ret;
        return ret;
      },
    },
    caughtBy: 'positions-agree sendfile',
  },
  {
    name: 'the position of the output is left behind',
    override: {
      doSendfile(k, out, file, ppos, count) {
        const at = out.fPos.pos;
        const ret = now.doSendfile(k, out, file, ppos, count);
        out.fPos.pos = at;
        return ret;
      },
    },
    caughtBy: 'positions-agree sendfile',
  },
  {
    name: 'what was asked for counts, not what was written',
    override: {
      directSpliceActor(k, sd) {
        const { totalLen } = sd;
        const ret = now.directSpliceActor(k, sd);
        return ret > 0 ? totalLen : ret;
      },
    },
    caughtBy: 'returns-what-it-promised sendfile',
  },
  {
    name: 'a call that fails leaves its buffers in the internal pipe',
    override: {
      pipeBufRelease(k, buf) {
        if (k.pipe !== k.pipes[1] || k.splice.with === Trouble.None) now.pipeBufRelease(k, buf);
      },
    },
    caughtBy: 'internal-pipe-is-neutral sendfile',
  },
  {
    name: 'a file that is not seekable is read all the same',
    override: {
      spliceDirectToActor: (k, file, sd, actor) =>
        now.spliceDirectToActor(k, file.isSeekable ? file : k.splice.files[0], sd, actor),
    },
    caughtBy: 'returns-what-it-promised sendfile',
  },
  {
    name: 'sendfile() appends',
    override: {
      doSpliceDirect(k, file, ppos, out, opos, len, flags) {
        const { isAppend } = out;
        out.isAppend = false;
        const ret = now.doSpliceDirect(k, file, ppos, out, opos, len, flags);
        out.isAppend = isAppend;
        return ret;
      },
    },
    caughtBy: 'returns-what-it-promised sendfile',
  },
  {
    name: 'an error after a byte is said in the stead of the byte',
    override: {
      iterFileSpliceWrite(k, out, ppos, len, flags) {
        const ret = now.iterFileSpliceWrite(k, out, ppos, len, flags);
        return k.splice.with === Trouble.WriteEnospc && k.splice.isHit ? -ENOSPC : ret;
      },
    },
    caughtBy: 'returns-what-it-promised splice_to_file',
  },
  {
    name: 'a write begins a byte further on',
    override: {
      callWriteIter(k, file, from) {
        k.splice.kiPos++;
        const ret = now.callWriteIter(k, file, from);
        k.splice.kiPos--;
        return ret;
      },
    },
    caughtBy: 'copies-what-it-says sendfile',
  },
];

describe('planted bugs are found', () => {
  test.each(MUTANTS.map((m) => [m.name, m] as const))('%s', { timeout: 60_000 }, (name, m) => {
    expect(breaks(name, m.override, 'sendfile', m.bounds)).toContain(m.caughtBy);
  });
});

test('how much room there is may be asked by who fills it', { timeout: 60_000 }, () => {
  const found = breaks(
    'right',
    {
      doSpliceTo: (k, file, ppos, len) =>
        !file.isRead || ppos === null || file.isDirect || file.isCopied
          ? now.doSpliceTo(k, file, ppos, len, 0)
          : k.fn.filemapSpliceRead(k, file, ppos, len),
    },
    'sendfile',
  );
  expect(found).toEqual([]);
});
