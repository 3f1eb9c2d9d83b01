/** `iovcheck diff`: two designs side by side, scenario by scenario. */
import { stripVTControlCharacters } from 'node:util';
import { UsageError } from '../harness/bounds-text.js';
import { Status } from '../harness/verdict.js';
import type { NamedDesign } from './designs.js';
import { resolveDesign, treeNamed } from './designs.js';
import type { DiffOptions, RawDiffOptions } from './diff-options.js';
import { parseDiffOptions } from './diff-options.js';
import { diffJobs } from './diff-plan.js';
import type { Ended } from './diff-run.js';
import { Comparisons } from './diff-run.js';
import { onInterrupt } from './interrupt.js';
import { workersFor } from './options.js';
import { complain, plural, print, writeFile, writeFiles } from './output.js';
import type { ReporterKind } from './reporter-options.js';

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

/** All of them in one format, at the end. */
async function documentOf(kind: ReporterKind, ended: readonly Ended[], last: string): Promise<string> {
  if (kind === 'json') {
    const { diffToJson } = await import('../reports/diff-json.js');
    const results = ended.flatMap(({ report }) => report?.result ?? []);
    return `${JSON.stringify(diffToJson(results), null, 2)}\n`;
  }
  if (kind === 'markdown') {
    const { diffMarkdown } = await import('../reports/diff-markdown.js');
    const plain = (text: string): string => stripVTControlCharacters(text);
    const compared = ended.map(({ job: { command }, report, text }) => ({
      command,
      ...(report === undefined ? { sentence: plain(text) } : { result: report.result, texts: report.texts.map(plain) }),
    }));
    return diffMarkdown(compared, last);
  }
  return stripVTControlCharacters(`${ended.map(({ text }) => text).join('\n')}\n${last}\n`);
}

/** What goes to files; sentences on what could not be written. */
async function writeAll(
  { reporters, traces }: DiffOptions,
  ended: readonly Ended[],
  last: string,
): Promise<(string | undefined)[]> {
  const problems: (string | undefined)[] = [];
  for (const { kind, path } of reporters) {
    if (path !== undefined)
      problems.push(writeFile(path, await documentOf(kind, ended, last), `--reporter ${kind}:PATH`));
  }
  const files = ended.flatMap(({ report }) => report?.traces ?? []);
  if (traces !== undefined) problems.push(writeFiles(traces, files, '--traces'));
  return problems;
}

/** The whole command; returns its exit status. */
export async function diff(
  names: readonly (string | undefined)[],
  raw: RawDiffOptions,
  hasColour: boolean,
): Promise<number> {
  const options = parseDiffOptions(raw);
  const both = await resolveBoth(names, options);
  const stdout = options.reporters.find(({ path }) => path === undefined)?.kind;
  const jobs = diffJobs(both, options, names, hasColour && stdout === 'text');
  const comparisons = new Comparisons(options.isQuiet);
  const interrupt = onInterrupt(() => comparisons.stop());
  const ended: Ended[] = [];
  await comparisons.run(jobs, workersFor(jobs.length, options.workers), (found) => {
    if (stdout === 'text') print(`${ended.length === 0 ? '' : '\n'}${found.text}`);
    ended.push(found);
  });
  const signal = interrupt.done();
  const status = signal === undefined ? worst(ended.map((e) => e.status)) : Status[signal];
  const last = lastLine(ended, status);
  const problems = (await writeAll(options, ended, last)).filter((problem) => problem !== undefined);
  if (stdout === 'text') print(`\n${last}\n`);
  else if (stdout !== undefined) print(await documentOf(stdout, ended, last));
  for (const problem of problems) complain(problem);
  return problems.length === 0 ? status : Status.Usage;
}
