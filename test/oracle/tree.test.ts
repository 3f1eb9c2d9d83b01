/** The C of 6.1 and 6.12 as a design: what it does on each state is what the specification says. */
import { describe, expect, test } from 'vitest';
import { namedBounds } from '#iov/harness/bounds-text.js';
import { baseOf, treeDesign } from '#iov/oracle/tree/design.js';
import { openTree } from '#iov/oracle/tree/source.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { compare } from './lockstep.js';
import type { Version } from './trees.js';
import { absent, edit, scratchTree, treeOf } from './trees.js';

const bounds = (scenario: ScenarioName) => namedBounds('tiny', SCENARIOS[scenario]);

describe.each<[Version, ScenarioName, number]>([
  ['6.1', 'pipe-iter', 1_500],
  ['6.1', 'iov-iter', 100],
  ['6.1', 'extract', 1_000],
  ['6.12', 'iov-iter', 100],
  ['6.12', 'extract', 1_000],
])('%s, %s', (version, scenario, most) => {
  const why = absent(version);
  test.skipIf(why !== '')(`the C and the specification do the same${why}`, () => {
    const tree = treeOf(version);
    const base = baseOf(tree);
    const { edges, parted } = compare(base, treeDesign(tree, base), bounds(scenario), scenario, most);
    expect(parted).toBe('');
    expect(edges).toBeGreaterThan(3_000);
  });
});

describe.skipIf(absent('6.1') !== '')('a changed C', () => {
  test('parts from the specification where it was changed', () => {
    const dir = scratchTree('6.1');
    edit(dir, 'lib/iov_iter.c', 'buf->len += size;\n\t\ti->last_offset += size;', 'i->last_offset += size;');
    const tree = openTree(dir);
    const base = baseOf(tree);
    const { parted } = compare(base, treeDesign(tree, base), bounds('pipe-iter'), 'pipe-iter', 400);
    expect(parted).toContain('copy_to_iter');
  });
});
