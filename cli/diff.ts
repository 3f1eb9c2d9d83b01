/** `iovcheck diff`: two designs side by side, scenario by scenario, each in a thread that can be ended. */
import { namedBounds, parseBounds, UsageError } from '../harness/bounds-text.js';
import type { DiffResult } from '../harness/diff-result.js';
import { Status } from '../harness/verdict.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import type { NamedDesign } from './designs.js';
import { resolveDesign, treeNamed } from './designs.js';
import { onInterrupt } from './interrupt.js';
import { isHungAgain, loadingHangs } from './jobs.js';
import { fullName } from './load.js';
import type { DiffOptions, RawDiffOptions } from './diff-options.js';
import { parseDiffOptions } from './diff-options.js';
import { complain, plural, print, writeFiles } from './output.js';
import { rounded } from './progress.js';
import type { DiffJob, DiffReport } from './protocol.js';
import { Thread } from './thread.js';

/** `default` is what the two designs take for default, B's word over A's. */
function boundsFor(a: NamedDesign, b: NamedDesign, text: string, name: ScenarioName): Bounds {
  const scenario = SCENARIOS[name];
  const own = [a, b].map(({ facts }) => ({ ...facts.bounds, ...facts.boundsIn[name] }));
  const base = { ...namedBounds('default', scenario), ...own[0], ...own[1] };
  const [first, ...rest] = text.split(',');
  const bounds = parseBounds(first.trim() === 'default' ? rest.join(',') : text, base, scenario);
  // What ops name is renamed on neither side: harness/pair.ts.
  return bounds.symmetry === 'on' ? { ...bounds, symmetry: 'ring+anon' } : bounds;
}

function scenariosOf(a: NamedDesign, b: NamedDesign, asked: ScenarioName | undefined): readonly ScenarioName[] {
  if (asked !== undefined) return [asked];
  const both = a.facts.scenarios.filter((name) => b.facts.scenarios.includes(name));
  if (both.length > 0) return both;
  throw new UsageError(
    `${a.facts.id} is checked in ${a.facts.scenarios.join(', ')}, and ${b.facts.id} in ${b.facts.scenarios.join(', ')}; name one with --scenario`,
  );
}

/** What became of one comparison: a report, or a sentence that is all there is to say. */
interface Ended {
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
  return { text: text.join('\n'), status: inA && inB ? Status.CutShort : Status.Violated };
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

async function one(job: DiffJob, isQuiet: boolean, onThread: (thread: Thread<'diff'>) => void): Promise<Ended> {
  const thread = new Thread<'diff'>({ kind: 'diff', job });
  onThread(thread);
  const end = isQuiet ? () => {} : progressOf(thread, job);
  const outcome = await thread.run();
  end();
  if (outcome.kind === 'done') {
    const { answer: report, late } = outcome;
    if (late !== undefined) throw new UsageError(late);
    return { report, text: report.text, status: statusOf(report.result) };
  }
  if (outcome.kind === 'hung') {
    if (outcome.path !== undefined) return hung(job, outcome.path);
    throw new UsageError(loadingHangs(job.refs.map(fullName).join(' or '), thread.seconds));
  }
  if (outcome.isUsage) throw new UsageError(outcome.message);
  throw new Error(outcome.message);
}

function lastLine(ended: readonly Ended[], status: number): string {
  const found = ended.reduce((sum, { report }) => sum + (report?.result.differences.length ?? 1), 0);
  const cut = ended.filter(({ report }) => report?.result.exhausted !== true).length;
  const parts = [plural(ended.length, 'comparison'), found === 0 ? 'no difference' : plural(found, 'difference')];
  if (cut > 0) parts.push(`${cut} not searched to the end`);
  return `${parts.join(', ')}; exit ${status}.`;
}

/** The first that applies, of those that a comparison may end with. */
function worst(statuses: readonly number[]): number {
  return [Status.Violated, Status.CutShort].find((status) => statuses.includes(status)) ?? Status.Ok;
}

/** Both designs as they were named; of a tree alone, the design that it stands for and the C of it. */
async function resolveBoth(
  names: readonly (string | undefined)[],
  { without, kernelTree }: DiffOptions,
): Promise<[NamedDesign, NamedDesign]> {
  const named = kernelTree === undefined ? undefined : await treeNamed(kernelTree);
  const a = names[0] ?? named?.baseline;
  const b = names[1] ?? (named === undefined ? undefined : a);
  if (a === undefined || b === undefined)
    throw new UsageError('name two designs, or one and --kernel-tree; see iovcheck diff --help');
  return [await resolveDesign(a, []), await resolveDesign(b, without, named?.tree)];
}

/** The whole command; returns its exit status. */
export async function diff(
  names: readonly (string | undefined)[],
  raw: RawDiffOptions,
  hasColour: boolean,
): Promise<number> {
  const options = parseDiffOptions(raw);
  const [left, right] = await resolveBoth(names, options);
  // The C and the design that restates it keep the same fields: they are the same Kernel.
  const isOfTree = options.kernelTree !== undefined && left.ref.name === right.ref.name;
  const ended: Ended[] = [];
  let thread: Thread<'diff'> | undefined;
  let isStopped = false;
  const interrupt = onInterrupt(() => {
    isStopped = true;
    thread?.stop();
  });
  for (const scenario of scenariosOf(left, right, options.scenario)) {
    if (isStopped) break;
    const job: DiffJob = {
      ...options.job,
      isLockstep: options.job.isLockstep || isOfTree,
      refs: [left.ref, right.ref],
      scenario,
      bounds: boundsFor(left, right, options.bounds, scenario),
      hasColour: hasColour && !options.isJson,
      command: options.commandFor(names, scenario),
    };
    const found = await one(job, options.isQuiet, (started) => (thread = started));
    if (!options.isJson) print(`${ended.length === 0 ? '' : '\n'}${found.text}`);
    ended.push(found);
  }
  const signal = interrupt.done();
  const reports = ended.flatMap(({ report }) => (report === undefined ? [] : [report]));
  if (options.isJson) {
    const { diffToJson } = await import('../reports/diff-json.js');
    print(`${JSON.stringify(diffToJson(reports.map(({ result }) => result)), null, 2)}\n`);
  }
  const status = signal === undefined ? worst(ended.map((e) => e.status)) : Status[signal];
  if (!options.isJson) print(`\n${lastLine(ended, status)}\n`);
  if (options.traces === undefined) return status;
  const problem = writeFiles(
    options.traces,
    reports.flatMap(({ traces }) => traces),
    '--traces',
  );
  if (problem !== undefined) complain(problem);
  return problem === undefined ? status : Status.Usage;
}
