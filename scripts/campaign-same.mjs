/**
 * One campaign in several ways, in process and through Redis, each with more or fewer workers: what is printed, the
 * traces and every result have to be the same bytes. `npm run campaign:same` does so over every design and writes
 * reports/published/campaign.md; a Redis of its own is started on the loopback for each way through a queue, and ended.
 * With --at-once the ways run side by side: sooner done on a machine that has other work, and five times the memory.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJournal } from '../dist/campaign/jobs/journal.js';
import { summarise } from '../dist/campaign/jobs/summary.js';
import { iovcheck, startRedis } from './campaign-kills.mjs';
import { cpuOf } from './cpu.mjs';

/** @typedef {{ name: string, threads: number, workers: number }} Way  `workers`: processes of one thread; 0 for none. */
/** @typedef {import('../dist/campaign/jobs/summary.js').Summary} Summary */
/** @typedef {{ way: Way, text: string, hash: string, status: number | null, err: string, seconds: number, cpu: number, summary: Summary }} Came */

/** @type {readonly Way[]} */
export const WAYS = [
  { name: 'in process, 1 thread', threads: 1, workers: 0 },
  { name: 'in process, 2 threads', threads: 2, workers: 0 },
  { name: 'through Redis, 1 worker', threads: 1, workers: 1 },
  { name: 'through Redis, 2 workers', threads: 1, workers: 2 },
  { name: 'through Redis, 4 workers', threads: 1, workers: 4 },
];

const FILE = 'examples/quick.campaign.json';
const PUBLISHED = 'reports/published/campaign.md';
const LOOK_MS = 200;

/** What each job came to, but for when and how fast. @param {string} dir */
function resultsOf(dir) {
  const journal = readJournal(dir);
  if (journal === undefined) throw new Error(`${dir}: no journal`);
  const results = [...journal.results.values()].map(({ seconds: _seconds, at: _at, ...same }) => same);
  results.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { results: JSON.stringify(results), summary: summarise(journal.head.plan, journal.results) };
}

/** @param {string} dir */
function tracesIn(dir) {
  const folder = join(dir, 'traces');
  if (!existsSync(folder)) return '';
  const names = readdirSync(folder).sort();
  return names.map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`).join('\n');
}

/** The campaign from its begin to its end. @param {{ root: string, file: string, way: Way }} options @returns {Promise<Came>} */
async function once({ root, file, way }) {
  const dir = join(root, 'campaign');
  const { threads, workers } = way;
  const through = workers === 0 ? undefined : await startRedis(join(root, 'redis'));
  const env = through === undefined ? {} : { IOVCHECK_QUEUE: through.queue };
  const campaign = iovcheck(['run', file, '--dir', dir, '--quiet', '--workers', String(threads)], env);
  const all = Array.from({ length: workers }, () => iovcheck(['worker', '--workers', '1', '--quiet'], env));
  const began = performance.now();
  for (const one of [campaign, ...all]) one.start();
  let own = 0;
  const timer = setInterval(() => (own = cpuOf(campaign.child?.pid) || own), LOOK_MS);
  try {
    const status = await campaign.ended;
    const seconds = (performance.now() - began) / 1000;
    const cpu = all.reduce((sum, { child }) => sum + cpuOf(child?.pid), own);
    const { results, summary } = resultsOf(dir);
    const text = campaign.out.replaceAll(dir, 'DIR');
    const hash = createHash('sha256')
      .update([text, tracesIn(dir), results].join('\0'))
      .digest('hex');
    return { way, text, hash, status, err: campaign.err, seconds, cpu, summary };
  } finally {
    clearInterval(timer);
    await Promise.all([campaign.end(), ...all.map((one) => one.end('SIGTERM'))]);
    await through?.redis.end('SIGTERM');
  }
}

/** @param {{ file: string, ways?: readonly Way[], isAtOnce?: boolean, tell?: (line: string) => void }} options @returns {Promise<Came[]>} */
export async function inEachWay({ file, ways = WAYS, isAtOnce = false, tell = () => {} }) {
  /** @param {Way} way */
  const inWay = async (way) => {
    const root = mkdtempSync(join(tmpdir(), 'iovcheck-same-'));
    try {
      const came = await once({ root, file, way });
      tell(`${way.name}: exit ${came.status}, ${came.seconds.toFixed(0)} s, ${came.hash.slice(0, 16)}`);
      return came;
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  };
  if (isAtOnce) return Promise.all(ways.map(inWay));
  const all = [];
  for (const way of ways) all.push(await inWay(way));
  return all;
}

/** What differs from the first way; '' where nothing does. @param {readonly Came[]} came */
export function differenceIn([first, ...others]) {
  const other = others.find(({ hash, status }) => hash !== first.hash || status !== first.status);
  if (other === undefined) return '';
  const lines = first.text.split('\n');
  const at = other.text.split('\n').findIndex((line, n) => line !== lines[n]);
  const what = at < 0 ? 'a result, not the text' : `line ${at + 1}: ${other.text.split('\n')[at]} (${lines[at]})`;
  return `${other.way.name}: not what ${first.way.name} comes to: ${what}${other.err === '' ? '' : `\n${other.err}`}`;
}

/** @param {Summary} summary */
function countsOf({ lanes, jobs }) {
  const spaces = lanes.flatMap((lane) => lane.spaces);
  const coverage = lanes.flatMap((lane) => lane.coverage);
  /** @param {readonly number[]} all */
  const sum = (all) => all.reduce((a, b) => a + b, 0);
  return [
    ['designs', new Set(lanes.map(({ design }) => design)).size],
    ['designs in their scenarios', lanes.length],
    ['jobs', jobs.done],
    ['classes of violations', sum(lanes.map(({ findings }) => findings.length))],
    [
      'of these with a trace that is proved to be shortest',
      sum(lanes.map(({ findings }) => findings.filter(({ violation: v }) => v.minimality === 'shortest').length)),
    ],
    ['spaces searched to their end', spaces.filter(({ isWhole }) => isWhole).length],
    ['spaces cut short by the budget', spaces.filter(({ isWhole }) => !isWhole).length],
    ['states', sum(spaces.map(({ states }) => states))],
    ['edges', sum(spaces.map(({ edges }) => edges))],
    ['bins of coverage', sum(coverage.map(({ bins }) => bins))],
    ['sampled steps', sum(lanes.map(({ steps }) => steps))],
  ];
}

/** @param {readonly Came[]} came @param {boolean} isAtOnce */
export function reportOf(came, isAtOnce) {
  const require = createRequire(import.meta.url);
  const redis = /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1] ?? '?';
  const { version } = require('bullmq/package.json');
  const counts = countsOf(came[0].summary);
  return `# One campaign over every design, in five ways

Written by \`npm run campaign:same\`: ${FILE} from its begin to its end, ${availableParallelism()} cores shared with other work, Node ${process.versions.node}, Redis ${redis} with an append-only file on the loopback, BullMQ ${version}. A worker is a process of one thread; Redis is started for each way, and ended.${isAtOnce ? ' The ways ran side by side, so that the clock says little.' : ''} Every design is searched in each of its scenarios, exhaustively and at random, and some in two rounds of coverage; classes that are not known to be shortest are made small.

The hash is of the text that is printed, of each trace, and of all that each job came to: its violations with their traces, states, edges and steps, what was reached, and what was learned with its bins; only when a job ended and how fast is left out. It is the same in each way, and the same from run to run.

| | by the clock | CPU of campaign and workers | exit | hash |
|---|--:|--:|--:|---|
${came.map(({ way, seconds, cpu, status, hash }) => `| ${way.name} | ${seconds.toFixed(0)} s | ${cpu.toFixed(0)} s | ${status} | \`${hash.slice(0, 16)}\` |`).join('\n')}

What it came to, each time:

| | |
|---|--:|
${counts.map(([name, n]) => `| ${name} | ${String(n).replace(/\B(?=(\d{3})+$)/g, ' ')} |`).join('\n')}

The last line, each time: ${came[0].text.trimEnd().split('\n').at(-1)}
`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const isAtOnce = process.argv.includes('--at-once');
  const came = await inEachWay({ file: FILE, isAtOnce, tell: (line) => console.error(line) });
  const difference = differenceIn(came);
  if (difference === '') {
    writeFileSync(PUBLISHED, reportOf(came, isAtOnce));
    console.log(`${came.length} ways, one result; ${PUBLISHED} is written.`);
  } else {
    console.log(difference);
    process.exitCode = 1;
  }
}
