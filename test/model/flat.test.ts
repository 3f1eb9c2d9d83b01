/** The reference for copies, against the names of the vectors and against lists written by hand. */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { ASTRAY, NOWHERE, UNPLACED, flatOf, flatOffset, flatPage, meets, positionOf, reach } from '#iov/model/flat.js';
import { Kernel } from '#iov/model/kernel.js';
import type { Vec } from '#iov/model/kernel.js';
import * as K from '#iov/model/kernel.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { makeVecs } from '#iov/model/vecs.js';
import { describe, expect, test } from 'vitest';
import { designOf } from '../search.js';

function kernel(bounds = 'default'): Kernel {
  const k = new Kernel(parseBounds(bounds), designOf('linux-6.1').functions, SCENARIOS['iov-iter'].needs);
  k.vecs = makeVecs(k);
  return k;
}

function vecOf(k: Kernel, text: string): Vec {
  const vec = k.vecs.find((v) => v.text === text);
  if (vec === undefined) throw new Error(`no vector ${text}`);
  return vec;
}

/** `U0+1` for each byte, `-` where there is no memory. */
function places(k: Kernel, vec: Vec | null): string[] {
  return Array.from(flatOf(k, vec).place, (at) =>
    at === NOWHERE ? '-' : `${k.pages[Math.floor(at / k.pageSize)].name}+${at % k.pageSize}`,
  );
}

/** The same from the vector's name alone; pages of a segment that runs on are the next ones. */
function named(k: Kernel, vec: Vec): string[] {
  const letter = vec.text.startsWith('iovec') || vec.text.startsWith('ubuf') ? 'U' : 'K';
  return [...vec.text.matchAll(/(\d+)\+(\d+)/g)].flatMap(([, at, len]) =>
    Array.from({ length: Number(len) }, (_, n) => {
      const byte = Number(at) + n;
      return `${letter}${Math.floor(byte / k.pageSize)}+${byte % k.pageSize}`;
    }),
  );
}

describe('the list of bytes of a vector', () => {
  test.each(['default', 'default,page=4', 'default,vpages=3,segs=3', 'default,order=1'])(
    'follows its name, %s',
    (bounds) => {
      const k = kernel(bounds);
      const vecs = k.vecs.filter((v) => /^(iovec|ubuf|kvec|bvec):\[/.test(v.text));
      expect(vecs.length).toBeGreaterThan(50);
      for (const vec of vecs) expect([vec.text, ...places(k, vec)]).toEqual([vec.text, ...named(k, vec)]);
    },
  );

  test.each([
    ['iovec:[1+1,2+2]', ['U0+1', 'U1+0', 'U1+1']],
    ['iovec:[0+0,1+1]', ['U0+1']],
    ['kvec:vmalloc[1+2]', ['K1+1', 'K0+0']],
    ['bvec:[1+2]', ['K0+1', 'K1+0']],
    ['xarray:F0F1@1', ['F0+1', 'F1+0', 'F1+1']],
    ['xarray:-F1@0', ['-', '-', 'F1+0', 'F1+1']],
    ['folioq:2>2', ['K0+0', 'K0+1', 'K1+0', 'K1+1']],
    ['discard:[0+4]', ['-', '-', '-', '-']],
  ])('%s', (text, want) => {
    const k = kernel();
    expect(places(k, vecOf(k, text))).toEqual(want);
  });

  test('without a vector it is that of a discard iterator', () => {
    const k = kernel();
    expect(flatOf(k, null)).toBe(flatOf(k, vecOf(k, 'discard:[0+4]')));
  });

  test('two kernels do not share their lists', () => {
    const small = kernel();
    const large = kernel('default,page=4');
    expect(flatOf(small, small.vecs[0]).place[0]).toBe(small.userPages[0].pfn * 2);
    expect(flatOf(large, large.vecs[0]).place[0]).toBe(large.userPages[0].pfn * 4);
    expect(flatOf(small, small.vecs[0]).place[0]).toBe(small.userPages[0].pfn * 2);
  });

  test('a byte by page and offset', () => {
    const k = kernel();
    const vec = vecOf(k, 'kvec:vmalloc[1+2]');
    expect([flatPage(k, vec, 0)?.name, flatOffset(k, vec, 0)]).toEqual(['K1', 1]);
    expect([flatPage(k, vec, 1)?.name, flatOffset(k, vec, 1)]).toEqual(['K0', 0]);
    expect(flatPage(k, vecOf(k, 'xarray:-F1@0'), 1)).toBeNull();
    expect(flatPage(k, vec, 2)).toBeNull();
  });
});

/** An iterator with these fields; the rest is 0. */
function iter(k: Kernel, text: string, fields: Partial<K.IovIter>): K.IovIter {
  const i = new K.IovIter();
  const vec = vecOf(k, text);
  return Object.assign(i, { active: true, vec, type: vec.flavour }, fields);
}

describe('the position of an iterator', () => {
  const k = kernel();

  test.each<[string, Partial<K.IovIter>, number]>([
    ['iovec:[0+2,2+2]', { seg: 0, segs: 2 }, 0],
    ['iovec:[0+2,2+2]', { seg: 0, segs: 2, iovOffset: 1 }, 1],
    ['iovec:[0+2,2+2]', { seg: 0, segs: 2, iovOffset: 2 }, 2],
    ['iovec:[0+2,2+2]', { seg: 1, segs: 1, iovOffset: 0 }, 2],
    ['iovec:[0+2,2+2]', { seg: 2, segs: 0 }, 4],
    ['iovec:[0+2,2+2]', { seg: 2, segs: 0, iovOffset: 1 }, ASTRAY],
    ['iovec:[0+2,2+2]', { seg: 0, segs: 2, iovOffset: 3 }, ASTRAY],
    ['iovec:[0+2,2+2]', { seg: 1, segs: 2 }, ASTRAY],
    ['kvec:[0+0,1+1]', { seg: 1, segs: 1 }, 0],
    ['bvec:[1+2]', { seg: 0, segs: 1, iovOffset: 2 }, 2],
    ['ubuf:[1+3]', { iovOffset: 3 }, 3],
    ['ubuf:[1+3]', { iovOffset: 4 }, ASTRAY],
    ['xarray:F0F1@1', { iovOffset: 2 }, 2],
    ['folioq:2>2', { seg: 1, iovOffset: 1 }, 3],
    ['folioq:2>2', { seg: 0, folioqSlot: 1 }, 2],
    ['folioq:2+2', { folioqSlot: 2 }, 4],
    ['folioq:2+2', { folioqSlot: 2, iovOffset: 1 }, ASTRAY],
    ['folioq:2+2', { seg: 1 }, ASTRAY],
    ['discard:[0+4]', { iovOffset: 7 }, UNPLACED],
  ])('%s %o', (text, fields, want) => {
    expect(positionOf(k, iter(k, text, fields))).toBe(want);
  });

  test('the vector of another flavour is no position', () => {
    expect(positionOf(k, iter(k, 'ubuf:[1+3]', { type: K.ITER_KVEC }))).toBe(ASTRAY);
  });
});

describe('what can be reached', () => {
  test('ends where user memory faults, in the order of the vector', () => {
    const k = kernel();
    const flat = flatOf(k, vecOf(k, 'iovec:[0+2,2+2]'));
    expect(reach(k, flat, 0, 4)).toBe(4);
    k.userFault = 3;
    expect([reach(k, flat, 0, 4), reach(k, flat, 3, 1)]).toEqual([3, 0]);
    const turned = flatOf(k, vecOf(k, 'iovec:[3+1,0+1]'));
    expect(reach(k, turned, 0, 2)).toBe(0);
    expect([meets(flat, 0, 3, 3), meets(flat, 0, 4, 3), meets(flatOf(k, vecOf(k, 'kvec:[0+4]')), 0, 4, 3)]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('ends at a hole, and at the end of the vector; kernel memory does not fault', () => {
    const k = kernel();
    k.userFault = 0;
    expect(reach(k, flatOf(k, vecOf(k, 'xarray:F0-@0')), 0, 4)).toBe(2);
    expect(reach(k, flatOf(k, vecOf(k, 'kvec:[1+3]')), 1, 8)).toBe(2);
    expect(reach(k, flatOf(k, null), 3, 9)).toBe(9);
  });
});
