/**
 * Copies in odd steps, and moves of an iterator between them: what was copied is what a copy
 * in one go would have copied, and each step counts as what it says.
 */
import type { CopyName, IovIter, Lab } from '#iov/index.js';
import { ITER_DEST, ITER_SOURCE, IovIterState } from '#iov/index.js';
import { expect } from 'vitest';
import type { Case } from './case.js';
import { BUFSIZE, difference, gathered, PAGE, patterned, PRIME, scattered, total } from './ranges.js';
import type { Shape } from './shapes.js';
import { ONE_OF_EACH, SHAPES } from './shapes.js';

/** Bytes a call, and how many bytes of the iterator are copied so: small steps are many calls. */
const STEPS = [
  [7, 0x8000],
  [PAGE - 1, BUFSIZE],
  [PAGE + 1, BUFSIZE],
] as const;

function copyInSteps(iter: IovIter, step: number, copy: (done: number, bytes: number) => number): number {
  const size = iter.count;
  let done = 0;
  while (iter.count > 0) {
    const want = Math.min(step, iter.count);
    const got = copy(done, step);
    done += want;
    // One comparison a step: there are thousands of them.
    if (got !== want || iter.count !== size - done) expect([got, iter.count]).toEqual([want, size - done]);
  }
  return done;
}

function toInSteps(lab: Lab, shape: Shape, step: number, most: number): void {
  const memory = shape.memory(lab);
  const scratch = patterned(PRIME);
  const count = Math.min(most, total(shape.spans));
  const iter = lab.iter(ITER_DEST, shape.vec(lab), count);
  const done = copyInSteps(iter, step, (at, bytes) => lab.copy('copyToIter', scratch.subarray(at), bytes, iter));
  expect(done).toBe(count);
  expect(difference(memory.read(), scattered(shape.spans, scratch.subarray(0, count)))).toBe('');
}

function fromInSteps(lab: Lab, shape: Shape, step: number, most: number): void {
  shape.memory(lab).write(0, patterned(PRIME));
  const scratch = new Uint8Array(BUFSIZE + step);
  const count = Math.min(most, total(shape.spans));
  const iter = lab.iter(ITER_SOURCE, shape.vec(lab), count);
  const done = copyInSteps(iter, step, (at, bytes) => lab.copy('copyFromIter', scratch.subarray(at), bytes, iter));
  expect(done).toBe(count);
  const wanted = contents(shape).subarray(0, count);
  expect(difference(scratch.subarray(0, count), wanted)).toBe('');
  expect(scratch.subarray(count).every((byte) => byte === 0)).toBe(true);
}

function stepCases(shape: Shape): Case[] {
  return STEPS.flatMap(([step, most]): Case[] => [
    {
      name: `copy to ${shape.name} in steps of ${step}`,
      needs: [shape.init, 'copyToIter'],
      run: (lab) => toInSteps(lab, shape, step, most),
    },
    {
      name: `copy from ${shape.name} in steps of ${step}`,
      needs: [shape.init, 'copyFromIter'],
      run: (lab) => fromInSteps(lab, shape, step, most),
    },
  ]);
}

/** What is left of an iterator is what its memory holds from byte `at` of it on; looked at for three pages. */
function expectAt(lab: Lab, shape: Shape, iter: IovIter, at: number, most = 3 * PAGE): void {
  const left = total(shape.spans) - at;
  expect(iter.count).toBe(left);
  const copy = lab.copyOf(iter);
  const bytes = Math.min(left, most);
  const scratch = new Uint8Array(bytes);
  expect(lab.copy('copyFromIter', scratch, bytes, copy)).toBe(bytes);
  expect(difference(scratch, contents(shape).subarray(at, at + bytes))).toBe('');
}

const known = new Map<Shape, Uint8Array>();

/** What an iterator over pages that differ gives. */
function contents(shape: Shape): Uint8Array {
  const found = known.get(shape) ?? gathered(shape.spans, patterned(PRIME));
  known.set(shape, found);
  return found;
}

/** Places to move to: at and beside page ends, inside and at the ends of segments, at the end. */
function stops(shape: Shape): number[] {
  const size = total(shape.spans);
  const ends: number[] = [];
  let end = 0;
  for (const [, len] of shape.spans) ends.push((end += len));
  return [...new Set([0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE + 7, ...ends, ...ends.map((n) => n - 1)])].filter(
    (n) => n >= 0 && n <= size,
  );
}

/** Forward to each place and back by steps, the first of them one byte. */
function roundTrip(lab: Lab, shape: Shape): void {
  shape.memory(lab).write(0, patterned(PRIME));
  for (const at of stops(shape)) {
    const iter = lab.iter(ITER_SOURCE, shape.vec(lab));
    lab.call('iovIterAdvance', iter, at);
    expectAt(lab, shape, iter, at);
    const back = [1, 4097, at].map((n) => Math.min(n, at));
    lab.call('iovIterRevert', iter, back[0]);
    lab.call('iovIterRevert', iter, Math.min(back[1], at - back[0]));
    const now = at - back[0] - Math.min(back[1], at - back[0]);
    expectAt(lab, shape, iter, now);
    lab.call('iovIterRevert', iter, now);
    expectAt(lab, shape, iter, 0);
    expect(lab.warned).toBe('');
  }
}

/** Over all of it in steps of 4097, and back in steps of 4095. */
function longWay(lab: Lab, shape: Shape): void {
  shape.memory(lab).write(0, patterned(PRIME));
  const iter = lab.iter(ITER_SOURCE, shape.vec(lab));
  const size = iter.count;
  let at = 0;
  for (; at < size; at = Math.min(size, at + PAGE + 1)) {
    lab.call('iovIterAdvance', iter, PAGE + 1);
    expect(iter.count).toBe(Math.max(0, size - at - PAGE - 1));
  }
  for (; at > 0; at = Math.max(0, at - PAGE + 1)) {
    expect(iter.count).toBe(size - at);
    lab.call('iovIterRevert', iter, Math.min(at, PAGE - 1));
  }
  expectAt(lab, shape, iter, 0, BUFSIZE);
}

/** A state that was saved is gone back to from anywhere. */
function saved(lab: Lab, shape: Shape): void {
  shape.memory(lab).write(0, patterned(PRIME));
  const iter = lab.iter(ITER_SOURCE, shape.vec(lab));
  const state = new IovIterState();
  lab.call('iovIterAdvance', iter, 0x3001);
  lab.call('iovIterSaveState', iter, state);
  for (const further of [0, 1, PAGE, iter.count]) {
    lab.call('iovIterAdvance', iter, further);
    expect(iter.count).toBe(total(shape.spans) - 0x3001 - further);
    lab.call('iovIterRestore', iter, state);
    expectAt(lab, shape, iter, 0x3001);
  }
}

const FULL: readonly CopyName[] = [
  'copyToIterFull',
  'copyFromIterFull',
  'copyFromIterFullNocache',
  'csumAndCopyFromIterFull',
];

/** All of it is 1; one byte more than there is is 0, and the iterator has not moved. */
function full(lab: Lab, shape: Shape, name: CopyName): void {
  shape.memory(lab).write(0, patterned(PRIME));
  const size = total(shape.spans);
  const scratch = contents(shape);
  const buffer = new Uint8Array(size + 1);
  buffer.set(scratch);
  const iter = lab.iter(name === 'copyToIterFull' ? ITER_DEST : ITER_SOURCE, shape.vec(lab));
  expect(lab.copy(name, buffer, size + 1, iter)).toBe(0);
  const again = lab.copyOf(iter);
  again.type = shape.vec(lab).flavour | ITER_SOURCE;
  expectAt(lab, shape, again, 0);
  expect(lab.copy(name, buffer, size, iter)).toBe(1);
  expect(iter.count).toBe(0);
  expect(difference(buffer.subarray(0, size), scratch)).toBe('');
}

function moveCases(shape: Shape): Case[] {
  const { name, init } = shape;
  const cases: Case[] = [
    {
      name: `advance and revert: ${name}`,
      needs: [init, 'iovIterRevert', 'copyFromIter'],
      run: (lab) => roundTrip(lab, shape),
    },
    {
      name: `there and back: ${name}`,
      needs: [init, 'iovIterRevert', 'copyFromIter'],
      run: (lab) => longWay(lab, shape),
    },
  ];
  if (shape.flavour === 'xarray' || shape.flavour === 'folioq') return cases;
  return [
    ...cases,
    { name: `save and restore: ${name}`, needs: [init, 'iovIterRestore'], run: (lab) => saved(lab, shape) },
  ];
}

const fullCases = ONE_OF_EACH.flatMap((shape) =>
  FULL.map(
    (fn): Case => ({ name: `${fn}: ${shape.name}`, needs: [shape.init, fn], run: (lab) => full(lab, shape, fn) }),
  ),
);

export const STEPWISE: readonly Case[] = [
  ...SHAPES.flatMap((shape) => [...stepCases(shape), ...moveCases(shape)]),
  ...fullCases,
];
