/**
 * What real kernels were seen to do between files and a pipe, row by row, at a page of 16 bytes
 * instead of 4096. f has 63 bytes, its pages 0 and 3 cached, 1 and 2 holes.
 */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { EAGAIN, EBADF, EINVAL, ESPIPE } from '#iov/model/errno.js';
import { At, FIRST, TRANSIENT, ZERO } from '#iov/model/inode.js';
import type { OpenFile } from '#iov/model/files.js';
import { Loff } from '#iov/model/files.js';
import { Kernel, O_DIRECT, O_NONBLOCK } from '#iov/model/kernel.js';
import { ringView } from '#iov/model/ring.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf } from '../search.js';

const P = 16;
const END = 4 * P - 1;

/** Calls on a pipe of so many slots; nothing is judged. */
class Rig {
  readonly k: Kernel;
  readonly ring;

  constructor(design: string, slots = 4) {
    const { functions, ring } = designOf(design);
    this.ring = ringView(ring);
    this.k = new Kernel(parseBounds(`page=${P},ring=8,files=4,oom=off`), functions, SCENARIOS['file-splice'].needs);
    this.k.pipes[0].clear(slots);
  }

  private call<T>(run: (k: Kernel) => T): T {
    const { k } = this;
    k.beginOp();
    return run(k);
  }

  file(at: number): OpenFile {
    return this.k.splice.files[at];
  }

  splice(at: number, pos: number, len: number): number {
    const off = new Loff();
    off.pos = pos;
    return this.call((k) => k.fn.doSpliceFromFile(k, this.file(at), off, len));
  }

  toFile(at: number, len: number, off = new Loff()): number {
    return this.call((k) => k.fn.doSpliceToFile(k, this.file(at), off, len));
  }

  sendfile(out: number, at: number, pos: number | null, len: number): number {
    const off = new Loff();
    off.pos = pos ?? 0;
    return this.call((k) => k.fn.doSendfile(k, this.file(out), this.file(at), pos === null ? null : off, len));
  }

  write(bytes: number, isPacket = false): number {
    const { k } = this;
    k.files[0].fFlags = isPacket ? O_NONBLOCK | O_DIRECT : O_NONBLOCK;
    return this.call(() => k.fn.pipeWrite(k, bytes, 0));
  }

  read(bytes: number): number {
    return this.call((k) => k.fn.pipeRead(k, bytes));
  }

  /** The first bytes that the last read has delivered. */
  data(n: number): number[] {
    return [...this.k.user.data.subarray(0, n)];
  }

  truncate(size: number): void {
    this.call((k) => k.fn.truncateSetsize(k, k.splice.inodes[0], size));
  }

  slots(): number {
    return this.ring.used(this.k);
  }
}

describe.each(['linux-6.1', 'linux-6.12', 'linux-6.18'])('%s: files into a pipe', (id) => {
  const rig = (slots?: number): Rig => new Rig(id, slots);

  test('off 4095 len 2 is two slots; off 100 len 40000 into four of them is 16284', () => {
    const r = rig();
    expect([r.splice(At.F, P - 1, 2), r.slots()]).toEqual([2, 2]);
    expect(rig(2).splice(At.F, 4, 99)).toBe(2 * P - 4);
  });

  test('three of four slots used: 4096, then -EAGAIN', () => {
    const r = rig();
    for (let n = 0; n < 3; n++) r.splice(At.F, n, 1);
    expect([r.slots(), r.splice(At.F, 0, 40), r.splice(At.F, 0, 40)]).toEqual([3, P, -EAGAIN]);
  });

  test('two splices side by side take two slots; a partly filled tail is not used', () => {
    const r = rig();
    r.splice(At.F, 0, 5);
    r.splice(At.F, 5, 5);
    expect(r.slots()).toBe(2);
    const w = rig(2);
    w.write(10);
    expect([w.splice(At.F, 0, P), w.slots()]).toEqual([P, 2]);
  });

  test('the end of the file: 0, and what there is before it', () => {
    const r = rig();
    expect([r.splice(At.F, END, 1), r.splice(At.F, END + 9, 1), r.splice(At.F, END - 10, 100)]).toEqual([0, 0, 10]);
  });

  test('a hole is zeros, at full length', () => {
    const r = rig();
    expect([r.splice(At.F, P, 2 * P), r.read(2 * P)]).toEqual([2 * P, 2 * P]);
    expect(r.data(2 * P)).toEqual(Array.from({ length: 2 * P }, () => ZERO));
  });
});

describe.each(['linux-6.1', 'linux-6.12', 'linux-6.18'])(
  '%s: what a pipe shares with a file, and what it does not',
  (id) => {
    const rig = (slots?: number): Rig => new Rig(id, slots);

    test('O_DIRECT: whole, short at the end, and no further than the slots', () => {
      const [r, w] = [rig(), rig(2)];
      expect([r.splice(At.Fd, 0, 2 * P), r.splice(At.Fd, 3 * P, 2 * P)]).toEqual([2 * P, P - 1]);
      w.splice(At.Fd, 0, 4);
      expect(w.splice(At.Fd, 0, 2 * P)).toBe(P);
    });

    test('a read that copies: each splice of a byte takes a slot', () => {
      const r = rig();
      expect([r.splice(At.Fc, 0, 3), r.splice(At.Fc, 3, 1), r.slots()]).toEqual([3, 1, 2]);
    });

    test('the pages are the file’s: a write to it is seen by the reader, of a copy it is not', () => {
      const r = rig();
      r.splice(At.F, 0, 1);
      r.splice(At.Fc, 0, 1);
      r.k.splice.inodes[0].cache[0]?.data.set([99]);
      r.read(2);
      expect(r.data(2)).toEqual([99, FIRST]);
    });
  },
);

describe.each(['linux-6.1', 'linux-6.12', 'linux-6.18'])('%s: what 6.18 does with sendfile()', (id) => {
  const rig = (slots?: number): Rig => new Rig(id, slots);

  test('an offset moves in the stead of the input; the output has none to give', () => {
    const r = rig();
    const at = (n: number): number => r.file(n).fPos.pos;
    expect([r.sendfile(At.G, At.F, 10, 20), at(At.F), at(At.G)]).toEqual([20, 0, 20]);
    expect([r.sendfile(At.G, At.F, null, 10), at(At.F), at(At.G)]).toEqual([10, 10, 30]);
    expect([r.sendfile(At.G, At.F, END + 5, 1), r.sendfile(At.G, At.F, END - 5, 9)]).toEqual([0, 5]);
  });

  test('refused: a file to append, one that is only read, one that is only written, no seeking', () => {
    const r = rig();
    expect([r.sendfile(At.Ga, At.F, 0, 1), r.sendfile(At.Gr, At.F, 0, 1), r.sendfile(At.G, At.Fw, 0, 1)]).toEqual([
      -EINVAL,
      -EBADF,
      -EBADF,
    ]);
    expect([r.sendfile(At.G, At.Fs, 0, 1), r.sendfile(At.G, At.Fs, null, 1)]).toEqual([-ESPIPE, -EINVAL]);
    r.write(3);
    expect([r.toFile(At.Ga, 1), r.toFile(At.Gr, 1)]).toEqual([-EINVAL, -EBADF]);
  });

  test('to a pipe the pages go as they are; a full one is -EAGAIN, and so is an empty one to a file', () => {
    const r = rig(1);
    expect(r.toFile(At.G, 1)).toBe(-EAGAIN);
    expect([r.sendfile(At.A, At.F, 0, 3), r.sendfile(At.A, At.F, 0, 3), r.splice(At.F, 999, 1)]).toEqual([
      3,
      -EAGAIN,
      -EAGAIN,
    ]);
    r.k.splice.inodes[0].cache[0]?.data.set([97, 98, 99]);
    r.read(3);
    expect(r.data(3)).toEqual([97, 98, 99]);
  });

  test('a splice into a file passes over the ends of packets, and leaves the rest of one', () => {
    const r = rig();
    r.write(3, true);
    r.write(4, true);
    expect([r.toFile(At.G, 5), r.read(99)]).toEqual([5, 2]);
  });
});

describe.each(['linux-6.1', 'linux-6.12', 'linux-6.18'])(
  '%s: what 6.18 does with pages that are truncated, and with a file that is written',
  (id) => {
    const rig = (slots?: number): Rig => new Rig(id, slots);

    test('ftruncate while pages are in the pipe: the last one gets zeros, the others stay as they are', () => {
      const r = rig();
      const f = r.k.splice.inodes[0];
      r.truncate(4 * P);
      r.splice(At.F, 0, 4);
      r.splice(At.F, 3 * P, 2);
      r.truncate(2);
      expect([r.read(9), r.data(6)]).toEqual([6, [FIRST, FIRST + 1, ZERO, ZERO, FIRST + 3 * P, FIRST + 3 * P + 1]]);
      expect(f.cache.map((page) => page !== null)).toEqual([true, false, false, false]);
    });

    test('what g held stays around what was written', () => {
      const r = rig();
      const off = new Loff();
      off.pos = 3;
      r.write(2);
      r.toFile(At.G, 2, off);
      const { data } = r.k.filePages[0];
      expect([data[2], data[5], off.pos]).toEqual([TRANSIENT + 2, TRANSIENT + 5, 5]);
    });
  },
);
