/**
 * States, edges and depth of whole searches. A changed number is a changed model: say why in
 * the commit, never just update it.
 */
import { Explorer } from '#iov/check/explore.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';

const NO_LIMIT = { memoryBytes: 2e9, steps: Number.POSITIVE_INFINITY, isOver: () => false };

interface Golden {
  readonly design: string;
  readonly scenario: ScenarioName;
  readonly bounds: string;
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  /** Classes of violations, those after others included. */
  readonly classes: number;
}

const GOLDEN: readonly Golden[] = [
  { design: 'linux-3.3', scenario: 'packet', bounds: 'default', states: 48, edges: 1381, depth: 3, classes: 0 },
  { design: 'packet-2012', scenario: 'packet', bounds: 'deep', states: 5308, edges: 431236, depth: 6, classes: 2 },
  {
    design: 'packet-2012-repaired',
    scenario: 'packet',
    bounds: 'deep',
    states: 3740,
    edges: 291628,
    depth: 6,
    classes: 0,
  },
  { design: 'linux-4.8', scenario: 'packet', bounds: 'deep', states: 7076, edges: 574564, depth: 7, classes: 1 },
  { design: 'linux-6.1', scenario: 'packet', bounds: 'default', states: 16316, edges: 597216, depth: 13, classes: 3 },
  { design: 'linux-6.18', scenario: 'packet', bounds: 'default', states: 5776, edges: 234160, depth: 15, classes: 2 },
  {
    design: 'pipe-iter-2016',
    scenario: 'pipe-iter',
    bounds: 'tiny',
    states: 58625,
    edges: 507054,
    depth: 16,
    classes: 23,
  },
  {
    design: 'pipe-iter-2016',
    scenario: 'pipe-iter',
    bounds: 'tiny,symmetry=ring+anon',
    states: 87555,
    edges: 688380,
    depth: 16,
    classes: 23,
  },
  {
    design: 'pipe-iter-2016-repaired',
    scenario: 'pipe-iter',
    bounds: 'default,files=1',
    states: 47127,
    edges: 263772,
    depth: 12,
    classes: 0,
  },
  {
    design: 'pipe-iter-2016-repaired',
    scenario: 'pipe-iter',
    bounds: 'default,files=1,symmetry=ring+anon',
    states: 136901,
    edges: 633360,
    depth: 13,
    classes: 0,
  },
  { design: 'linux-4.10', scenario: 'pipe-iter', bounds: 'tiny', states: 24625, edges: 140115, depth: 13, classes: 5 },
  {
    design: 'linux-4.10',
    scenario: 'pipe-iter',
    bounds: 'tiny,symmetry=ring+anon',
    states: 42986,
    edges: 208116,
    depth: 13,
    classes: 5,
  },
  { design: 'linux-5.8', scenario: 'pipe-iter', bounds: 'tiny', states: 34690, edges: 251294, depth: 21, classes: 8 },
  {
    design: 'linux-5.8',
    scenario: 'pipe-iter',
    bounds: 'tiny,symmetry=ring+anon',
    states: 46442,
    edges: 277956,
    depth: 21,
    classes: 8,
  },
  { design: 'linux-6.1', scenario: 'pipe-iter', bounds: 'tiny', states: 44181, edges: 443949, depth: 19, classes: 10 },
  {
    design: 'linux-6.1',
    scenario: 'pipe-iter',
    bounds: 'tiny,symmetry=ring+anon',
    states: 91762,
    edges: 773670,
    depth: 20,
    classes: 10,
  },
];

describe('golden counts', () => {
  test.each(GOLDEN)('$design $scenario $bounds', (g) => {
    const design = DESIGNS.find((d) => d.id === g.design);
    if (design === undefined) throw new Error(g.design);
    const runner = new Runner(design, parseBounds(g.bounds), g.scenario);
    const result = new Explorer(runner, NO_LIMIT).run();
    const { states, edges, depth } = result;
    expect({ ...g, states, edges, depth, classes: result.classes.length }).toEqual(g);
    expect(result.isExhausted).toBe(true);
  });
});
