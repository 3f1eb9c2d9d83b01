/**
 * `npm run deep`: what takes many steps, found by coverage and by random walks, as the table
 * in reports/published/deep.md. Executions are counted, which repeat; of times it says only
 * whether a minute was enough.
 */
import { writeFileSync } from 'node:fs';
import type { Hunt, Target } from './hunt.js';
import { byCoverage, byRandom, shortest } from './hunt.js';

const SEEDS = [1, 2, 3, 4, 5];
/** Executions after which a seed gives up. */
const RUNS_MAX = 10_000;
const SECONDS_MAX = 60;

interface Row extends Target {
  /** Which defect it is. */
  readonly what: string;
}

const WRAP_61 = { invariant: 'bytes-in-order', op: 'iov_iter_revert', wraps: true } as const;
const OFF = 'contents=off,symmetry=off';

/** Where something has to add up, then where nothing has. */
const ROWS: readonly Row[] = [
  { design: 'linux-6.1', scenario: 'pipe-iter', bounds: 'deep,headbits=6', ...WRAP_61, what: 'F-10' },
  ...['linux-6.1', 'extract-rfc-2022-repaired'].map(
    (design): Row => ({
      design,
      scenario: 'extract',
      bounds: 'default,headbits=6,symmetry=off',
      ...WRAP_61,
      what: design === 'linux-6.1' ? 'F-10' : 'F-10, of the 6.1 below it',
    }),
  ),
  ...[`ring=2,slots=0,headbits=5`, `ring=4,slots=0,headbits=6`].map(
    (bounds): Row => ({
      design: 'fionread-16-bit',
      scenario: 'splice',
      bounds: `default,${bounds},${OFF}`,
      invariant: 'every-loop-ends',
      wraps: true,
      what: 'history',
    }),
  ),
  ...['headbits=7', 'ring=4,headbits=7'].map(
    (bounds): Row => ({
      design: 'occupancy-16-bit',
      scenario: 'packet',
      bounds: `default,${bounds}`,
      invariant: 'returns-what-it-promised',
      op: 'pwrite',
      wraps: true,
      what: 'history',
    }),
  ),
  {
    design: 'linux-4.8',
    scenario: 'vmsplice',
    bounds: 'default,stale=flags,slots=3,segs=1',
    invariant: 'only-gifts-are-moved',
    what: 'F-62',
  },
  {
    design: 'pipe-iter-mail-2016',
    scenario: 'pipe-iter',
    bounds: 'default,ring=4',
    invariant: 'no-unwritten-byte-readable',
    op: 'iov_iter_commit',
    what: 'F-14',
  },
  {
    design: 'pipe-iter-2016-can-merge',
    scenario: 'pipe-iter',
    bounds: 'default,ring=4',
    invariant: 'page-cache-written-only-by-writers',
    what: 'F-1, Dirty Pipe',
  },
  {
    design: 'extract-rfc-2022',
    scenario: 'fork-dma',
    bounds: 'default,cow=mapcount,vpages=2',
    invariant: 'source-data-is-the-callers',
    what: 'F-30',
  },
  {
    design: 'tee-ref-overflow',
    scenario: 'splice',
    bounds: 'default,ring=4,slots=0,refbits=3,contents=off',
    invariant: 'no-use-after-free',
    what: 'history',
  },
];

/** Infinity where most seeds found nothing. */
function medianRuns(hunts: readonly Hunt[]): number {
  const runs = hunts.map((h) => (h.runs > 0 ? h.runs : Number.POSITIVE_INFINITY)).sort((a, b) => a - b);
  return runs[runs.length >> 1];
}

const count = (n: number): string => (Number.isFinite(n) ? String(n) : `> ${RUNS_MAX}`);
const found = (hunts: readonly Hunt[]): string => `${hunts.filter(({ runs }) => runs > 0).length}/${hunts.length}`;

function ratio(coverage: number, random: number): string {
  if (!Number.isFinite(coverage)) return '-';
  return Number.isFinite(random) ? (coverage / random).toFixed(2) : `< ${(coverage / RUNS_MAX).toFixed(2)}`;
}

async function rowText(row: Row): Promise<string> {
  const coverage: Hunt[] = [];
  for (const seed of SEEDS) coverage.push(await byCoverage(row, seed, RUNS_MAX));
  const random = SEEDS.map((seed) => byRandom(row, seed, RUNS_MAX));
  const [ours, theirs] = [medianRuns(coverage), medianRuns(random)];
  const { steps, isFound } = shortest(row);
  const least = Math.min(...coverage.filter(({ runs }) => runs > 0).map((hunt) => hunt.steps));
  const inTime = coverage.filter(({ runs, seconds }) => runs > 0 && seconds <= SECONDS_MAX).length;
  const length = isFound ? `${steps} (shortest)` : `${steps} to ${Number.isFinite(least) ? least : '?'}`;
  const cells = [row.design, row.scenario, row.bounds, `${row.what}: ${row.invariant}`, length];
  const figures = [count(ours), found(coverage), count(theirs), found(random), ratio(ours, theirs), `${inTime}/5`];
  return `| ${[...cells, ...figures].join(' | ')} |`;
}

async function main(): Promise<void> {
  const only = process.argv[2];
  const lines = [
    '# What takes many steps: coverage beside random walks',
    '',
    `Written by \`npm run deep\`. An execution is one run from the initial state; random ones are walks of 1 to 200 ops,`,
    `by tastes as in engine random. Medians of seeds ${SEEDS.join(', ')}; a seed gives up after ${RUNS_MAX} executions. "In a minute" is`,
    'of processor time on one thread, with the minimiser and without the build. All else repeats exactly.',
    '',
    'Steps: the shortest trace, where breadth-first search finds one; else a number below which there is none, and the',
    'shortest 1-minimal trace of the five. Where head has to come round, the first is the number of buffers that it takes',
    'over the slots of the ring, since no op fills more; elsewhere it is how deep the search came.',
    '',
    '| design | scenario | bounds | defect | steps | coverage | seeds | random | seeds | ratio | in a minute |',
    '|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|',
  ];
  for (const row of ROWS) {
    if (only !== undefined && only !== row.design) continue;
    const text = await rowText(row);
    process.stdout.write(`${text}\n`);
    lines.push(text);
    if (only === undefined) writeFileSync('reports/published/deep.md', `${lines.join('\n')}\n`);
  }
}

await main();
