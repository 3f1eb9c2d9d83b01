/** Runs searches side by side, each in a thread of its own; what each comes to is awaited in order. */
import { Phase } from '../check/heartbeat.js';
import { limited } from './limited.js';
import type { Place, RawClass, Report, Search, Tally } from './protocol.js';
import type { Outcome } from './thread.js';
import { Thread } from './thread.js';

/** What became of one search. Both a report and an error where a search ended badly with findings. */
export interface Job {
  readonly report?: Report;
  readonly error?: { readonly isUsage: boolean; readonly message: string };
}

export interface Running {
  readonly search: Search;
  readonly thread: Thread<'search'>;
  readonly start: number;
}

function placeOf(search: Search): Place {
  const { ref, onBase, scenario, bounds } = search;
  return { ref, onBase, scenario, bounds };
}

/** Whether the last op of the path does not return in another thread either. */
export async function isHungAgain(place: Place, ops: readonly number[], isSearchs: boolean): Promise<boolean> {
  return (await new Thread({ kind: 'retake', place, ops, isSearchs }).run()).kind === 'hung';
}

/** A search that waits for another: it begins with the frontier of that one, or has nothing left to do. */
async function follow(search: Search, { report }: Job, begin: (ready: Search) => Promise<Job>): Promise<Job> {
  if (report?.result.exhausted === true && search.isNeedless === true) return {};
  const frontier = report?.frontier ?? [];
  return begin(frontier.length === 0 ? search : { ...search, frontier });
}

export function loadingHangs(name: string, seconds: number): string {
  return `${name}: it did not finish loading within ${seconds} s; does it loop outside its functions?`;
}

/** A tally of a search that could not give its own. */
function partialTally(thread: Thread<'search'>, seconds: number, cutShort: string): Tally {
  const { states, edges, depth } = thread.heartbeat.read();
  return {
    stats: { states, edges, depth, steps: edges },
    isExhausted: false,
    cutShort,
    reached: {},
    unreached: [],
    seconds,
  };
}

export class Jobs {
  readonly running = new Set<Running>();
  /** Told each class as a search finds it, with its ops in C spelling. */
  onClass: (search: Search, found: RawClass, ops: readonly string[]) => void = () => {};
  isStopped = false;

  /** One promise for each search, in their order; at most `workers` of them run at a time, each after what it has to wait for. */
  start(searches: readonly Search[], workers: number): Promise<Job>[] {
    const take = limited(workers);
    const jobs: Promise<Job>[] = [];
    for (const search of searches) {
      const begin = (ready: Search): Promise<Job> => take(() => this.one(ready));
      jobs.push(
        search.after === undefined ? begin(search) : jobs[search.after].then((job) => follow(search, job, begin)),
      );
    }
    return jobs;
  }

  /** The searches that run end with what they have; no further one begins. */
  stop(): void {
    this.isStopped = true;
    for (const { thread } of this.running) thread.stop();
  }

  private async one(search: Search): Promise<Job> {
    if (this.isStopped) return {};
    const place = placeOf(search);
    const thread = new Thread<'search'>({ kind: 'search', search }, (path) =>
      isHungAgain(place, path, search.engine === 'exhaustive'),
    );
    thread.onClass = (found, ops) => this.onClass(search, found, ops);
    const running = { search, thread, start: performance.now() };
    this.running.add(running);
    try {
      const outcome = await thread.run();
      return await this.conclude(search, thread, outcome, (performance.now() - running.start) / 1000);
    } finally {
      this.running.delete(running);
    }
  }

  private async conclude(
    search: Search,
    thread: Thread<'search'>,
    outcome: Outcome<Report>,
    seconds: number,
  ): Promise<Job> {
    if (outcome.kind === 'done') {
      const { answer: report, late } = outcome;
      return late === undefined ? { report } : { report, error: { isUsage: true, message: late } };
    }
    if (outcome.kind === 'hung' && outcome.path === undefined) {
      return { error: { isUsage: true, message: loadingHangs(search.ref.name, thread.seconds) } };
    }
    const error = outcome.kind === 'failed' ? { error: { isUsage: outcome.isUsage, message: outcome.message } } : {};
    const hung = outcome.kind === 'hung' ? (outcome.path ?? []) : [];
    if (hung.length === 0 && thread.classes.length === 0) return error;
    const cutShort = hung.length > 0 ? 'an op does not return' : 'it failed';
    return { ...error, ...(await this.rescue(search, thread.classes, partialTally(thread, seconds, cutShort), hung)) };
  }

  /** What a search had found before it ended badly. */
  private async rescue(
    search: Search,
    classes: readonly RawClass[],
    tally: Tally,
    hung: readonly number[],
  ): Promise<Job> {
    const outcome = await new Thread({ kind: 'explain', search, classes, tally, hung }).run();
    if (outcome.kind === 'done') return { report: outcome.answer };
    if (hung.length === 0) return {};
    const message =
      outcome.kind === 'failed'
        ? outcome.message
        : `${search.ref.name}: it hangs, and does so elsewhere when run again; does a function keep state outside Kernel?`;
    return { error: { isUsage: outcome.kind !== 'failed' || outcome.isUsage, message } };
  }
}

/** What the search is at, for the progress line. */
export function isExplaining({ thread }: Running): boolean {
  return thread.heartbeat.phase >= Phase.Replaying;
}

/** It is looking for shorter traces of what it has found. */
export function isProving({ thread }: Running): boolean {
  return thread.heartbeat.phase === Phase.Proving;
}
