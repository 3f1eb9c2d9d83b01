/** A search judges rules about the state once a state: the two halves of a judgement are the whole one. */
import { defineDesign } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { describe, expect, test } from 'vitest';
import { FORK_MUTANTS } from '../fork-dma/fork-mutants.js';
import { designOfMutant } from '../fork-dma/mutant.js';
import { designOf } from '../search.js';
import { compareParts } from './parts.js';

/** One state in so many, of each design and scenario: many of them have the same code in the same states. */
const EVERY = 3;

describe('takeUnjudged() and holdsState() say what take() says', () => {
  test.each(DESIGNS.map((d) => [d.id, d] as const))('%s', (_id, design) => {
    for (const scenario of design.scenarios) {
      const { edges, wrong } = compareParts(design, scenario, 'default', 2000, EVERY);
      expect({ scenario, wrong }).toEqual({ scenario, wrong: [] });
      expect(edges).toBeGreaterThan(100);
    }
  });

  test.each(FORK_MUTANTS.map((m) => [m.name, m] as const))('%s', (_name, mutant) => {
    const bounds = ['vpages=1,files=1', mutant.bounds ?? []].flat().join();
    expect(compareParts(designOfMutant(mutant), 'fork-dma', bounds, 2000).wrong).toEqual([]);
  });

  test('both kinds of rules break', () => {
    const { byState, byStep } = compareParts(designOf('pipe-iter-2016'), 'pipe-iter', 'tiny', 10_000);
    expect(byState).toBeGreaterThan(100);
    expect(byStep).toBeGreaterThan(100);
  });
});

test.each(['state', 'step'] as const)('a rule about scratch that says it judges the %s', (judges) => {
  const design = defineDesign({
    id: 'planted',
    title: 'a rule about the op in the clothes of a rule about the state',
    source: [],
    base: designOf('pipe-iter-2016-repaired'),
    add: {
      invariants: [
        {
          id: 'no-fault',
          statement: 'No copy faults.',
          why: '',
          judges,
          holds: (k) => !k.isFaultHit && k.out.idx === 0,
        },
      ],
    },
  });
  const { wrong } = compareParts(design, 'all', 'tiny', 4000);
  expect(wrong.length > 0).toBe(judges === 'state');
});
