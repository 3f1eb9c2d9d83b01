import { unmet } from '#iov/cli/expectations.js';
import type { CheckResult } from '#iov/harness/result.js';
import { expect, test } from 'vitest';

const expected = { id: 'd', expect: { violates: [{ invariant: 'sanity', steps: 2 }, { invariant: 'no-warn' }] } };

function results(...found: [invariant: string, steps: number][]): CheckResult[] {
  const violations = found.map(([invariant, steps]) => ({
    class: { invariant, op: 'pread', function: 'pipe_read' },
    steps,
  }));
  return [{ design: 'd', violations } as unknown as CheckResult];
}

test('an expectation is met by any class of the invariant, in as many steps as it says', () => {
  expect(unmet(expected, 'd', results(['sanity', 2], ['sanity', 5], ['no-warn', 9]))).toEqual([]);
});

test('what is missing, longer or shorter is named', () => {
  expect(unmet(expected, 'd', results(['sanity', 3]))).toEqual([
    'd: sanity was expected to break in 2 steps; the shortest trace has 3.',
    'd: no-warn was expected to break, and did not.',
  ]);
  expect(unmet(expected, 'd', results(['sanity', 1], ['no-warn', 1]))).toHaveLength(1);
});

test('a design that is not there is named', () => {
  expect(unmet(undefined, 'd', [])).toEqual(['d: there is no such design.']);
});
