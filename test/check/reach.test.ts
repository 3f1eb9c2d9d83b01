/** Calls whose choice is known not to be met are left out: with them a search comes to the same. */
import { Explorer } from '#iov/check/explore.js';
import { Reaches } from '#iov/check/reach.js';
import { namedBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { Bounds } from '#iov/model/bounds.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { OPS } from '#iov/model/ops/ops.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { designOf, everythingOf } from '../search.js';

afterEach(() => {
  vi.restoreAllMocks();
});

const STEPS = 6_000;
const ask = Reaches.prototype.isIdle;

function searched(id: string, scenario: ScenarioName, bounds: Bounds): unknown {
  const runner = new Runner(designOf(id), bounds, scenario);
  return everythingOf(new Explorer(runner, { memoryBytes: 2e9, steps: STEPS, isOver: () => false }));
}

/** Scenarios, each with the last design that has it, and with those that are wrong about sleeping and failing. */
const HISTORY = ['resize-wakes-early', 'close-wakes-one', 'resize-wrapped-ring', 'splice-empty-buffer', 'atomic-redo'];
const places = Object.values(SCENARIOS).flatMap(({ name }) => {
  const having = DESIGNS.filter(({ scenarios }) => scenarios.includes(name));
  const some = having.filter(({ id }, n) => n === having.length - 1 || HISTORY.includes(id));
  return some.map(({ id }) => [id, name] as const);
});

describe('calls that come to nothing', () => {
  test.each(places)('%s %s', (id, scenario) => {
    for (const change of [{}, { contents: 'off', symmetry: 'off', stale: 'flags' }] as const) {
      const bounds = { ...namedBounds('tiny', SCENARIOS[scenario]), ...change };
      const without = searched(id, scenario, bounds);
      vi.spyOn(Reaches.prototype, 'isIdle').mockReturnValue(false);
      expect(without).toEqual(searched(id, scenario, bounds));
      vi.restoreAllMocks();
    }
  });

  /** Instances of each name that a search has left out. */
  function leftOut(id: string, scenario: ScenarioName): Set<string> {
    const bounds: Bounds = { ...namedBounds('default', SCENARIOS[scenario]), oom: 'on' };
    const runner = new Runner(designOf(id), bounds, scenario);
    const names = new Set<string>();
    vi.spyOn(Reaches.prototype, 'isIdle').mockImplementation(function (this: Reaches, n) {
      const isIdle = ask.call(this, n);
      const { spec } = runner.ops[n];
      if (isIdle) names.add(`${spec.name} ${spec.args.map(({ name }) => name).join()}`);
      return isIdle;
    });
    new Explorer(runner, { memoryBytes: 2e9, steps: 60_000, isOver: () => false }).run();
    vi.restoreAllMocks();
    return names;
  }

  test('each op that says what its plain call is has such calls', () => {
    const names = new Set<string>();
    for (const [id, scenario] of [
      ['linux-6.18', 'blocking'],
      ['linux-4.8', 'packet'],
      ['linux-6.1', 'pipe-iter'],
      ['linux-6.12', 'splice'],
      ['linux-6.12', 'vmsplice'],
      ['linux-6.12', 'file-splice'],
    ] as const) {
      for (const name of leftOut(id, scenario)) names.add(name);
    }
    const having = OPS.filter(({ plain }) => plain !== undefined);
    expect([...names].sort()).toEqual(
      [...new Set(having.map(({ name, args }) => `${name} ${args.map((arg) => arg.name).join()}`))].sort(),
    );
  });

  test('a choice that is said not to be met, and is, makes another search', () => {
    const bounds = namedBounds('tiny', SCENARIOS.packet);
    const right = searched('linux-6.1', 'packet', bounds);
    vi.spyOn(Reaches.prototype, 'isIdle').mockImplementation((n) => n === 1);
    expect(searched('linux-6.1', 'packet', bounds)).not.toEqual(right);
  });
});
