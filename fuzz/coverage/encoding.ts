/**
 * Ops as bytes, two an op: the form in which jsfuzz mutates them, and in which its own
 * files hold them. It means something for one design, scenario and bounds only, and no
 * longer than the op table stays as it is: what is worth keeping is kept as text.
 */

/** Bytes of one op: the lower one first. */
export const WIDTH = 2;

export function encodeOps(ops: Int32Array | readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(WIDTH * ops.length);
  for (let n = 0; n < ops.length; n++) bytes.writeUInt16LE(ops[n], WIDTH * n);
  return bytes;
}

/** Writes the ops to `to`, as many as there is room for; how many they are. Any bytes are ops, and an odd one at the end is none. */
export function decodeOps(bytes: Buffer, opCount: number, to: Int32Array): number {
  const length = Math.min(to.length, Math.floor(bytes.length / WIDTH));
  for (let n = 0; n < length; n++) to[n] = bytes.readUInt16LE(WIDTH * n) % opCount;
  return length;
}
