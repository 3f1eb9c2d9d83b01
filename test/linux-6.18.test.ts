/** What 6.18 does otherwise than 6.12: no buffer before its bytes, two cached pages, lists across bio_vecs. */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { resolveOp } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import { EAGAIN, EFAULT, EINVAL } from '#iov/model/errno.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import { ITER_BVEC, READ } from '#iov/model/kernel.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { tmpPagesOf } from '#iov/model/ring.js';
import { ringLines } from '#iov/reports/steps.js';
import { describe, expect, test } from 'vitest';
import { Extraction } from './model/extraction.js';
import { vec } from './model/iterators.js';
import { designOf, search } from './search.js';

const linux612 = designOf('linux-6.12');
const linux618 = designOf('linux-6.18');

/** Takes the ops; what each returned, and the runner after them. */
function play(design: Design, bounds: string, ops: readonly string[]): [Runner, number[]] {
  const runner = new Runner(design, parseBounds(bounds, undefined, SCENARIOS.packet), 'packet');
  const rets = ops.map((text) => {
    const n = resolveOp(runner, text);
    if (typeof n !== 'number') throw new Error(n.problem);
    runner.step(n);
    return runner.judged.ret;
  });
  return [runner, rets];
}

describe('a write whose copy faults', () => {
  const FAULT = ['pwrite fd=wd size=1 fault_at=0', 'pread size=1'];

  test('leaves an empty packet up to 6.12 (F-11), and nothing since 6.15', () => {
    expect(
      [linux612, linux618].map(
        (design) => play(design.id === 'linux-6.12' ? designOf('linux-6.1') : design, 'tiny', FAULT)[1],
      ),
    ).toEqual([
      [-EFAULT, 0],
      [-EFAULT, -EAGAIN],
    ]);
  });

  test('keeps its page for the next write', () => {
    const [{ k }] = play(linux618, 'tiny', FAULT.slice(0, 1));
    expect(tmpPagesOf(k.pipe)).toHaveLength(1);
    expect(k.pipe.head).toBe(k.pipe.tail);
  });
});

describe('two cached pages', () => {
  test('of three that are read two are kept, in the drawing too', () => {
    const ops = ['pwrite fd=w size=12', 'pread size=12'];
    const [runner] = play(linux618, 'page=4,ring=4,files=1', ops);
    const kept = tmpPagesOf(runner.k.pipe);
    expect(kept.map(({ refcount }) => refcount)).toEqual([1, 1]);
    expect(runner.k.pages.filter(({ refcount, isFile }) => refcount > 0 && !isFile)).toHaveLength(2);
    expect(ringLines(runner).join('\n')).toContain(`tmp_page ${kept.map(({ name }) => name).join(' ')}`);
  });

  const variant = (name: string, override: Partial<KernelFunctions>): Design =>
    defineDesign({ id: name, title: name, source: [], base: linux618, override });

  test.each<[string, Partial<KernelFunctions>, string, string]>([
    [
      'the second place is written over',
      {
        anonPipePutPage(k, page) {
          if (k.pipe.tmpPage === null) k.pipe.tmpPage = page;
          else k.pipe.tmpPage2 = page;
        },
      },
      'refcount-equals-owners',
      'pread',
    ],
    [
      'a page is taken from its place and stays there',
      { anonPipeGetPage: (k) => k.pipe.tmpPage ?? linux618.functions.anonPipeGetPage(k) },
      'refcount-equals-owners',
      'pwrite',
    ],
    [
      'a page that faulted is neither kept nor dropped',
      { anonPipePutPage: (k, page) => (k.isFaultHit ? undefined : linux618.functions.anonPipePutPage(k, page)) },
      'refcount-equals-owners',
      'pwrite',
    ],
  ])('a wrong one is found: %s', (name, override, invariant, op) => {
    const found = search(variant(name, override), 'packet', 'page=2,ring=4,files=1,contents=off,lengths=edge', 200_000);
    expect(found.lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toContain(`${invariant} ${op}`);
  });

  test('which of the two places a page is in is no state', () => {
    const one = search(linux618, 'packet', 'page=2,ring=2,files=1,contents=off');
    const other = search(linux618, 'packet', 'page=2,ring=2,files=1,contents=off,symmetry=off');
    expect(one.classes.map((c) => c.path.length)).toEqual(other.classes.map((c) => c.path.length));
    expect(one.states).toBeLessThan(other.states);
  });
});

test('F_SETPIPE_SZ takes no more slots than the counters can tell apart', () => {
  const bounds = parseBounds('ring=4,oom=off', undefined, SCENARIOS.splice);
  const { k } = new Runner(linux618, bounds, 'splice');
  (k as { headMask: number }).headMask = 3;
  expect([4, 2].map((slots) => k.fn.pipeResizeRing(k, slots))).toEqual([-EINVAL, 0]);
});

describe('iov_iter_extract_bvec_pages()', () => {
  const on = (text: string, design = linux618): Extraction => new Extraction(design).on(text);

  test('goes on where one bio_vec ends a page and the next one begins one', () => {
    expect(on('bvec:[0+4,4+4]').extract(8)).toBe('8 +0 K0 K1');
    expect(on('bvec:[0+4,4+4]', linux612).extract(8)).toBe('4 +0 K0');
    expect(on('bvec:[0+1,4+4]').extract(5)).toBe('1 +0 K0');
    expect(on('bvec:[0+4,1+3]').extract(7)).toBe('4 +0 K0');
  });

  test('passes over one empty bio_vec, and lists a page of no bytes for the second (F-81)', () => {
    expect(on('bvec:[0+0,4+4]').extract(4)).toBe('4 +0 K1');
    const empties = (design: Design): Extraction => {
      const x = new Extraction(design);
      const [page, next] = x.k.driverPages;
      const made = vec(ITER_BVEC, {
        bvec: [
          { page, offset: 0, len: 0 },
          { page: next, offset: 0, len: 0 },
          { page: next, offset: 0, len: 4 },
        ],
        bytes: 4,
      });
      x.k.fn.iovIterBvec(x.k, x.k.iter, READ, made, 4);
      return x;
    };
    const x = empties(linux618);
    expect([x.extract(4), x.extract(4)]).toEqual(['0 +0 K1', '4 +0 K1']);
    expect(empties(linux612).extract(4)).toBe('4 +0 K1');
  });

  test('sizes its list by the place in the bio_vec, not in the page (F-81)', () => {
    const x = on('bvec:[3+4]');
    expect([x.extract(4), x.extract(4)]).toEqual(['1 +3 K0', '3 +0 K1']);
    expect(on('bvec:[3+4]', linux612).extract(4)).toBe('4 +3 K0 K1');
  });

  test('goes through NULL where the array is not had (F-80)', () => {
    const x = on('bvec:[0+4]');
    x.k.oom = 0;
    expect(() => x.extractAlloc(4)).toThrow();
    expect([x.k.fatal, x.k.fatalFunction]).toEqual(['no-bug', 'iov_iter_extract_bvec_pages']);
  });
});
