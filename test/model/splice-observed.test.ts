/**
 * What real kernels (6.1, 6.12, 6.18) were seen to do with two pipes, row by row, at a page of 16 bytes
 * instead of 4096: 4000 is 12, 96 is 4, 200 is 8.
 */
import { EAGAIN, EBUSY, EINVAL } from '#iov/model/errno.js';
import { describe, expect, test } from 'vitest';
import { A, B, KERNELS, P, rigOf } from './splice-rig.js';

describe.each(KERNELS)('%s: packets', (id) => {
  const rig = rigOf(id);

  test('W3 W5: read 3, read 5; FIONREAD is the sum', () => {
    const r = rig();
    expect([r.packet(A, 3), r.packet(A, 5), r.fionread(A)]).toEqual([3, 5, 8]);
    expect([r.read(A, 100), r.fionread(A), r.read(A, 100)]).toEqual([3, 5, 5]);
  });

  test('W10 W4; R4 drops the rest of the first', () => {
    const r = rig();
    r.packet(A, 10);
    r.packet(A, 4);
    expect([r.read(A, 4), r.fionread(A), r.read(A, 100)]).toEqual([4, 4, 4]);
  });

  test('W0 is 0 and takes no slot; R0 is 0 and drops nothing', () => {
    const r = rig();
    expect([r.packet(A, 0), r.slots(A), r.packet(A, 3), r.read(A, 0), r.fionread(A)]).toEqual([0, 0, 3, 0, 3]);
  });

  test('a write of more than a page is split', () => {
    const r = rig();
    expect([r.packet(A, 20), r.read(A, 100), r.read(A, 100)]).toEqual([20, 16, 4]);
    expect([r.packet(A, 32), r.read(A, 100), r.read(A, 100)]).toEqual([32, 16, 16]);
  });

  test('four W1 fill four slots; W8192 behind three is short', () => {
    const r = rig();
    for (let n = 0; n < 4; n++) expect(r.packet(A, 1)).toBe(1);
    expect([r.packet(A, 1), r.fionread(A)]).toEqual([-EAGAIN, 4]);
    r.read(A, 1);
    expect(r.packet(A, 2 * P)).toBe(P);
  });

  test('a stream write behind a packet has a slot of its own', () => {
    const r = rig();
    r.packet(A, 3);
    r.write(A, 4);
    expect([r.read(A, 100), r.read(A, 100)]).toEqual([3, 4]);
  });
});

describe.each(KERNELS)('%s: packets, further', (id) => {
  const rig = rigOf(id);

  test('a read stops after a packet, not before it', () => {
    const r = rig();
    expect([r.file(0, A, 20), r.slots(A), r.packet(A, 3), r.read(A, 60)]).toEqual([20, 2, 3, 23]);
  });

  test('pages of a file are no packets', () => {
    const r = rig();
    r.file(0, A, 10);
    r.file(0, A, 10);
    expect(r.read(A, 60)).toBe(20);
  });
});

describe.each(KERNELS)('%s: packets that go to another pipe', (id) => {
  const rig = rigOf(id);

  test('whole ones stay packets', () => {
    const r = rig();
    r.packet(A, 5);
    r.packet(A, 6);
    expect([r.splice(A, B, 11), r.read(B, 2), r.read(B, 60)]).toEqual([11, 2, 6]);
  });

  test('3 of 10 by splice: 7 stay, 3 go', () => {
    const r = rig();
    r.packet(A, 10);
    expect([r.splice(A, B, 3), r.read(A, 60), r.read(B, 60)]).toEqual([3, 7, 3]);
  });

  test('6 of 10 by splice: both parts are packets', () => {
    const r = rig();
    r.packet(A, 10);
    expect(r.splice(A, B, 6)).toBe(6);
    expect([r.read(B, 2), r.fionread(B), r.read(A, 2), r.fionread(A)]).toEqual([2, 0, 2, 0]);
  });

  test('tee of 5 and 6: both sides read both', () => {
    const r = rig();
    r.packet(A, 5);
    r.packet(A, 6);
    expect(r.tee(A, B, 60)).toBe(11);
    expect([r.read(A, 60), r.read(A, 60), r.read(B, 60), r.read(B, 60)]).toEqual([5, 6, 5, 6]);
  });

  test('tee of 4 of 10: a packet of 4, and one of 10', () => {
    const r = rig();
    r.packet(A, 10);
    expect([r.tee(A, B, 4), r.read(B, 2), r.fionread(B), r.read(A, 60)]).toEqual([4, 2, 0, 10]);
  });
});

describe.each(KERNELS)('%s: packets that go to another pipe, further', (id) => {
  const rig = rigOf(id);

  test('tee of 7 of 5 and 6: the copy reads 5, 2', () => {
    const r = rig();
    r.packet(A, 5);
    r.packet(A, 6);
    expect([r.tee(A, B, 7), r.read(B, 60), r.read(B, 60)]).toEqual([7, 5, 2]);
  });

  test('a stream write behind one that came by splice or tee has its own slot', () => {
    const r = rig();
    r.packet(A, 5);
    r.tee(A, B, 5);
    r.write(B, 3);
    expect([r.read(B, 60), r.read(B, 60)]).toEqual([5, 3]);
  });
});

describe.each(KERNELS)('%s: merging', (id) => {
  const rig = rigOf(id);

  test('W1 W1 W1 in one slot; W4095 W1, then it is full, and stays full after R1', () => {
    const r = rig(1);
    for (let n = 0; n < 3; n++) r.write(A, 1);
    expect(r.read(A, 60)).toBe(3);
    expect([r.write(A, P - 1), r.write(A, 1), r.write(A, 1)]).toEqual([P - 1, 1, -EAGAIN]);
    expect([r.read(A, 1), r.write(A, 1)]).toEqual([1, -EAGAIN]);
  });

  test('one slot: W4000, W200 does not fit, W96 does', () => {
    const r = rig(1);
    expect([r.write(A, 12), r.write(A, 8), r.fionread(A), r.write(A, 4)]).toEqual([12, -EAGAIN, 12, 4]);
  });

  test('two slots: W4000, W200 in its own, W3896 merges', () => {
    const r = rig(2);
    expect([r.write(A, 12), r.write(A, 8), r.write(A, 8), r.write(A, 9)]).toEqual([12, 8, 8, -EAGAIN]);
  });

  test('what merges is len mod PAGE_SIZE, all or nothing', () => {
    const r = rig(2);
    expect([r.write(A, 12), r.write(A, P + 8)]).toEqual([12, P]);
    const s = rig(2);
    expect([s.write(A, 12), s.write(A, P + 4), s.fionread(A)]).toEqual([12, P + 4, 2 * P]);
  });

  test('two slots: W4096 W5000 is short; W100 W8192 is short', () => {
    const r = rig(2);
    expect([r.write(A, P), r.write(A, P + 4)]).toEqual([P, P]);
    const s = rig(2);
    expect([s.write(A, 2), s.write(A, 2 * P)]).toEqual([2, P]);
  });

  test('the bound is offset + len: W4000 R3999 W96, then W1 is refused', () => {
    const r = rig(1);
    expect([r.write(A, 12), r.read(A, 11), r.write(A, 4), r.write(A, 1)]).toEqual([12, 11, 4, -EAGAIN]);
  });
});

describe.each(KERNELS)('%s: merging, further', (id) => {
  const rig = rigOf(id);

  test('a whole slot that was moved merges', () => {
    const r = rig(1, 1);
    r.write(A, 5);
    expect([r.splice(A, B, 5), r.write(B, 3), r.read(B, 60)]).toEqual([5, 3, 8]);
  });

  test('part of a slot does not, and what is left of it does', () => {
    const r = rig(1, 1);
    r.write(A, 5);
    expect([r.splice(A, B, 2), r.write(B, 1), r.write(A, 2)]).toEqual([2, -EAGAIN, 2]);
  });

  test('a copy by tee does not, its source does', () => {
    const r = rig(1, 1);
    r.write(A, 4);
    expect([r.tee(A, B, 4), r.write(B, 1), r.write(A, 4)]).toEqual([4, -EAGAIN, 4]);
    expect([r.read(A, 60), r.read(B, 60)]).toEqual([8, 4]);
  });

  test('a page of a file does not', () => {
    const r = rig(1);
    expect([r.file(0, A, 4), r.write(A, 1)]).toEqual([4, -EAGAIN]);
  });
});

describe.each(KERNELS)('%s: F_SETPIPE_SZ', (id) => {
  const rig = rigOf(id);

  test('sizes are rounded up to a power of two of pages', () => {
    const r = rig();
    const sizes = [0, 1, P + 1, 2 * P + 1, 3 * P, 5 * P, -1];
    expect(sizes.map((size) => r.size(A, size))).toEqual([P, P, 2 * P, 4 * P, 4 * P, 8 * P, -EINVAL]);
  });

  test('W4097 W10 in two slots: no smaller until the first is consumed', () => {
    const r = rig(2);
    r.write(A, P + 1);
    r.write(A, 10);
    expect([r.slots(A), r.size(A, P), r.read(A, 1), r.size(A, P)]).toEqual([2, -EBUSY, 1, -EBUSY]);
    expect([r.read(A, P - 1), r.size(A, P), r.fionread(A)]).toEqual([P - 1, P, 11]);
  });

  test('three packets: 8192 is too small, 12288 is 16384', () => {
    const r = rig();
    for (let n = 0; n < 3; n++) r.packet(A, 1);
    expect([r.size(A, 2 * P), r.size(A, 3 * P), r.read(A, 1), r.size(A, 2 * P)]).toEqual([-EBUSY, 4 * P, 1, 2 * P]);
  });

  test('a wrapped ring keeps order and packets when it grows', () => {
    const r = rig(2);
    r.packet(A, 1);
    r.packet(A, 2);
    r.read(A, 60);
    r.packet(A, 3);
    expect([r.size(A, 4 * P), r.packet(A, 4)]).toEqual([4 * P, 4]);
    expect([r.read(A, 60), r.read(A, 60), r.read(A, 60)]).toEqual([2, 3, 4]);
  });
});

describe.each(KERNELS)('%s: from a file', (id) => {
  const rig = rigOf(id);

  test('a slot for each page that is touched', () => {
    const r = rig();
    expect([r.file(P - 1, A, 2), r.slots(A)]).toEqual([2, 2]);
    const s = rig(2);
    expect([s.file(4, A, 60), s.slots(A)]).toEqual([2 * P - 4, 2]);
  });

  test('three of four slots used: one page, then -EAGAIN', () => {
    const r = rig();
    for (let n = 0; n < 3; n++) r.packet(A, 1);
    expect([r.file(0, A, 20), r.file(0, A, 1)]).toEqual([P, -EAGAIN]);
  });

  test('two that are adjacent use two slots, and no anonymous tail is used', () => {
    const r = rig(2);
    expect([r.file(0, A, 4), r.file(4, A, 4), r.slots(A)]).toEqual([4, 4, 2]);
    const s = rig(2);
    expect([s.write(A, 4), s.file(0, A, P), s.slots(A)]).toEqual([4, P, 2]);
  });

  test('the end of the file', () => {
    const r = rig();
    expect([r.file(4 * P, A, 8), r.file(4 * P - 10, A, 60)]).toEqual([0, 10]);
  });
});

describe.each(KERNELS)('%s: between pipes', (id) => {
  const rig = rigOf(id);

  test('one pipe twice, an empty source, a full target', () => {
    const r = rig(2, 1);
    expect([r.splice(A, A, 1), r.tee(A, A, 1)]).toEqual([-EINVAL, -EINVAL]);
    expect([r.splice(A, B, 1), r.tee(A, B, 1)]).toEqual([-EAGAIN, -EAGAIN]);
    r.write(A, 1);
    r.write(B, 1);
    expect([r.splice(A, B, 1), r.tee(A, B, 1), r.fionread(A)]).toEqual([-EAGAIN, -EAGAIN, 1]);
  });

  test('two slots for 3 + 5: splice 4 fills both, and the order stays', () => {
    const r = rig(4, 2);
    r.packet(A, 3);
    r.packet(A, 5);
    expect([r.splice(A, B, 4), r.splice(A, B, 1)]).toEqual([4, -EAGAIN]);
    expect([r.read(B, 60), r.read(B, 60), r.read(A, 60)]).toEqual([3, 1, 4]);
  });
});
