/** The kernels that `--on` and `--against` name: which words these are, and what each answers to. */
import { UsageError } from '../harness/bounds-text.js';
import type { ScenarioName } from '../model/scenario.js';
import type { Walked } from '../oracle/host/fuzz.js';
import { HOST_SCENARIOS } from '../oracle/host/fuzz.js';
import type { WalkJob, Watcher } from '../oracle/host/host.js';
import { hostRelease, retraceOnHost, walkOnHost, whyNoHost } from '../oracle/host/host.js';
import { MachineError } from '../oracle/host/machine.js';
import type { Retraced, RetraceOptions } from '../oracle/host/retrace.js';
import { umlRelease, whyNoUml } from '../oracle/uml/boot.js';
import { retraceOnUml, walkOnUml } from '../oracle/uml/uml.js';

export interface Oracle {
  /** As it stands in a sentence. */
  readonly name: string;
  /** Calls of each scenario, where nobody says how many. */
  readonly steps: number;
  readonly scenarios: readonly ScenarioName[];
  /** `uname -r` of the kernel; throws UsageError where there is none to be had. */
  release(): string;
  walk(job: WalkJob, watcher: Watcher): Promise<Walked[]>;
  retrace(options: Omit<RetraceOptions, 'folder'>): Promise<Retraced>;
}

const host: Oracle = {
  name: 'the running kernel',
  steps: 100_000,
  scenarios: HOST_SCENARIOS,
  release() {
    const why = whyNoHost();
    if (why !== '') throw new UsageError(`host: ${why}`);
    return hostRelease();
  },
  walk: walkOnHost,
  retrace: retraceOnHost,
};

const uml: Oracle = {
  name: 'user-mode Linux',
  steps: 20_000,
  scenarios: HOST_SCENARIOS,
  release() {
    const why = whyNoUml();
    if (why !== '') throw new UsageError(`uml: ${why}`);
    return umlRelease();
  },
  walk: walkOnUml,
  retrace: retraceOnUml,
};

const ORACLES: Readonly<Record<string, Oracle>> = { host, uml };

/** An oracle by its word; undefined for the name of a design. */
export function oracleNamed(name: string): Oracle | undefined {
  return Object.hasOwn(ORACLES, name) ? ORACLES[name] : undefined;
}

export const ORACLE_NAMES: readonly string[] = Object.keys(ORACLES);

/** A machine that can not be used is the user's to mend. */
export async function withUsage<T>(word: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MachineError) throw new UsageError(`${word}: ${error.message}`, { cause: error });
    throw error;
  }
}
