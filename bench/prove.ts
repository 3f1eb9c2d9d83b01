/**
 * `npm run prove`: the large searches, too long for a test, as the table in
 * reports/published/proved.md. Each row is one breadth-first search on one thread; what it
 * can not finish within its memory or its minutes it says.
 */
import { writeFileSync } from 'node:fs';
import type { ExploreResult } from '../check/explore.js';
import { Explorer } from '../check/explore.js';
import { formatBounds, parseBounds } from '../harness/bounds-text.js';
import { Runner } from '../harness/runner.js';
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import { foundIn } from './prove-words.js';

const MEMORY_BYTES = 12e9;
const MINUTES_MAX = 60;

/** Only what no op names is taken for one: a proof that rests on the fewest arguments (model/symmetry.ts). */
const SYMMETRY = 'symmetry=ring+anon';

const EDGE = 'lengths=edge,segments=edge,marks=edge';

/** What is proved, smallest first. `deep` is page=4, ring=2, every length, offset and mark. */
const ROWS: readonly (readonly [design: string, scenario: ScenarioName, bounds: string])[] = [
  ...['linux-3.3', 'packet-2012-repaired', 'linux-4.8', 'linux-4.10', 'linux-5.8', 'linux-6.1'].flatMap((id) =>
    ['tiny', 'deep'].map((bounds) => [id, 'packet', bounds] as const),
  ),
  ...['linux-3.3', 'packet-2012-repaired', 'linux-4.8', 'linux-4.10'].map(
    (id) => [id, 'packet', `deep,ring=4,${EDGE}`] as const,
  ),
  ...['pipe-iter-2016-repaired', 'linux-4.10', 'linux-6.1'].flatMap((id) =>
    ['tiny', 'deep'].map((bounds) => [id, 'pipe-iter', bounds] as const),
  ),
  ...['linux-4.8', 'linux-4.10', 'linux-5.8', 'linux-6.1', 'linux-6.3', 'linux-6.12'].map(
    (id) => [id, 'iov-iter', 'default'] as const,
  ),
  ['linux-6.12', 'iov-iter', 'deep'],
  ...['linux-6.1', 'linux-6.3', 'linux-6.12', 'extract-rfc-2022-repaired'].flatMap((id) =>
    ['default', 'default,order=1', 'deep'].map((bounds) => [id, 'extract', bounds] as const),
  ),
  ...['linux-6.1', 'linux-6.3', 'linux-6.12', 'extract-rfc-2022-repaired'].flatMap((id) =>
    ['exclusive', 'refcount'].map((cow) => [id, 'fork-dma', `default,cow=${cow}`] as const),
  ),
  ...['linux-4.8', 'linux-6.1', 'linux-6.12', 'linux-6.18'].map((id) => [id, 'splice', 'default'] as const),
  ['pipe-iter-2016-repaired', 'pipe-iter', `deep,ring=4,${EDGE},contents=off`],
  // Two pipes of two slots of four bytes: half an hour each.
  ...['linux-6.18', 'linux-6.1', 'linux-4.8', 'linux-6.12'].map(
    (id) => [id, 'splice', 'deep,lengths=edge,segments=edge,contents=off'] as const,
  ),
];

function run(design: Design, scenario: ScenarioName, bounds: string): { result: ExploreResult; seconds: number } {
  const end = Date.now() + MINUTES_MAX * 60_000;
  const runner = new Runner(design, parseBounds(`${bounds},${SYMMETRY}`, undefined, SCENARIOS[scenario]), scenario);
  const limits = { memoryBytes: MEMORY_BYTES, steps: Number.POSITIVE_INFINITY, isOver: () => Date.now() > end };
  const start = process.cpuUsage().user;
  const result = new Explorer(runner, limits).run();
  return { result, seconds: (process.cpuUsage().user - start) / 1e6 };
}

function verdict(design: Design, scenario: ScenarioName, result: ExploreResult): string {
  const broken = foundIn(design, scenario, result);
  return result.isExhausted ? `exhausted: ${broken}` : `budget-spent (${result.cutShort}): ${broken} so far`;
}

function main(): void {
  const only = process.argv[2];
  const lines = [
    '# What was searched to the end',
    '',
    'Written by `npm run prove`. User seconds of one thread, on two shared cores; the counts are exact and repeat.',
    '',
    '| design | scenario | bounds | states | edges | depth | verdict | user s |',
    '|---|---|---|--:|--:|--:|---|--:|',
  ];
  for (const [id, scenario, text] of ROWS) {
    const design = DESIGNS.find((d) => d.id === id);
    if (design === undefined || (only !== undefined && only !== id)) continue;
    const { result, seconds } = run(design, scenario, text);
    const { states, edges, depth } = result;
    const row = `| ${id} | ${scenario} | ${formatBounds(parseBounds(`${text},${SYMMETRY}`, undefined, SCENARIOS[scenario]), SCENARIOS[scenario])} | ${states} | ${edges} | ${depth} | ${verdict(design, scenario, result)} | ${seconds.toFixed(0)} |`;
    process.stdout.write(`${row}\n`);
    lines.push(row);
    // Row by row, so that an hour is not lost when the last one is cut short.
    if (only === undefined) writeFileSync('reports/published/proved.md', `${lines.join('\n')}\n`);
  }
}

main();
