/**
 * `npm run oracle`: random calls on running kernels beside the spec, as reports/published/oracle.md: ten million on the
 * machine's own, one million in user-mode Linux. `-- --host N --uml N` makes others, `--no-write` only prints, and a kernel
 * that is not there is said and left out.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Oracle } from '../cli/kernels.js';
import { oracleNamed } from '../cli/kernels.js';
import { DESIGNS } from '../model/designs/designs.js';
import { baselineOf } from '../oracle/host/baseline.js';
import type { ScenarioName } from '../model/scenario.js';
import type { Walked } from '../oracle/host/fuzz.js';

const REPORT = 'reports/published/oracle.md';
const SEED = 1;
const MARK = { host: 'the running kernel', uml: 'user-mode Linux' } as const;
type Word = keyof typeof MARK;

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '10000000' },
    uml: { type: 'string', default: '1000000' },
    'no-write': { type: 'boolean', default: false },
  },
});

/** Scenarios whose calls go to a disk, and how many times fewer of them are made, beside the rest. */
const SLOW: ReadonlySet<ScenarioName> = new Set(['sendfile', 'file-splice']);
const SLOWER = 50;

interface Row {
  readonly word: Word;
  readonly release: string;
  readonly design: string;
  readonly walked: readonly Walked[];
  /** Calls a second, by the clock; and of processor time, where it is this process that makes them. */
  readonly rate: number;
  readonly cpuRate: number | undefined;
}

async function measure(word: Word, oracle: Oracle, calls: number): Promise<Row> {
  const release = oracle.release();
  const design = DESIGNS.find(({ id }) => id === baselineOf(release).design);
  if (design === undefined) throw new Error(`no design stands for Linux ${release}`);
  const scenarios = oracle.scenarios.filter((name) => design.scenarios.includes(name));
  const fast = scenarios.filter((name) => !SLOW.has(name));
  const steps = Math.ceil(calls / fast.length);
  const progress = (done: number): void => void process.stderr.write(`\r${word}: ${done} calls`);
  const walk = (names: readonly ScenarioName[], n: number): Promise<Walked[]> =>
    oracle.walk({ design, scenarios: names, seed: SEED, steps: n, seconds: Number.POSITIVE_INFINITY }, { progress });
  const start = performance.now();
  const cpu = process.cpuUsage();
  const walked = await walk(fast, steps);
  const { user, system } = process.cpuUsage(cpu);
  const made = walked.reduce((sum, w) => sum + w.calls, 0);
  const cpuRate = word === 'host' ? (made * 1e6) / (user + system) : undefined;
  const rate = (made * 1000) / (performance.now() - start);
  walked.push(
    ...(await walk(
      [...SLOW].filter((name) => scenarios.includes(name)),
      Math.ceil(steps / SLOWER),
    )),
  );
  process.stderr.write('\n');
  return { word, release, design: design.id, walked, rate, cpuRate };
}

/** Two digits. */
const rounded = (n: number): string => Number(n.toPrecision(2)).toLocaleString('en-US');

function lines({ word, release, design, walked, rate, cpuRate }: Row): string[] {
  return walked.map(
    ({ scenario, walks, calls, differences }) =>
      `| ${MARK[word]} | ${release} | ${design} | ${scenario} | ${SEED} | ${walks} | ${calls} | ${differences.length} | ${rounded(rate)} | ${cpuRate === undefined ? '' : rounded(cpuRate)} |`,
  );
}

const HEAD = `# The spec beside running kernels

Written by \`npm run oracle\`. Random calls at pages of 4096 bytes, in pipes of 1, 2, 4 and 16 slots; each has to return, and to deliver, what it does in the spec. Which calls are made depends on the seed and on nothing else; \`iovcheck fuzz linux-6.18 --against host --seed 1\` begins with the same ones. Agreement proves nothing: it is what these calls came to.

Rates include the spec's side, fresh pipes for each walk of some 300 calls, and whatever else ran on the two cores; of user-mode Linux its boot, too; they are those of the scenarios without files, whose calls go to a disk.

| kernel | version | design | scenario | seed | walks | calls | differences | calls a second | of processor time |
|---|---|---|---|--:|--:|--:|--:|--:|--:|`;

/** Rows of a kernel that was not asked this time stay. */
function keptRows(asked: ReadonlySet<string>): string[] {
  let text = '';
  try {
    text = readFileSync(REPORT, 'utf8');
  } catch {
    return [];
  }
  const isKept = (line: string): boolean =>
    Object.values(MARK).some((m) => line.startsWith(`| ${m} |`) && !asked.has(m));
  return text.split('\n').filter(isKept);
}

const rows: Row[] = [];
for (const word of Object.keys(MARK) as Word[]) {
  const calls = Number(values[word]);
  const oracle = oracleNamed(word);
  if (!(calls > 0) || oracle === undefined) continue;
  try {
    rows.push(await measure(word, oracle, calls));
  } catch (error) {
    console.error(`${word}: not asked: ${error instanceof Error ? error.message : String(error)}`);
  }
}
const made = rows.flatMap(lines);
const all = [...made, ...keptRows(new Set(rows.map(({ word }) => MARK[word])))];
if (values['no-write']) console.log(made.join('\n'));
else writeFileSync(REPORT, `${HEAD}\n${all.toSorted().join('\n')}\n`);
for (const { walked, word } of rows) {
  for (const d of walked.flatMap((w) => w.differences)) {
    console.log(`${word}, ${d.scenario}, walk ${d.walk}:\n  ${d.ops.join('\n  ')}\n  ${d.explanation}`);
    process.exitCode = 1;
  }
}
