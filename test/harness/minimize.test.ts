import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minimize } from '#iov/harness/minimize.js';
import { replay, reproduces } from '#iov/harness/replay.js';
import type { ViolationClass } from '#iov/harness/runner.js';
import { Runner } from '#iov/harness/runner.js';
import { resolveOps } from '#iov/harness/trace.js';
import { defineDesign } from '#iov/model/design.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { ONE_SLOT, TWO_SLOTS, designNamed, walk } from './walk.js';

function minimal(design: string, scenario: ScenarioName, invariant: string, ...texts: string[]): string[] {
  const runner = new Runner(designNamed(design), TWO_SLOTS, scenario);
  const ops = resolveOps(runner, { design, scenario, bounds: TWO_SLOTS, ops: texts }, 'x.trace');
  const cls = replay(runner, ops)
    .steps.flatMap((step) => step.found)
    .find((f) => f.invariant === invariant);
  if (cls === undefined) throw new Error(`the given trace does not break ${invariant}`);
  const found = minimize(runner, ops, cls);
  expect(found.minimality).toBe('1-minimal');
  return found.ops.map((n) => runner.ops[n].text);
}

describe('the minimiser', () => {
  test('cuts behind the violation', () => {
    expect(
      minimal(
        'packet-2012',
        'packet',
        'packet-boundaries',
        'pwrite fd=w size=1',
        'pwrite fd=wd size=1',
        'pread size=1',
      ),
    ).toEqual(['pwrite fd=w size=1', 'pwrite fd=wd size=1']);
  });

  test('leaves out what is not needed, and what only made sense with it', () => {
    const noise = ['pwrite fd=wd size=4', 'pread size=4', 'pwrite fd=wd size=1 mark=0', 'pread size=1'];
    expect(
      minimal('packet-2012', 'packet', 'packet-boundaries', ...noise, 'pwrite fd=w size=3', 'pwrite fd=wd size=1'),
    ).toEqual(['pwrite fd=w size=1', 'pwrite fd=wd size=1']);
  });

  test('makes arguments small, alone and together', () => {
    expect(
      minimal(
        'pipe-iter-2016',
        'pipe-iter',
        'count-consumed-exactly',
        'iov_iter_pipe count=8',
        'iov_iter_get_pages maxsize=8 maxpages=2',
        'device_write bytes=8',
        'iov_iter_advance size=8',
      ),
    ).toEqual([
      'iov_iter_pipe count=4',
      'iov_iter_get_pages maxsize=4 maxpages=1',
      'device_write bytes=1',
      'iov_iter_advance size=1',
    ]);
  });

  test('wants the class: of a trace that breaks several, the steps that this one needs', () => {
    const both = ['iov_iter_pipe count=5', 'iov_iter_get_pages maxsize=5 maxpages=2', 'iov_iter_advance size=0'];
    expect(minimal('pipe-iter-2016', 'pipe-iter', 'page-list-complete', ...both)).toEqual([
      'iov_iter_pipe count=1',
      'iov_iter_get_pages maxsize=1 maxpages=1',
    ]);
    expect(minimal('pipe-iter-2016', 'pipe-iter', 'no-unwritten-byte-readable', ...both)).toHaveLength(3);
  });

  test('leaves out two ops that only go together', () => {
    const odd = defineDesign({
      id: 'odd',
      title: 'each read turns a bit over; no such kernel exists',
      source: [],
      base: designNamed('linux-4.8'),
      override: {
        pipeRead(k) {
          k.added[0] ^= 1;
          return -11;
        },
      },
      add: {
        fields: [['isOdd', 1]],
        invariants: [
          { id: 'odd', statement: 'Odd.', why: 'Odd.', holds: (k) => k.pipe.nrbufs === 0 || k.added[0] === 1 },
        ],
      },
    });
    const runner = new Runner(odd, TWO_SLOTS, 'packet');
    const texts = ['pread size=1', 'pread size=1', 'pwrite fd=w size=4'];
    const ops = resolveOps(runner, { design: 'odd', scenario: 'packet', bounds: TWO_SLOTS, ops: texts }, 'x.trace');
    const cls = replay(runner, ops)
      .steps.at(-1)
      ?.found.find((f) => f.invariant === 'odd');
    expect(minimize(runner, ops, cls as ViolationClass).ops.map((n) => runner.ops[n].text)).toEqual([
      'pwrite fd=w size=1',
    ]);
  });

  test('refuses a trace that does not break it', () => {
    const runner = new Runner(designNamed('packet-2012'), TWO_SLOTS, 'packet');
    const cls = { invariant: 'sanity', op: 'pread', function: 'pipe_read' };
    expect(() => minimize(runner, [0], cls)).toThrow('does not violate sanity in pread, pipe_read()');
  });
});

/** Every trace that is one op shorter, or has one argument lower. */
function simpler(runner: Runner, ops: readonly number[]): number[][] {
  const shorter = ops.map((_, at) => ops.filter((__, n) => n !== at));
  const lower = ops.flatMap((op, at) => {
    const { spec, args } = runner.ops[op];
    return runner.ops.flatMap((other, n) => {
      const changed = args.flatMap((value, a) => (other.args[a] === value ? [] : [a]));
      if (other.spec !== spec || changed.length !== 1) return [];
      const [a] = changed;
      const isLower = other.args[a] === spec.args[a].omit || (args[a] !== spec.args[a].omit && other.args[a] < args[a]);
      return isLower ? [ops.map((old, i) => (i === at ? n : old))] : [];
    });
  });
  return [...shorter, ...lower];
}

describe.each([
  ['pipe-iter-2016', 'pipe-iter'],
  ['linux-6.1', 'pipe-iter'],
  ['packet-2012', 'packet'],
] as const)('whatever a random run of %s, %s breaks', (design, scenario) => {
  const runner = new Runner(designNamed(design), ONE_SLOT, scenario);

  test('comes out 1-minimal, of the same class, and the same each time', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.nat(99_999), { minLength: 20, maxLength: 40 }), (choices) => {
        const ops = walk(runner, choices);
        const { steps } = replay(runner, ops);
        const first = steps.flatMap((step) => step.found)[0] as ViolationClass | undefined;
        if (first === undefined || seen.has(first.invariant + first.op)) return;
        seen.add(first.invariant + first.op);
        const found = minimize(runner, ops, first).ops;
        expect(minimize(runner, ops, first).ops).toEqual(found);
        expect(minimize(runner, found, first).ops).toEqual(found);
        expect(reproduces(runner, found, first)).toBe(found.length - 1);
        for (const other of simpler(runner, found)) {
          expect(reproduces(runner, other, first), other.map((n) => runner.ops[n].text).join('; ')).toBe(-1);
        }
      }),
      { numRuns: 60 },
    );
    expect(seen.size).toBeGreaterThan(0);
  });
});
