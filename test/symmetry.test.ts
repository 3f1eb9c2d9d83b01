/** The canonical images of the full search are exactly the states of the canonical search. */
import type { States } from '#iov/harness/purity.js';
import { replay } from '#iov/harness/replay.js';
import type { Runner, ViolationClass } from '#iov/harness/runner.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

/** How many states there are with less symmetry, and with all of it. */
const CASES: readonly [id: string, scenario: ScenarioName, bounds: string, less: string, of: number, states: number][] =
  [
    ['pipe-iter-2016-repaired', 'pipe-iter', 'tiny,contents=off', 'off', 6135, 2680],
    ['pipe-iter-2016-repaired', 'pipe-iter', 'default,contents=off,lengths=edge', 'off', 179336, 9259],
    ['pipe-iter-2016-repaired', 'pipe-iter', 'default,lengths=edge', 'ring+anon', 225396, 51999],
    ['pipe-iter-2016', 'pipe-iter', 'tiny,contents=off,files=2', 'off', 25368, 12904],
    ['pipe-iter-2016', 'pipe-iter', 'tiny', 'ring+anon', 87555, 58625],
    ['linux-4.10', 'pipe-iter', 'default,files=1,contents=off,lengths=edge', 'off', 306528, 39319],
    ['linux-6.1', 'pipe-iter', 'tiny,contents=off', 'off', 16964, 8142],
    ['linux-6.1', 'pipe-iter', 'tiny,files=2,page=2', 'ring+anon', 22952, 9150],
    ['packet-2012', 'packet', 'default', 'off', 3988, 1000],
    // symmetry=off leaves free-running counters as they are, so that those two start from less.
    ['linux-4.8', 'splice', 'tiny', 'ring+anon', 450, 240],
    ['linux-6.1', 'splice', 'tiny', 'ring+anon', 901, 467],
    ['linux-6.18', 'splice', 'tiny,contents=off', 'ring+anon', 239, 128],
    ['linux-4.8', 'blocking', 'tiny', 'ring+anon', 3301, 1753],
    ['linux-5.8', 'blocking', 'tiny', 'ring+anon', 3406, 1786],
    ['linux-6.18', 'blocking', 'tiny,tasks=3', 'ring+anon', 47197, 8693],
  ];

function imagesThrough(runner: Runner, states: States): Set<string> {
  const out = new Set<string>();
  const image = new Int32Array(runner.words);
  for (let s = 0; s < states.size; s++) {
    states.image(s, image, 0);
    runner.load(image, 0);
    runner.saveClass(image, 0);
    out.add(image.join());
  }
  return out;
}

const nameOf = ({ invariant, op }: Pick<ViolationClass, 'invariant' | 'op'>): string => `${invariant} ${op}`;

/** What the last op of a run breaks. */
function lastFound(runner: Runner, ops: readonly number[]): string[] {
  const { steps, stoppedAt } = replay(runner, ops);
  expect(stoppedAt).toBe(-1);
  return steps[ops.length - 1].found.map(nameOf);
}

describe('symmetry', () => {
  test.each(CASES)('%s %s %s against %s', (id, scenario, bounds, less, of, states) => {
    const canonical = search(designOf(id), scenario, bounds);
    const full = search(designOf(id), scenario, `${bounds},symmetry=${less}`);
    expect(full.isExhausted && canonical.isExhausted).toBe(true);
    const images = imagesThrough(canonical.runner, full.explorer.store);
    expect(images).toEqual(imagesThrough(canonical.runner, canonical.explorer.store));
    expect([full.states, canonical.states]).toEqual([of, states]);
    expect(images.size).toBe(states);
    // Nothing else is found, and nothing later.
    expect([...canonical.lines].sort()).toEqual([...full.lines].sort());
    // Each trace is a real one.
    for (const found of canonical.classes)
      expect(lastFound(canonical.runner, found.path)).toContain(nameOf(found.class));
  });

  test.each(['linux-4.8', 'linux-5.8'])('of a ring that is resized under sleepers, %s', (id) => {
    const on = search(designOf(id), 'blocking', 'tiny');
    const off = search(designOf(id), 'blocking', 'tiny,symmetry=off');
    expect(off.isExhausted).toBe(true);
    expect([...on.lines].sort()).toEqual([...off.lines].sort());
  });

  test('of a write into a page of the file, by flags that a slot has inherited', () => {
    const bounds = 'default,files=1,lengths=edge,segments=edge,marks=edge,oom=off';
    const on = search(designOf('linux-5.8'), 'pipe-iter', bounds);
    const plain = search(designOf('linux-5.8'), 'pipe-iter', `${bounds},symmetry=ring+anon`);
    expect([...on.lines].sort()).toEqual([...plain.lines].sort());
    expect(on.traceOf('page-cache-written-only-by-writers')).toHaveLength(6);
    expect(on.states).toBeLessThan(plain.states);
  });
});
