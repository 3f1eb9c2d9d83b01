/** What takes many steps: the executions of one row of reports/published/deep.md, and who is gone on from. */
import type { Target } from '#iov/bench/hunt.js';
import { byCoverage, byRandom, shortest } from '#iov/bench/hunt.js';
import { Archive } from '#iov/fuzz/coverage/archive.js';
import { BINS, KINDS, kindOfBin } from '#iov/fuzz/coverage/bins.js';
import { Prng } from '#iov/fuzz/prng.js';
import { expect, test } from 'vitest';

const F_62: Target = {
  design: 'linux-4.8',
  scenario: 'vmsplice',
  bounds: 'default,stale=flags,slots=3,segs=1',
  invariant: 'only-gifts-are-moved',
};

test('coverage and random walks find F-62 in as many executions as last time', async () => {
  const coverage: number[] = [];
  for (const seed of [1, 2]) coverage.push((await byCoverage(F_62, seed, 2000)).runs);
  expect(coverage).toEqual([44, 350]);
  expect([1, 2].map((seed) => byRandom(F_62, seed, 2000).runs)).toEqual([48, 257]);
});

test('a hunt gives up', async () => {
  expect(byRandom(F_62, 1, 10)).toMatchObject({ runs: 0, steps: 0 });
  expect(await byCoverage({ ...F_62, op: 'pwrite' }, 1, 20)).toMatchObject({ runs: 0, steps: 0 });
});

test('a search says how short a trace can be, and a head that wraps at least how long', () => {
  const tee: Target = { design: 'tee-merge', scenario: 'splice', bounds: 'default', invariant: 'bytes-in-order' };
  expect(shortest(tee)).toEqual({ steps: 3, isFound: true });
  const wrap: Target = { ...tee, bounds: 'default,ring=2,headbits=5', wraps: true };
  expect(shortest(wrap)).toEqual({ steps: 15, isFound: false });
});

const ops = (...list: number[]): Int32Array => Int32Array.from(list);
const picked = (archive: Archive, times: number): number[] =>
  Array.from({ length: times }, () => archive.pick().ops[0]);

test('a bin keeps the shortest input that met it', () => {
  const archive = new Archive(new Prng(1));
  archive.keep(ops(1, 2, 3), 7, 5);
  archive.meet(5, 3, ops(4, 5, 6), 8);
  expect(archive.pick()).toMatchObject({ ops: ops(1, 2, 3), taste: 7 });
  archive.meet(5, 2, ops(4, 5, 6), 8);
  expect(archive.pick()).toMatchObject({ ops: ops(4, 5), taste: 8 });
  archive.meet(5, 3, ops(7, 8, 9), 9);
  expect(archive.inputs).toEqual([ops(4, 5)]);
});

test('an input that is kept for several bins, or for its code, counts once', () => {
  const archive = new Archive(new Prng(1));
  const input = ops(1, 2);
  archive.keep(input, 0, 5);
  archive.keep(input, 0, 6);
  archive.keepForCode(input, 0);
  expect([archive.size, archive.inputs]).toEqual([3, [input]]);
});

test('what few runs met is gone on from more often, and each kind of bin as often as another', () => {
  expect(kindOfBin(BINS - 1)).toBe(KINDS - 1);
  const archive = new Archive(new Prng(1));
  const [seldom, counter] = [3, BINS - 1];
  for (let bin = 0; bin < 20; bin++) {
    archive.keep(ops(bin), 0, bin);
    for (let run = 0; run < 2000; run++) if (bin !== seldom) archive.meet(bin, 1, ops(bin), 0);
  }
  const often = picked(archive, 1000);
  expect(often.filter((n) => n === seldom).length).toBeGreaterThan(100);
  archive.keep(ops(99), 0, counter);
  expect(picked(archive, 1000).filter((n) => n === 99).length).toBeGreaterThan(300);
});
