/** Copies between kernel memory and an iterator: all of it, and the kernel's ranges one by one. */
import type { IovIter, Lab, LabSegment, Pattern, Vec } from '#iov/index.js';
import { ITER_DEST, ITER_SOURCE } from '#iov/index.js';
import { expect } from 'vitest';
import type { Case } from './case.js';
import {
  BUFSIZE,
  difference,
  gathered,
  KUNIT,
  NPAGES,
  PAGE,
  patterned,
  PRIME,
  RANGES,
  scattered,
  total,
} from './ranges.js';
import type { Shape } from './shapes.js';
import { hasSegs, SHAPES, singlePages } from './shapes.js';

const PATTERNS: readonly (readonly [string, Pattern])[] = [
  ["the kernel's pattern", KUNIT],
  ['pages that differ', PRIME],
];

function expectUsedUp(iter: IovIter, shape: Shape): void {
  expect(iter.count).toBe(0);
  if (hasSegs(shape)) expect(iter.nrSegs).toBe(0);
}

function copyTo(lab: Lab, shape: Shape, pattern: Pattern): void {
  const memory = shape.memory(lab).clear();
  const scratch = patterned(pattern);
  const iter = lab.iter(ITER_DEST, shape.vec(lab));
  const size = iter.count;
  expect(size).toBe(total(shape.spans));
  expect(lab.copy('copyToIter', scratch, size, iter)).toBe(size);
  expectUsedUp(iter, shape);
  expect(difference(memory.read(), scattered(shape.spans, scratch))).toBe('');
  expect(difference(scratch, patterned(pattern))).toBe('');
  expect(lab.warned).toBe('');
}

function copyFrom(lab: Lab, shape: Shape, pattern: Pattern): void {
  const memory = shape.memory(lab).write(0, patterned(pattern));
  const scratch = new Uint8Array(BUFSIZE);
  const iter = lab.iter(ITER_SOURCE, shape.vec(lab));
  const size = iter.count;
  expect(lab.copy('copyFromIter', scratch, size, iter)).toBe(size);
  expectUsedUp(iter, shape);
  const wanted = new Uint8Array(BUFSIZE);
  wanted.set(gathered(shape.spans, patterned(pattern)));
  expect(difference(scratch, wanted)).toBe('');
  expect(difference(memory.read(), patterned(pattern))).toBe('');
  expect(lab.warned).toBe('');
}

const whole: Case[] = SHAPES.flatMap((shape) =>
  PATTERNS.flatMap(([name, pattern]): Case[] => [
    {
      name: `copy to ${shape.name}: ${name}`,
      needs: [shape.init, 'copyToIter'],
      run: (lab) => copyTo(lab, shape, pattern),
    },
    {
      name: `copy from ${shape.name}: ${name}`,
      needs: [shape.init, 'copyFromIter'],
      run: (lab) => copyFrom(lab, shape, pattern),
    },
  ]),
);

/** An iterator that stands at the start of a range, with the range left, and where it stands when that is done. */
interface Ranged {
  readonly name: string;
  readonly needs: Shape['init'];
  memory(lab: Lab): Lab['user'];
  iter(lab: Lab, direction: number, range: LabSegment): IovIter;
  offsetAfter(range: LabSegment): number;
}

const folioq = (lab: Lab): Vec => lab.folioq(singlePages(NPAGES));

const RANGED: readonly Ranged[] = [
  {
    name: 'ubuf',
    needs: 'iovIterUbuf',
    memory: (lab) => lab.user,
    iter: (lab, direction, [at, len]) => lab.iter(direction, lab.ubuf(at, len)),
    offsetAfter: ([, len]) => len,
  },
  {
    name: 'xarray',
    needs: 'iovIterXarray',
    memory: (lab) => lab.file,
    iter: (lab, direction, [at, len]) => lab.iter(direction, lab.xarray({ start: at, bytes: len })),
    offsetAfter: ([, len]) => len,
  },
  {
    name: 'folioq',
    needs: 'iovIterFolioQueue',
    memory: (lab) => lab.direct,
    iter(lab, direction, [at, len]) {
      const iter = lab.iter(direction, folioq(lab), at + len);
      lab.call('iovIterAdvance', iter, at);
      return iter;
    },
    offsetAfter: ([at, len]) => (at + len) % PAGE,
  },
];

function copyRanges(lab: Lab, r: Ranged, direction: number, scratch: Uint8Array): void {
  let done = 0;
  for (const range of RANGES) {
    const [, len] = range;
    const iter = r.iter(lab, direction, range);
    const name = direction === ITER_DEST ? 'copyToIter' : 'copyFromIter';
    expect(lab.copy(name, scratch.subarray(done), len, iter)).toBe(len);
    expect(iter.count).toBe(0);
    expect(iter.iovOffset).toBe(r.offsetAfter(range));
    done += len;
  }
}

function toRanges(lab: Lab, r: Ranged, pattern: Pattern): void {
  const memory = r.memory(lab).clear();
  const scratch = patterned(pattern);
  copyRanges(lab, r, ITER_DEST, scratch);
  expect(difference(memory.read(), scattered(RANGES, scratch))).toBe('');
}

function fromRanges(lab: Lab, r: Ranged, pattern: Pattern): void {
  r.memory(lab).write(0, patterned(pattern));
  const scratch = new Uint8Array(BUFSIZE);
  copyRanges(lab, r, ITER_SOURCE, scratch);
  const wanted = new Uint8Array(BUFSIZE);
  wanted.set(gathered(RANGES, patterned(pattern)));
  expect(difference(scratch, wanted)).toBe('');
}

const ranged: Case[] = RANGED.flatMap((r) =>
  PATTERNS.flatMap(([name, pattern]): Case[] => [
    {
      name: `copy to ranges of ${r.name}: ${name}`,
      needs: [r.needs, 'copyToIter', 'iovIterAdvance'],
      run: (lab) => toRanges(lab, r, pattern),
    },
    {
      name: `copy from ranges of ${r.name}: ${name}`,
      needs: [r.needs, 'copyFromIter', 'iovIterAdvance'],
      run: (lab) => fromRanges(lab, r, pattern),
    },
  ]),
);

export const COPIES: readonly Case[] = [...whole, ...ranged];
