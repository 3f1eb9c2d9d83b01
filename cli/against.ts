/** `iovcheck fuzz DESIGN --against host`: random calls, of which a running kernel and the spec have to say the same. */
import { UsageError } from '../harness/bounds-text.js';
import { formatTrace } from '../harness/trace.js';
import { Status } from '../harness/verdict.js';
import { baselineOf } from '../oracle/host/baseline.js';
import type { Difference, Walked } from '../oracle/host/fuzz.js';
import type { WalkJob } from '../oracle/host/host.js';
import { renderWalks } from '../reports/beside.js';
import { refOf } from './designs.js';
import { onInterrupt } from './interrupt.js';
import { loadDesign } from './load.js';
import type { Oracle } from './kernels.js';
import { ORACLE_NAMES, oracleNamed, withUsage } from './kernels.js';
import type { RawOptions } from './options.js';
import { parseBudget, parseScenario, parseWhole } from './options.js';
import { complain, print, writeFiles } from './output.js';
import { rounded } from './progress.js';

export interface RawAgainst extends RawOptions {
  readonly against: string;
}

/** Options that mean nothing where nothing is searched and nothing judged. */
const REFUSED = ['bounds', 'workers', 'memory', 'corpus', 'ndjson', 'timing'] as const;

function checkOptions(names: readonly string[], raw: RawAgainst): void {
  if (names.length !== 1) throw new UsageError('--against: name one design, which is to say what the kernel does');
  const refused = REFUSED.find((option) => raw[option] !== undefined);
  if (refused !== undefined)
    throw new UsageError(
      `--${refused}: it means nothing with --against; the pipes are as large as the machine has them`,
    );
  if ((raw.reporter ?? []).length > 0) throw new UsageError('--reporter: with --against there is text, or --json');
}

/** A line on stderr now and then. */
function progressLine(isQuiet: boolean): (calls: number) => void {
  const start = performance.now();
  let told = start;
  return (calls) => {
    const now = performance.now();
    if (isQuiet || now - told < 10_000) return;
    told = now;
    process.stderr.write(`${rounded(calls)} calls, ${rounded((calls * 1000) / (now - start))}/s\n`);
  };
}

function tracesOf(design: string, word: string, seed: number, differences: readonly Difference[]) {
  return differences.map(({ bounds, ops, scenario }, n) => ({
    file: `${word}.${scenario}.${String(n + 1).padStart(2, '0')}.${ops.at(-1)?.split(' ', 1)[0] ?? ''}.trace`,
    text: formatTrace({ design, scenario, bounds, ops, engine: 'random', seed, minimality: '1-minimal' }),
  }));
}

function asJson(design: string, word: string, kernel: string, seed: number, walked: readonly Walked[]): string {
  const results = walked.map(({ calls, differences, scenario, walks }) => ({
    design,
    against: word,
    kernel,
    scenario,
    seed,
    verdict: differences.length > 0 ? 'violated' : 'budget-spent',
    calls,
    walks,
    differences: differences.map(({ bounds, explanation, ops, walk }) => ({ bounds, walk, trace: ops, explanation })),
  }));
  return `${JSON.stringify({ version: 1, results }, undefined, 2)}\n`;
}

interface Prepared {
  readonly oracle: Oracle;
  readonly release: string;
  readonly job: WalkJob;
}

/** What is asked for, as far as it can be had; says on stderr what is unusual about it. */
async function prepare(names: readonly string[], raw: RawAgainst): Promise<Prepared> {
  checkOptions(names, raw);
  const oracle = oracleNamed(raw.against);
  if (oracle === undefined)
    throw new UsageError(`--against ${raw.against}: there is no such kernel; write ${ORACLE_NAMES.join(' or ')}`);
  const ref = await refOf(names[0], raw.without);
  if (ref.url !== null)
    throw new UsageError(`--against: ${names[0]} is a file; only designs of iovcheck list designs can be compared`);
  const design = await loadDesign(ref);
  const only = raw.scenario === undefined ? oracle.scenarios : [parseScenario(raw.scenario)];
  const scenarios = only.filter((s) => oracle.scenarios.includes(s) && design.scenarios.includes(s));
  if (scenarios.length === 0)
    throw new UsageError(
      `--against ${raw.against}: no call of ${raw.scenario ?? 'its scenarios'} is a system call of ${design.id}; there are ${oracle.scenarios.join(', ')}`,
    );
  const release = oracle.release();
  const baseline = baselineOf(release);
  if (baseline.note !== '') complain(baseline.note);
  if (baseline.design !== design.id)
    complain(`Linux ${release} is what ${baseline.design} stands for, not ${design.id}`);
  const seed = parseWhole('--seed', raw.seed, 0, 2 ** 32 - 1);
  const { seconds, steps } = parseBudget(raw.budget ?? `${oracle.steps}-steps`);
  return { oracle, release, job: { design, scenarios, seed, steps, seconds } };
}

export async function against(names: readonly string[], raw: RawAgainst): Promise<number> {
  const { oracle, release, job } = await prepare(names, raw);
  const { design, seed } = job;
  let isStopped = false;
  const interrupt = onInterrupt(() => (isStopped = true));
  const watcher = { progress: progressLine(raw.quiet === true), isStopped: () => isStopped };
  const walked = await withUsage(raw.against, () => oracle.walk(job, watcher));
  const signal = interrupt.done();
  const differences = walked.flatMap((w) => w.differences);
  print(
    raw.json === true
      ? asJson(design.id, raw.against, release, seed, walked)
      : renderWalks({ design: design.id, kernel: oracle.name, release }, walked, seed),
  );
  if (raw.traces !== undefined && differences.length > 0) {
    const problem = writeFiles(raw.traces, tracesOf(design.id, raw.against, seed, differences), '--traces');
    if (problem !== undefined) throw new UsageError(problem);
  }
  if (signal !== undefined) return Status[signal];
  return differences.length > 0 ? Status.Violated : Status.Ok;
}
