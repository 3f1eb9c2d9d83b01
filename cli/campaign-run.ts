/** `iovcheck campaign run`: hands out the jobs of a campaign, keeps what they come to, and says what it all is. */
import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { availableParallelism } from 'node:os';
import { fileNameOf } from '../campaign/corpus/identity.js';
import { Course } from '../campaign/jobs/course.js';
import type { Done } from '../campaign/jobs/job.js';
import { JournalWriter, journalPath, readJournal } from '../campaign/jobs/journal.js';
import type { Summary } from '../campaign/jobs/summary.js';
import { summarise } from '../campaign/jobs/summary.js';
import { UsageError, parseBounds } from '../harness/bounds-text.js';
import { makeFolder } from '../harness/files.js';
import { formatTrace } from '../harness/trace.js';
import { concludeCampaign } from '../harness/verdict.js';
import { renderCampaign } from '../reports/campaign.js';
import type { Campaign } from './campaign-file.js';
import { planOf, readCampaign } from './campaign-file.js';
import type { Backend } from './campaign-local.js';
import { LocalBackend } from './campaign-local.js';
import { QueueBackend } from './campaign-queue.js';
import { CampaignProgress } from './campaign-progress.js';
import { onInterrupt } from './interrupt.js';
import { fullName, splitName } from './load.js';
import { lockFolder } from './lock.js';
import { parseWhole } from './options.js';
import { complain, print, writeFiles } from './output.js';
import type { RawQueueOptions } from './queue-address.js';
import { queueAddress } from './queue-address.js';

export interface RawCampaignOptions extends RawQueueOptions {
  readonly dir?: string;
  readonly workers?: string;
  readonly fresh?: boolean;
  readonly quiet?: boolean;
}

export function makeCampaignFolder(dir: string): void {
  try {
    makeFolder(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${dir}: this folder can not be made (${code ?? String(error)}); name another one with --dir`,
      {
        cause: error,
      },
    );
  }
}

/** Each finding as a trace that can be replayed from where we are. */
export function tracesOf(summary: Summary, files: Readonly<Record<string, string>>): { file: string; text: string }[] {
  return summary.lanes.flatMap(({ design, scenario, findings }) => {
    const { name, without, treeVersion } = splitName(design);
    const tree = treeVersion === undefined ? {} : { tree: { name: '', version: treeVersion, ours: '' } };
    const path = files[design];
    const here = path === undefined ? name : relative('.', path);
    const ref = path !== undefined && !/[\\/]/.test(here) ? `./${here}` : here;
    return findings.map(({ violation: v, bounds, engine, seed }) => {
      const trace = {
        design: fullName({ name: ref, without, ...tree }),
        scenario,
        bounds: parseBounds(bounds),
        ops: v.trace,
        violates: v.class,
        minimality: v.minimality,
        engine,
        seed,
      };
      return { file: fileNameOf(trace), text: formatTrace(trace) };
    });
  });
}

export function conclusionOf(summary: Summary, signal?: 'SIGINT' | 'SIGTERM'): ReturnType<typeof concludeCampaign> {
  const { lanes, jobs } = summary;
  const spaces = lanes.flatMap((lane) => lane.spaces);
  const errors = lanes.flatMap((lane) => lane.errors);
  const whole = spaces.filter(({ isWhole }) => isWhole);
  return concludeCampaign({
    jobs: jobs.done,
    left: jobs.known - jobs.done,
    findings: lanes.reduce((sum, { findings }) => sum + findings.length, 0),
    ofBase: lanes.reduce((sum, { findings }) => sum + findings.filter(({ isOfBase }) => isOfBase).length, 0),
    whole: whole.length,
    proved: whole.filter(({ isViolated, isRestless }) => !isViolated && !isRestless).length,
    restless: whole.filter(({ isRestless }) => isRestless).length,
    cut: spaces.filter(({ isWhole, isDone }) => isDone && !isWhole).length,
    usageErrors: errors.filter(({ error }) => error.isUsage).length,
    internalErrors: errors.filter(({ error }) => !error.isUsage).length,
    signal,
  });
}

/** Everything up to the end of the last job, or to where it was stopped. */
async function toTheEnd(
  course: Course,
  backend: Backend,
  journal: JournalWriter,
  found: ReadonlyMap<string, Done>,
): Promise<'SIGINT' | 'SIGTERM' | undefined> {
  let end: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const isOver = (): boolean => course.counts.done === course.counts.known;
  backend.onFailed = fail;
  backend.onDone = (done) => {
    try {
      const next = course.take(done);
      if (next === false) return;
      journal.add(done);
      backend.add(next);
      if (isOver()) end();
    } catch (error) {
      fail(error);
    }
  };
  const interrupt = onInterrupt(() => {
    backend.stop();
    end();
  });
  const first = course.start([...found.values()].filter(({ error }) => error?.isLost !== true));
  if (isOver()) end();
  else backend.add(first);
  await ended;
  return interrupt.done();
}

function say(summary: Summary, campaign: Campaign, dir: string, signal?: 'SIGINT' | 'SIGTERM'): number {
  print(`${renderCampaign(summary)}\n`);
  const traces = tracesOf(summary, campaign.files);
  const folder = join(dir, 'traces');
  rmSync(folder, { recursive: true, force: true });
  const problem = traces.length === 0 ? undefined : writeFiles(folder, traces, '--dir');
  if (problem !== undefined) throw new UsageError(problem);
  const { status, lastLine } = conclusionOf(summary, signal);
  const isOfTree = summary.lanes.some((l) => l.findings.length > 0 && splitName(l.design).treeVersion !== undefined);
  const more = isOfTree ? ', and --kernel-tree DIR where it is of the C of a tree' : '';
  if (traces.length > 0) print(`Each trace is in ${folder}; replay one with iovcheck replay${more}.\n`);
  if (!summary.isOver) print('The campaign can go on: repeat the command line.\n');
  print(`${lastLine}\n`);
  return status;
}

export async function campaignRun(file: string, options: RawCampaignOptions): Promise<number> {
  const address = queueAddress(options);
  const workers =
    options.workers === undefined ? availableParallelism() : parseWhole('--workers', options.workers, 1, 1024);
  const spec = await readCampaign(file);
  const campaign = await planOf(spec, file);
  const dir = options.dir ?? join('.iovcheck', spec.name);
  makeCampaignFolder(dir);
  const release = await lockFolder(dir, (sentence) => complain(sentence));
  try {
    if (options.fresh === true && existsSync(journalPath(dir))) rmSync(journalPath(dir));
    const from = readJournal(dir);
    const { tool, plan, files, trees } = campaign;
    const journal = new JournalWriter(dir, { ...tool, plan, files, trees }, from);
    const course = new Course(plan);
    const backend =
      address === undefined ? new LocalBackend(campaign, workers) : await QueueBackend.open(campaign, address);
    const progress = new CampaignProgress(course, backend, options.quiet === true);
    try {
      const signal = await toTheEnd(course, backend, journal, from?.results ?? new Map());
      progress.end();
      return say(summarise(plan, course.results), campaign, dir, signal);
    } finally {
      progress.end();
      await backend.close();
      journal.close();
    }
  } finally {
    await release();
  }
}
