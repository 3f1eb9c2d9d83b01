/** Options of the command line, read and checked: one sentence says what is wrong with one. */
import { availableParallelism, totalmem } from 'node:os';
import { THREADS_MAX } from '../check/round.js';
import { UsageError } from '../harness/bounds-text.js';
import { nearest } from '../harness/nearest.js';
import type { EngineName } from '../harness/result.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import type { Reporter } from './reporter-options.js';
import { FUZZ_BUDGET } from './plan.js';
import { parseReporters } from './reporter-options.js';

/** As commander hands them over; `fuzz` has no engine. */
export interface RawOptions {
  readonly scenario?: string;
  readonly engine?: string;
  readonly bounds?: string;
  readonly budget?: string;
  readonly seed: string;
  readonly workers?: string;
  readonly without?: readonly string[];
  readonly known?: boolean;
  readonly requireReached?: boolean;
  readonly reporter?: readonly string[];
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly timing?: boolean;
  readonly memory?: string;
  readonly quiet?: boolean;
  readonly traces?: string;
  readonly corpus?: string;
  readonly certificate?: string;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly kernelTree?: string;
  readonly patch?: string;
  readonly rev?: string;
}

export interface CheckOptions {
  readonly scenario?: ScenarioName;
  readonly engines: readonly EngineName[];
  /** The exhaustive engine only begins, for the others. */
  readonly isFuzz: boolean;
  readonly bounds: string;
  readonly steps: number;
  readonly runs: number;
  readonly seconds: number;
  readonly seed: number;
  /** At most so many threads; one a search, and no more than cores, where absent. */
  readonly workers?: number;
  readonly without: readonly string[];
  readonly onlyKnown: boolean;
  readonly requireReached: boolean;
  readonly reporters: readonly Reporter[];
  readonly timing: boolean;
  readonly memoryBytes: number;
  readonly isQuiet: boolean;
  readonly traces?: string;
  readonly corpus?: string;
  readonly certificate?: string;
  readonly checkpoint?: string;
  readonly resume?: string;
  /** A folder or an archive. */
  readonly kernelTree?: string;
  readonly patch?: string;
  readonly rev?: string;
}

const ENGINES: Readonly<Record<string, readonly EngineName[]>> = {
  exhaustive: ['exhaustive'],
  random: ['random'],
  coverage: ['coverage'],
  all: ['exhaustive', 'random', 'coverage'],
};

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

export interface Budget {
  readonly steps: number;
  readonly runs: number;
  readonly seconds: number;
}

const ENDLESS: Budget = {
  steps: Number.POSITIVE_INFINITY,
  runs: Number.POSITIVE_INFINITY,
  seconds: Number.POSITIVE_INFINITY,
};

export function parseBudget(text: string | undefined): Budget {
  if (text === undefined) return ENDLESS;
  const [, n, unit] = /^(\d+(?:\.\d+)?)(s|m|h|-steps|-runs)$/.exec(text) ?? [];
  const isWhole = Number.isSafeInteger(Number(n)) && Number(n) > 0;
  if (unit === '-steps' && isWhole) return { ...ENDLESS, steps: Number(n) };
  if (unit === '-runs' && isWhole) return { ...ENDLESS, runs: Number(n) };
  if (unit !== undefined && Object.hasOwn(SECONDS, unit) && Number(n) > 0) {
    return { ...ENDLESS, seconds: Number(n) * SECONDS[unit] };
  }
  throw new UsageError(
    `--budget ${text}: this is no budget; write seconds, minutes, steps or runs, e.g. --budget 60s, --budget 1000000-steps or --budget 10000-runs`,
  );
}

export function parseMemory(text: string | undefined): number {
  if (text === undefined) return Math.min(8 * 2 ** 30, Math.floor(totalmem() * 0.6));
  const [, n, unit] = /^(\d+(?:\.\d+)?)([KMGT]?)B?$/i.exec(text) ?? [];
  const bytes = Number(n) * (UNITS[(unit ?? '').toUpperCase()] ?? Number.NaN);
  if (bytes >= 2 ** 20) return Math.floor(bytes);
  throw new UsageError(`--memory ${text}: this is no amount of memory, or less than 1M; write e.g. --memory 8G`);
}

export function parseWhole(option: string, text: string, min: number, max: number): number {
  const n = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (n >= min && n <= max) return n;
  throw new UsageError(`${option} ${text}: write a whole number from ${min} to ${max}`);
}

/** One of the names of a table. */
function parseName<T extends string>(option: string, text: string, names: readonly T[]): T {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} ${text}: did you mean '${nearest(text, names)}'? There are ${names.join(', ')}`);
}

export function parseScenario(text: string): ScenarioName {
  return parseName('--scenario', text, Object.keys(SCENARIOS) as ScenarioName[]);
}

/** An exhaustive search is one search, however long. */
function checkRuns(engines: readonly EngineName[], { runs }: Budget): void {
  if (runs === Number.POSITIVE_INFINITY || !engines.includes('exhaustive')) return;
  throw new UsageError(
    '--budget: the exhaustive engine makes no runs; write steps or seconds, e.g. --budget 1000000-steps, or name another --engine',
  );
}

/** Only one engine proves anything. */
function checkCertified(engines: readonly EngineName[], name: string | undefined): void {
  if (engines.includes('exhaustive')) return;
  throw new UsageError(
    `--certificate: the engine ${name} samples, and proves nothing that could be certified; leave --engine out, or write --engine all`,
  );
}

/** Only one engine has something to go on from. */
function checkKept(engines: readonly EngineName[], { checkpoint, resume, engine }: RawOptions): void {
  if ((checkpoint ?? resume) === undefined || (engines.length === 1 && engines[0] === 'exhaustive')) return;
  const option = resume === undefined ? '--checkpoint' : '--resume';
  throw new UsageError(
    `${option}: only the engine exhaustive goes on from a checkpoint, not ${engine}; leave --engine out`,
  );
}

export function parseOptions(raw: RawOptions): CheckOptions {
  const isFuzz = raw.engine === undefined;
  const engines = ENGINES[raw.engine === undefined ? 'all' : parseName('--engine', raw.engine, Object.keys(ENGINES))];
  const budget = parseBudget(raw.budget ?? (isFuzz ? FUZZ_BUDGET : undefined));
  if (!isFuzz) checkRuns(engines, budget);
  if (raw.certificate !== undefined) checkCertified(engines, raw.engine);
  checkKept(engines, raw);
  return {
    ...(raw.scenario === undefined ? {} : { scenario: parseScenario(raw.scenario) }),
    engines,
    isFuzz,
    bounds: raw.bounds ?? 'default',
    ...budget,
    seed: parseWhole('--seed', raw.seed, 0, 2 ** 32 - 1),
    ...(raw.workers === undefined ? {} : { workers: parseWhole('--workers', raw.workers, 1, 1024) }),
    without: (raw.without ?? []).flatMap((text) => text.split(',')).filter((name) => name !== ''),
    onlyKnown: raw.known === true,
    requireReached: raw.requireReached === true,
    reporters: parseReporters(raw),
    timing: raw.timing === true,
    memoryBytes: parseMemory(raw.memory),
    isQuiet: raw.quiet === true,
    ...(raw.traces === undefined ? {} : { traces: raw.traces }),
    ...(raw.corpus === undefined ? {} : { corpus: raw.corpus }),
    ...(raw.certificate === undefined ? {} : { certificate: raw.certificate }),
    ...(raw.checkpoint === undefined ? {} : { checkpoint: raw.checkpoint }),
    ...(raw.resume === undefined ? {} : { resume: raw.resume }),
    ...(raw.kernelTree === undefined ? {} : { kernelTree: raw.kernelTree }),
    ...(raw.patch === undefined ? {} : { patch: raw.patch }),
    ...(raw.rev === undefined ? {} : { rev: raw.rev }),
  };
}

/** Threads of each search, where `running` of them run at a time. */
export function threadsFor(running: number, asked: number | undefined): number {
  return Math.max(1, Math.min(THREADS_MAX, Math.floor((asked ?? availableParallelism()) / running)));
}

/** Searches that run at a time, of so many. */
export function workersFor(searches: number, asked: number | undefined): number {
  return Math.max(1, Math.min(searches, asked ?? availableParallelism()));
}
