/**
 * `npm run lockstep [-- --only TEXT]`: the C of 6.1 and 6.12 beside the designs that restate it, each call taken by both
 * from one image, and every bit that it leaves compared. To the end within bounds, and by chance beyond them. Each row is
 * a thread of its own. Writes reports/published/lockstep.md; with --only it measures and prints the rows that have the
 * text in them.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { parseArgs } from 'node:util';
import { Explorer } from '../check/explore.js';
import { PairSearch } from '../check/pairs.js';
import { runPairWalks } from '../fuzz/pairs.js';
import { namedBounds, parseBounds } from '../harness/bounds-text.js';
import { Pair } from '../harness/pair.js';
import { Runner } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import { baseOf, treeDesign } from '../oracle/tree/design.js';
import { openTree } from '../oracle/tree/source.js';
import { inThread } from './in-thread.js';

const OUT = 'reports/published/lockstep.md';
const MEMORY_BYTES = 1.2e9;
/** Edges by which the speed of `check` is measured, and steps of a walk. */
const ALONE = 1_000_000;
const STEPS = 1_000_000;

interface Row {
  readonly version: '6.1' | '6.12';
  readonly scenario: ScenarioName;
  readonly bounds: string;
  readonly engine: 'exhaustive' | 'random';
}

const exhaustive = (version: Row['version'], scenario: ScenarioName, bounds: string): Row => ({
  version,
  scenario,
  bounds,
  engine: 'exhaustive',
});
const random = (version: Row['version'], scenario: ScenarioName): Row => ({
  version,
  scenario,
  bounds: 'deep',
  engine: 'random',
});

const ROWS: readonly Row[] = [
  exhaustive('6.1', 'packet', 'tiny'),
  exhaustive('6.12', 'packet', 'tiny'),
  exhaustive('6.1', 'splice', 'tiny'),
  exhaustive('6.12', 'splice', 'tiny'),
  exhaustive('6.1', 'pipe-iter', 'tiny'),
  exhaustive('6.1', 'pipe-iter', 'default,contents=off'),
  exhaustive('6.1', 'iov-iter', 'tiny'),
  exhaustive('6.1', 'extract', 'tiny'),
  exhaustive('6.1', 'fork-dma', 'default'),
  exhaustive('6.1', 'vmsplice', 'tiny'),
  exhaustive('6.1', 'sendfile', 'tiny'),
  exhaustive('6.1', 'file-splice', 'tiny'),
  exhaustive('6.12', 'iov-iter', 'tiny'),
  exhaustive('6.12', 'extract', 'tiny'),
  exhaustive('6.12', 'fork-dma', 'default'),
  exhaustive('6.12', 'vmsplice', 'tiny'),
  random('6.1', 'packet'),
  random('6.12', 'packet'),
  random('6.1', 'pipe-iter'),
  random('6.1', 'iov-iter'),
  random('6.1', 'extract'),
  random('6.12', 'iov-iter'),
  random('6.12', 'extract'),
];

interface Measured {
  readonly version: string;
  readonly states: number;
  readonly edges: number;
  readonly verdict: string;
  /** User CPU time, in seconds. */
  readonly seconds: number;
  /** Edges a second of `check`, on the design and on the C. */
  readonly alone: readonly number[];
}

function boundsOf({ scenario, bounds }: Row, base: Design): Bounds {
  const named = bounds.split(',')[0] === 'default' ? { ...base.bounds, ...base.boundsIn?.[scenario] } : {};
  const own = { ...namedBounds('default', SCENARIOS[scenario]), ...named };
  return { ...parseBounds(bounds.replace(/^default,?/, ''), own, SCENARIOS[scenario]), symmetry: 'ring+anon' };
}

/** User CPU time that `run` takes, in seconds. */
function timed(run: () => void): number {
  const cpu = process.cpuUsage();
  run();
  return process.cpuUsage(cpu).user / 1e6;
}

function rateAlone(design: Design, bounds: Bounds, scenario: ScenarioName): number {
  const limits = { memoryBytes: MEMORY_BYTES, steps: ALONE, isOver: () => false };
  const explorer = new Explorer(new Runner(design, bounds, scenario), limits);
  let edges = 0;
  const seconds = timed(() => (edges = explorer.run().edges));
  return edges / seconds;
}

const differences = (found: readonly { readonly kind: string; readonly op: string }[]): string =>
  found.map(({ kind, op }) => `${op}: ${kind}`).join('; ');

function measure(row: Row): Measured {
  const tree = openTree(`/usr/src/linux-source-${row.version}.tar.xz`);
  const base = baseOf(tree);
  const ofTree = treeDesign(tree, base);
  const bounds = boundsOf(row, base);
  const pair = new Pair(base, ofTree, bounds, row.scenario, { isLockstep: true });
  const isOver = (): boolean => false;
  if (row.engine === 'random') {
    let found: ReturnType<typeof runPairWalks> = { steps: 0, partings: [] };
    const seconds = timed(() => (found = runPairWalks(pair, { seed: 1, steps: STEPS, isOver })));
    const verdict = found.partings.length === 0 ? 'no difference met' : differences(found.partings);
    return { version: tree.version, states: 0, edges: found.steps, verdict, seconds, alone: [] };
  }
  const search = new PairSearch(pair, { memoryBytes: MEMORY_BYTES, steps: Number.POSITIVE_INFINITY, isOver });
  let result: ReturnType<PairSearch['run']> | undefined;
  const seconds = timed(() => (result = search.run()));
  if (result === undefined) throw new Error('lockstep: no result');
  const { states, edges, isExhausted, cutShort, partings } = result;
  const complete = isExhausted ? 'no difference: exhausted' : `no difference until the end: ${cutShort}`;
  const verdict = partings.length === 0 ? complete : differences(partings);
  const alone = [base, ofTree].map((design) => rateAlone(design, bounds, row.scenario));
  return { version: tree.version, states, edges, verdict, seconds, alone };
}

const count = (n: number): string => n.toLocaleString('en-US');
const rate = (n: number): string => count(Number(n.toPrecision(2)));

const HEAD = [
  '| kernel | scenario | bounds | states | edges | verdict | CPU s | edges a CPU second | `check` of the design | `check` of the C |',
  '|---|---|---|--:|--:|---|--:|--:|--:|--:|',
];

function lineOf(row: Row, m: Measured): string {
  const cells = [
    m.version,
    row.scenario,
    `\`${row.bounds}\``,
    row.engine === 'random' ? 'by chance' : count(m.states),
    count(m.edges),
    m.verdict,
    m.seconds.toFixed(1),
    rate(m.edges / m.seconds),
    ...(m.alone.length === 0 ? ['', ''] : m.alone.map(rate)),
  ];
  return `| ${cells.join(' | ')} |`;
}

const TEXT = `# The C in lockstep with its restatement

Written by \`npm run lockstep\`, on Debian's linux-source-6.1 and linux-source-6.12: \`lib/iov_iter.c\` and \`fs/pipe.c\` as they are, compiled for pages of the bounds' size, beside \`linux-6.1\` and \`linux-6.12\`. Each call is taken by both from one image, and what they leave is compared: return value, WARN and BUG, every field of the state (iterator, ring, references, pins, contents of pages, page tables, request), what was delivered, and which rules break. \`symmetry=ring+anon\`: nothing that a call names is renamed.

An edge is taken twice, once on each side. One thread, user CPU time, on two cores shared with other work that took most of them; a search this short is warming up for much of its time. \`check\` is a search of one design alone with the same bounds, of ${count(ALONE)} edges at most. Random walks (seed 1) are beyond what was searched to the end.

`;

if (isMainThread) {
  const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
  const lines: string[] = [];
  for (const row of ROWS) {
    if (only !== undefined && !Object.values(row).join(' ').includes(only)) continue;
    if (!existsSync(`/usr/src/linux-source-${row.version}.tar.xz`))
      throw new Error(`lockstep: apt-get install linux-source-${row.version}`);
    const line = lineOf(row, await inThread<Measured>(import.meta.url, row));
    console.log(line);
    lines.push(line);
  }
  if (only === undefined) writeFileSync(OUT, `${TEXT}${[...HEAD, ...lines].join('\n')}\n`);
} else {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(measure(workerData as Row));
}
