/**
 * What real kernels (6.1, 6.12, 6.18) were seen to do with vmsplice(), row by row, at a page of 16 bytes instead of
 * 4096: 4090 is 10, 10 is 4, 20 is 12.
 */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { EAGAIN, EFAULT } from '#iov/model/errno.js';
import { SPLICE_F_GIFT } from '#iov/model/files.js';
import type { Kernel, Vec } from '#iov/model/kernel.js';
import { PIPE_BUF_FLAG_GIFT, Vma } from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import { designOf } from '../search.js';
import { KERNELS } from './splice-rig.js';

const P = 16;
const MAPPED = 3;

/** A pipe of so many slots, and a process with three pages mapped and one behind them that is not. */
class Lender {
  readonly runner: Runner;

  constructor(id: string, slots = 4) {
    const bounds = parseBounds(`page=${P},ring=${slots},slots=0,vpages=4,files=1,oom=off,contents=off`);
    this.runner = new Runner(designOf(id), bounds, 'vmsplice');
    this.k.mms[0].vma.fill(Vma.Anon, 0, MAPPED);
  }

  get k(): Kernel {
    return this.runner.k;
  }

  /** vmsplice() of segments, as [address, bytes]. */
  lend(flags: number, ...spans: readonly (readonly [number, number])[]): number {
    const iov = spans.map(([base, len]) => ({ base, len }));
    const vec: Vec = { ...this.k.vecs[0], iov, bytes: iov.reduce((sum, { len }) => sum + len, 0) };
    this.k.beginOp();
    return this.k.fn.vmspliceToPipe(this.k, vec, flags);
  }

  write(bytes: number, isPacket = false): number {
    this.k.beginOp();
    this.k.user.total = bytes;
    return this.k.fn.pipeWrite(this.k, bytes, isPacket ? 1 : 0);
  }

  read(bytes: number): number {
    this.k.beginOp();
    return this.k.fn.pipeRead(this.k, bytes);
  }

  out(bytes: number, fault = -1): number {
    this.k.beginOp();
    this.k.user.fault = fault;
    return this.k.fn.vmspliceToUser(this.k, bytes);
  }

  get slots(): number {
    return this.runner.w.ring.used(this.k);
  }
}

describe.each(KERNELS)('%s: into the pipe', (id) => {
  test('a slot for each page that is touched, and none is joined', () => {
    const l = new Lender(id);
    expect([l.lend(0, [10, 12]), l.slots]).toEqual([12, 2]);
    expect([l.lend(0, [22, 2]), l.slots]).toEqual([2, 3]);
  });

  test('more than fits is short, and then there is no room', () => {
    const l = new Lender(id, 2);
    expect([l.lend(0, [0, 3 * P]), l.lend(0, [0, 4]), l.lend(0, [0, 0])]).toEqual([2 * P, -EAGAIN, 0]);
    for (const { refcount } of l.k.pages) expect(refcount).toBeLessThanOrEqual(4);
  });

  test('an empty segment is passed over', () => {
    const l = new Lender(id);
    expect(l.lend(0, [0, 0], [1, 5])).toBe(5);
  });

  test('memory that is not there: what is before it, or -EFAULT', () => {
    const l = new Lender(id);
    expect([l.lend(0, [0, P], [MAPPED * P, 5]), l.lend(0, [MAPPED * P, 5])]).toEqual([P, -EFAULT]);
  });

  test('a gift need not be aligned', () => {
    const l = new Lender(id);
    expect([l.lend(SPLICE_F_GIFT, [4, P]), l.lend(SPLICE_F_GIFT, [4, 10])]).toEqual([P, 10]);
    expect(l.k.pipe.bufs.slice(0, 3).every(({ flags }) => flags === PIPE_BUF_FLAG_GIFT)).toBe(true);
  });
});

describe.each(KERNELS)('%s: beside writes, and out of the pipe', (id) => {
  test('a write is never merged into a lent page', () => {
    const l = new Lender(id, 1);
    expect([l.lend(0, [0, 4]), l.write(1)]).toEqual([4, -EAGAIN]);
  });

  test('what is lent is no packet, whatever the pipe was opened with', () => {
    const l = new Lender(id);
    l.k.files[0].fFlags = l.k.files[1].fFlags;
    l.lend(0, [0, 10]);
    l.lend(0, [0, 10]);
    expect(l.read(2 * P)).toBe(20);
  });

  test('W5 W6, and 100 out of it: 11', () => {
    const l = new Lender(id);
    expect([l.write(5, true), l.write(6, true), l.out(100), l.out(100)]).toEqual([5, 6, 11, -EAGAIN]);
  });

  test('a fault on the way out consumes nothing of its buffer', () => {
    const l = new Lender(id);
    l.write(10);
    expect([l.out(10, 4), l.out(10)]).toEqual([-EFAULT, 10]);
  });

  test('a write that faults is not in the way', () => {
    const l = new Lender(id);
    l.k.beginOp();
    l.k.user.fault = 0;
    expect(l.k.fn.pipeWrite(l.k, 10, 0)).toBe(-EFAULT);
    expect([l.write(3), l.out(10)]).toEqual([3, 3]);
  });
});
