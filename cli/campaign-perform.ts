/** Runs one job in a thread: the same job, the same outcome. */
import type { Input, Job, Outcome } from '../campaign/jobs/job.js';
import { parseBounds } from '../harness/bounds-text.js';
import { SCENARIOS } from '../model/scenario.js';
import { Jobs } from './jobs.js';
import { splitName } from './load.js';
import type { Report, Search } from './protocol.js';

/** A job with what its hashes stand for. */
export interface JobTask {
  readonly job: Job;
  readonly input?: Input;
  /** The bundle of a design file; null for one of ours. */
  readonly url: string | null;
  /** Of engine coverage: the instrumented build. */
  readonly build?: string;
}

function searchOf({ job, input = {}, url, build }: JobTask): Search {
  const { scenario, engine, seed, memory, steps, runs, part } = job;
  const { seeds, known = [], findings } = input;
  const isSampled = engine === 'random' || engine === 'coverage';
  return {
    ref: { ...splitName(job.design), url },
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

export class Performing {
  readonly task: JobTask;
  readonly jobs = new Jobs();

  constructor(task: JobTask) {
    this.task = task;
  }

  /** What it comes to; undefined where it was stopped before its end. */
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
