/** The C of 6.1 and 6.12 in lockstep with the designs that restate it, to the end; and a changed C, to where it parts. */
import { describe, expect, test } from 'vitest';
import { runPairWalks } from '#iov/fuzz/pairs.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Pair } from '#iov/harness/pair.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { baseOf, treeDesign } from '#iov/oracle/tree/design.js';
import { openTree } from '#iov/oracle/tree/source.js';
import { iovcheck, linesOf } from '../cli/run.js';
import { compare } from '../diff/pairs.js';
import type { Version } from './trees.js';
import { absent, edit, scratchTree, treeOf } from './trees.js';

describe.each<[Version, ScenarioName, string, number]>([
  ['6.1', 'pipe-iter', 'tiny,page=2', 102_297],
  ['6.1', 'sendfile', 'tiny', 43_994],
  ['6.12', 'fork-dma', 'tiny', 50_344],
])('%s, %s, %s', (version, scenario, bounds, edges) => {
  const why = absent(version);
  test.skipIf(why !== '')(`no difference in the whole space${why}`, () => {
    const tree = treeOf(version);
    const base = baseOf(tree);
    const found = compare(base, treeDesign(tree, base), scenario, bounds, { isLockstep: true });
    expect([found.lines, found.isExhausted, found.edges]).toEqual([[], true, edges]);
  });

  test.skipIf(why !== '')(`nor by chance beyond it${why}`, () => {
    const tree = treeOf(version);
    const base = baseOf(tree);
    const deep = { ...parseBounds('deep', undefined, SCENARIOS[scenario]), symmetry: 'ring+anon' as const };
    const pair = new Pair(base, treeDesign(tree, base), deep, scenario, { isLockstep: true });
    const { partings, steps } = runPairWalks(pair, { seed: 1, steps: 3_000, isOver: () => false });
    expect([partings, steps]).toEqual([[], 3_000]);
  });
});

describe.skipIf(absent('6.1') !== '')('a changed C', () => {
  test('parts where a field differs that no caller sees, and is told by its name', () => {
    const dir = scratchTree('6.1');
    edit(dir, 'lib/iov_iter.c', '.len = size\n\t\t};', '.len = size,\n\t\t\t.flags = 4\n\t\t};');
    const tree = openTree(dir);
    const base = baseOf(tree);
    const found = compare(base, treeDesign(tree, base), 'pipe-iter', 'tiny', { isLockstep: true, isFirstOnly: true });
    expect(found.lines).toEqual(['state copy_to_iter 2']);
  });

  test('iovcheck diff --kernel-tree says so, with both states', async () => {
    const dir = scratchTree('6.1');
    edit(dir, 'lib/iov_iter.c', 'buf->len += size;\n\t\ti->last_offset += size;', 'i->last_offset += size;');
    const args = ['diff', '--kernel-tree', dir, '--scenario', 'pipe-iter', '--bounds', 'tiny', '--first', '--quiet'];
    const { status, out } = await iovcheck(args);
    expect(status).toBe(1);
    expect(linesOf(out)[0]).toMatch(
      /^linux-6\.1 and linux-6\.1 --kernel-tree 6\.1\.\d+, pipe-iter: they differ: 1 class$/,
    );
    expect(out).toMatch(/^ {4}pipe\.bufs\[0\]\.len +2 +1 +<==$/m);
  });
});
