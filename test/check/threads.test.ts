/** One thread and several come to the same states, under the same numbers, and to the same classes and traces. */
import { Explorer } from '#iov/check/explore.js';
import type { Store } from '#iov/check/store.js';
import { teamOf } from '#iov/cli/team.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, everythingOf } from '../search.js';

type Seen = ReturnType<typeof everythingOf> & {
  /** Threads that took part. */
  readonly members: number;
};

/** Has an index as large as the old one made anew before each round. */
function makesAnew(store: Store): void {
  const room = store.room.bind(store);
  store.room = (more, fill) => {
    const hasGrown = room(more, fill);
    store['rehash'](store.table.length, fill ?? (() => store.fill()));
    return hasGrown;
  };
}

function searchWith(
  threads: number,
  id: string,
  scenario: ScenarioName,
  text: string,
  steps: number,
  prepare: (store: Store) => void = () => {},
): Seen {
  const bounds = parseBounds(text, undefined, SCENARIOS[scenario]);
  const runner = new Runner(designOf(id), bounds, scenario);
  let members = 0;
  const place = { ref: { name: id, url: null, without: [] }, onBase: false, scenario, bounds };
  const team = teamOf(place, threads, () => members++);
  const explorer = new Explorer(runner, { memoryBytes: 2e9, steps, isOver: () => false, team });
  prepare(explorer.store);
  return { ...everythingOf(explorer), members };
}

const ALL = Number.POSITIVE_INFINITY;

describe('threads', () => {
  test.each<[string, ScenarioName, string, number]>([
    ['pipe-iter-2016', 'pipe-iter', 'tiny', ALL],
    ['linux-6.1', 'packet', 'default', ALL],
    ['linux-6.1', 'pipe-iter', 'default', 400_000],
    ['linux-6.12', 'extract', 'default', 500_000],
  ])('%s %s %s, %d steps', (id, scenario, bounds, steps) => {
    const { members: none, ...one } = searchWith(1, id, scenario, bounds, steps);
    expect(none).toBe(0);
    for (const threads of [2, 3]) {
      const { members, ...several } = searchWith(threads, id, scenario, bounds, steps);
      expect(members).toBe(threads - 1);
      expect(several).toEqual(one);
    }
  });

  test('fill an index that is new', () => {
    const { members: _none, ...one } = searchWith(1, 'linux-6.1', 'packet', 'default', 300_000);
    for (const threads of [2, 3]) {
      const { members, ...several } = searchWith(threads, 'linux-6.1', 'packet', 'default', 300_000, makesAnew);
      expect(members).toBe(threads - 1);
      expect(several).toEqual(one);
    }
  });
});
