/** Runs one job: the same job, the same outcome. */
import type { Input, Job, Outcome } from '../campaign/jobs/job.js';
import { parseBounds } from '../harness/bounds-text.js';
import { SCENARIOS } from '../model/scenario.js';
import { Jobs } from './jobs.js';
import type { TreeRef } from './load.js';
import { splitName } from './load.js';
import { lineOf } from './progress.js';
import type { Report, Search } from './protocol.js';

/** A job with what its hashes stand for. */
export interface JobTask {
  readonly job: Job;
  readonly input?: Input;
  /** The bundle of a design file; null for one of ours. */
  readonly url: string | null;
  /** The kernel tree whose C it is. */
  readonly tree?: TreeRef;
  /** Of engine coverage: the instrumented build. */
  readonly build?: string;
}

/** A job that is being done, in a thread or in a process of its own. */
export interface Doing {
  /** How far it is. */
  readonly lines: readonly string[];
  /** What it comes to; undefined where it was stopped before its end. */
  run(): Promise<Outcome | undefined>;
  stop(): void;
}

function searchOf({ job, input = {}, url, tree, build }: JobTask): Search {
  const { scenario, engine, seed, memory, steps, runs, part } = job;
  const { seeds, known = [], findings } = input;
  const { name, without } = splitName(job.design);
  const isSampled = engine === 'random' || engine === 'coverage';
  return {
    ref: { name, without, url, ...(tree === undefined ? {} : { tree }) },
    onBase: job.onBase === true,
    scenario,
    bounds: parseBounds(job.bounds, undefined, SCENARIOS[scenario]),
    engine,
    seed,
    steps: steps ?? Number.POSITIVE_INFINITY,
    ...(runs === undefined ? {} : { runs }),
    seconds: Number.POSITIVE_INFINITY,
    memoryBytes: memory,
    timing: false,
    hasColour: false,
    ...(engine === 'coverage' ? { seeds: seeds ?? [] } : {}),
    ...(build === undefined ? {} : { build }),
    ...(isSampled ? { shared: { known, isRaw: true as const } } : {}),
    ...(part === undefined ? {} : { share: part }),
    ...(findings === undefined ? {} : { settles: findings }),
  };
}

function outcomeOf({ result, kept = [], keptBins = [] }: Report): Outcome {
  const learned = kept.map((ops, n) => ({ ops, bins: keptBins[n] ?? [] }));
  return { result, ...(learned.length === 0 ? {} : { learned }) };
}

/** In a thread. */
export class Performing implements Doing {
  private readonly task: JobTask;
  private readonly jobs = new Jobs();

  constructor(task: JobTask) {
    this.task = task;
  }

  get lines(): readonly string[] {
    return [...this.jobs.running].map(lineOf);
  }

  async run(): Promise<Outcome | undefined> {
    const [job] = this.jobs.start([searchOf(this.task)], 1);
    const { report, error } = await job;
    if (this.jobs.isStopped) return undefined;
    return { ...(report === undefined ? {} : outcomeOf(report)), ...(error === undefined ? {} : { error }) };
  }

  stop(): void {
    this.jobs.stop();
  }
}
