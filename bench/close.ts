/**
 * `npm run close [-- --row N] [--minutes 60] [--threads 2]`: how far the real scenarios close, contents on, with pages
 * of four bytes. Each row is a process of its own, so that its memory is its own; the table is written row by row, and
 * one row alone takes the place of what stands there. Minutes are of processor time, each thread's share of it, since other
 * work may run beside.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Explorer } from '../check/explore.js';
import { teamOf } from '../cli/team.js';
import { formatBounds, parseBounds } from '../harness/bounds-text.js';
import { Runner } from '../harness/runner.js';
import { DESIGNS } from '../model/designs/designs.js';
import { SCENARIOS } from '../model/scenario.js';
import { costLines } from './close-costs.js';
import { foundIn } from './prove-words.js';

const MEMORY_BYTES = 18 * 2 ** 30;
const OUT = 'reports/published/closed.md';
const EDGE = 'lengths=edge,segments=edge,marks=edge';

interface Row {
  readonly design: string;
  readonly bounds: string;
  /** Of processor time, for each thread; of the hour that is allowed. */
  readonly minutes: number;
}

const ROWS: readonly Row[] = [
  { design: 'pipe-iter-2016-repaired', bounds: 'deep', minutes: 60 },
  { design: 'linux-4.10', bounds: 'deep', minutes: 60 },
  { design: 'linux-6.1', bounds: 'deep', minutes: 60 },
  { design: 'pipe-iter-2016-repaired', bounds: `deep,ring=4,${EDGE},contents=off`, minutes: 60 },
  { design: 'pipe-iter-2016-repaired', bounds: `deep,ring=4,${EDGE}`, minutes: 60 },
  { design: 'pipe-iter-2016-repaired', bounds: `deep,ring=4,${EDGE},contents=written`, minutes: 60 },
  { design: 'pipe-iter-2016-repaired', bounds: `deep,ring=4,${EDGE},contents=marked`, minutes: 60 },
  { design: 'pipe-iter-2016-repaired', bounds: 'deep,ring=4', minutes: 60 },
  { design: 'pipe-iter-2016-repaired', bounds: 'deep,ring=4,contents=written', minutes: 60 },
  { design: 'pipe-iter-2016-repaired', bounds: `deep,ring=8,${EDGE},contents=off,oom=off`, minutes: 60 },
];

const HEAD: readonly string[] = [
  '# How far the real scenarios close',
  '',
  "Written by `npm run close`: scenario pipe-iter, pages of four bytes, every rule on. `tried` is the length up to which every path was taken; a row that is not exhausted proves nothing beyond it. Minutes of a budget are each thread's processor time; a wall time far beyond them is that of a machine with other work.",
  '',
  '| design | bounds | states | edges | tried | verdict | threads | wall s | user s | bytes a state | peak RSS, MB |',
  '|---|---|--:|--:|--:|---|--:|--:|--:|--:|--:|',
];

/** Of all threads of this process so far, in microseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** One row, in this process. */
function measure({ design: id, bounds: text }: Row, minutes: number, threads: number): string {
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`close: there is no design '${id}'`);
  const scenario = 'pipe-iter';
  const bounds = parseBounds(text, undefined, SCENARIOS[scenario]);
  const place = { ref: { name: id, url: null, without: [] }, onBase: false, scenario, bounds } as const;
  const start = performance.now();
  const explorer = new Explorer(new Runner(design, bounds, scenario), {
    memoryBytes: MEMORY_BYTES,
    steps: Number.POSITIVE_INFINITY,
    isOver: () => processorTime() > minutes * 60e6 * threads,
    team: teamOf(place, threads),
  });
  const result = explorer.run();
  const { user } = process.cpuUsage();
  const { maxRSS } = process.resourceUsage();
  const cells = [
    id,
    formatBounds(bounds, SCENARIOS[scenario]),
    result.states,
    result.edges,
    result.tried,
    `${result.isExhausted ? 'exhausted' : `budget-spent (${result.cutShort}; ${minutes} min)`}: ${foundIn(design, scenario, result)}`,
    threads,
    ((performance.now() - start) / 1000).toFixed(0),
    (user / 1e6).toFixed(0),
    (result.bytes / result.states).toFixed(1),
    Math.round(maxRSS / 1024),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The table with this row in the place of the one of the same design and bounds, or behind the others. */
function withRow(lines: readonly string[], row: string): string[] {
  const keyOf = (line: string): string => line.split(' | ').slice(0, 2).join(' | ');
  const at = lines.findIndex((line) => keyOf(line) === keyOf(row));
  if (at >= 0) return lines.with(at, row);
  const last = lines.findLastIndex((line, n) => n < HEAD.length || /^\| [a-z]+-/.test(line));
  return lines.toSpliced(last + 1, 0, row);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      row: { type: 'string' },
      minutes: { type: 'string' },
      threads: { type: 'string' },
      child: { type: 'boolean' },
    },
  });
  const threads = Number(values.threads ?? availableParallelism());
  const minutesOf = (row: Row): number => Number(values.minutes ?? row.minutes);
  if (values.child === true) {
    const row = ROWS[Number(values.row)];
    process.stdout.write(`${measure(row, minutesOf(row), threads)}\n`, () => process.exit(0));
    return;
  }
  let lines: readonly string[] =
    values.row === undefined || !existsSync(OUT) ? HEAD : readFileSync(OUT, 'utf8').trimEnd().split('\n');
  for (const n of values.row === undefined ? ROWS.keys() : [Number(values.row)]) {
    const args = [fileURLToPath(import.meta.url), '--child', '--row', String(n), '--threads', String(threads)];
    if (values.minutes !== undefined) args.push('--minutes', values.minutes);
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: [...stdio] });
    if (status !== 0) throw new Error(`close: row ${n} ended with status ${status}`);
    process.stdout.write(stdout);
    lines = withRow(lines, stdout.trim());
    writeFileSync(OUT, `${lines.join('\n')}\n`);
  }
  if (values.row === undefined) writeFileSync(OUT, `${[...lines, ...costLines()].join('\n')}\n`);
}

main();
