import { parseBounds } from '#iov/harness/bounds-text.js';
import type { CheckResult, Violation } from '#iov/harness/result.js';
import type { Known } from '#iov/model/design.js';
import { conclude, verdictOf } from '#iov/harness/verdict.js';
import type { Checked, Run } from '#iov/harness/verdict.js';
import { describe, expect, test } from 'vitest';

function violation(invariant: string, more: Partial<Violation> = {}): Violation {
  return {
    class: { invariant, op: 'pread', function: 'pipe_read' },
    severity: 'soft',
    misuse: false,
    steps: 1,
    minimality: 'shortest',
    trace: ['pread size=1'],
    explanation: 'It broke.',
    fixedBy: null,
    known: null,
    afterOthers: false,
    ...more,
  };
}

function checked(violations: Violation[], more: Partial<CheckResult> = {}, rest: Partial<Checked> = {}): Checked {
  const exhausted = more.exhausted ?? true;
  const result: CheckResult = {
    design: 'd',
    scenario: 'packet',
    bounds: parseBounds('tiny'),
    engine: 'exhaustive',
    seed: 1,
    verdict: verdictOf(violations.length, exhausted),
    exhausted,
    cutShort: exhausted ? '' : 'the time is up',
    violations,
    stats: { states: 1, edges: 1, depth: 1, steps: 1 },
    reached: {},
    unreached: [],
    ...more,
  };
  return { result, known: [], ...rest };
}

function status(list: Checked[], more: Partial<Run> = {}): number {
  return conclude({
    checked: list,
    usageErrors: 0,
    internalErrors: 0,
    onlyKnown: false,
    requireReached: false,
    ...more,
  }).status;
}

describe('the verdict', () => {
  test.each([
    [1, true, 'violated'],
    [1, false, 'violated'],
    [0, true, 'exhausted'],
    [0, false, 'budget-spent'],
  ])('of %d violations, exhausted %s, is %s', (n, isExhausted, verdict) => {
    expect(verdictOf(n, isExhausted)).toBe(verdict);
  });
});

describe('the exit status', () => {
  const bad = checked([violation('sanity')]);
  const cut = checked([], { exhausted: false });
  const unreached = checked([], { design: 'e', unreached: ['a quiescent state'] });

  test('is the first that applies', () => {
    expect(status([])).toBe(0);
    expect(status([checked([])])).toBe(0);
    expect(status([cut])).toBe(3);
    expect(status([cut, unreached])).toBe(4);
    expect(status([cut, unreached, bad])).toBe(1);
    expect(status([cut, unreached, bad], { usageErrors: 1 })).toBe(2);
    expect(status([cut, unreached, bad], { usageErrors: 1, internalErrors: 1 })).toBe(70);
    expect(status([bad], { signal: 'SIGINT' })).toBe(130);
    expect(status([bad], { signal: 'SIGTERM' })).toBe(143);
  });

  test('of a random run that finds nothing is 0', () => {
    expect(status([checked([], { engine: 'random', exhausted: false })])).toBe(0);
  });

  test('counts what was not reached only where it is required, or no state was ever at rest', () => {
    const op = checked([], { unreached: ['pipe2'] });
    expect(status([op])).toBe(0);
    expect(status([op], { requireReached: true })).toBe(4);
    // Another engine reached it.
    expect(status([op, checked([], { engine: 'random', exhausted: false })], { requireReached: true })).toBe(0);
    expect(status([checked([], { exhausted: false, unreached: ['a quiescent state'] })])).toBe(3);
  });

  test('does not count misuse that the base allows as well', () => {
    const misuse = violation('sanity', { misuse: true });
    expect(status([checked([misuse], {}, { base: [violation('sanity')] })])).toBe(0);
    expect(status([checked([misuse], {}, { base: [] })])).toBe(1);
    expect(status([checked([violation('sanity')], {}, { base: [violation('sanity')] })])).toBe(1);
  });
});

describe('--known', () => {
  const known: Known[] = [
    { invariant: 'sanity', scenario: 'packet', finding: 'F-1' },
    { invariant: 'no-warn', op: 'pread', scenario: 'packet', finding: 'F-2' },
    { invariant: 'sanity', scenario: 'pipe-iter', finding: 'F-3' },
  ];
  const both = [violation('sanity'), violation('no-warn')];
  const run = (list: Checked[]): ReturnType<typeof conclude> =>
    conclude({ checked: list, usageErrors: 0, internalErrors: 0, onlyKnown: true, requireReached: false });

  test('is content with exactly what is listed', () => {
    expect(run([checked(both, {}, { known })])).toMatchObject({ status: 0, notes: [] });
  });

  test('names what is not listed', () => {
    const { status: code, notes } = run([checked([...both, violation('no-bug')], {}, { known })]);
    expect(code).toBe(1);
    expect(notes).toEqual(['d, packet: no-bug at pread, in pipe_read() is not among its known violations.']);
  });

  test('names what is listed and was not found', () => {
    const { status: code, notes } = run([checked([violation('sanity')], {}, { known })]);
    expect(code).toBe(1);
    expect(notes).toEqual(['d, packet: the known violation no-warn at pread (F-2) was not found.']);
  });

  test('what takes larger bounds need not be found, and may be', () => {
    const beyond = known.map((k): Known => (k.finding === 'F-2' ? { ...k, isBeyond: true } : k));
    expect(run([checked([violation('sanity')], {}, { known: beyond })]).status).toBe(0);
    expect(run([checked(both, {}, { known: beyond })]).status).toBe(0);
  });

  test('what is known of packets is known where everything happens at once', () => {
    expect(run([checked(both, { scenario: 'all' }, { known })])).toMatchObject({ status: 0, notes: [] });
    expect(run([checked(both, { scenario: 'splice' }, { known })]).status).toBe(1);
  });

  test('looks at all engines of a scenario together, and misses nothing in a search that was cut short', () => {
    expect(
      run([checked([violation('sanity')], {}, { known }), checked([violation('no-warn')], {}, { known })]).status,
    ).toBe(0);
    expect(run([checked([violation('sanity')], { scenario: 'pipe-iter' }, { known })]).status).toBe(0);
    expect(run([checked([violation('sanity')], { exhausted: false }, { known })]).status).toBe(3);
  });
});

test('the last line says it all', () => {
  const { lastLine } = conclude({
    checked: [
      checked([violation('sanity')], { exhausted: false }),
      checked([], { engine: 'random', exhausted: false }),
    ],
    usageErrors: 2,
    internalErrors: 0,
    onlyKnown: false,
    requireReached: false,
  });
  expect(lastLine).toBe(
    '2 searches, 1 violation, 1 cut short, 1 budget spent, which proves nothing, 2 errors; exit 2.',
  );
});
