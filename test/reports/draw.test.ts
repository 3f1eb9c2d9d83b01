import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replay } from '#iov/harness/replay.js';
import { Runner } from '#iov/harness/runner.js';
import { resolveOps } from '#iov/harness/trace.js';
import type { Bounds } from '#iov/model/bounds.js';
import { DEFAULT_BOUNDS } from '#iov/model/bounds.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { drawState } from '#iov/reports/draw.js';
import { flagNames } from '#iov/reports/pipe-fields.js';
import { ringLines } from '#iov/reports/steps.js';
import { ONE_SLOT, TWO_SLOTS, designNamed, walk } from '../harness/walk.js';

/** The drawing after the last op. */
function drawn(design: string, scenario: ScenarioName, bounds: Bounds, ...texts: string[]): string {
  const runner = new Runner(designNamed(design), bounds, scenario);
  const ops = resolveOps(runner, { design, scenario, bounds, ops: texts }, 'x.trace');
  const { steps, stoppedAt } = replay(runner, ops, (r, found) =>
    drawState(
      r,
      found.flatMap((f) => f.marks),
    ),
  );
  expect(stoppedAt).toBe(-1);
  return `\n${steps.at(-1)?.picture.join('\n')}\n`;
}

describe('a drawing shows', () => {
  test('an empty pipe', () => {
    expect(drawn('linux-4.8', 'packet', TWO_SLOTS, 'pread size=1')).toBe(`
pipe      curbuf=0 nrbufs=0 buffers=2   lock: nobody
             slot  ops   page  off  len  flags  bytes
  curbuf ->  [0]   free
             [1]   free
readable  nothing, as owed
`);
  });

  test('used slots, the flags that a free one has kept, tmp_page, and packets', () => {
    expect(
      drawn(
        'linux-4.8',
        'packet',
        TWO_SLOTS,
        'pwrite fd=wd size=3 mark=1',
        'pread size=1',
        'pwrite fd=w size=3',
        'pread size=1',
      ),
    ).toBe(`
pipe      curbuf=1 nrbufs=1 buffers=2   lock: nobody
             slot  ops   page  off  len  flags     bytes
             [0]   free                  (PACKET)
  curbuf ->  [1]   anon  p0      1    2  -         -..-
readable  2 bytes: ..   (as owed)
`);
  });

  test('a ring that goes round, and bytes that were read already', () => {
    const ops = ['pwrite fd=w size=4', 'pwrite fd=wd size=3', 'pread size=4', 'pwrite fd=w size=3'];
    expect(drawn('linux-4.8', 'packet', TWO_SLOTS, ...ops)).toBe(`
pipe      curbuf=1 nrbufs=2 buffers=2   lock: nobody
             slot  ops     page  off  len  flags   bytes
        |    [0]   anon    p0      0    3  -       ...-
  curbuf ->  [1]   packet  p1      0    3  PACKET  ...-
readable  6 bytes: <...>...   (as owed)   (<> is a packet)
`);
  });

  test('the iterator, the pages that are asked for, and what was never written', () => {
    expect(
      drawn(
        'pipe-iter-2016',
        'pipe-iter',
        ONE_SLOT,
        'generic_file_splice_read len=4 read_iter=direct',
        'iov_iter_get_pages maxsize=3 maxpages=1 iter=copy',
      ),
    ).toBe(`
pipe      curbuf=0 nrbufs=1 buffers=1   lock: the direct read_iter
             slot  ops      page  off  len  flags  bytes
  curbuf ->  [0]   default  p0      0    3  -      ???-   <- iter,copy
iter      count=4 idx=0 iov_offset=0: at slot 0, not begun
copy      count=4 idx=0 iov_offset=0: at slot 0, not begun
request   3 bytes; no page is held, asked of the copy, nothing is read in yet
readable  3 bytes: ???
owed      nothing
`);
  });

  test('the newer form of ring and iterator', () => {
    const bounds = { ...DEFAULT_BOUNDS, page: 8, ring: 4 };
    expect(
      drawn(
        'linux-6.1',
        'pipe-iter',
        bounds,
        'pwrite fd=w size=1',
        'iov_iter_pipe count=9',
        'copy_to_iter bytes=9 mark=1',
      ),
    ).toBe(`
pipe      head=3 tail=0 ring_size=4   lock: primitives
           slot  ops      page  off  len  flags      bytes
  tail ->  [0]   anon     p0      0    1  CAN_MERGE  .-------
      |    [1]   default  p1      0    8  -          .*......
      |    [2]   default  p2      0    1  -          .-------  <- iter
  head ->  [3]   free
iter      count=0 head=2 start_head=1 last_offset=1: at slot 2, offset 1
readable  10 bytes: ..*.......   (as owed)
`);
  });

  test('the slot that is wrong, a file that was written to, and where reads are not as owed', () => {
    const dirty = [
      'pwrite fd=w size=1',
      'pread size=1',
      'iov_iter_pipe count=1',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'pipe_unlock',
      'pwrite fd=w size=1 mark=0',
    ];
    expect(drawn('pipe-iter-2016-can-merge', 'pipe-iter', ONE_SLOT, ...dirty)).toBe(`
pipe      curbuf=0 nrbufs=1 buffers=1   lock: nobody
             slot  ops         page  off  len  flags      bytes
  curbuf ->  [0]   page-cache  F0      0    2  CAN_MERGE  .*--  <== here
tmp_page  p0
file      F0 in the page cache: .*..
readable  2 bytes: .*   (as owed)
`);
    expect(drawn('packet-2012', 'packet', TWO_SLOTS, 'pwrite fd=w size=1', 'pwrite fd=wd size=3')).toContain(`
readable  4 bytes: ....
owed      4 bytes: .<...>   (<> is a packet)
`);
  });

  test('the iterator that is wrong', () => {
    const ops = [
      'iov_iter_pipe count=4',
      'iov_iter_get_pages maxsize=4 maxpages=1',
      'device_write bytes=1',
      'iov_iter_advance size=1',
    ];
    expect(drawn('pipe-iter-2016', 'pipe-iter', ONE_SLOT, ...ops)).toContain(`
iter      count=4 idx=0 iov_offset=1: at slot 0, offset 1  <== here
          count has to be 3
`);
  });

  test('each flag by its name', () => {
    expect([0, 8, 0x10, 0x1d, 0x22].map(flagNames)).toEqual([
      '',
      'PACKET',
      'CAN_MERGE',
      'LRU|GIFT|PACKET|CAN_MERGE',
      '0x22',
    ]);
  });
});

test('no drawing is wider than 78 columns, whatever is in it', () => {
  const bounds: Bounds = { ...TWO_SLOTS, page: 16, ring: 4, marks: 'edge', callers: 'careless', stale: 'all' };
  const worlds = [
    new Runner(designNamed('pipe-iter-2016-can-merge'), bounds, 'pipe-iter'),
    new Runner(designNamed('linux-6.1'), bounds, 'pipe-iter'),
    new Runner(designNamed('linux-4.8'), bounds, 'packet'),
    new Runner(designNamed('linux-5.8'), ONE_SLOT, 'pipe-iter'),
  ];
  fc.assert(
    fc.property(fc.nat(worlds.length - 1), fc.array(fc.nat(99_999), { maxLength: 25 }), (world, choices) => {
      const runner = worlds[world];
      walk(runner, choices, () => {
        const all = Array.from({ length: runner.k.bounds.ring }, (_, j) => j);
        const lines = [...drawState(runner, []), ...drawState(runner, [-1, ...all]), ...ringLines(runner)];
        expect(lines.filter((line) => line.length > 78)).toEqual([]);
      });
    }),
    { numRuns: 100 },
  );
});
