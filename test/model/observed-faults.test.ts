/**
 * What real kernels were seen to do with buffers that fault, and with streams beside packets; rows that hold for 6.1,
 * 6.12 and 6.18, and what 6.18 was seen to do where the others differ. Pages of 16 bytes instead of 4096.
 */
import { EAGAIN, EFAULT } from '#iov/model/errno.js';
import { describe, expect, test } from 'vitest';
import { A, B, KERNELS, P, rigOf } from './splice-rig.js';

describe.each(KERNELS)('%s: buffers that fault', (id) => {
  const rig = rigOf(id);

  test('a write: -EFAULT, also behind five good bytes, and FIONREAD is what it was', () => {
    const r = rig();
    expect([r.write(A, 10, 0, 0), r.write(A, 10, 0, 5), r.fionread(A)]).toEqual([-EFAULT, -EFAULT, 0]);
    r.write(A, 3);
    expect([r.write(A, 4, 0, 0), r.fionread(A)]).toEqual([-EFAULT, 3]);
  });

  test('a write of a good page and a bad one is short', () => {
    const r = rig();
    expect([r.write(A, 2 * P, 0, P), r.fionread(A), r.read(A, 60)]).toEqual([P, P, P]);
  });

  test('a tail that is merged first counts, where the page behind it faults', () => {
    const r = rig();
    r.write(A, 1);
    expect([r.write(A, P + 1, 0, 1), r.fionread(A)]).toEqual([1, 2]);
  });

  test('a read: -EFAULT, and nothing of the slot is gone', () => {
    const r = rig();
    r.write(A, 10);
    expect([r.read(A, 10, 5), r.fionread(A), r.read(A, 60)]).toEqual([-EFAULT, 10, 10]);
    r.packet(A, 10);
    expect([r.read(A, 10, 5), r.fionread(A), r.read(A, 60)]).toEqual([-EFAULT, 10, 10]);
  });

  test('a read of a good page and a bad rest is short', () => {
    const r = rig();
    r.write(A, P);
    r.write(A, 8);
    expect([r.read(A, P + 8, P), r.fionread(A)]).toEqual([P, 8]);
  });
});

describe.each(KERNELS)('%s: a stream beside packets', (id) => {
  const rig = rigOf(id);

  test('a packet is glued to the stream before it, and split (F-8)', () => {
    const r = rig(1);
    expect([r.write(A, 1), r.packet(A, 1), r.read(A, 60)]).toEqual([1, 1, 2]);
    r.write(A, 1);
    r.packet(A, 3);
    expect([r.read(A, 2), r.read(A, 60)]).toEqual([2, 2]);
  });

  test('a read that begins in the stream drops the rest of the packet', () => {
    const r = rig();
    r.write(A, P);
    r.packet(A, 2);
    expect([r.read(A, P + 1), r.read(A, 60)]).toEqual([P + 1, -EAGAIN]);
  });

  test('one slot: what a short read leaves of a packet is gone, and the slot is free', () => {
    const r = rig(1);
    expect([r.packet(A, 10), r.packet(A, 1), r.read(A, 4), r.fionread(A), r.packet(A, 1)]).toEqual([
      10,
      -EAGAIN,
      4,
      0,
      1,
    ]);
  });

  test('what was teed is not appended to: the source reads 8, the copy 4', () => {
    const r = rig();
    r.write(A, 4);
    expect([r.tee(A, B, 4), r.write(A, 4), r.read(A, 60), r.read(B, 60)]).toEqual([4, 4, 8, 4]);
  });
});

/** The rows in which the versions differ; what 6.1 and 6.12 do is their source, not seen. */
describe('what a write that faults leaves behind', () => {
  test.each([
    ['linux-6.1', 1, 0, -EAGAIN, 0],
    ['linux-6.12', 1, 0, -EAGAIN, 0],
    ['linux-6.18', 0, -EAGAIN, P, -EAGAIN],
  ])('%s: %i slot', (id, slots, readOfPacket, writeOfPage, teed) => {
    const rig = rigOf(id);
    const packet = rig(1);
    expect([packet.write(A, 1, 1, 0), packet.slots(A), packet.read(A, 1)]).toEqual([-EFAULT, slots, readOfPacket]);
    const stream = rig(1);
    stream.write(A, 1, 0, 0);
    expect(stream.write(A, P)).toBe(writeOfPage);
    const two = rig(1, 1);
    two.write(A, 1, 0, 0);
    expect(two.tee(A, B, 1)).toBe(teed);
    expect(two.write(B, P)).toBe(slots === 0 ? P : -EAGAIN);
  });
});
