import { describe, expect, test } from 'vitest';
import { UsageError } from '#iov/harness/bounds-text.js';
import { replay } from '#iov/harness/replay.js';
import type { CheckResult, Violation } from '#iov/harness/result.js';
import { Runner } from '#iov/harness/runner.js';
import { resolveOps } from '#iov/harness/trace.js';
import type { Invariant } from '#iov/invariants/invariant.js';
import type { Bounds } from '#iov/model/bounds.js';
import { DEFAULT_BOUNDS, NAMED_BOUNDS } from '#iov/model/bounds.js';
import { defineDesign } from '#iov/model/design.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { renderResult, renderViolation } from '#iov/reports/text.js';
import { ONE_SLOT, designNamed } from '../harness/walk.js';

const DIRTY = [
  'pwrite fd=w size=1',
  'pread size=1',
  'iov_iter_pipe count=1',
  'copy_page_to_iter page=0 offset=0 bytes=1',
  'pipe_unlock',
  'pwrite fd=w size=1 mark=0',
];

/** The violation of one invariant that a trace ends in. */
function violation(
  runner: Runner,
  invariant: string,
  trace: readonly string[],
  more: Partial<Violation> = {},
): Violation {
  const { design, scenario, bounds } = runner.w;
  const ops = resolveOps(runner, { design: design.id, scenario: scenario.name, bounds, ops: trace }, 'x.trace');
  const found = replay(runner, ops)
    .steps.at(-1)
    ?.found.find((f) => f.invariant === invariant);
  if (found === undefined) throw new Error(`the trace does not break ${invariant}`);
  const { op, function: fn, severity, explanation } = found;
  return {
    class: { invariant, op, function: fn },
    severity,
    explanation,
    misuse: false,
    steps: trace.length,
    minimality: 'shortest',
    trace,
    fixedBy: null,
    known: null,
    afterOthers: false,
    ...more,
  };
}

function invariantOf(runner: Runner, id: string): Invariant {
  const found = runner.invariants.find((i) => i.id === id);
  if (found === undefined) throw new Error(`no invariant ${id}`);
  return found;
}

function make(design: string, scenario: ScenarioName, bounds: Bounds = ONE_SLOT): Runner {
  return new Runner(designNamed(design), bounds, scenario);
}

function report(runner: Runner, v: Violation): string {
  return `\n${renderViolation(v, { runner, design: runner.w.design, invariant: invariantOf(runner, v.class.invariant) })}`;
}

describe('a counterexample', () => {
  test('is a run that a kernel developer can follow', () => {
    const runner = make('pipe-iter-2016-can-merge', 'pipe-iter');
    const v = violation(runner, 'page-cache-written-only-by-writers', DIRTY);
    expect(
      report(runner, v)
        .replace(/bounds( .*\n)+? {2}again/, 'bounds      ...\n  again')
        .replace(/--bounds \S+/, '...'),
    ).toBe(`
page-cache-written-only-by-writers: pwrite, in ${v.class.function}()

  A file's page-cache bytes change only by a write to that file.
  Where it is broken: whoever may read a file can change it: the bug known as
  Dirty Pipe (CVE-2022-0847).

  6 steps, shortest (within the bounds there is no shorter one):

   1  pwrite fd=w size=1                         = 1
      [0 p0 .--- CAN_MERGE]
   2  pread size=1                               = 1
      [0 free, was CAN_MERGE]  tmp_page p0
   3  iov_iter_pipe count=1
      [0 free, was CAN_MERGE]  iter 0+0 count=1  tmp_page p0
   4  copy_page_to_iter page=0 offset=0 bytes=1  = 1
      [0 F0 .--- CAN_MERGE]  iter 0+1 count=0  tmp_page p0
   5  pipe_unlock
      [0 F0 .--- CAN_MERGE]  tmp_page p0
   6  pwrite fd=w size=1 mark=0                  = 1

    pipe      curbuf=0 nrbufs=1 buffers=1   lock: nobody
                 slot  ops         page  off  len  flags      bytes
      curbuf ->  [0]   page-cache  F0      0    2  CAN_MERGE  .*--  <== here
    tmp_page  p0
    file      F0 in the page cache: .*..
    readable  2 bytes: .*   (as owed)
    bytes: . plain  * marked  ? never written  - not readable

  Byte 1 of file page 0 has changed, and nobody wrote to the file.

  at fault    pipe_write(), of fs/pipe.c pipe_write (f6dd975583bd)
  rule        lib/iov_iter.c copy_page_to_iter_pipe (9d2231c5d74e)
  design      pipe-iter-2016-can-merge: pipe-backed iov_iter (seed 000), with
              mergeability as a flag of the buffer
  bounds      ...
  again       iovcheck check pipe-iter-2016-can-merge --scenario pipe-iter ...
`);
  });

  test('says what else broke, by which fix it goes away, and where it is known from', () => {
    const runner = make('pipe-iter-2016', 'pipe-iter');
    const trace = ['iov_iter_pipe count=1', 'iov_iter_get_pages maxsize=1 maxpages=1', 'iov_iter_advance size=0'];
    const v = violation(runner, 'no-unwritten-byte-readable', trace, {
      fixedBy: 'truncate-by-count',
      known: 'F-3',
      misuse: true,
      minimality: '1-minimal',
    });
    const text = report(runner, v);
    expect(text).toContain('\n      broken here: page-list-complete\n');
    expect(text).toContain('\n      also broken here: bytes-in-order\n');
    expect(text).toMatch(/ {2}fixed by {4}truncate-by-count: .*\n(.*\n)?.*\(pipe-iter-2016-repaired\)/);
    expect(text).toContain('  known       F-3 in docs/findings.md\n');
    expect(text).toContain(`in ${v.class.function}(); misuse by a careless caller`);
    expect(text).toContain('3 steps, 1-minimal (no op can go, and no argument can shrink)');
  });

  test('about references has the ledger with it', () => {
    const leaky = defineDesign({
      id: 'leaky',
      title: 'releases a buffer without put_page',
      source: [],
      base: designNamed('linux-4.8'),
      override: { anonPipeBufRelease: (_k, buf) => void (buf.page = null) },
    });
    const runner = new Runner(leaky, ONE_SLOT, 'packet');
    const text = report(runner, violation(runner, 'refcount-equals-owners', ['pwrite fd=w size=1', 'pread size=1']));
    expect(text).toContain(`
    refs      p0 has 1, its owners are: none
`);
    expect(text).toContain(`
  who holds what, step by step:
    step  page  refcount  who      owners now
       1  p0    0 -> 1    +slot 0  slot 0
       2  p0    1 -> 1    -slot 0  none  <== 1 for 0
`);
  });

  test('colours only where it is told to, and what is marked', () => {
    const runner = make('pipe-iter-2016-can-merge', 'pipe-iter');
    const v = violation(runner, 'page-cache-written-only-by-writers', DIRTY);
    const ctx = { runner, design: runner.w.design, invariant: invariantOf(runner, v.class.invariant) };
    const text = renderViolation(v, { ...ctx, colour: (kind, s) => `<${kind}>${s}</>` });
    expect(text).toMatch(/^ {4}<bad> .*<== here<\/>$/m);
    expect(text.replace(/<(bad|dim|bold)>|<\/>/g, '')).toBe(renderViolation(v, ctx));
  });

  test('that does not replay is never shown', () => {
    const runner = make('pipe-iter-2016', 'pipe-iter');
    const v = violation(runner, 'page-list-complete', [
      'iov_iter_pipe count=1',
      'iov_iter_get_pages maxsize=1 maxpages=1',
    ]);
    expect(() => report(runner, { ...v, trace: ['pread size=1', 'iov_iter_advance size=0'] })).toThrow(UsageError);
  });

  test('tells the bounds that are not the usual ones in its command', () => {
    const command = (bounds: Bounds): string | undefined => {
      const runner = make('packet-2012', 'packet', bounds);
      return /again +(.*)/.exec(
        report(runner, violation(runner, 'packet-boundaries', ['pwrite fd=w size=1', 'pwrite fd=wd size=1'])),
      )?.[1];
    };
    expect(command({ ...DEFAULT_BOUNDS, headbits: 4, oom: 'off' })).toBe(
      'iovcheck check packet-2012 --scenario packet --bounds oom=off,headbits=4',
    );
    expect(command(DEFAULT_BOUNDS)).toBe('iovcheck check packet-2012 --scenario packet --bounds default');
    expect(command(NAMED_BOUNDS.deep)).toBe('iovcheck check packet-2012 --scenario packet --bounds deep');
  });
});

describe('a result', () => {
  const runner = make('pipe-iter-2016', 'pipe-iter');
  const empty: CheckResult = {
    design: 'pipe-iter-2016',
    scenario: 'pipe-iter',
    bounds: ONE_SLOT,
    engine: 'exhaustive',
    seed: 1,
    verdict: 'exhausted',
    exhausted: true,
    cutShort: '',
    violations: [],
    stats: { states: 10, edges: 20, depth: 1, steps: 1 },
    reached: {},
    unreached: [],
  };
  const shown = (more: Partial<CheckResult>): string =>
    renderResult({ ...empty, ...more }, { runner, design: runner.w.design });

  test('that found nothing says what that is worth', () => {
    expect(shown({}).replace(/bounds( .*\n)+?\n/, 'bounds      ...\n\n')).toBe(`pipe-iter-2016, pipe-iter: exhausted
  design      new iov_iter flavour: pipe-backed, as posted (seed 000)
  engine      exhaustive, seed 1
  searched    10 states, 20 edges, 1 step, depth 1
  complete    yes: the frontier is empty, and no rule is broken within the
              bounds
  bounds      ...

not claimed:
  This holds within the bounds above, and says nothing about larger pages,
  rings or counts.
  Callers interleave where the pipe lock is dropped; races under a lock, and
  memory ordering, are outside the model.
`);
    expect(shown({ verdict: 'budget-spent', exhausted: false, cutShort: 'the time is up' })).toContain(
      '  complete    no: the time is up; nothing was found, and nothing is proved\n',
    );
    expect(
      shown({ verdict: 'budget-spent', exhausted: false, engine: 'random', unreached: ['put_pages', 'a full ring'] }),
    ).toContain('never reached:\n  put_pages, a full ring\n');
  });

  test('shows what may be a consequence last, in short, and misuse behind the rest', () => {
    const trace = ['iov_iter_pipe count=1', 'iov_iter_get_pages maxsize=1 maxpages=1', 'iov_iter_advance size=0'];
    const unwritten = violation(runner, 'no-unwritten-byte-readable', trace);
    const bytes = violation(runner, 'bytes-in-order', trace, { afterOthers: true });
    const list = violation(runner, 'page-list-complete', trace.slice(0, 2));
    const misuse = { ...list, misuse: true, class: { ...list.class, function: 'pipe_get_pages' } };
    const text = shown({ verdict: 'violated', violations: [misuse, bytes, unwritten, list] });
    expect(text).toMatch(/^pipe-iter-2016, pipe-iter: violated: 4 classes\n/);
    const heads = text.split('\n').filter((line) => line.startsWith('--- ') || /^[a-z-]+: \w+.*\(\)/.test(line));
    expect(heads.map((line) => line.replace(/ -+$/, ''))).toEqual([
      '--- 1 of 3',
      'page-list-complete: iov_iter_get_pages, in __pipe_get_pages()',
      '--- 2 of 3',
      'no-unwritten-byte-readable: iov_iter_advance, in pipe_advance()',
      '--- 3 of 3',
      'page-list-complete: iov_iter_get_pages, in pipe_get_pages(); misuse by a careless caller',
    ]);
    expect(text).toContain(
      'also seen, after an earlier violation of the same path:\n   3 steps  bytes-in-order  iov_iter_advance, in pipe_advance()\n' +
        '         1  iov_iter_pipe count=1\n         2  iov_iter_get_pages maxsize=1 maxpages=1\n         3  iov_iter_advance size=0\n' +
        `            ${bytes.explanation.slice(0, 20)}`,
    );
    expect(text.match(/^ {2}bounds/gm)).toHaveLength(1);
  });

  test('gives the command for each violation where there is a file', () => {
    const v = violation(runner, 'page-list-complete', [
      'iov_iter_pipe count=1',
      'iov_iter_get_pages maxsize=1 maxpages=1',
    ]);
    const text = renderResult(
      { ...empty, violations: [v] },
      { runner, design: runner.w.design, command: () => 'iovcheck replay a.trace' },
    );
    expect(text).toContain('\n  again       iovcheck replay a.trace\n');
    expect(() =>
      renderResult(
        { ...empty, violations: [{ ...v, class: { ...v.class, invariant: 'x' } }] },
        { runner, design: runner.w.design },
      ),
    ).toThrow('no invariant x');
  });
});
