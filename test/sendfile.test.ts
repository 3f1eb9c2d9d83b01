/** Files and pipes: whole searches of the baselines, the history designs, and the findings. */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { opIndex } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import { EAGAIN } from '#iov/model/errno.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { drawFound } from '#iov/reports/draw.js';
import { ringLines } from '#iov/reports/steps.js';
import { describe, expect, test } from 'vitest';
import { designOf, expectKnownOnly, search } from './search.js';

/** Known violations that show in a ring of two slots only. */
const NEEDS_TWO_SLOTS = ['packet-boundaries splice_file', 'every-loop-ends splice_to_file'];

describe('baselines are exhausted, with nothing but what is known', () => {
  test.each([
    ['linux-4.8', 'sendfile', 'tiny', 720, 53059],
    ['linux-4.10', 'sendfile', 'tiny', 720, 55593],
    ['linux-5.8', 'sendfile', 'tiny', 720, 55586],
    ['linux-6.1', 'sendfile', 'tiny', 567, 43994],
    ['linux-6.3', 'sendfile', 'tiny', 567, 43994],
    ['linux-6.12', 'sendfile', 'tiny', 567, 43966],
    ['linux-4.8', 'file-splice', 'tiny', 1092, 35668],
    ['linux-4.10', 'file-splice', 'tiny', 1024, 34428],
    ['linux-5.8', 'file-splice', 'tiny', 1100, 36274],
    ['linux-6.1', 'file-splice', 'tiny', 1100, 36334],
    ['linux-6.3', 'file-splice', 'tiny', 1100, 36334],
    ['linux-6.12', 'file-splice', 'tiny', 1100, 36318],
    ['linux-6.18', 'sendfile', 'tiny', 567, 43966],
    ['linux-6.18', 'file-splice', 'tiny', 1024, 34464],
    ['linux-6.12', 'sendfile', 'default', 9989, 1039737],
    ['linux-5.8', 'file-splice', 'default', 64066, 2969008],
  ] as const)('%s %s %s', { timeout: 120_000 }, (id, scenario, bounds, states, edges) => {
    const { classes, known } = expectKnownOnly(id, scenario, bounds, { states, edges });
    if (bounds === 'tiny') expect(classes).toEqual(new Set([...known].filter((k) => !NEEDS_TWO_SLOTS.includes(k))));
  });
});

describe('history', () => {
  test.each([
    ['splice-full-livelock', 'sendfile', 'retry-makes-progress', ['sendfile files=fd>g off=0 len=3']],
    ['default-read-floor', 'sendfile', 'refcount-equals-owners', ['sendfile files=fc>g off=0 len=1']],
    ['sendfile-short-actor', 'sendfile', 'positions-agree', ['sendfile files=f>g len=2 with=write:-ENOSPC']],
    ['sendfile-to-pipe', 'sendfile', 'returns-what-it-promised', ['sendfile files=f>A len=1']],
    [
      'iomap-pipe-leak',
      'file-splice',
      'no-unwritten-byte-readable',
      ['splice_file file=fd off=0 len=2 with=read:short'],
    ],
    ['splice-to-append', 'file-splice', 'returns-what-it-promised', ['splice_to_file file=ga len=1']],
    [
      'splice-empty-buffer',
      'file-splice',
      'returns-what-it-promised',
      ['pwrite size=1 fault_at=0', 'splice_to_file file=g off=0 len=1'],
    ],
  ] as const)('%s', { timeout: 60_000 }, (id, scenario, invariant, trace) => {
    const found = search(designOf(id), scenario, 'tiny');
    expect(found.traceOf(invariant)).toEqual(trace);
    const base = designOf(id).base ?? designOf('linux-6.1');
    const rules = lastOf(base.id, scenario, 'tiny', trace).slice(1);
    expect(rules, 'the kernel that no longer has it').toEqual([]);
  });
});

/** Rules that the last of these ops breaks, with its return first; none breaks before it. */
function lastOf(
  id: string,
  scenario: ScenarioName,
  bounds: string,
  ops: readonly string[],
): [ret: number, ...rules: string[]] {
  const runner = play(id, scenario, bounds, ops);
  return [runner.judged.ret, ...runner.broken.map((i) => i.id)];
}

function play(id: string, scenario: ScenarioName, bounds: string, ops: readonly string[]): Runner {
  const runner = new Runner(designOf(id), parseBounds(bounds, undefined, SCENARIOS[scenario]), scenario);
  ops.forEach((text, n) => {
    const op = opIndex(runner, text);
    if (op === undefined) throw new Error(text);
    runner.step(op);
    if (n < ops.length - 1) expect(runner.broken.map((i) => i.id)).toEqual([]);
  });
  return runner;
}

describe('findings, as docs/findings.md has them', () => {
  const EMPTY = 'pwrite size=1 fault_at=0';
  const BAD = ['splice_file file=f off=0 len=1', 'writeback_error page=0', 'ftruncate size=0'];

  test.each(['linux-4.8', 'linux-4.10', 'linux-5.8', 'linux-6.1', 'linux-6.3', 'linux-6.12', 'linux-6.18'])(
    'F-70, %s',
    (id) => {
      const ops = [...BAD, 'splice_to_file file=g off=0 len=1'];
      expect(lastOf(id, 'file-splice', 'default', ops)).toEqual([0, 'retry-makes-progress']);
    },
  );

  test('F-71', () => {
    expect(lastOf('linux-5.8', 'file-splice', 'default', [EMPTY, 'splice_to_file file=g off=0 len=1'])).toEqual([
      0,
      'returns-what-it-promised',
    ]);
    const ops = [EMPTY, 'splice_file file=f off=0 len=1', 'splice_to_file file=g off=0 len=1'];
    expect(lastOf('linux-5.8', 'file-splice', 'default', ops)[1]).toBe('every-loop-ends');
    expect(lastOf('linux-6.1', 'file-splice', 'default', ops)).toEqual([1]);
  });

  test('F-72 and F-73', () => {
    const splice = ['splice_file file=f off=2 len=1 with=fail_alloc:0'];
    const send = ['sendfile files=fd>g off=0 len=1 with=fail_alloc:0'];
    expect(lastOf('linux-4.8', 'file-splice', 'tiny,oom=on', splice)).toEqual([0, 'returns-what-it-promised']);
    for (const id of ['linux-4.10', 'linux-5.8', 'linux-6.1', 'linux-6.3']) {
      expect(lastOf(id, 'sendfile', 'tiny,oom=on', send)).toEqual([-EAGAIN, 'retry-makes-progress']);
    }
    expect(lastOf('linux-6.12', 'sendfile', 'tiny,oom=on', send)).toEqual([-12]);
    expect(lastOf('linux-6.12', 'file-splice', 'tiny,oom=on', splice)).toEqual([-12]);
  });

  test('F-1 from a file to itself: sendfile() to a pipe writes into the page that splice() put there', () => {
    const ops = [
      'sendfile files=f>A off=0 len=1',
      'splice_to_file file=g len=1',
      'splice_file file=f len=1',
      'sendfile files=f>A off=0 len=1',
    ];
    expect(lastOf('linux-5.8', 'sendfile', 'tiny,stale=flags', ops)).toEqual([1, 'page-cache-written-only-by-writers']);
    expect(lastOf('linux-6.1', 'sendfile', 'tiny,stale=flags', ops)).toEqual([-EAGAIN]);
    const found = search(designOf('linux-5.8'), 'sendfile', 'tiny,stale=flags', 50_000);
    expect(found.traceOf('page-cache-written-only-by-writers')).toEqual(ops);
  });

  test('F-1 as it became known: write, drain, splice, write', () => {
    const found = search(designOf('linux-5.8'), 'file-splice', 'tiny,stale=flags', 50_000);
    expect(found.traceOf('page-cache-written-only-by-writers')).toEqual([
      'pwrite size=1',
      'splice_to_file file=g off=0 len=1',
      'splice_file file=f off=0 len=1',
      'pwrite size=1',
    ]);
  });
});

test('a page that has gone bad is read by nobody', () => {
  const ops = ['splice_file file=f off=0 len=2', 'writeback_error page=0', 'pread size=1'];
  expect(lastOf('linux-6.12', 'file-splice', 'default', ops)).toEqual([-5]);
  expect(lastOf('linux-6.12', 'file-splice', 'default', [ops[0], ops[1], 'ftruncate size=0', ops[2]])).toEqual([-61]);
});

test('a page that has gone bad is appended to by nobody, not even where a stale flag has it merge', () => {
  const flagged = ['pwrite size=2', 'pread size=2', 'pwrite size=2', 'pread size=2', 'splice_file file=f off=0 len=1'];
  const append = (...ops: string[]): unknown[] =>
    lastOf('linux-5.8', 'file-splice', 'default,stale=flags', [...flagged, ...ops, 'pwrite size=1']);
  expect(append()).toEqual([1, 'page-cache-written-only-by-writers']);
  expect(append('writeback_error page=0')).toEqual([-5, 'returns-what-it-promised']);
  expect(append('writeback_error page=0', 'ftruncate size=0')).toEqual([-61, 'returns-what-it-promised']);
});

test('a drawing has the files, each byte with a letter, and the task’s pipe where it is not empty', () => {
  const ops = ['pwrite size=1', 'splice_file file=f off=1 len=2', 'write_file pos=1 size=1', 'ftruncate size=1'];
  const runner = play('linux-6.12', 'file-splice', 'default', ops);
  expect(ringLines(runner)).toMatchInlineSnapshot(`
    [
      "A: [0 p1 b- CAN_MERGE] [1 p0 -0]",
      "f: 1 byte [a0|--]",
    ]
  `);
  runner.k.pipes[1].bufs[0].ops = 3;
  expect(drawFound(runner, []).join('\n')).toMatchInlineSnapshot(`
    "pipe A    head=2 tail=0 ring_size=2
                    slot  ops         page  off  len  flags      bytes
      tail,head ->  [0]   anon        p1      0    1  CAN_MERGE  b-
               |    [1]   page-cache  p0      1    1  -          -0
    readable  2 bytes: b0   (as owed)
    task pipe head=0 tail=0 ring_size=2
                    slot  ops         page  off  len  flags  bytes
      tail,head ->  [0]   page-cache
                    [1]   free
    readable  nothing, as owed
    f         1 byte [a0|--], f_pos 0
    g         3 bytes [AB|C0|00], f_pos 0"
  `);
});
