/**
 * What contents=written and contents=marked find together is what contents=3 finds: the same rules, broken by the same
 * calls in the same functions, in as many steps. Their states are fewer.
 */
import { parseBounds, UsageError } from '#iov/harness/bounds-text.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

/** `missed`: classes that only the marked half finds, and only the other. */
const CASES: readonly [
  id: string,
  scenario: ScenarioName,
  bounds: string,
  missed: [written: number, marked: number],
][] = [
  ['pipe-iter-2016', 'pipe-iter', 'tiny', [0, 2]],
  ['pipe-iter-2016-can-merge', 'pipe-iter', 'tiny,files=1,page=2', [2, 2]],
  ['pipe-iter-mail-2016', 'pipe-iter', 'tiny', [0, 0]],
  ['pipe-iter-2016-repaired', 'pipe-iter', 'default,lengths=edge', [0, 0]],
  ['linux-6.1', 'pipe-iter', 'tiny', [0, 2]],
  ['revert-braino', 'pipe-iter', 'tiny', [2, 1]],
  ['packet-2012', 'packet', 'default', [0, 0]],
  ['atomic-redo', 'packet', 'tiny', [1, 0]],
  ['linux-6.1', 'splice', 'tiny', [0, 0]],
  ['tee-merge', 'splice', 'tiny', [1, 0]],
  ['linux-4.8', 'blocking', 'tiny', [0, 0]],
];

/** Each class once, with the fewest steps that one of the searches needs for it. */
function union(...searches: readonly (readonly string[])[]): string[] {
  const least = new Map<string, number>();
  for (const line of searches.flat()) {
    const at = line.lastIndexOf(' ');
    const [key, steps] = [line.slice(0, at), Number(line.slice(at + 1))];
    least.set(key, Math.min(steps, least.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return [...least].map(([key, steps]) => `${key} ${steps}`).sort();
}

describe('the halves of contents=3', () => {
  test.each(CASES)('%s %s %s', (id, scenario, bounds, missed) => {
    const whole = search(designOf(id), scenario, `${bounds},contents=3`);
    const halves = ['written', 'marked'].map((half) => search(designOf(id), scenario, `${bounds},contents=${half}`));
    for (const each of [whole, ...halves]) expect(each.isExhausted).toBe(true);
    const all = union(whole.lines);
    expect(union(...halves.map(({ lines }) => lines))).toEqual(all);
    expect(halves.map(({ lines }) => all.length - union(lines).length)).toEqual(missed);
    for (const half of halves) expect(half.states).toBeLessThanOrEqual(whole.states);
  });

  test('mean nothing where bytes are told apart by more', () => {
    for (const scenario of ['fork-dma', 'vmsplice', 'sendfile', 'file-splice', 'iov-iter', 'extract'] as const) {
      for (const half of ['written', 'marked']) {
        expect(() => parseBounds(`contents=${half}`, undefined, SCENARIOS[scenario])).toThrow(UsageError);
      }
    }
  });
});
