/** Two pipes: bugs that nobody ever wrote, each in one function of 6.12, and the rule that finds it. */
import { defineDesign } from '#iov/model/design.js';
import type { Design } from '#iov/model/design.js';
import { EAGAIN } from '#iov/model/errno.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import { PIPE_BUF_FLAG_PACKET } from '#iov/model/kernel.js';
import { KNOWN_PIPES_6_1 } from '#iov/model/known.js';
import { pipeResizeRing } from '#iov/model/linux/6.1/pipe_size.js';
import { linkPipe, splicePipeToPipe } from '#iov/model/linux/6.1/splice_pipes.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const linux612 = designOf('linux-6.12');

/** A bug in one function of 6.12. */
interface Mutant {
  readonly name: string;
  readonly override: Partial<KernelFunctions>;
  readonly caughtBy: string;
  readonly bounds?: string;
}

const MUTANTS: readonly Mutant[] = [
  { name: 'tee takes no reference', override: { pipeBufGet: () => true }, caughtBy: 'refcount-equals-owners tee' },
  {
    name: 'tee copies whole buffers, whatever it was asked for',
    override: { linkPipe: (k, from, to, len) => Math.min(len, linkPipe(k, from, to, 99)) },
    caughtBy: 'bytes-in-order tee',
  },
  {
    name: 'tee loses the packet',
    override: {
      pipeBufMarkUnmergeable(_k, obuf) {
        obuf.flags &= ~PIPE_BUF_FLAG_PACKET;
      },
    },
    caughtBy: 'packet-boundaries tee',
  },
  {
    name: 'splice of a pipe to itself is taken',
    override: { doSplicePipes: (k, from, to, len) => k.fn.splicePipeToPipe(k, from, to, len) },
    caughtBy: 'returns-what-it-promised splice',
  },
  {
    name: 'tee consumes',
    override: {
      linkPipe(k, from, to, len) {
        const ret = linkPipe(k, from, to, len);
        k.pipes[from].tail = k.pipes[from].head;
        return ret;
      },
    },
    caughtBy: 'bytes-in-order tee',
  },
  {
    name: 'splice of part of a buffer leaves the whole of it',
    override: {
      splicePipeToPipe(k, from, to, len) {
        const ibuf = k.pipes[from].bufs[0];
        const { offset } = ibuf;
        const ret = splicePipeToPipe(k, from, to, len);
        if (ibuf.ops !== 0 && ibuf.offset > offset) ibuf.len += ibuf.offset - offset;
        if (ibuf.ops !== 0) ibuf.offset = Math.min(ibuf.offset, offset);
        return ret;
      },
    },
    caughtBy: 'bytes-in-order splice',
  },
  {
    name: 'a buffer that was moved keeps its ops',
    override: {
      splicePipeToPipe(k, from, to, len) {
        const ibuf = k.pipes[from].bufs[0];
        const { ops } = ibuf;
        const ret = splicePipeToPipe(k, from, to, len);
        if (ops !== 0) ibuf.ops = ops;
        return ret;
      },
    },
    caughtBy: 'ring-well-formed splice',
  },
  {
    name: 'splice says -EAGAIN for bytes that it moved',
    override: {
      splicePipeToPipe(k, from, to, len) {
        const ret = splicePipeToPipe(k, from, to, len);
        return ret === 1 ? -EAGAIN : ret;
      },
    },
    caughtBy: 'bytes-in-order splice',
  },
  {
    name: 'a file page goes into the pipe without a reference',
    override: {
      spliceFolioIntoPipe(k, pos, size) {
        const ret = linux612.functions.spliceFolioIntoPipe(k, pos, size);
        if (ret > 0) k.filePages[Math.floor(pos / k.pageSize)].refcount--;
        return ret;
      },
    },
    caughtBy: 'refcount-equals-owners splice_file',
  },
  {
    name: 'a splice from a file stops at the first page',
    override: { fileSpliceRead: (k, pos, len) => k.fn.spliceFolioIntoPipe(k, pos, pos < 2 ? Math.min(len, 1) : 0) },
    caughtBy: 'returns-what-it-promised splice_file',
    bounds: 'tiny,ring=2',
  },
  {
    name: 'FIONREAD looks at the oldest buffer only',
    override: { pipeIoctl: (k) => (k.pipe.head === k.pipe.tail ? 0 : k.pipe.bufs[k.pipe.tail & 1].len) },
    caughtBy: 'queries-match-their-definition fionread',
    bounds: 'default',
  },
  {
    name: 'a ring may shrink below what is in use',
    override: {
      pipeResizeRing(k, slots) {
        const { pipe } = k;
        if (((pipe.head - pipe.tail) & k.headMask) > slots) pipe.head = (pipe.tail + slots) & k.headMask;
        return pipeResizeRing(k, slots);
      },
    },
    caughtBy: 'bytes-in-order fcntl_setpipe_sz',
    bounds: 'default',
  },
  {
    name: 'sizes are not rounded up',
    override: { roundPipeSize: (k, size) => (size > 2 ** 31 ? 0 : Math.floor(size / k.pageSize) * k.pageSize) },
    caughtBy: 'returns-what-it-promised fcntl_setpipe_sz',
  },
  {
    name: 'a ring that grew may not use what it has got',
    override: {
      pipeResizeRing(k, slots) {
        const was = k.pipe.maxUsage;
        const ret = pipeResizeRing(k, slots);
        k.pipe.maxUsage = Math.min(was, slots);
        return ret;
      },
    },
    caughtBy: 'returns-what-it-promised',
    bounds: 'default',
  },
];

const mutant = (m: Mutant): Design =>
  defineDesign({
    id: 'mutant',
    title: m.name,
    source: [],
    base: linux612,
    override: m.override,
    scenarios: ['splice'],
  });

describe('planted bugs are found', () => {
  test.each(MUTANTS.map((m) => [m.name, m] as const))('%s', { timeout: 60_000 }, (_name, m) => {
    const found = search(mutant(m), 'splice', m.bounds ?? 'tiny', 250_000);
    const known = new Set(KNOWN_PIPES_6_1.map((k) => `${k.invariant} ${k.op}`));
    const fresh = found.classes.map((c) => `${c.class.invariant} ${c.class.op}`).filter((c) => !known.has(c));
    expect(
      fresh.some((c) => `${c} `.startsWith(`${m.caughtBy} `)),
      fresh.join(', '),
    ).toBe(true);
  });
});
