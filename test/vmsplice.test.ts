/** User memory lent to pipes: whole searches of the baselines, the history designs, and copy-on-write beside a pipe. */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { opIndex } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, expectKnownOnly, search } from './search.js';

const MAPCOUNT = 'cow=mapcount';

describe('baselines are exhausted, with nothing but what is known', () => {
  test.each([
    ['linux-6.12', 'default', 79203, 5231598],
    ['linux-6.1', 'tiny', 35294, 2342823],
    ['linux-5.8', 'tiny', 35294, 2342823],
    ['linux-4.10', `tiny,${MAPCOUNT}`, 31066, 2071890],
    ['linux-4.8', `tiny,slots=1,stale=flags,${MAPCOUNT}`, 2408, 125562],
  ])('%s %s', { timeout: 120_000 }, (id, bounds, states, edges) => {
    // One slot full of an empty buffer holds up vmsplice() and splice(), too: F-12.
    const isOfOneSlot = (found: string): boolean => bounds.startsWith('tiny') && found.startsWith('retry-makes');
    expectKnownOnly(id, 'vmsplice', bounds, { states, edges }, isOfOneSlot);
  });
});

describe('history', () => {
  test.each([
    [
      'splice-empty-buffer',
      'returns-what-it-promised vmsplice_out',
      ['pwrite fd=A.w size=1 fault_at=0', 'vmsplice_out pipe=A len=1'],
    ],
    [
      'fuse-stolen-page',
      'stolen-page-has-one-owner fuse_dev_splice_write',
      ['pwrite fd=A.w size=2', 'fuse_dev_splice_write pipe=A len=2 flags=SPLICE_F_MOVE with=truncated'],
    ],
    [
      'fuse-released-flags',
      'no-bug fuse_dev_splice_write',
      ['splice_file pos=0 to=A len=2', 'fuse_dev_splice_write pipe=A len=2 flags=SPLICE_F_MOVE'],
    ],
  ])('%s', { timeout: 60_000 }, (id, line, trace) => {
    const found = search(designOf(id), 'vmsplice', 'tiny', 100_000);
    const it = found.classes.find((c) => `${c.class.invariant} ${c.class.op}` === line);
    expect(it?.path.map((n) => found.runner.ops[n].text)).toEqual(trace);
  });

  test('fuse-stolen-page: moved again, the page is added to the LRU twice', { timeout: 60_000 }, () => {
    const found = search(designOf('fuse-stolen-page'), 'vmsplice', 'tiny,follow=1', 400_000);
    const move = 'fuse_dev_splice_write pipe=A len=2 flags=SPLICE_F_MOVE';
    expect(found.traceOf('no-bug')).toEqual([
      'pwrite fd=A.w size=2',
      `${move} with=truncated`,
      'pwrite fd=A.w size=2',
      move,
    ]);
  });
});

/** The rules that each op of a run breaks, by number of the op from 1; what each returns is in the last place. */
function run(id: string, bounds: string, ops: readonly string[]): { broken: Record<number, string[]>; rets: number[] } {
  const runner = new Runner(designOf(id), parseBounds(bounds, undefined, SCENARIOS.vmsplice), 'vmsplice');
  const broken: Record<number, string[]> = {};
  const rets = ops.map((text, n) => {
    const op = opIndex(runner, text);
    if (op === undefined) throw new Error(text);
    runner.step(op);
    if (runner.broken.length > 0) broken[n + 1] = runner.broken.map((i) => i.id);
    return runner.judged.ret;
  });
  return { broken, rets };
}

const LEND = 'buffer=iovec:[0+2]';
const BEGIN = ['mmap vpage=0 of=anon', 'store pid=parent vpage=0'];

/** tools/testing/selftests/mm/cow.c, with what a process has written before in the place of its random bytes. */
const COW: readonly (readonly [name: string, ops: readonly string[]])[] = [
  [
    'CVE-2020-29374: vmsplice and unmap in the child, modify in the parent',
    [...BEGIN, 'fork', `vmsplice pid=child ${LEND}`, 'munmap pid=child vpage=0', 'store pid=parent vpage=0'],
  ],
  [
    'vmsplice before fork, unmap in the parent, modify in the child',
    [...BEGIN, `vmsplice pid=parent ${LEND}`, 'fork', 'munmap pid=parent vpage=0', 'store pid=child vpage=0'],
  ],
  [
    'vmsplice after fork, unmap in the parent, modify in the child',
    [...BEGIN, 'fork', `vmsplice pid=parent ${LEND}`, 'munmap pid=parent vpage=0', 'store pid=child vpage=0'],
  ],
];

describe('selftests/mm/cow.c', () => {
  test.each(COW)('%s', (_name, ops) => {
    const last = { [ops.length]: ['lent-data-is-the-lenders'] };
    expect(run('linux-4.10', `tiny,${MAPCOUNT}`, ops).broken).toEqual(last);
    for (const cow of ['refcount', 'exclusive']) {
      for (const id of ['linux-4.10', 'linux-6.1', 'linux-6.12']) {
        expect(run(id, `tiny,cow=${cow}`, [...ops, 'pread pipe=A size=2']).broken).toEqual({});
      }
    }
  });

  test('no search finds such a thing by the newer rules', { timeout: 60_000 }, () => {
    const found = search(designOf('linux-4.10'), 'vmsplice', 'tiny,slots=1,cow=refcount');
    expect([found.isExhausted, found.traceOf('lent-data-is-the-lenders')]).toEqual([true, []]);
  });

  test('basic copy-on-write, beside a pipe that holds the page', () => {
    const ops = [
      ...BEGIN,
      `vmsplice pid=parent ${LEND}`,
      'fork',
      'store pid=child vpage=0',
      'store pid=parent vpage=0',
    ];
    expect(run('linux-6.12', 'tiny', ops).broken).toEqual({});
  });
});

describe('by reference, not by value', () => {
  test('the reader sees what its lender writes, as long as nobody else maps the page', () => {
    const runner = new Runner(designOf('linux-6.12'), parseBounds('tiny', undefined, SCENARIOS.vmsplice), 'vmsplice');
    for (const text of [...BEGIN, `vmsplice pid=parent ${LEND}`, 'store pid=parent vpage=0']) {
      runner.step(opIndex(runner, text) ?? -1);
      expect(runner.broken).toEqual([]);
    }
    expect(runner.k.pipe.bufs[0].page).toBe(runner.k.mms[0].ptes[0].page);
    expect([...runner.g.tag.subarray(0, 2)]).toEqual([...(runner.k.mms[0].ptes[0].page?.data ?? [])]);
  });
});

describe('findings, as docs/findings.md has them', () => {
  test.each([
    ['F-60', 'linux-4.10', MAPCOUNT, COW[0][1], 0, 'lent-data-is-the-lenders'],
    [
      'F-61',
      'linux-4.8',
      '',
      ['mmap vpage=0 of=anon', 'vmsplice pid=parent buffer=iovec:[0+0,1+1]'],
      0,
      'returns-what-it-promised',
    ],
    [
      'F-62',
      'linux-4.8',
      'stale=flags',
      [
        ...BEGIN,
        `vmsplice pid=parent ${LEND} flags=SPLICE_F_GIFT`,
        'pread pipe=A size=2',
        `vmsplice pid=parent ${LEND}`,
        'munmap pid=parent vpage=0',
        'port_fops_splice_write pipe=A len=2',
      ],
      2,
      'only-gifts-are-moved',
    ],
    [
      'F-63',
      'linux-5.8',
      '',
      ['pwrite fd=A.w size=2', 'fuse_dev_splice_write pipe=A len=2 flags=SPLICE_F_MOVE with=truncated'],
      2,
      'stolen-page-has-one-owner',
    ],
    [
      'F-64',
      'linux-5.8',
      'ring=2,slots=2',
      ['pwrite fd=A.w size=1 fault_at=0', 'pwrite fd=A.w size=2', 'vmsplice_out pipe=A len=2'],
      0,
      'returns-what-it-promised',
    ],
    ...['linux-6.1', 'linux-6.12'].map((id): [string, string, string, string[], number, string] => [
      'F-65',
      id,
      'ring=4,slots=0',
      [
        'pwrite fd=A.wd size=1',
        'pwrite fd=A.w size=1 fault_at=0',
        'splice_file pos=0 to=A len=2',
        'vmsplice_out pipe=A len=2',
      ],
      1,
      'returns-what-it-promised',
    ]),
    // EAGAIN
    ...['vmsplice pid=parent buffer=iovec:[0+2]', 'splice_file pos=0 to=A len=2'].map(
      (op): [string, string, string, string[], number, string] => [
        'F-12',
        'linux-6.12',
        'ring=1',
        ['pwrite fd=A.w size=1 fault_at=0', op],
        -11,
        'retry-makes-progress',
      ],
    ),
  ])('%s', (_id, design, bounds, ops, ret, rule) => {
    const { broken, rets } = run(design, `tiny,${bounds}`, ops);
    expect([rets.at(-1), broken]).toEqual([ret, { [ops.length]: [rule] }]);
  });
});
