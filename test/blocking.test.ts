/** Tasks that sleep in a pipe: whole searches of the baselines, the history designs, and what a running kernel does. */
import { formatReturn } from '#iov/model/errno.js';
import { opIndex } from '#iov/harness/op-text.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner, Step } from '#iov/harness/runner.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { drawState } from '#iov/reports/draw.js';
import { ringLines } from '#iov/reports/steps.js';
import { describe, expect, test } from 'vitest';
import { designOf, expectKnownOnly, search } from './search.js';

describe('baselines are exhausted, with nothing but what is known', () => {
  test.each([
    ['linux-4.8', 'tiny', 1753, 22603],
    ['linux-5.8', 'tiny', 1786, 24020],
    ['linux-6.12', 'tiny', 1786, 24020],
    ['linux-6.18', 'tiny', 1429, 19166],
    ['linux-4.8', 'default', 144979, 2882413],
    ['linux-5.8', 'default', 157694, 3183972],
    ['linux-6.12', 'default', 155314, 3099132],
    ['linux-6.18', 'default', 108814, 2203963],
    ['linux-6.1', 'tiny,tasks=3', 10866, 165862],
  ])('%s %s', { timeout: 120_000 }, (id, bounds, states, edges) => {
    expectKnownOnly(id, 'blocking', bounds, { states, edges });
  });
});

describe('history', () => {
  test.each([
    [
      'close-wakes-one',
      'tiny',
      'pread_continue',
      [
        'pread task=T0 size=1',
        'pread task=T1 size=1',
        'close end=w woken=at_once',
        'close end=w',
        'pread_continue task=T1',
      ],
    ],
    [
      'resize-wakes-early',
      'tiny,ring=2',
      'fcntl_setpipe_sz',
      ['fcntl_setpipe_sz size=0', 'pwrite task=T0 size=3', 'fcntl_setpipe_sz size=4 woken=at_once'],
    ],
    [
      'write-stale-head',
      'tiny,headbits=2,symmetry=off',
      'pwrite_continue',
      [
        'pwrite size=1 fault_at=0',
        'pwrite task=T0 size=2',
        'pread task=T1 size=1',
        'fcntl_setpipe_sz size=0',
        'pwrite_continue task=T0',
      ],
    ],
  ])('%s', { timeout: 120_000 }, (id, bounds, op, trace) => {
    const found = search(designOf(id), 'blocking', bounds);
    // F-12 is of the kernel that it is put back into.
    const rules = new Set(
      found.classes.map((c) => c.class.invariant).filter((rule) => rule !== 'retry-makes-progress'),
    );
    expect([...rules]).toEqual(['no-lost-wakeup']);
    const it = found.classes.find((c) => c.class.op === op);
    expect(it?.path.map((n) => found.runner.ops[n].text)).toEqual(trace);
  });

  test('the hang of LTP pipeio_1, as its fix tells it', () => {
    const trace = [
      'pwrite size=2',
      'pwrite task=T0 size=2',
      'pread size=2',
      'pwrite size=1',
      'pread size=1',
      'pread task=T1 size=1',
      'pwrite_continue task=T0',
    ];
    const bounds = 'tiny,headbits=2,symmetry=off';
    expect(run('write-stale-head', bounds, trace).broken).toEqual(['no-lost-wakeup']);
    expect(run('linux-6.1', bounds, trace).broken).toEqual([]);
  });
});

/** Takes the ops, and stops behind the first that breaks something. */
function run(id: string, bounds: string, ops: readonly string[]): { runner: Runner; rets: string[]; broken: string[] } {
  const runner = new Runner(designOf(id), parseBounds(bounds, undefined, SCENARIOS.blocking), 'blocking');
  const rets: string[] = [];
  for (const text of ops) {
    const op = opIndex(runner, text);
    if (op === undefined) throw new Error(`no op ${text}`);
    const step = runner.step(op);
    if (step === Step.Disabled || step === Step.Idle) throw new Error(`${text} is not possible here`);
    rets.push(formatReturn(runner.judged.ret));
    if (runner.broken.length > 0) break;
  }
  return { runner, rets, broken: runner.broken.map((i) => i.id) };
}

describe('findings, as docs/findings.md has them', () => {
  test.each([
    ['F-50', 'linux-4.8', ['pwrite size=3', 'pwrite task=T0 size=2', 'pread size=4'], 'returns-what-it-promised'],
    [
      'F-51',
      'linux-4.8',
      ['fcntl_setpipe_sz size=0', 'pwrite task=T0 size=3', 'fcntl_setpipe_sz size=4'],
      'no-lost-wakeup',
    ],
    [
      'F-52',
      'linux-5.8',
      ['fcntl_setpipe_sz size=0', 'pwrite task=T0 size=3', 'fcntl_setpipe_sz size=4 woken=at_once'],
      'no-lost-wakeup',
    ],
  ])('%s', (_id, design, ops, rule) => {
    const { rets, broken } = run(design, 'default', ops);
    expect(rets).toHaveLength(ops.length);
    expect(broken).toEqual([rule]);
    // Who is woken when the ring is large enough goes on, whenever it looks.
    const later = ops.map((op) => op.replace(' woken=at_once', ''));
    expect(run('linux-6.12', 'default', later).broken).toEqual([]);
  });
});

/**
 * What a C program with threads has seen on 6.18, a page of 4096 there being one of 4 here: [op, what it returned].
 */
describe('as a running kernel does it', () => {
  const rows: [name: string, ...steps: [op: string, ret: string][]][] = [
    [
      'a larger ring lets a writer go on',
      ['fcntl_setpipe_sz size=4', '4'],
      ['pwrite task=T0 size=6', 'asleep'],
      ['fcntl_setpipe_sz size=8', '8'],
      ['pwrite_continue task=T0', '6'],
    ],
    [
      'the last writer closes: every reader is at the end',
      ['pread task=T0 size=5', 'asleep'],
      ['pread task=T1 size=5', 'asleep'],
      ['close end=w', '0'],
      ['close end=w', '0'],
      ['pread_continue task=T0', '0'],
      ['pread_continue task=T1', '0'],
    ],
    [
      'the reader closes: what was written counts, and nothing else is',
      ['fcntl_setpipe_sz size=4', '4'],
      ['pwrite task=T0 size=6', 'asleep'],
      ['pwrite task=T1 size=1', 'asleep'],
      ['close end=r', '0'],
      ['pwrite_continue task=T0', '4'],
      ['pwrite_continue task=T1', '-EPIPE'],
    ],
    [
      'a signal to a reader',
      ['pread task=T0 size=5', 'asleep'],
      ['signal task=T0', '0'],
      ['pread_continue task=T0', '-ERESTARTSYS'],
    ],
    [
      'a signal to a writer that has written',
      ['fcntl_setpipe_sz size=4', '4'],
      ['pwrite task=T0 size=6', 'asleep'],
      ['signal task=T0', '0'],
      ['pwrite_continue task=T0', '4'],
    ],
    [
      'a signal to a writer that has not',
      ['fcntl_setpipe_sz size=4', '4'],
      ['pwrite size=3', '3'],
      ['pwrite task=T0 size=2', 'asleep'],
      ['signal task=T0', '0'],
      ['pwrite_continue task=T0', '-ERESTARTSYS'],
    ],
    [
      'one reader passes on to the next',
      ['pread task=T0 size=1', 'asleep'],
      ['pread task=T1 size=1', 'asleep'],
      ['pwrite size=2', '2'],
      ['pread_continue task=T0', '1'],
      ['pread_continue task=T1', '1'],
    ],
    [
      'one writer passes on to the next, which fills the ring',
      ['pwrite size=8', '8'],
      ['pwrite task=T0 size=1', 'asleep'],
      ['pwrite task=T1 size=5', 'asleep'],
      ['pread size=8', '8'],
      ['pwrite_continue task=T0', '1'],
      ['pwrite_continue task=T1', 'asleep'],
      ['fionread', '5'],
    ],
    [
      'O_NONBLOCK does not wait for a writer that sleeps',
      ['fcntl_setpipe_sz size=4', '4'],
      ['pwrite size=3', '3'],
      ['pwrite task=T0 size=2', 'asleep'],
      ['pread size=8', '3'],
      ['pwrite_continue task=T0', '2'],
    ],
    ['a write without a reader', ['close end=r', '0'], ['pwrite size=1', '-EPIPE']],
    [
      'bytes first, and then the end',
      ['pwrite size=5', '5'],
      ['close end=w', '0'],
      ['close end=w', '0'],
      ['pread size=3', '3'],
      ['pread size=8', '2'],
      ['pread size=8', '0'],
    ],
    [
      'one of two writers closes, and the reader sleeps on',
      ['pread task=T0 size=5', 'asleep'],
      ['close end=w', '0'],
      ['signal task=T0', '0'],
      ['pread_continue task=T0', '-ERESTARTSYS'],
    ],
    [
      'a byte out of a full slot makes no room',
      ['fcntl_setpipe_sz size=4', '4'],
      ['pwrite size=4', '4'],
      ['pwrite task=T0 size=1', 'asleep'],
      ['pread size=1', '1'],
      ['pread size=3', '3'],
      ['pwrite_continue task=T0', '1'],
    ],
  ];
  const bounds = 'default,page=4,contents=3,lengths=all';

  test.each(rows)('%s', (_name, ...steps) => {
    for (const id of ['linux-6.1', 'linux-6.12', 'linux-6.18']) {
      const done = run(
        id,
        bounds,
        steps.map(([op]) => op),
      );
      expect(done.rets).toEqual(steps.map(([, ret]) => ret));
      expect(done.broken).toEqual([]);
    }
  });
});

describe('a drawing', () => {
  test('has the tasks, the queues and the ends', () => {
    const { runner } = run('linux-6.12', 'default,page=4,lengths=all', [
      'fcntl_setpipe_sz size=4',
      'pwrite task=T0 size=5',
      'pwrite task=T1 size=1',
      'pread size=4',
      'close end=w',
    ]);
    expect(drawState(runner, []).join('\n')).toMatchInlineSnapshot(`
      "pipe      head=0 tail=0 ring_size=1
                      slot  ops   page  off  len  flags  bytes
        tail,head ->  [0]   free
      ends      readers=1 writers=1
      T0        woken, has yet to run, in write() of 5 bytes, 4 done
      T1        asleep in write() of 1 byte, 0 done
      wr_wait   T1 (exclusive)
      tmp_page  p0
      readable  nothing, as owed"
    `);
    expect(ringLines(runner)).toMatchInlineSnapshot(`
      [
        "[0 free]  T0 woken (write 4/5)  T1 asleep (write 0/1)  tmp_page p0",
      ]
    `);
  });

  test('of one queue, to 5.4', () => {
    const { runner } = run('linux-4.8', 'default', ['pwrite size=3', 'pwrite task=T0 size=2', 'signal task=T0']);
    expect(drawState(runner, []).join('\n')).toMatchInlineSnapshot(`
      "pipe      curbuf=0 nrbufs=2 buffers=2
                   slot  ops   page  off  len  flags  bytes
        curbuf ->  [0]   anon  p0      0    2  -      ..
              |    [1]   anon  p1      0    1  -      .-
      ends      readers=1 writers=2 waiting_writers=1
      T0        woken, has yet to run, in write() of 2 bytes, 0 done, a signal is
                pending
      wait      T0
      readable  3 bytes: ...   (as owed)"
    `);
  });
});
