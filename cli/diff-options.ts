/** Options of `iovcheck diff`, read and checked. */
import { UsageError } from '../harness/bounds-text.js';
import type { ScenarioName } from '../model/scenario.js';
import { shellWord } from '../reports/phrases.js';
import { parseBudget, parseMemory, parseScenario, parseWhole } from './options.js';
import type { DiffJob } from './protocol.js';
import type { Reporter } from './reporter-options.js';
import { DIFF_REPORTERS, parseReporters } from './reporter-options.js';

/** As commander hands them over. */
export interface RawDiffOptions {
  readonly scenario?: string;
  readonly bounds?: string;
  readonly engine: string;
  readonly budget?: string;
  readonly seed: string;
  readonly without: readonly string[];
  readonly kernelTree?: string;
  readonly lockstep?: boolean;
  readonly first?: boolean;
  readonly memory?: string;
  readonly workers?: string;
  readonly reporter?: readonly string[];
  readonly traces?: string;
  readonly json?: boolean;
  readonly timing?: boolean;
  readonly quiet?: boolean;
}

export interface DiffOptions {
  readonly scenario?: ScenarioName;
  readonly bounds: string;
  readonly without: readonly string[];
  /** A folder or an archive. */
  readonly kernelTree?: string;
  readonly traces?: string;
  readonly reporters: readonly Reporter[];
  /** Comparisons side by side, at most. */
  readonly workers?: number;
  readonly isQuiet: boolean;
  readonly job: Omit<DiffJob, 'refs' | 'scenario' | 'bounds' | 'hasColour' | 'command'>;
  /** The command line of one scenario. */
  commandFor(names: readonly (string | undefined)[], scenario: ScenarioName): string;
}

/** Steps of a random run that no --budget limits. */
const RANDOM_STEPS = 2_000_000;

function engineOf(text: string): DiffJob['engine'] {
  if (text === 'exhaustive' || text === 'random') return text;
  throw new UsageError(`--engine ${text}: diff knows exhaustive and random; write one of them`);
}

export function parseDiffOptions(raw: RawDiffOptions): DiffOptions {
  const engine = engineOf(raw.engine);
  const { steps, runs, seconds } = parseBudget(raw.budget);
  if (runs !== Number.POSITIVE_INFINITY)
    throw new UsageError('--budget: diff counts steps; write steps or seconds, e.g. --budget 1000000-steps');
  const isEndless = engine === 'random' && steps + seconds === Number.POSITIVE_INFINITY && raw.budget === undefined;
  const flags = [
    ...(raw.kernelTree === undefined ? [] : [`--kernel-tree ${shellWord(raw.kernelTree)}`]),
    ...(raw.bounds === undefined ? [] : [`--bounds ${raw.bounds}`]),
    ...(engine === 'random' ? [`--engine random --seed ${raw.seed}`] : []),
    ...(raw.budget === undefined ? [] : [`--budget ${raw.budget}`]),
    ...raw.without.map((fix) => `--without ${fix}`),
    ...(raw.lockstep === true ? ['--lockstep'] : []),
    ...(raw.first === true ? ['--first'] : []),
  ];
  return {
    ...(raw.scenario === undefined ? {} : { scenario: parseScenario(raw.scenario) }),
    bounds: raw.bounds ?? 'default',
    without: raw.without.flatMap((text) => text.split(',')).filter((name) => name !== ''),
    ...(raw.kernelTree === undefined ? {} : { kernelTree: raw.kernelTree }),
    ...(raw.traces === undefined ? {} : { traces: raw.traces }),
    reporters: parseReporters(raw, DIFF_REPORTERS),
    ...(raw.workers === undefined ? {} : { workers: parseWhole('--workers', raw.workers, 1, 1024) }),
    isQuiet: raw.quiet === true,
    job: {
      engine,
      seed: parseWhole('--seed', raw.seed, 0, 2 ** 32 - 1),
      steps: isEndless ? RANDOM_STEPS : steps,
      seconds,
      memoryBytes: parseMemory(raw.memory),
      isLockstep: raw.lockstep === true,
      isFirstOnly: raw.first === true,
      isTimed: raw.timing === true,
    },
    commandFor: (names, scenario) => {
      const named = names.flatMap((name) => (name === undefined ? [] : [shellWord(name)]));
      return ['iovcheck diff', ...named, `--scenario ${scenario}`, ...flags].join(' ');
    },
  };
}
