/** What an iterator says of itself, against the same counted from its segments; sums, zeros, and what is thrown away. */
import type { IovIter, Lab, Vec } from '#iov/index.js';
import { ITER_DEST, ITER_SOURCE } from '#iov/index.js';
import { expect } from 'vitest';
import type { Case } from './case.js';
import { BUFSIZE, difference, gathered, NPAGES, PAGE, patterned, PRIME } from './ranges.js';
import type { Shape } from './shapes.js';
import { hasSegs, ONE_OF_EACH, SHAPES } from './shapes.js';

/** Address (of a bvec, offset) and bytes of a piece of an iterator. */
type Piece = readonly [at: number, len: number];

/** The segments as the iterator sees them: one piece where it sees none. */
function pieces(shape: Shape, vec: Vec): Piece[] {
  if (shape.flavour === 'bvec') return vec.bvec.map(({ offset, len }) => [offset, len]);
  if (shape.flavour === 'xarray') return [[vec.xarrayStart, vec.bytes]];
  return vec.iov.map(({ base, len }) => [base, len]);
}

/** What is left of them behind the first `by` bytes: segments that are used up are gone. */
function behind(all: readonly Piece[], by: number): Piece[] {
  if (by === 0) return [...all];
  const out: Piece[] = [];
  for (const [at, len] of all) {
    if (out.length > 0 || len > by) out.push(out.length > 0 ? [at, len] : [at + by, len - by]);
    else by -= len;
  }
  return out;
}

/** A folio_queue: where in its folio the iterator stands, and what is left. */
function inFolio(vec: Vec, by: number): Piece {
  const left = vec.bytes - by;
  for (const { size } of vec.folioq.flatMap(({ slots }) => slots)) {
    if (by < size) break;
    by -= size;
  }
  return [by, left];
}

const leftOf = (shape: Shape, vec: Vec, by: number): Piece[] =>
  shape.flavour === 'folioq' ? [inFolio(vec, by)] : behind(pieces(shape, vec), by);

/** An empty segment of an iovec or kvec has no page and no alignment; one of a bvec has. */
const counted = (shape: Shape, all: readonly Piece[]): Piece[] =>
  shape.flavour === 'bvec' ? [...all] : all.filter(([, len]) => len > 0);

const pagesOf = (shape: Shape, all: readonly Piece[]): number =>
  counted(shape, all).reduce((sum, [at, len]) => sum + Math.ceil(((at % PAGE) + len) / PAGE), 0);

/** The first `count` bytes of them, as all questions look at them: those behind are not met. */
function within(all: readonly Piece[], count: number): Piece[] {
  const out: Piece[] = [];
  for (const [at, len] of all) {
    if (count === 0) break;
    out.push([at, Math.min(len, count)]);
    count -= Math.min(len, count);
  }
  return out;
}

const alignmentOf = (shape: Shape, all: readonly Piece[]): number =>
  counted(shape, all).reduce((bits, [at, len]) => (bits | at | len) >>> 0, 0);

/** How a flavour says whether it is aligned: by each segment, empty ones too, or as a whole. */
const isAlignedTo = (all: readonly Piece[], mask: number): boolean =>
  all.every(([at, len]) => (at & mask) === 0 && (len & mask) === 0);

const MOVES = [0, 1, 0x26, 0x2fd9, 0x2fd9 + PAGE, 0x12345, 0x19000] as const;

function asked(lab: Lab, shape: Shape): void {
  const vec = shape.vec(lab);
  for (const by of MOVES.filter((n) => n < vec.bytes)) {
    for (const most of [BUFSIZE, 5 * PAGE, PAGE, 2]) {
      const iter = lab.iter(ITER_SOURCE, vec);
      if (by > 0) lab.call('iovIterAdvance', iter, by);
      iter.count = Math.min(iter.count, most); // iov_iter_truncate()
      expectAnswers(lab, shape, iter, leftOf(shape, vec, by));
    }
  }
}

function expectAnswers(lab: Lab, shape: Shape, iter: IovIter, left: readonly Piece[]): void {
  const { count } = iter;
  const met = within(left, count);
  const npages = pagesOf(shape, met);
  expect([1, 8, npages - 1, 0x7fffffff].map((max) => lab.call('iovIterNpages', iter, max))).toEqual(
    [1, 8, npages - 1, npages].map((n) => Math.min(n, npages)),
  );
  expect(lab.call('iovIterAlignment', iter)).toBe(alignmentOf(shape, met));
  for (const mask of [0, 1, 3, 511, PAGE - 1]) {
    expect(lab.call('iovIterIsAligned', iter, mask, mask)).toBe(isAlignedTo(met, mask));
  }
  if (hasSegs(shape)) {
    const [[, len] = [0, 0]] = left;
    expect(lab.call('iovIterSingleSegCount', iter)).toBe(left.length > 1 ? Math.min(len, count) : count);
  }
  expect(iter.count).toBe(count);
}

/** Segments of whole sectors are aligned to sectors, and one odd byte anywhere spoils it. */
function aligned(lab: Lab): void {
  const good = [0, 512, 1024].map((at): Piece => [at * 8, 512 * (at + 1)]);
  const is = (segments: Piece[]): boolean =>
    lab.call('iovIterIsAligned', lab.iter(ITER_SOURCE, lab.iovec(segments)), 511, 511);
  expect(is(good)).toBe(true);
  expect(is([...good, [0x8001, 512]])).toBe(false);
  expect(is([...good, [0x8000, 511]])).toBe(false);
  // Two segments without a gap between them in units of a page, and one byte of a gap.
  const gap = (segments: Piece[]): number =>
    lab.call('iovIterGapAlignment', lab.iter(ITER_SOURCE, lab.iovec(segments)));
  expect(
    gap([
      [0x1800, 0x800],
      [0x4000, 0x123],
    ]) % PAGE,
  ).toBe(0);
  expect(
    gap([
      [0x1800, 0x800],
      [0x4001, 0x123],
    ]) % PAGE,
  ).toBe(1);
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let n = 0; n < bytes.length; n++) sum += bytes[n];
  return sum;
}

/** The sum of 1 MiB is that of its bytes, in one go and in steps that begin where the last one ended. */
function summed(lab: Lab, shape: Shape, direction: number, step: number): void {
  const name = direction === ITER_DEST ? 'csumAndCopyToIter' : 'csumAndCopyFromIter';
  const memory = shape.memory(lab).write(0, patterned(PRIME));
  const before = gathered(shape.spans, memory.read());
  const scratch = direction === ITER_DEST ? patterned(PRIME) : new Uint8Array(BUFSIZE);
  const iter = lab.iter(direction, shape.vec(lab));
  const size = iter.count;
  lab.csum = 0;
  for (let done = 0; done < size; done += step) {
    const ret = lab.copy(name, scratch.subarray(done), step, iter);
    if (ret !== Math.min(step, size - done)) expect(ret).toBe(Math.min(step, size - done));
  }
  const moved = scratch.subarray(0, size);
  expect(lab.csum).toBe(sumOf(moved));
  expect(difference(gathered(shape.spans, memory.read()), moved)).toBe('');
  if (direction === ITER_SOURCE) expect(difference(moved, before)).toBe('');
}

/** Zeros in two steps, the second one to the end; nothing beside the iterator's memory changes. */
function zeroed(lab: Lab, shape: Shape): void {
  const memory = shape.memory(lab).write(0, patterned(PRIME));
  const iter = lab.iter(ITER_DEST, shape.vec(lab));
  const size = iter.count;
  const wanted = patterned(PRIME);
  for (const [bytes, ret] of [
    [0x3333, 0x3333],
    [size, size - 0x3333],
  ]) {
    expect(lab.call('iovIterZero', bytes, iter)).toBe(ret);
    clearFirst(shape, wanted, size - iter.count);
    expect(difference(memory.read(), wanted)).toBe('');
  }
  expect(iter.count).toBe(0);
}

function clearFirst(shape: Shape, buffer: Uint8Array, bytes: number): void {
  for (const [at, len] of shape.spans) {
    buffer.fill(0, at, at + Math.min(len, bytes));
    bytes -= Math.min(len, bytes);
  }
}

/** A discard iterator takes what it is given, up to count, and nothing changes. */
function discard(lab: Lab): void {
  lab.user.write(0, patterned(PRIME));
  const iter: IovIter = lab.iter(ITER_DEST, lab.discard(BUFSIZE));
  expect(lab.call('iovIterNpages', iter, NPAGES)).toBe(0);
  expect(lab.call('iovIterAlignment', iter)).toBe(0);
  expect(lab.copy('copyToIter', patterned(PRIME), 4097, iter)).toBe(4097);
  expect(lab.call('iovIterZero', 4095, iter)).toBe(4095);
  expect(lab.call('copyPageToIter', lab.user.pages[3], 0, PAGE, iter)).toBe(PAGE);
  lab.call('iovIterAdvance', iter, PAGE);
  expect(iter.count).toBe(BUFSIZE - 4 * PAGE);
  lab.call('iovIterRevert', iter, 4 * PAGE);
  expect(lab.copy('copyToIter', patterned(PRIME), BUFSIZE + 1, iter)).toBe(BUFSIZE);
  expect(lab.copy('copyToIter', patterned(PRIME), 1, iter)).toBe(0);
  expect(difference(lab.user.read(), patterned(PRIME))).toBe('');
}

function casesOf(shape: Shape): Case[] {
  const { name, init } = shape;
  return [
    {
      name: `npages and alignment: ${name}`,
      needs: [init, 'iovIterNpages', 'iovIterIsAligned'],
      run: (lab) => asked(lab, shape),
    },
    { name: `zero: ${name}`, needs: [init, 'iovIterZero'], run: (lab) => zeroed(lab, shape) },
  ];
}

/** Sums by the bytes that are asked for at a time. */
const summedCases = (shape: Shape, step: number): Case[] => [
  {
    name: `csum_and_copy_to_iter, ${step} at a time: ${shape.name}`,
    needs: [shape.init, 'csumAndCopyToIter'],
    run: (lab) => summed(lab, shape, ITER_DEST, step),
  },
  {
    name: `csum_and_copy_from_iter, ${step} at a time: ${shape.name}`,
    needs: [shape.init, 'csumAndCopyFromIter'],
    run: (lab) => summed(lab, shape, ITER_SOURCE, step),
  },
];

export const QUERIES: readonly Case[] = [
  ...SHAPES.flatMap(casesOf),
  ...SHAPES.flatMap((shape) => summedCases(shape, 4097)),
  ...ONE_OF_EACH.flatMap((shape) => summedCases(shape, BUFSIZE)),
  { name: 'aligned to sectors', needs: ['iovIterIsAligned', 'iovIterGapAlignment'], run: aligned },
  { name: 'discard', needs: ['iovIterDiscard', 'iovIterZero', 'copyPageToIter'], run: discard },
];
