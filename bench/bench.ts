/**
 * `npm run bench [-- --json FILE] [--only executions]`: how fast each engine is, with what
 * it counted. Medians of five; the cases take turns, so that a load that comes and goes
 * meets all of them. The executions are written to reports/published/bench.md.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Case, Counts } from './cases.js';
import { CASES } from './cases.js';
import type { ExecutionRow } from './executions.js';
import { measureExecutions } from './executions.js';
import type { Measure } from './measure.js';
import { measureCase } from './measure.js';
import { publish } from './published.js';

const ROUNDS = 5;

interface Row {
  readonly name: string;
  readonly case: Case;
  readonly counts: Counts;
  /** Median, least and most, in edges or steps a second. */
  readonly wall: number;
  readonly wallMin: number;
  readonly wallMax: number;
  readonly user: number;
  /** Speed of the case that it is set against, divided by this one's, by user time. */
  readonly ratio: number | null;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

async function measureAll(): Promise<Map<string, Measure[]>> {
  const all = new Map<string, Measure[]>(CASES.map(({ name }) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const c of CASES) {
      all.get(c.name)?.push(await measureCase(c));
    }
    process.stderr.write(`round ${round} of ${ROUNDS} is done\n`);
  }
  return all;
}

/** Throws where two rounds did not count the same: then there is nothing to compare. */
function rowsOf(all: ReadonlyMap<string, readonly Measure[]>): Row[] {
  const userOf = (name: string): number => median((all.get(name) ?? []).map((m) => m.user));
  return CASES.map((c) => {
    const measures = all.get(c.name) ?? [];
    const [{ counts }] = measures;
    for (const m of measures) {
      if (JSON.stringify(m.counts) !== JSON.stringify(counts))
        throw new Error(`bench: ${c.name} counts differently from round to round`);
    }
    const wall = measures.map((m) => m.wall);
    return {
      name: c.name,
      case: c,
      counts,
      wall: median(wall),
      wallMin: Math.min(...wall),
      wallMax: Math.max(...wall),
      user: userOf(c.name),
      ratio: c.against === undefined ? null : userOf(c.against) / userOf(c.name),
    };
  });
}

const mega = (n: number): string => (n / 1e6).toFixed(2);

function table(rows: readonly Row[]): string {
  const head = [
    'case',
    'engine',
    'design',
    'scenario',
    'bounds',
    'states',
    'edges|steps',
    'classes',
    'M/s wall',
    'least..most',
    'M/s user',
    'against',
  ];
  const cells = rows.map((r) => [
    r.name,
    r.case.engine,
    r.case.design,
    r.case.scenario,
    r.case.contents === undefined ? r.case.bounds : `${r.case.bounds},contents=off`,
    r.counts.states === 0 ? '-' : String(r.counts.states),
    String(r.counts.done),
    String(r.counts.classes),
    mega(r.wall),
    `${mega(r.wallMin)}..${mega(r.wallMax)}`,
    mega(r.user),
    r.ratio === null ? '' : `${r.case.against}: x${r.ratio.toFixed(2)}`,
  ]);
  return aligned([head, ...cells]);
}

function executionTable(rows: readonly ExecutionRow[]): string {
  const cells = rows.map((r) => [
    `x${r.cpuRatio.toFixed(1)}`,
    `x${r.ratio.toFixed(1)}`,
    r.perCpu.toFixed(0),
    r.executions.toFixed(0),
    r.stepsPerRun.toFixed(1),
    r.name,
  ]);
  return aligned([['to jsfuzz by CPU', 'by the clock', '1/CPU s', '1/s', 'ops each', 'case'], ...cells]);
}

/** The columns below each other. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, load: loadavg()[0] };
console.log(
  `${machine.cpu}, ${machine.cores} cores, node ${machine.node}, load ${machine.load.toFixed(1)} at the start`,
);
const executions = await measureExecutions(ROUNDS, median);
console.log(`medians of ${ROUNDS}; an execution is one input, of at most 200 ops\n`);
console.log(executionTable(executions));
publish(executions, ROUNDS);
if (values.only !== 'executions') {
  console.log(`\nmedians of ${ROUNDS}, one thread, every invariant on, contents=3 unless said otherwise\n`);
  const rows = rowsOf(await measureAll());
  console.log(table(rows));
  if (values.json !== undefined) {
    const flat = rows.map(({ case: c, ...rest }) => ({ ...c, ...rest }));
    const all = { version: 2, machine, rounds: ROUNDS, executions, cases: flat };
    writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
  }
}
