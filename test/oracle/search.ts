/** A search of a tree's C for a class of break that its base is not known for; it ends with the first one. */
import type { ClassFound } from '#iov/check/explore.js';
import { Explorer } from '#iov/check/explore.js';
import { namedBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { baseOf, treeDesign } from '#iov/oracle/tree/design.js';
import { openTree } from '#iov/oracle/tree/source.js';

export interface News {
  /** `invariant op`, '' for none. */
  readonly found: string;
  /** Why, where a function could not go on. */
  readonly why: string;
  readonly edges: number;
}

export function firstNews(dir: string, scenario: ScenarioName, steps: number, bounds = 'tiny'): News {
  const tree = openTree(dir);
  const base = baseOf(tree);
  const known = new Set((base.expect.known ?? []).map(({ invariant, op }) => `${invariant} ${op ?? ''}`));
  let news: ClassFound | undefined;
  const runner = new Runner(treeDesign(tree, base), namedBounds(bounds, SCENARIOS[scenario]), scenario);
  const limits = { memoryBytes: 1e9, steps, isOver: () => news !== undefined };
  const onClass = (found: ClassFound): void => {
    const { invariant, op } = found.class;
    const isNew = !known.has(`${invariant} ${op}`) && !known.has(`${invariant} `);
    if (isNew && !found.isAfterOthers) news ??= found;
  };
  const { edges } = new Explorer(runner, limits, { onClass }).run();
  if (news === undefined) return { found: '', why: '', edges };
  runner.reset();
  for (const n of news.path) runner.take(n);
  return { found: `${news.class.invariant} ${news.class.op}`, why: runner.k.fatalWhy, edges };
}
