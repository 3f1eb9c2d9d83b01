/** What contents and stale slots cost: the same space with more or less of each. */
import { Explorer } from '../check/explore.js';
import { parseBounds } from '../harness/bounds-text.js';
import { Runner } from '../harness/runner.js';
import { DESIGNS } from '../model/designs/designs.js';
import { SCENARIOS } from '../model/scenario.js';

const DESIGN = 'pipe-iter-2016-repaired';
const SPACE = 'deep,lengths=edge,segments=edge';

function search(bounds: string): { states: number; edges: number; seconds: number } {
  const design = DESIGNS.find(({ id }) => id === DESIGN);
  if (design === undefined) throw new Error(`close: there is no design '${DESIGN}'`);
  const runner = new Runner(design, parseBounds(bounds, undefined, SCENARIOS['pipe-iter']), 'pipe-iter');
  const limits = { memoryBytes: 8e9, steps: Number.POSITIVE_INFINITY, isOver: () => false };
  const start = process.cpuUsage().user;
  const { states, edges } = new Explorer(runner, limits).run();
  return { states, edges, seconds: (process.cpuUsage().user - start) / 1e6 };
}

/** Lines of a Markdown table; each factor is against the first row. */
export function costLines(): string[] {
  const rows = ['off', '3'].flatMap((contents) =>
    ['none', 'flags', 'all'].map((stale) => {
      const measured = search(`${SPACE},contents=${contents},stale=${stale}`);
      return { contents, stale, ...measured };
    }),
  );
  const [first] = rows;
  return [
    '',
    '## What contents and stale slots cost',
    '',
    `${DESIGN}, scenario pipe-iter, \`${SPACE}\`, one thread, symmetry on; all of them close.`,
    '',
    '| contents | stale | states | edges | states to the first row | edges | user s |',
    '|---|---|--:|--:|--:|--:|--:|',
    ...rows.map(({ contents, stale, states, edges, seconds }) => {
      const factors = [states / first.states, edges / first.edges].map((f) => `x${f.toFixed(1)}`);
      return `| ${[contents, stale, states, edges, ...factors, seconds.toFixed(1)].join(' | ')} |`;
    }),
  ];
}
