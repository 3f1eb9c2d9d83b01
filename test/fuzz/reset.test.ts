/** The initial state is one state, whatever a runner has been through. */
import { expect, test } from 'vitest';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { ANY, createSession, LENGTH_MAX } from '#iov/fuzz/coverage/session.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { designOf } from '../search.js';

const RUNS = 60;

/** The newest and an old kernel of each scenario, and the documents. */
const DESIGN_IDS = [
  'linux-4.8',
  'linux-6.1',
  'linux-6.18',
  'pipe-iter-2016',
  'extract-rfc-2022',
  'read-to-read-rfc-2022',
];

const PAIRS = DESIGNS.filter(({ id }) => DESIGN_IDS.includes(id)).flatMap((design) =>
  design.scenarios.map((scenario) => [design.id, scenario] as const),
);

function imageOf(runner: Runner): number[] {
  const image = new Int32Array(runner.words);
  runner.reset();
  expect(runner.save(image, 0)).toBe(true);
  return [...image];
}

test.each(PAIRS)('%s, %s: after walks of up to 200 ops', (id, scenario: ScenarioName) => {
  const design = designOf(id);
  const bounds = parseBounds('default,follow=3', undefined, SCENARIOS[scenario]);
  const runner = new Runner(design, bounds, scenario);
  const first = imageOf(runner);
  const session = createSession(runner, 1, false);
  const program = new Int32Array(LENGTH_MAX).fill(ANY);
  for (let n = 0; n < RUNS; n++) {
    session.run(program, 1 + ((37 * n) % LENGTH_MAX));
    expect(imageOf(runner)).toEqual(first);
  }
  expect(session.steps).toBeGreaterThan(RUNS);
});
