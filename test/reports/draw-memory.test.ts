/** What a person sees of processes, their pages, and who holds them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { formatLedger, ledger } from '#iov/harness/ledger.js';
import { replay } from '#iov/harness/replay.js';
import type { Violation } from '#iov/harness/result.js';
import type { Found } from '#iov/harness/runner.js';
import { Runner } from '#iov/harness/runner.js';
import { resolveOps } from '#iov/harness/trace.js';
import type { Design } from '#iov/model/design.js';
import { drawState } from '#iov/reports/draw.js';
import { ringLines } from '#iov/reports/steps.js';
import { renderViolation } from '#iov/reports/text.js';
import { GUP_MUTANTS } from '../fork-dma/gup-mutants.js';
import { designOfMutant, linux61, sound } from '../fork-dma/mutant.js';
import { walk } from '../harness/walk.js';

const ONE_PAGE = 'vpages=1,files=1';

/** A run: each step's one line of state, the drawing after the last one, and what broke there. */
interface Run {
  readonly runner: Runner;
  readonly ops: readonly number[];
  readonly short: readonly string[];
  readonly drawing: string;
  readonly found: readonly Found[];
}

function run(design: Design, bounds: string, ...trace: readonly string[]): Run {
  const runner = new Runner(design, parseBounds(bounds), 'fork-dma');
  const { bounds: full } = runner.w;
  const ops = resolveOps(runner, { design: design.id, scenario: 'fork-dma', bounds: full, ops: trace }, 'x.trace');
  const short: string[] = [];
  const { steps, stoppedAt } = replay(runner, ops, (r) => {
    short.push(ringLines(r).join(' | '));
    return drawState(r, []);
  });
  expect(stoppedAt).toBe(-1);
  const last = steps.at(-1);
  return { runner, ops, short, drawing: `\n${last?.picture.join('\n') ?? ''}\n`, found: last?.found ?? [] };
}

const LOST = [
  'mmap vpage=0 of=anon',
  'iov_iter_get_pages_alloc pid=parent direction=READ buffer=ubuf:[0+2]',
  'fork',
  'device_write',
];

describe('a drawing shows', () => {
  test('what is mapped, whose data it holds, and who holds the pages', () => {
    const { drawing } = run(linux61, ONE_PAGE, ...LOST);
    expect(drawing).toBe(`
parent    0: anonymous, p0, write-protected, the device's data of step 4
child     0: anonymous, p0, write-protected, the device's data of step 4 (has
          to be zeros)
request   p0 0..2; each referenced (FOLL_GET); the device is done; the array
          is the caller's
pages     p0: refcount 3: parent's page 0, child's page 0, caller
`);
  });

  test('every kind of mapping, and a request of which one page is of the file', () => {
    const { drawing } = run(
      sound,
      'vpages=4,files=2',
      'mmap vpage=0 of=private_file',
      'mmap vpage=1 of=anon',
      'mmap vpage=2 of=shared_file',
      'store pid=parent vpage=2',
      'store pid=parent vpage=1',
      'iov_iter_extract_pages pid=parent direction=WRITE buffer=ubuf:[0+4]',
      'mmap vpage=3 of=anon',
      'fork',
      'load pid=child vpage=3',
    );
    expect(drawing).toBe(`
parent    0: private file, F0, write-protected, the parent's data of step 4
          1: anonymous, p0, writable, exclusive, the parent's data of step 5
          2: shared file, F0, writable, the parent's data of step 4
          3: anonymous, no page yet
child     0: private file, F0, write-protected, the parent's data of step 4
          1: anonymous, p1, writable, exclusive, the parent's data of step 5
          2: shared file, no page yet
          3: anonymous, Z, write-protected, zeros
request   F0 0..2, p0 0..2; each pinned (FOLL_PIN), asked of the parent; the
          device reads them; the array is the caller's
pages     F0: refcount 20: page cache, parent's page 0, parent's page 2,
          child's page 0, caller's pin (16)
          p0: refcount 17: parent's page 1, caller's pin (16)
          p1: refcount 1: child's page 1
`);
  });

  test('folios of two, and the zero page, whose pins count for nothing', () => {
    const { drawing } = run(
      sound,
      'vpages=2,order=1,contents=off',
      'mmap vpage=0 of=anon',
      'mmap vpage=1 of=anon',
      'store pid=parent vpage=0',
      'iov_iter_extract_pages pid=parent direction=READ buffer=ubuf:[0+4]',
    );
    expect(drawing).toBe(`
parent    0: anonymous, p0, writable, exclusive
          1: anonymous, p1, writable, exclusive
request   p0 0..2, p1 0..2; each pinned (FOLL_PIN); the device writes them;
          the array is the caller's
pages     p0 and the next: refcount 4, pincount 2: parent's page 0, parent's
          page 1, 2 x caller's pin (1)
`);
    const zero = run(
      sound,
      ONE_PAGE,
      'mmap vpage=0 of=anon',
      'iov_iter_extract_pages pid=parent direction=WRITE buffer=ubuf:[0+2]',
    );
    expect(zero.drawing).toContain("\npages     Z: refcount 1: kernel, caller's pin (0)\n");
  });

  test('where the first read will be wrong', () => {
    const forgets = designOfMutant({
      name: 'forgets-private-pages',
      override: { copyPresentPte: () => 0 },
      breaks: {},
    });
    const { drawing } = run(forgets, ONE_PAGE, 'mmap vpage=0 of=private_file', 'store pid=parent vpage=0', 'fork');
    expect(drawing).toContain(`
child     0: private file, no page yet: the file's data (has to be the
          parent's data of step 2)
`);
  });
});

test('each step on one line', () => {
  expect(run(linux61, ONE_PAGE, ...LOST).short).toEqual([
    'parent [0 -]',
    'parent [0 p0 rw excl zeros]  referenced: p0',
    'parent [0 p0 ro zeros]  child [0 p0 ro zeros]  referenced: p0',
    'parent [0 p0 ro device:4]  child [0 p0 ro device:4]  referenced: p0',
  ]);
});

describe('the ledger', () => {
  test('counts a pin as what it takes', () => {
    const mutant = GUP_MUTANTS.find((m) => m.name === 'unpin drops one reference');
    if (mutant === undefined) throw new Error('the mutant has another name');
    const { runner, ops, found } = run(
      designOfMutant(mutant),
      ONE_PAGE,
      'mmap vpage=0 of=anon',
      'iov_iter_extract_pages pid=parent direction=READ buffer=ubuf:[0+2]',
      'fork',
      'release_pages',
    );
    expect(found.map((f) => f.invariant)).toEqual(['refcount-equals-owners']);
    expect(`\n${formatLedger(ledger(runner, ops)).join('\n')}\n`).toBe(`
step  page  refcount  who                             owners now
   2  p0    0 -> 17   +parent's page 0 +caller's pin  parent's page 0, caller's pin
   3  p1    0 -> 1    +child's page 0                 child's page 0
   4  p0    17 -> 16  -caller's pin                   parent's page 0  <== 16 for 1
`);
  });
});

/** The report of what broke first at the end of a run. */
function report({ runner, found: [first] }: Run, trace: readonly string[]): string {
  const invariant = runner.invariants.find((i) => i.id === first.invariant);
  if (invariant === undefined) throw new Error(`there is no invariant ${first.invariant}`);
  const violation: Violation = {
    class: { invariant: first.invariant, op: first.op, function: first.function },
    severity: first.severity,
    explanation: first.explanation,
    misuse: false,
    steps: trace.length,
    minimality: 'shortest',
    trace,
    fixedBy: null,
    known: null,
    afterOthers: false,
  };
  return renderViolation(violation, { runner, design: runner.w.design, invariant });
}

test('a violation is a run that a kernel developer can follow', () => {
  const text = report(run(linux61, `${ONE_PAGE},cow=refcount`, ...LOST), LOST);
  expect(`\n${text.replace(/ {2}seen at(.*\n)*/, '')}`).toBe(`
memory-is-private: device_write()

  A process reads from its memory what it wrote last, or a device on its
  behalf, across fork and copy-on-write; another process never sees it in a
  private page.
  Where it is broken: data that a device read for a process is lost, or ends
  up in another process's memory.

  4 steps, shortest (within the bounds there is no shorter one):

   1  mmap vpage=0 of=anon
      parent [0 -]
   2  iov_iter_get_pages_alloc pid=parent direction=READ buffer=ubuf:[0+2]
      = 2
      parent [0 p0 rw zeros]  referenced: p0
   3  fork          = 0
      parent [0 p0 ro zeros]  child [0 p0 ro zeros]  referenced: p0
   4  device_write  = 2

    parent    0: anonymous, p0, write-protected, the device's data of step 4
    child     0: anonymous, p0, write-protected, the device's data of step 4
              (has to be zeros)
    request   p0 0..2; each referenced (FOLL_GET); the device is done; the
              array is the caller's
    pages     p0: refcount 3: parent's page 0, child's page 0, caller
    names: p anonymous  F of the file  Z the zero page

  The child finds the device's data of step 4 at its page 0; it has to find
  zeros.

`);
});

test('no drawing is wider than 78 columns, whatever is in it', () => {
  const worlds = [
    new Runner(sound, parseBounds('vpages=4,files=2'), 'fork-dma'),
    new Runner(linux61, parseBounds('vpages=2,files=1,order=1,cow=mapcount'), 'fork-dma'),
  ];
  fc.assert(
    fc.property(fc.nat(worlds.length - 1), fc.array(fc.nat(99_999), { maxLength: 25 }), (world, choices) => {
      const runner = worlds[world];
      walk(runner, choices, () => {
        const lines = [...drawState(runner, []), ...ringLines(runner)];
        expect(lines.filter((line) => line.length > 78)).toEqual([]);
      });
    }),
    { numRuns: 100 },
  );
});
