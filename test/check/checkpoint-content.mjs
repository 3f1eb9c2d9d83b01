/** The content of checkpoint number n, for those who write it and for those who read it. */

export const IDENTITY = { design: 'mine', bounds: 'ring=2,page=4' };

/** Checkpoints that there are at most. */
export const MOST = 400;

/** Elements of a column in checkpoint n: sometimes none are new, sometimes many. */
function lengthOf(n) {
  let length = 0;
  for (let i = 1; i <= n; i++) length += i % 7 === 0 ? 0 : 1000 + ((i * 7919) % 20_000);
  return length;
}

/** All columns, as long as those of checkpoint `most`, in shared memory. */
export function columnsOf(most) {
  const length = lengthOf(most);
  const images = new Int32Array(new SharedArrayBuffer(8 * length));
  const ops = new Uint16Array(new SharedArrayBuffer(2 * length));
  const marks = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    images[2 * i] = Math.imul(i, 0x9e3779b1);
    images[2 * i + 1] = ~i;
    ops[i] = i * 31;
    marks[i] = i ^ (i >> 8);
  }
  return { images, ops, marks };
}

/** Those of checkpoint n. */
export function lengthsOf(n, { images, ops, marks }) {
  const length = lengthOf(n);
  return [
    { name: 'images', data: images, length: 2 * length },
    { name: 'ops', data: ops, length },
    { name: 'marks', data: marks, length },
  ];
}

/** What the header says beside its columns. */
export function stateOf(n) {
  return { n, levels: Array.from({ length: n % 50 }, (_, i) => ({ states: i, edges: n })) };
}
