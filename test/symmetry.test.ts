/** The canonical images of the full search are exactly the states of the canonical search. */
import type { Runner } from '#iov/harness/runner.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const CASES: readonly [string, ScenarioName, string][] = [
  ['pipe-iter-2016-repaired', 'pipe-iter', 'tiny,contents=off'],
  ['linux-4.10', 'pipe-iter', 'default,files=1,contents=off,lengths=edge'],
  ['linux-6.1', 'pipe-iter', 'tiny,contents=off'],
  ['packet-2012', 'packet', 'default'],
];

/** Images as strings, made canonical. */
function canonicalImages(id: string, scenario: ScenarioName, bounds: string): Set<string> {
  const full = search(designOf(id), scenario, `${bounds},symmetry=off`);
  expect(full.isExhausted).toBe(true);
  const on = search(designOf(id), scenario, bounds).runner;
  return imagesThrough(on, full.explorer.store.images(), full.states);
}

function imagesThrough(runner: Runner, arena: Int32Array, states: number): Set<string> {
  const out = new Set<string>();
  const image = new Int32Array(runner.words);
  for (let s = 0; s < states; s++) {
    runner.load(arena, s * runner.words);
    runner.save(image, 0);
    out.add(image.join());
  }
  return out;
}

describe('symmetry', () => {
  test.each(CASES)('%s %s %s', (id, scenario, bounds) => {
    const canonical = search(designOf(id), scenario, bounds);
    const images = canonicalImages(id, scenario, bounds);
    expect(images.size).toBe(canonical.states);
    expect(images).toEqual(imagesThrough(canonical.runner, canonical.explorer.store.images(), canonical.states));
  });

  test.each(['linux-4.8', 'linux-5.8'])('of a ring that is resized under sleepers, %s', (id) => {
    const on = search(designOf(id), 'blocking', 'tiny');
    const off = search(designOf(id), 'blocking', 'tiny,symmetry=off');
    expect(off.isExhausted).toBe(true);
    expect([...on.lines].sort()).toEqual([...off.lines].sort());
  });

  test('both find the same classes, as shortly', () => {
    const on = search(designOf('pipe-iter-2016'), 'pipe-iter', 'tiny,contents=off');
    const off = search(designOf('pipe-iter-2016'), 'pipe-iter', 'tiny,contents=off,symmetry=off');
    expect([...on.lines].sort()).toEqual([...off.lines].sort());
  });
});
