/** The judge of the scenario vmsplice, judged itself: mistakes that it has to notice, and right kernels of which it has to say nothing. */
import { defineDesign } from '#iov/model/design.js';
import type { Design } from '#iov/model/design.js';
import { KNOWN_LENT_6_1 } from '#iov/model/known.js';
import { describe, expect, test } from 'vitest';
import type { Search } from './search.js';
import { designOf, search } from './search.js';
import { FUSE } from './vmsplice/fuse-mutants.js';
import type { Mutant } from './vmsplice/mutants.js';
import { INTO_THE_PIPE, OUT_OF_THE_PIPE, TAKERS } from './vmsplice/mutants.js';
import { RIGHT } from './vmsplice/right.js';

/** Edges that most mistakes are found within. */
const EDGES = 60_000;

const designOfMutant = ({ name, override }: Omit<Mutant, 'breaks'>): Design =>
  defineDesign({
    id: 'mutant',
    title: name,
    source: [],
    base: designOf('linux-6.12'),
    override,
    scenarios: ['vmsplice'],
  });

const known = new Set(KNOWN_LENT_6_1.map((k) => `${k.invariant} ${k.op}`));

/** What 6.12 itself has wrong: of the pipes, and of empty buffers; the first is that vmsplice waits for a full pipe of them. */
const isKnown = (invariant: string, op: string): boolean =>
  known.has(`${invariant} ${op}`) || invariant === 'retry-makes-progress';

/** Shortest trace of each invariant. */
function shortest(found: Search): Record<string, number> {
  const out: Record<string, number> = {};
  for (const { class: c, path } of found.classes) {
    if (!isKnown(c.invariant, c.op)) out[c.invariant] = Math.min(out[c.invariant] ?? path.length, path.length);
  }
  return out;
}

describe('a mistake is noticed', () => {
  test.each([...INTO_THE_PIPE, ...OUT_OF_THE_PIPE, ...TAKERS, ...FUSE])('$name', { timeout: 120_000 }, (mutant) => {
    const found = search(designOfMutant(mutant), 'vmsplice', `tiny,${mutant.bounds ?? ''}`, mutant.limit ?? EDGES);
    expect(shortest(found)).toMatchObject(mutant.breaks);
    expect(Object.keys(mutant.breaks)).not.toEqual([]);
  });
});

describe('nothing is said', () => {
  test.each(RIGHT)('where $name', { timeout: 120_000 }, (right) => {
    const found = search(designOfMutant(right), 'vmsplice', 'tiny', 400_000);
    expect(shortest(found)).toEqual({});
  });
});
