/** Two designs side by side by chance: what a search to the end finds is found, and made as small as that. */
import { runPairWalks } from '#iov/fuzz/pairs.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Pair } from '#iov/harness/pair.js';
import { walkPair } from '#iov/harness/pair-walk.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf } from '../search.js';
import { compare } from './pairs.js';

const forever = { seed: 1, isOver: () => false };

function pairOf(a: string, b: string, isLockstep = false): Pair {
  const bounds = parseBounds('tiny,symmetry=ring+anon', undefined, SCENARIOS.blocking);
  return new Pair(designOf(a), designOf(b), bounds, 'blocking', { isLockstep });
}

describe('a walk by chance', () => {
  test('finds a difference as short as a search to the end does, and the same one again', () => {
    const pair = pairOf('linux-6.12', 'linux-6.18');
    const { partings, steps } = runPairWalks(pair, { ...forever, steps: 20_000 });
    expect(steps).toBeLessThanOrEqual(20_000);
    const shortest = compare(designOf('linux-6.12'), designOf('linux-6.18'), 'blocking', 'tiny');
    const lines = partings.map(({ kind, op, path }) => `${kind} ${op} ${path.length}`);
    expect(lines).toContain('error pwrite 2');
    expect(lines.filter((line) => !shortest.lines.includes(line))).toEqual([]);
    for (const { kind, path } of partings) expect(walkPair(pair, path)?.kind).toBe(kind);
    expect(runPairWalks(pairOf('linux-6.12', 'linux-6.18'), { ...forever, steps: 20_000 }).partings).toEqual(partings);
  });

  test.each([true, false])('finds none where there is none; in lockstep: %s', (isLockstep) => {
    const { partings, steps } = runPairWalks(pairOf('linux-6.1', 'linux-6.1', isLockstep), {
      ...forever,
      steps: 5_000,
    });
    expect([partings, steps]).toEqual([[], 5_000]);
  });
});
