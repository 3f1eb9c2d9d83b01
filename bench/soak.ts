/**
 * `npm run soak -- DESIGN MINUTES [SCENARIO,...]`: the coverage engine for a long time over the
 * scenarios of one design, in worlds too large to be searched to the end, as
 * reports/published/soak.md. Where scenarios are named, the rows of the others stay.
 * What it finds and is not known is written to .iovcheck/soak, as traces.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Heartbeat, Phase } from '../check/heartbeat.js';
import { openCoverage } from '../cli/coverage.js';
import { instrumentedBuild } from '../cli/instrument.js';
import type { RandomClass } from '../fuzz/classes.js';
import { formatBounds, namedBounds, parseBounds } from '../harness/bounds-text.js';
import { classKey, Runner } from '../harness/runner.js';
import { formatTrace } from '../harness/trace.js';
import { knownFor } from '../harness/verdict.js';
import type { Bounds } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';

const SEED = 1;
const FOLDER = '.iovcheck/soak';
const REPORT = 'reports/published/soak.md';

/** What a defect that is known breaks again and again must not end each run: three are gone through. */
const WIDE = 'follow=3,headbits=12';

/** Scenario, bounds, share of the time. */
const ROWS: readonly (readonly [scenario: ScenarioName, bounds: string, share: number])[] = [
  ['all', `deep,ring=4,${WIDE}`, 10],
  ['all', `default,ring=8,${WIDE}`, 8],
  ['all', 'deep,ring=4,follow=3', 4],
  ['splice', `default,ring=4,slots=0,${WIDE}`, 9],
  ['blocking', `default,ring=4,tasks=3,${WIDE}`, 7],
  ['extract', `default,ring=4,vpages=3,segs=3,${WIDE}`, 6],
  ['fork-dma', 'default,vpages=3,follow=3', 4],
  ['vmsplice', `default,ring=4,slots=0,${WIDE}`, 5],
  ['sendfile', 'deep,follow=3', 3],
  ['file-splice', `default,ring=4,${WIDE}`, 4],
];

interface Row {
  readonly text: string;
  readonly unknown: readonly RandomClass[];
}

/** The findings that classes are known as, and those that are known as none. */
function judged(design: Design, scenario: ScenarioName, classes: readonly RandomClass[]): [string, RandomClass[]] {
  const known = design.expect.known ?? [];
  const own = classes.filter((c) => !c.isAfterOthers);
  const findings = own.flatMap((c) => knownFor(known, c.class, scenario)?.finding ?? []);
  const unknown = own.filter((c) => knownFor(known, c.class, scenario) === undefined);
  const names = [...new Set(findings)].sort().join(', ') || 'nothing';
  const after = classes.length - own.length;
  return [
    `${names}${after > 0 ? `; ${after} more behind them` : ''}${unknown.length > 0 ? `; UNKNOWN: ${unknown.length}` : ''}`,
    unknown,
  ];
}

function boundsOf(scenario: ScenarioName, text: string): Bounds {
  return parseBounds(text, namedBounds('default', SCENARIOS[scenario]), SCENARIOS[scenario]);
}

/** What tells a row of the table from any other. */
function cellsOf([scenario, text]: (typeof ROWS)[number]): string {
  return `| ${scenario} | ${formatBounds(boundsOf(scenario, text), SCENARIOS[scenario])} |`;
}

async function soak(design: Design, build: string, row: (typeof ROWS)[number], minutes: number): Promise<Row> {
  const [scenario, text] = row;
  const bounds = boundsOf(scenario, text);
  const runner = new Runner(design, bounds, scenario);
  const heartbeat = new Heartbeat();
  heartbeat.enter(Phase.Searching);
  const search = {
    ref: { name: design.id, url: null, without: [] },
    onBase: false,
    scenario,
    bounds,
    build,
    seed: SEED,
    steps: Number.POSITIVE_INFINITY,
  };
  const engine = await openCoverage(runner, search, heartbeat);
  const classes: RandomClass[] = [];
  const start = process.cpuUsage().user;
  engine.run(
    () => process.cpuUsage().user - start > 60e6 * minutes,
    (found) => classes.push(found),
  );
  const { states: bins, depth: corpus, frontier: runs } = heartbeat.read();
  const [verdict, unknown] = judged(design, scenario, classes);
  for (const [n, c] of unknown.entries()) {
    mkdirSync(FOLDER, { recursive: true });
    const ops = c.path.map((op) => runner.ops[op].text);
    const trace = { design: design.id, scenario, bounds, ops, violates: c.class, minimality: c.minimality };
    writeFileSync(`${FOLDER}/${scenario}.${n}.trace`, formatTrace({ ...trace, engine: 'coverage', seed: SEED }));
    process.stdout.write(`unknown: ${classKey(c.class)}\n`);
  }
  const missing = engine.session.reached().missing.join(', ') || 'nothing';
  const steps = (engine.session.steps / 1e6).toFixed(1);
  const figures = [minutes.toFixed(1), runs, steps, bins, corpus].join(' | ');
  return { text: `${cellsOf(row)} ${figures} | ${verdict} | ${missing} |`, unknown };
}

async function main(): Promise<void> {
  const [id = 'linux-6.1', minutes = '60', only] = process.argv.slice(2);
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`there is no design ${id}`);
  const rows = ROWS.filter(([scenario]) => scenario === 'all' || design.scenarios.includes(scenario));
  const shares = rows.reduce((sum, [, , share]) => sum + share, 0);
  const head = [
    `# ${minutes} minutes of coverage on ${id}`,
    '',
    'Written by `npm run soak`. One thread, seed 1, correct callers; minutes of processor time. How far a run comes in',
    'them depends on the machine; what it does up to there does not.',
    '',
    '| scenario | bounds | minutes | runs | million steps | bins | inputs kept | found | never reached |',
    '|---|---|--:|--:|--:|--:|--:|---|---|',
  ];
  const build = await instrumentedBuild({ name: id, url: null, without: [] });
  const old = only !== undefined && existsSync(REPORT) ? readFileSync(REPORT, 'utf8').split('\n') : [];
  const table = rows.map((row) => old.find((line) => line.startsWith(cellsOf(row))) ?? '');
  for (const [n, row] of rows.entries()) {
    if (only !== undefined && !only.split(',').includes(row[0])) continue;
    const { text } = await soak(design, build, row, (Number(minutes) * row[2]) / shares);
    process.stdout.write(`${text}\n`);
    table[n] = text;
    // Row by row, so that an hour is not lost when the last one is cut short.
    writeFileSync(REPORT, `${[...head, ...table.filter((line) => line !== '')].join('\n')}\n`);
  }
}

await main();
