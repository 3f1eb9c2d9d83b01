import { describe, expect, test } from 'vitest';
import { Explorer } from '#iov/check/explore.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { pageName } from '#iov/harness/ledger.js';
import { replay, reproduces } from '#iov/harness/replay.js';
import { Runner, Step } from '#iov/harness/runner.js';
import { resolveOps } from '#iov/harness/trace.js';
import type { Bounds } from '#iov/model/bounds.js';
import { toRead, valueName } from '#iov/model/private.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { ONE_SLOT, TWO_SLOTS, designNamed } from './walk.js';

function make(
  design: string,
  scenario: ScenarioName,
  bounds: Bounds,
  ...texts: string[]
): { runner: Runner; ops: number[] } {
  const runner = new Runner(designNamed(design), bounds, scenario);
  return { runner, ops: resolveOps(runner, { design, scenario, bounds, ops: texts }, 'x.trace') };
}

const TRUNCATES_NOTHING = [
  'iov_iter_pipe count=4',
  'iov_iter_get_pages maxsize=4 maxpages=1',
  'iov_iter_advance size=0',
];

describe('a replay', () => {
  test('says what each op returned and what broke in which function', () => {
    const { runner, ops } = make('pipe-iter-2016', 'pipe-iter', ONE_SLOT, ...TRUNCATES_NOTHING);
    const { steps, stoppedAt } = replay(runner, ops);
    expect(stoppedAt).toBe(-1);
    expect(steps.map(({ text, ret }) => [text, ret])).toEqual(TRUNCATES_NOTHING.map((text, n) => [text, [0, 4, 0][n]]));
    expect(steps.map(({ step }) => step)).toEqual([Step.Taken, Step.Taken, Step.Violated]);
    expect(steps[2].found.map((f) => `${f.invariant} ${f.op} ${f.function}`)).toContain(
      'no-unwritten-byte-readable iov_iter_advance pipe_advance',
    );
    expect(steps[0].found).toEqual([]);
  });

  test('says whose data they are, though it takes a step again to find the function', () => {
    const bounds = parseBounds('default,cow=mapcount', undefined, SCENARIOS['fork-dma']);
    const { runner, ops } = make(
      'extract-rfc-2022',
      'fork-dma',
      bounds,
      'mmap vpage=0 of=anon',
      'iov_iter_extract_pages pid=parent direction=READ buffer=ubuf:[0+2]',
      'fork',
      'device_write',
    );
    const look = (): string[] => [valueName(runner.g, toRead(runner.g, runner.k, 1, 0))];
    const { steps } = replay(runner, ops, look);
    expect(steps[3].found.map(({ explanation }) => explanation)).toEqual([
      "The child finds the device's data of step 4 at its page 0; it has to find zeros.",
    ]);
    expect(steps[3].picture).toEqual(['zeros']);
  });

  test('draws the state as the op has left it, before the judge adopts it', () => {
    const { runner, ops } = make('pipe-iter-2016', 'pipe-iter', ONE_SLOT, ...TRUNCATES_NOTHING);
    const owed: string[] = [];
    const { steps } = replay(runner, ops, (r, found) => {
      owed.push(`${r.g.n} of ${r.w.ring.used(r.k)}, ${found.length} broken`);
      return [`len ${r.k.pipe.bufs[0].len}`];
    });
    expect(owed).toEqual(['0 of 0, 0 broken', '0 of 1, 0 broken', '0 of 1, 2 broken']);
    expect(steps.map(({ picture }) => picture)).toEqual([['len 0'], ['len 4'], ['len 4']]);
  });

  test('leaves slots and pages their own names', () => {
    const { runner, ops } = make(
      'packet-2012',
      'packet',
      TWO_SLOTS,
      'pwrite fd=w size=1',
      'pread size=1',
      'pwrite fd=w size=4',
    );
    const seen: string[] = [];
    replay(runner, ops, (r) => {
      const { page } = r.k.pipe.bufs[r.k.pipe.curbuf];
      seen.push(`${r.k.pipe.curbuf} ${page === null ? '-' : pageName(r, page)}`);
      return [];
    });
    expect(seen).toEqual(['0 p0', '1 -', '1 p0']);
  });

  test('stops at an op that is not enabled, or whose choice is never met', () => {
    const disabled = make(
      'pipe-iter-2016',
      'pipe-iter',
      ONE_SLOT,
      'pread size=1',
      'iov_iter_advance size=0',
      'pread size=1',
    );
    expect(replay(disabled.runner, disabled.ops)).toMatchObject({ stoppedAt: 1, steps: [{ text: 'pread size=1' }] });
    const idle = make(
      'pipe-iter-2016',
      'pipe-iter',
      ONE_SLOT,
      'iov_iter_pipe count=1',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'copy_to_iter bytes=4 mark=3',
    );
    expect(replay(idle.runner, idle.ops).stoppedAt).toBe(2);
    const again = replay(disabled.runner, disabled.ops);
    expect(again).toEqual(replay(disabled.runner, disabled.ops));
  });

  test('ends where the kernel would: nothing is enabled behind a fatal step', () => {
    const { runner, ops } = make(
      'linux-6.1',
      'pipe-iter',
      { ...ONE_SLOT, callers: 'careless' },
      'iov_iter_pipe_wrong_direction',
      'pread size=1',
    );
    const { steps, stoppedAt } = replay(runner, ops);
    const fatal = steps.findIndex(({ step }) => step === Step.Fatal);
    expect(stoppedAt).toBe(fatal < 0 ? -1 : fatal + 1);
  });

  test('does not move at a query, and goes on behind one that answers wrongly', () => {
    const { runner, ops } = make(
      'pipe-iter-2016',
      'pipe-iter',
      ONE_SLOT,
      'iov_iter_pipe count=4',
      'iov_iter_npages maxpages=1',
      'copy_to_iter bytes=1',
      'iov_iter_alignment',
    );
    expect(replay(runner, ops).steps.map(({ ret }) => ret)).toEqual([0, 1, 1, 3]);
  });
});

describe.each([
  ['pipe-iter-2016', 'pipe-iter'],
  ['pipe-iter-2016-can-merge', 'pipe-iter'],
  ['packet-2012', 'packet'],
  ['linux-4.10', 'pipe-iter'],
  ['linux-6.1', 'pipe-iter'],
] as const)('what the search finds in %s, %s', (design, scenario) => {
  const runner = new Runner(designNamed(design), ONE_SLOT, scenario);
  const explorer = new Explorer(runner, { memoryBytes: 2 ** 30, steps: 400_000, isOver: () => false });
  const { classes } = explorer.run();

  test('occurs in a replay at the last step of its path, and not before', () => {
    expect(classes.length).toBeGreaterThan(0);
    for (const found of classes)
      expect(reproduces(runner, found.path, found.class), found.class.invariant).toBe(found.path.length - 1);
  });

  test('does not occur as another class', () => {
    const { path, class: cls } = classes[0];
    expect(reproduces(runner, path, { ...cls, function: 'pipe_poll' })).toBe(-1);
    expect(reproduces(runner, path.slice(0, -1), cls)).toBe(-1);
    expect(reproduces(runner, [], cls)).toBe(-1);
  });
});
