/** Splices between files and a pipe: bugs that nobody ever wrote, each in one function of 6.12, and the rule that finds it. */
import { UNWRITTEN } from '#iov/model/inode.js';
import { PIPE_BUF_FLAG_CAN_MERGE } from '#iov/model/kernel.js';
import { pipeBuf, pipeOccupancy } from '#iov/model/linux/5.8/pipe.js';
import { withOffset } from '#iov/model/linux/6.1/sendfile.js';
import { buildVector, dismiss } from '#iov/model/linux/6.1/splice_write.js';
import { putPage } from '#iov/model/mm.js';
import { describe, expect, test } from 'vitest';
import type { Mutant } from './files/mutant.js';
import { breaks, newest, now, writesBy } from './files/mutant.js';

const MUTANTS: readonly Mutant[] = [
  {
    name: 'a file that is only read is written',
    override: {
      doSpliceToFile: (k, out, offOut, len) =>
        withOffset(k, offOut, out.fPos, (at) => k.fn.doSpliceFrom(k, out, at, len, 0)),
    },
    caughtBy: 'page-cache-written-only-by-writers splice_to_file',
  },
  {
    name: 'what was written stays in the pipe',
    override: writesBy({ dismiss: () => {} }),
    caughtBy: 'bytes-in-order splice_to_file',
  },
  {
    name: 'a byte less is taken off the pipe than was written',
    override: writesBy({ dismiss: (k, bytes) => dismiss(k, bytes - 1) }),
    caughtBy: 'bytes-in-order splice_to_file',
  },
  {
    name: 'bio_vecs begin where their pages do',
    override: writesBy({
      build(k, len) {
        const ret = buildVector(k, len, false);
        const { array } = k.splice;
        array.forEach((bvec, n) => {
          array[n] = { ...bvec, offset: 0 };
        });
        return ret;
      },
    }),
    caughtBy: 'copies-what-it-says splice_to_file',
  },
  {
    name: 'the second bio_vec is of the first page',
    override: writesBy({
      build(k, len) {
        const ret = buildVector(k, len, false);
        const { array } = k.splice;
        if (array.length > 1) array[1] = { ...array[1], page: array[0].page };
        return ret;
      },
    }),
    caughtBy: 'copies-what-it-says splice_to_file',
    bounds: 'tiny,ring=2',
  },
  {
    name: 'the rest of a packet is dropped',
    override: writesBy({
      dismiss(k, bytes) {
        dismiss(k, bytes);
        if (pipeOccupancy(k) === 0) return;
        const buf = pipeBuf(k, k.pipe.tail);
        if (buf.flags !== 0) dismiss(k, buf.len);
      },
    }),
    caughtBy: 'bytes-in-order splice_to_file',
  },
  {
    name: 'a page that has gone bad is written out',
    override: { pipeBufConfirm: () => 0 },
    caughtBy: 'returns-what-it-promised splice_to_file',
  },
  {
    name: 'a hole shows what its page held before',
    override: {
      filemapSpliceRead(k, file, ppos, len) {
        const { cache } = k.splice.inodes[0];
        const isHole = cache.map((page) => page === null);
        const ret = now.filemapSpliceRead(k, file, ppos, len);
        cache.forEach((page, n) => {
          if (isHole[n]) page?.data.fill(UNWRITTEN);
        });
        return ret;
      },
    },
    caughtBy: 'no-unwritten-byte-readable splice_file',
  },
  {
    name: 'the end of the file is that of its page',
    override: {
      filemapSpliceRead(k, file, ppos, len) {
        const [f] = k.splice.inodes;
        f.size++;
        const ret = now.filemapSpliceRead(k, file, ppos, len);
        f.size--;
        return ret;
      },
    },
    caughtBy: 'returns-what-it-promised splice_file',
  },
  {
    name: "a file's page goes into the pipe without a reference",
    override: {
      filemapSpliceRead(k, file, ppos, len) {
        const ret = now.filemapSpliceRead(k, file, ppos, len);
        if (ret > 0) putPage(k, newest(k).page, 'mutant');
        return ret;
      },
    },
    caughtBy: 'refcount-equals-owners splice_file',
  },
  {
    name: "a file's page may be merged into",
    override: {
      filemapSpliceRead(k, file, ppos, len) {
        const ret = now.filemapSpliceRead(k, file, ppos, len);
        if (ret > 0) newest(k).flags = PIPE_BUF_FLAG_CAN_MERGE;
        return ret;
      },
    },
    caughtBy: 'page-cache-written-only-by-writers pwrite',
  },
  {
    name: 'a read that copies shows whole pages',
    override: {
      copySpliceRead(k, file, ppos, len) {
        const ret = now.copySpliceRead(k, file, ppos, len);
        if (ret > 0) newest(k).len = k.pageSize;
        return ret;
      },
    },
    caughtBy: 'no-unwritten-byte-readable splice_file',
  },
  {
    name: 'a copy is the page of the file itself',
    override: { copySpliceRead: (k, file, ppos, len) => k.fn.filemapSpliceRead(k, file, ppos, len) },
    caughtBy: 'bytes-in-order write_file',
  },
  {
    name: 'truncation leaves the rest of the last page',
    override: {
      truncateSetsize(k, inode, size) {
        const kept = inode.cache.map((page) => (page === null ? [] : [...page.data]));
        now.truncateSetsize(k, inode, size);
        inode.cache.forEach((page, n) => page?.data.set(kept[n]));
      },
    },
    caughtBy: 'bytes-in-order ftruncate',
  },
  {
    name: 'truncation takes the page out of the pipe',
    override: {
      truncateSetsize(k, inode, size) {
        const [page] = inode.cache;
        now.truncateSetsize(k, inode, size);
        if (inode.cache[0] === null && page !== null && page.refcount > 0) putPage(k, page, 'mutant');
      },
    },
    caughtBy: 'refcount-equals-owners ftruncate',
  },
];

describe('planted bugs are found', () => {
  test.each(MUTANTS.map((m) => [m.name, m] as const))('%s', { timeout: 60_000 }, (name, m) => {
    expect(breaks(name, m.override, 'file-splice', m.bounds)).toContain(m.caughtBy);
  });
});

test('a write for each slot is as right as one for all', { timeout: 60_000 }, () => {
  const found = breaks(
    'right',
    writesBy({
      build(k, len) {
        const buf = pipeBuf(k, k.pipe.tail);
        return buildVector(k, Math.min(len, buf.len), false);
      },
    }),
    'file-splice',
  );
  expect(found).toEqual([]);
});
