/** Ops as bytes: there and back, and any bytes are ops. */
import { WIDTH, decodeOps, encodeOps } from '#iov/fuzz/coverage/encoding.js';
import { expect, test } from 'vitest';

const decoded = (bytes: Buffer, opCount: number, room = 8): number[] => {
  const to = new Int32Array(room);
  return [...to.subarray(0, decodeOps(bytes, opCount, to))];
};

test('ops go into two bytes each, and come back', () => {
  const bytes = encodeOps([0, 1, 300]);
  expect([...bytes]).toEqual([0, 0, 1, 0, 44, 1]);
  expect(bytes).toHaveLength(3 * WIDTH);
  expect(decoded(bytes, 301)).toEqual([0, 1, 300]);
});

test('any bytes are ops: too large ones go round, an odd one and what has no room are left out', () => {
  expect(decoded(Buffer.from([255, 255, 7, 0, 9]), 10)).toEqual([5, 7]);
  expect(decoded(encodeOps([1, 2, 3]), 10, 2)).toEqual([1, 2]);
  expect(decoded(Buffer.alloc(0), 10)).toEqual([]);
});
