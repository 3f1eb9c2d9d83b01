/** Runs a comparison of two designs in a thread that can be ended. */
import { UsageError } from '../harness/bounds-text.js';
import type { DiffResult } from '../harness/diff-result.js';
import { Status } from '../harness/verdict.js';
import { isHungAgain, loadingHangs } from './jobs.js';
import { limited } from './limited.js';
import { fullName } from './load.js';
import { rounded } from './progress.js';
import type { DiffJob, DiffReport } from './protocol.js';
import { Thread } from './thread.js';

/** What became of one comparison: a report, or a sentence that is all there is to say. */
export interface Ended {
  readonly job: DiffJob;
  readonly report?: DiffReport;
  readonly text: string;
  readonly status: number;
}

/** A call of which one of the two, or both, do not come back. */
async function hung(job: DiffJob, path: readonly number[]): Promise<Ended> {
  const calls = await new Thread({ kind: 'pair-calls', job, path }).run();
  if (calls.kind !== 'done') throw new Error('the ops of a pair can not be named');
  const { texts, a, b } = calls.answer;
  const place = (n: 0 | 1): Parameters<typeof isHungAgain>[0] => ({
    ref: job.refs[n],
    onBase: false,
    scenario: job.scenario,
    bounds: job.bounds,
  });
  const [inA, inB] = [await isHungAgain(place(0), a, false), await isHungAgain(place(1), b, false)];
  const names = job.refs.map(fullName);
  const who = inA && inB ? `both ${names.join(' and ')}` : inA ? names[0] : names[1];
  const verdict = inA && inB ? 'budget-spent' : 'they differ: one of them does not return';
  const steps = texts.map((text, n) => `${String(n + 1).padStart(4)}  ${text}`);
  const text = [
    `${names.join(' and ')}, ${job.scenario}: ${verdict}`,
    '',
    ...steps,
    '',
    `  The last call does not return in ${who}; it was ended from outside.`,
    '',
  ];
  return { job, text: text.join('\n'), status: inA && inB ? Status.CutShort : Status.Violated };
}

function statusOf({ verdict, exhausted, engine }: DiffResult): number {
  if (verdict === 'differ') return Status.Violated;
  return exhausted || engine === 'random' ? Status.Ok : Status.CutShort;
}

/** Where it is, on stderr, every few seconds. */
function progressOf(thread: Thread<'diff'>, job: DiffJob): () => void {
  const start = performance.now();
  const timer = setInterval(() => {
    const { states, edges, depth, frontier } = thread.heartbeat.read();
    const rate = `${rounded((edges * 1000) / (performance.now() - start))}/s`;
    const done = `${rounded(states)} states, ${rounded(edges)} edges, depth ${depth}, ${rounded(frontier)} to go, ${rate}`;
    process.stderr.write(`${job.scenario}: ${done}\n`);
  }, 10_000);
  return () => clearInterval(timer);
}

/** Comparisons side by side, each in a thread of its own. */
export class Comparisons {
  private readonly threads = new Set<Thread<'diff'>>();
  private readonly isQuiet: boolean;
  private isStopped = false;

  constructor(isQuiet: boolean) {
    this.isQuiet = isQuiet;
  }

  /** Those that run end with what they have; no further one begins. */
  stop(): void {
    this.isStopped = true;
    for (const thread of this.threads) thread.stop();
  }

  /** At most `workers` at a time; `show` is told each in order. Throws where one can not be made, and ends the others. */
  async run(jobs: readonly DiffJob[], workers: number, show: (ended: Ended) => void): Promise<void> {
    const memoryBytes = Math.floor((jobs[0]?.memoryBytes ?? 0) / workers);
    const take = limited(workers);
    const inOrder = jobs.map((job) => take(() => this.one({ ...job, memoryBytes })));
    // Each is awaited in its turn; until then nobody else is to hear of what goes wrong.
    for (const comparison of inOrder) comparison.catch(() => {});
    try {
      for (const comparison of inOrder) {
        const ended = await comparison;
        if (ended !== undefined) show(ended);
      }
    } catch (error) {
      this.stop();
      await Promise.allSettled(inOrder);
      throw error;
    }
  }

  /** undefined where it was not begun. */
  private async one(job: DiffJob): Promise<Ended | undefined> {
    if (this.isStopped) return undefined;
    const thread = new Thread<'diff'>({ kind: 'diff', job });
    this.threads.add(thread);
    const end = this.isQuiet ? () => {} : progressOf(thread, job);
    try {
      return await endedOf(job, thread);
    } finally {
      end();
      this.threads.delete(thread);
    }
  }
}

async function endedOf(job: DiffJob, thread: Thread<'diff'>): Promise<Ended> {
  const outcome = await thread.run();
  if (outcome.kind === 'done') {
    const { answer: report, late } = outcome;
    if (late !== undefined) throw new UsageError(late);
    return { job, report, text: report.text, status: statusOf(report.result) };
  }
  if (outcome.kind === 'hung') {
    if (outcome.path !== undefined) return hung(job, outcome.path);
    throw new UsageError(loadingHangs(job.refs.map(fullName).join(' or '), thread.seconds));
  }
  if (outcome.isUsage) throw new UsageError(outcome.message);
  throw new Error(outcome.message);
}
