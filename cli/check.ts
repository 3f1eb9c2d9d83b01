/** `iovcheck check`: plans the searches, runs them, says what they came to. */
import { UsageError } from '../harness/bounds-text.js';
import type { CheckResult } from '../harness/result.js';
import type { Checked, Conclusion } from '../harness/verdict.js';
import { conclude, Status } from '../harness/verdict.js';
import type { CheckCorpus, Searched } from './corpus-check.js';
import type { NamedChange, NamedDesign, NamedTree } from './designs.js';
import { changeNamed, resolveDesign, treeNamed } from './designs.js';
import { onInterrupt } from './interrupt.js';
import type { Job } from './jobs.js';
import { Jobs } from './jobs.js';
import type { Kept } from './keep.js';
import type { CheckOptions } from './options.js';
import { threadsFor, workersFor } from './options.js';
import { complain } from './output.js';
import type { Plan } from './plan.js';
import { plan } from './plan.js';
import { Progress } from './progress.js';
import type { Report, Search } from './protocol.js';
import { Reporters } from './reporters.js';

/** What is wrong, counted for the status. */
export class Errors {
  usage = 0;
  internal = 0;
  private readonly told = new Set<string>();

  /** Each thing that was said, once. */
  get sentences(): readonly string[] {
    return [...this.told];
  }

  add(isUsage: boolean, message: string): void {
    // Each engine comes upon the same thing in a design.
    if (this.told.has(message)) return;
    this.told.add(message);
    if (isUsage) this.usage++;
    else this.internal++;
    complain(isUsage ? message : `this is a bug of iovcheck; please report it with the command line:\n${message}`);
  }

  /** Whatever was thrown. */
  take(error: unknown): void {
    const isUsage = error instanceof UsageError;
    this.add(
      isUsage,
      error instanceof Error ? (isUsage ? error.message : (error.stack ?? error.message)) : String(error),
    );
  }
}

/** The side of a change that is checked, and what the other one was found to have. */
interface Side {
  readonly tree: NamedTree;
  readonly before?: readonly CheckResult[];
  /** What of the change is not seen. */
  readonly notes?: readonly string[];
}

async function resolveAll(
  names: readonly string[],
  { without, kernelTree }: CheckOptions,
  errors: Errors,
  side: Side | undefined,
): Promise<NamedDesign[]> {
  const named = side?.tree ?? (kernelTree === undefined ? undefined : await treeNamed(kernelTree));
  const designs: NamedDesign[] = [];
  for (const name of names.length === 0 && named !== undefined ? [named.baseline] : names) {
    try {
      designs.push(await resolveDesign(name, without, named?.tree));
    } catch (error) {
      errors.take(error);
    }
  }
  return designs;
}

export interface Finished {
  readonly reports: readonly Report[];
  readonly results: readonly CheckResult[];
  readonly errors: Errors;
  /** Searches that came to their end as they should. */
  readonly sound: readonly Searched[];
  /** Leaves in the corpus what was found, where there is one; a sentence where it can not. */
  save(): string | undefined;
  /** What it all comes to, with the errors until now. */
  conclude(): Conclusion;
}

/** Most checks keep nothing: what does is loaded where it is asked for. */
async function corpusOf({ corpus }: CheckOptions): Promise<CheckCorpus | undefined> {
  if (corpus === undefined) return undefined;
  const { CheckCorpus } = await import('./corpus-check.js');
  return new CheckCorpus(corpus);
}

/** The plan, with its one search kept in a folder where that is asked for; see keep.ts. */
async function keptIn(planned: Plan, options: CheckOptions, onLost: (sentence: string) => void): Promise<Kept> {
  if ((options.checkpoint ?? options.resume) === undefined)
    return { planned, notes: () => [], release: async () => {} };
  const { keep } = await import('./keep.js');
  return keep(planned, options, onLost);
}

/** Everything of a check but where its results go; `show` is told each report in order. */
export async function runCheck(
  names: readonly string[],
  options: CheckOptions,
  hasColour: boolean,
  show: (report: Report) => void,
  side?: Side,
): Promise<Finished> {
  const errors = new Errors();
  const corpus = await corpusOf(options);
  const jobs = new Jobs();
  if (corpus !== undefined) jobs.onClass = (search, found, ops) => corpus.keep(search, found, ops);
  const interrupt = onInterrupt(() => jobs.stop());
  const designs = await resolveAll([...new Set(names)], options, errors, side);
  const kept = await keptIn(plan(designs, options, hasColour), options, (sentence) => {
    errors.add(true, sentence);
    jobs.stop();
  });
  const planned = withBefore(withSeeds(kept.planned, corpus), side?.before);
  const again = (await corpus?.replay(planned.shown.map(({ search }) => search))) ?? [];
  for (const { report } of again) show(report);
  for (const problem of corpus?.problems ?? []) errors.add(true, problem);
  const found = await runAll(planned, jobs, options, errors, show);
  await kept.release();
  const signal = interrupt.done();
  const ended = endedOf(planned, found);
  const searched = [...again, ...ended.map(({ search, report }) => ({ search, report }))];
  const reports = searched.map(({ report }) => report);
  return {
    reports,
    results: reports.map(({ result }) => result),
    errors,
    sound: ended.filter(({ error }) => error === undefined),
    save: () => corpus?.save(searched),
    conclude: () =>
      conclude({
        checked: [...again.map((a) => checkedAgain(a, planned, found)), ...checkedOf(planned, found)],
        usageErrors: errors.usage,
        internalErrors: errors.internal,
        errors: errors.sentences,
        signal,
        onlyKnown: options.onlyKnown,
        requireReached: options.requireReached,
        notes: [...(side?.notes ?? []), ...(corpus?.notes ?? []), ...(isComplete(found[0]) ? [] : kept.notes())],
      }),
  };
}

/** What came to a result, and what went wrong beside it. */
function endedOf(planned: Plan, found: readonly Job[]): (Searched & Pick<Job, 'error'>)[] {
  return planned.shown.flatMap(({ search }, n) => {
    const { report, error } = found[n] ?? {};
    return report === undefined ? [] : [{ search, report, ...(error === undefined ? {} : { error }) }];
  });
}

function isComplete(job: Job | undefined): boolean {
  return job?.report?.result.exhausted === true;
}

/** Engine coverage begins with what a corpus holds. */
function withSeeds(planned: Plan, corpus: CheckCorpus | undefined): Plan {
  if (corpus === undefined) return planned;
  const seeded = (search: Search): Search =>
    search.engine === 'coverage' && !search.onBase ? { ...search, seeds: corpus.seedsFor(search) } : search;
  return { ...planned, searches: planned.searches.map(seeded) };
}

/** What the tree had before its change, for each search that was made of it then. */
function withBefore(planned: Plan, before: readonly CheckResult[] | undefined): Plan {
  if (before === undefined) return planned;
  return {
    ...planned,
    searches: planned.searches.map((search, n) => ({
      ...search,
      before: before[n]?.violations.map((v) => v.class) ?? [],
    })),
  };
}

/** What a design is known for, and what its base does, is said of its search; it holds for its traces too. */
function checkedAgain({ search, report: { result } }: Searched, planned: Plan, found: readonly Job[]): Checked {
  const like = planned.shown.find((p) => p.search.ref === search.ref && p.search.scenario === search.scenario);
  const base = like?.base === undefined ? undefined : found[like.base]?.report?.result.violations;
  return { result, known: like?.known ?? [], ...(base === undefined ? {} : { base }) };
}

/** What bears on how searches are run, and not on what they come to. */
export type RunOptions = Pick<CheckOptions, 'workers' | 'memoryBytes' | 'isQuiet'>;

export async function runAll(
  planned: Plan,
  jobs: Jobs,
  options: RunOptions,
  errors: Errors,
  show: (report: Report) => void,
): Promise<Job[]> {
  const { searches } = planned;
  const workers = workersFor(searches.length, options.workers);
  const threads = threadsFor(workers, options.workers);
  const memoryBytes = Math.floor(options.memoryBytes / workers);
  const progress = new Progress(jobs, searches.length, options.isQuiet);
  const promises = jobs.start(await withBuilds(searches, memoryBytes, threads), workers);
  const out: Job[] = [];
  for (const [n, promise] of promises.entries()) {
    const job = await promise;
    out.push(job);
    progress.step();
    if (job.report !== undefined && n < planned.shown.length) show(job.report);
    if (job.error !== undefined) errors.add(job.error.isUsage, job.error.message);
  }
  progress.finish(out.reduce((sum, { report }) => sum + (report?.result.stats.steps ?? 0), 0));
  return out;
}

/** Engine coverage runs a build of its own, one a design. */
async function withBuilds(searches: readonly Search[], memoryBytes: number, threads: number): Promise<Search[]> {
  const builds = new Map<string, Promise<string>>();
  const out: Search[] = [];
  for (const search of searches) {
    if (search.engine !== 'coverage') out.push({ ...search, memoryBytes, threads });
    else {
      const { instrumentedBuild } = await import('./instrument.js');
      const { name } = search.ref;
      if (!builds.has(name)) builds.set(name, instrumentedBuild(search.ref));
      out.push({ ...search, memoryBytes, build: (await builds.get(name)) ?? '' });
    }
  }
  return out;
}

function checkedOf(planned: Plan, found: readonly Job[]): Checked[] {
  return planned.shown.flatMap(({ known, base, isPrologue }, n) => {
    const report = found[n]?.report;
    if (report === undefined) return [];
    const ofBase = base === undefined ? undefined : found[base]?.report?.result.violations;
    return [{ result: report.result, known, isPrologue, ...(ofBase === undefined ? {} : { base: ofBase }) }];
  });
}

/** The tree as it was before the change is checked first; the status where that fails. */
async function sideAfter(
  { before, after, note }: NamedChange,
  names: readonly string[],
  { traces: _traces, corpus: _corpus, ...options }: CheckOptions,
): Promise<Side | number> {
  const run = await runCheck(names, { ...options, reporters: [] }, false, () => {}, { tree: before });
  const { status } = run.conclude();
  const isDone = status === Status.Ok || status === Status.Violated || status === Status.CutShort;
  return isDone ? { tree: after, before: run.results, notes: note === '' ? [] : [note] } : status;
}

/** The whole command; returns its exit status. */
export async function check(names: readonly string[], options: CheckOptions, hasColour: boolean): Promise<number> {
  const reporters = new Reporters(options.reporters);
  const change = await changeNamed(options.kernelTree, options);
  const side = change === undefined ? undefined : await sideAfter(change, names, options);
  if (typeof side === 'number') return side;
  const run = await runCheck(names, options, hasColour, (report) => reporters.show(report), side);
  const problems: string[] = [];
  if (options.traces !== undefined) problems.push(...reporters.writeTraces(options.traces, run.reports));
  if (options.certificate !== undefined) {
    const { writeCertificate } = await import('./certificate.js');
    const unwritten = await writeCertificate(options.certificate, run.sound);
    if (unwritten !== undefined) problems.push(unwritten);
  }
  const unsaved = run.save();
  if (unsaved !== undefined) problems.push(unsaved);
  for (const problem of problems) run.errors.add(true, problem);
  const unwritten = await reporters.write(run.conclude());
  for (const problem of unwritten) run.errors.add(true, problem);
  const conclusion = run.conclude();
  // A file that could not be written is in the status, and the others tell the status.
  if (unwritten.length > 0) await reporters.write(conclusion);
  await reporters.end(conclusion);
  return conclusion.status;
}
