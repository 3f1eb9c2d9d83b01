/** The jobs of a campaign in threads of this process. */
import type { Ready } from '../campaign/jobs/course.js';
import type { Done, Outcome } from '../campaign/jobs/job.js';
import { keyOf } from '../campaign/jobs/job.js';
import type { Campaign } from './campaign-file.js';
import { Processes } from './campaign-apart.js';
import type { Doing } from './campaign-perform.js';
import { instrumentedBuild } from './instrument.js';

/** Whoever runs jobs, here or elsewhere. */
export interface Backend {
  /** Told of each job that is done, once or more often. */
  onDone: (done: Done) => void;
  /** Told where no job can be run any more. */
  onFailed: (error: unknown) => void;
  add(ready: readonly Ready[]): void;
  /** No further job is begun; those that run are given up. */
  stop(): void;
  close(): Promise<void>;
  /** What is being done here, and how far it is. */
  readonly lines: readonly string[];
}

/** Instrumented builds, one a design, made when they are first asked for. */
export class Builds {
  private readonly campaign: Campaign;
  private readonly made = new Map<string, Promise<string>>();

  constructor(campaign: Campaign) {
    this.campaign = campaign;
  }

  of(design: string): Promise<string> {
    const known = this.made.get(design);
    if (known !== undefined) return known;
    const named = this.campaign.refs.get(design);
    if (named === undefined) throw new Error(`no design ${design} in the campaign`);
    const build = instrumentedBuild(named.ref);
    this.made.set(design, build);
    return build;
  }
}

export function doneFrom({ job }: Ready, outcome: Outcome, seconds: number): Done {
  return { key: keyOf(job), job, ...outcome, seconds: Math.round(1000 * seconds) / 1000, at: Date.now() };
}

export class LocalBackend implements Backend {
  onDone: (done: Done) => void = () => {};
  onFailed: (error: unknown) => void = () => {};
  private readonly campaign: Campaign;
  private readonly builds: Builds;
  private readonly waiting: Ready[] = [];
  private readonly performing = new Set<Doing>();
  private readonly processes = new Processes();
  private free: number;
  private isStopped = false;

  constructor(campaign: Campaign, workers: number) {
    this.campaign = campaign;
    this.builds = new Builds(campaign);
    this.free = workers;
  }

  get lines(): readonly string[] {
    return [...this.performing].flatMap(({ lines }) => lines);
  }

  /** What comes later in a lane was waited for: it goes first. */
  add(ready: readonly Ready[]): void {
    const isLater = ({ job }: Ready): boolean => job.input !== undefined;
    this.waiting.unshift(...ready.filter(isLater));
    this.waiting.push(...ready.filter((one) => !isLater(one)));
    this.next();
  }

  private next(): void {
    while (!this.isStopped && this.free > 0 && this.waiting.length > 0) {
      const ready = this.waiting.shift();
      if (ready === undefined) return;
      this.free--;
      this.one(ready)
        .catch((error: unknown) => this.onFailed(error))
        .finally(() => {
          this.free++;
          this.next();
        });
    }
  }

  private async one(ready: Ready): Promise<void> {
    const { job, input } = ready;
    const { url = null, tree } = this.campaign.refs.get(job.design)?.ref ?? {};
    const build = job.engine === 'coverage' ? await this.builds.of(job.design) : undefined;
    if (this.isStopped) return;
    const performing = this.processes.doing({
      job,
      url,
      ...(tree === undefined ? {} : { tree }),
      ...(input === undefined ? {} : { input }),
      ...(build === undefined ? {} : { build }),
    });
    this.performing.add(performing);
    const start = performance.now();
    try {
      const outcome = await performing.run();
      if (outcome !== undefined) this.onDone(doneFrom(ready, outcome, (performance.now() - start) / 1000));
    } finally {
      this.performing.delete(performing);
    }
  }

  stop(): void {
    this.isStopped = true;
    for (const one of this.performing) one.stop();
  }

  async close(): Promise<void> {
    this.stop();
    this.processes.close();
  }
}
