/** What an exhaustive search had to leave is where the coverage engine begins. */
import { frontierTraces } from '#iov/campaign/frontier.js';
import { Explorer } from '#iov/check/explore.js';
import { byteMutator } from '#iov/fuzz/coverage/bytes.js';
import { Coverage } from '#iov/fuzz/coverage/explore.js';
import { LENGTH_MAX, createSession } from '#iov/fuzz/coverage/session.js';
import { Prng } from '#iov/fuzz/prng.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner, Step } from '#iov/harness/runner.js';
import { describe, expect, test } from 'vitest';
import { designOf } from '../search.js';

const isOver = (): boolean => false;

function newRunner(id: string, bounds: string): Runner {
  return new Runner(designOf(id), parseBounds(bounds), 'pipe-iter');
}

function explored(id: string, bounds: string, steps: number): { explorer: Explorer; depth: number } {
  const explorer = new Explorer(newRunner(id, bounds), { memoryBytes: 1e9, steps, isOver });
  return { explorer, depth: explorer.run().depth };
}

describe('the frontier of a search', () => {
  const { explorer, depth } = explored('linux-6.1', 'tiny', 100_000);
  const traces = frontierTraces(explorer);

  test('is spread, and the same each time', () => {
    expect(traces.length).toBeGreaterThan(30);
    expect(traces.length).toBeLessThanOrEqual(64);
    expect(frontierTraces(explorer)).toEqual(traces);
    expect(frontierTraces(explorer, 5)).toEqual(traces.slice(0, 5));
    const last = new Set(traces.map((ops) => explorer.runner.ops[ops[ops.length - 1]].spec.name));
    expect(last.size).toBeGreaterThan(8);
  });

  test('lies behind what was tried, and is come to without a violation', () => {
    const { runner } = explorer;
    const runs = traces.map((ops) => {
      runner.reset();
      return ops.map((n) => runner.step(n));
    });
    expect(new Set(runs.flat())).toEqual(new Set([Step.Taken]));
    for (const { length } of traces) expect(length).toBeGreaterThanOrEqual(depth);
  });

  test('is empty where the search came to its end', () => {
    const whole = new Explorer(newRunner('linux-4.10', 'tiny'), { memoryBytes: 1e9, steps: Infinity, isOver });
    expect(whole.run().isExhausted).toBe(true);
    expect(frontierTraces(whole)).toEqual([]);
  });
});

test('the coverage engine finds more from there: 1500 runs of the patch of 2016, deep', async () => {
  const [id, bounds] = ['pipe-iter-2016-can-merge', 'deep'];
  const frontier = frontierTraces(explored(id, bounds, 100_000).explorer);
  const classes = async (seed: number, seeds: readonly (readonly number[])[]): Promise<number> => {
    const session = createSession(newRunner(id, bounds), seed, true);
    const bytes = await byteMutator(new Prng(seed ^ 0xb17e5), session.opCount, LENGTH_MAX);
    const options = { seed, steps: Infinity, runs: 1500, isOver, seeds, bytes };
    return new Coverage(session, newRunner(id, bounds), options).run().classes.length;
  };
  let [without, having] = [0, 0];
  for (const seed of [1, 2, 3]) {
    without += await classes(seed, []);
    having += await classes(seed, frontier);
  }
  expect(having).toBeGreaterThan(without);
});
