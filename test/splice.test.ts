/** Two pipes: whole searches of the baselines, and the history designs. */
import { EAGAIN } from '#iov/model/errno.js';
import { opIndex } from '#iov/harness/op-text.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { drawFound } from '#iov/reports/draw.js';
import { ringLines } from '#iov/reports/steps.js';
import { describe, expect, test } from 'vitest';
import { designOf, expectKnownOnly, search } from './search.js';

describe('baselines are exhausted, with nothing but what is known', () => {
  test.each([
    ['linux-6.1', 'tiny', 467, 22935],
    ['linux-6.12', 'tiny', 467, 22935],
    ['linux-4.8', 'tiny', 240, 11712],
    ['linux-6.12', 'default', 33874, 2480746],
    ['linux-4.8', 'default,stale=flags', 14424, 1103970],
    ['linux-6.18', 'tiny', 398, 19539],
    ['linux-6.18', 'default', 25311, 1865284],
  ])('%s %s', { timeout: 120_000 }, (id, bounds, states, edges) => {
    expectKnownOnly(id, 'splice', bounds, { states, edges });
  });
});

describe('history', () => {
  test.each([
    [
      'tee-merge',
      'default',
      'bytes-in-order pwrite pipe_write',
      ['pwrite fd=A.w size=2', 'splice from=A to=B len=1', 'pwrite fd=B.w size=1 mark=0'],
    ],
    [
      'resize-wrapped-ring',
      'default',
      'ring-well-formed fcntl_setpipe_sz pipe_resize_ring',
      ['pwrite fd=A.w size=3', 'pread pipe=A size=2', 'pwrite fd=A.w size=2', 'fcntl_setpipe_sz pipe=A size=4'],
    ],
    [
      'tee-ref-overflow',
      'default,slots=0,refbits=2,contents=off',
      'no-use-after-free pread pipe_read',
      [
        'pwrite fd=A.w size=1',
        'tee from=A to=B len=1',
        'splice from=B to=A len=1',
        'tee from=A to=B len=2',
        'pread pipe=A size=1',
      ],
    ],
    [
      'splice-to-pipe-flags',
      'default,stale=flags',
      'packet-boundaries splice_file splice_to_pipe',
      ['pwrite fd=A.wd size=3', 'pread pipe=A size=1', 'splice_file pos=0 to=A len=1'],
    ],
    [
      'splice-to-pipe-leak',
      'default,files=2',
      'refcount-equals-owners splice_file splice_to_pipe',
      ['pwrite fd=A.w size=1', 'splice_file pos=0 to=A len=3'],
    ],
  ])('%s', { timeout: 120_000 }, (id, bounds, line, trace) => {
    const found = search(designOf(id), 'splice', bounds, 1_500_000);
    const it = found.classes.find((c) => `${c.class.invariant} ${c.class.op} ${c.class.function}` === line);
    expect(it?.path.map((n) => found.runner.ops[n].text)).toEqual(trace);
  });

  test('the counter that tee overflows stops before it does since 5.1', { timeout: 60_000 }, () => {
    const found = search(designOf('linux-6.1'), 'splice', 'default,slots=0,refbits=2,contents=off', 1_500_000);
    expect(found.lines.filter((line) => line.startsWith('no-use-after-free'))).toEqual([]);
  });
});

/** Rules that the last of these ops breaks, with its return first; none breaks before it. */
function lastOf(id: string, bounds: string, ops: readonly string[]): [ret: number, ...rules: string[]] {
  const runner = new Runner(designOf(id), parseBounds(bounds, undefined, SCENARIOS.splice), 'splice');
  ops.forEach((text, n) => {
    const op = opIndex(runner, text);
    if (op === undefined) throw new Error(text);
    runner.step(op);
    if (n < ops.length - 1) expect(runner.broken).toEqual([]);
  });
  return [runner.judged.ret, ...runner.broken.map((i) => i.id)];
}

describe('findings, as docs/findings.md has them', () => {
  test.each([
    ['F-41', 'linux-6.1', ['pwrite fd=A.w size=1 fault_at=0', 'tee from=A to=B len=1'], 0, 'returns-what-it-promised'],
    [
      'F-42',
      'linux-6.12',
      ['pwrite fd=A.w size=1', 'pwrite fd=B.w size=1 fault_at=0', 'splice from=A to=B len=1'],
      -EAGAIN,
      'retry-makes-progress',
    ],
    [
      'F-42, of its own making',
      'linux-6.12',
      ['pwrite fd=A.wd size=1 fault_at=0', 'pwrite fd=A.w size=1', 'splice from=A to=B len=1'],
      -EAGAIN,
      'retry-makes-progress',
    ],
    [
      'F-43',
      'linux-4.8',
      ['pwrite fd=A.w size=2', 'splice from=A to=B len=1', 'pwrite fd=B.w size=1 mark=0'],
      1,
      'bytes-in-order',
    ],
  ])('%s', (_id, design, ops, ret, rule) => {
    expect(lastOf(design, 'default', ops)).toEqual([ret, rule]);
  });

  test('F-44', () => {
    const ops = ['pwrite fd=A.wd size=3', 'pread pipe=A size=1', 'splice_file pos=0 to=A len=1'];
    expect(lastOf('linux-4.8', 'default,stale=flags', ops)).toEqual([1, 'packet-boundaries']);
  });

  test('a drawing has both pipes, and the mark on the one that is wrong', () => {
    const runner = new Runner(designOf('tee-merge'), parseBounds('default', undefined, SCENARIOS.splice), 'splice');
    for (const text of ['pwrite fd=A.w size=2', 'splice from=A to=B len=1', 'pwrite fd=B.w size=1 mark=0']) {
      runner.step(opIndex(runner, text) ?? -1);
    }
    const found = runner.describe(() => 'pipe_write');
    expect(found.map((f) => f.explanation)).toEqual(['Pipe A: Byte 0 of the pipe is not the byte that is owed there.']);
    expect(drawFound(runner, found).join('\n')).toMatchInlineSnapshot(`
      "pipe A    head=1 tail=0 ring_size=2
                 slot  ops   page  off  len  flags      bytes
        tail ->  [0]   anon  p0      1    1  CAN_MERGE  -*  <== here
        head ->  [1]   free
      readable  1 byte: *
      owed      1 byte: .
      pipe B    head=1 tail=0 ring_size=1
                      slot  ops   page  off  len  flags      bytes
        tail,head ->  [0]   anon  p0      0    2  CAN_MERGE  .*
      readable  2 bytes: .*   (as owed)"
    `);
    expect(ringLines(runner)).toMatchInlineSnapshot(`
      [
        "A: [0 p0 -* CAN_MERGE] [1 free]",
        "B: [0 p0 .* CAN_MERGE]",
      ]
    `);
  });
});
