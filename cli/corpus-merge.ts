/** `iovcheck corpus merge` and `import`: what comes into a corpus from elsewhere. */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CorpusFile } from '../campaign/corpus/read.js';
import { listFolder, readBytes, readCorpus, readTrace } from '../campaign/corpus/read.js';
import type { Saved } from '../campaign/corpus/save.js';
import { saveTraces } from '../campaign/corpus/save.js';
import { UsageError } from '../harness/bounds-text.js';
import type { Trace } from '../harness/trace.js';
import { Status } from '../harness/verdict.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import { movedTo, nameIn } from './corpus-designs.js';
import { runItems } from './corpus-run.js';
import type { NamedDesign } from './designs.js';
import { resolveDesign } from './designs.js';
import { parseScenario } from './options.js';
import { complain, plural, print } from './output.js';
import { boundsFor } from './plan.js';
import type { CorpusItem, CorpusRow } from './protocol.js';

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What was saved, in words. */
function savedText(into: string, { added, upgraded, had }: Saved): string {
  const parts = [`${added.length} added`];
  if (had > 0) parts.push(`${had} there already`);
  if (upgraded.length > 0) parts.push(`${upgraded.length} of them now known to be shorter`);
  return `${into}: ${parts.join(', ')}`;
}

function finish(into: string, saved: Saved, problems: string[]): number {
  if (saved.problem !== undefined) problems.push(saved.problem);
  // What is wrong with the folder itself is worth knowing, once.
  else for (const problem of readCorpus(into).problems) if (!problems.includes(problem)) problems.push(problem);
  const status = problems.length > 0 ? Status.Usage : Status.Ok;
  print(`${savedText(into, saved)}; exit ${status}.\n`);
  for (const problem of problems) complain(problem);
  return status;
}

export function mergeCorpora(from: readonly string[], into: string): number {
  const problems: string[] = [];
  const files: CorpusFile[] = [];
  for (const path of from) {
    try {
      const corpus = isFolder(path)
        ? readCorpus(path)
        : { files: [readTrace(path, basename(path))], problems: [], duplicates: [] };
      files.push(...corpus.files);
      problems.push(...corpus.problems);
      const twice = corpus.duplicates.length === 0 ? '' : `, ${corpus.duplicates.length} more there twice`;
      print(`${path}: ${plural(corpus.files.length, 'trace')}${twice}\n`);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
  }
  return finish(
    into,
    saveTraces(
      into,
      files.map((file) => movedTo(into, file)),
    ),
    problems,
  );
}

export interface ImportOptions {
  readonly design: string;
  readonly scenario?: string;
  readonly bounds?: string;
  readonly into: string;
}

function scenarioFor({ facts }: NamedDesign, text: string | undefined): ScenarioName {
  if (text !== undefined) return parseScenario(text);
  if (facts.scenarios.length === 1) return facts.scenarios[0];
  throw new UsageError(
    `--scenario: say which one the inputs are of; ${facts.id} has ${facts.scenarios.join(', ')}, and bytes mean other ops in each`,
  );
}

/** Hidden files aside. */
function inputsOf(path: string): string[] {
  if (!isFolder(path)) return [path];
  return listFolder(path)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(path, name));
}

function itemsOf(
  paths: readonly string[],
  { ref }: NamedDesign,
  scenario: ScenarioName,
  bounds: Bounds,
  problems: string[],
): CorpusItem[] {
  const items: CorpusItem[] = [];
  for (const path of paths) {
    try {
      const bytes = readBytes(path);
      if (bytes.subarray(0, 16).toString('latin1') === '# iovcheck trace')
        throw new UsageError(`${path}: this is a trace already; bring it in with iovcheck corpus merge`);
      items.push({ want: 'import', ref, path, scenario, bounds, bytes: Uint8Array.from(bytes) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
  }
  return items;
}

/** An input that hangs is a trace as well: its ops, up to the one that does not return. */
async function withoutHangs(items: readonly CorpusItem[], rows: readonly CorpusRow[]): Promise<CorpusRow[]> {
  const out: CorpusRow[] = [];
  for (const [n, row] of rows.entries()) {
    const item = items[n];
    if (row.hung === undefined || item.want !== 'import') out.push(row);
    else {
      const { ref, path, scenario, bounds } = item;
      const [named] = await runItems([{ want: 'name', ref, path, scenario, bounds, ops: row.hung }]);
      out.push({ ...named, kind: 'hangs' });
    }
  }
  return out;
}

export async function importInputs(path: string, options: ImportOptions): Promise<number> {
  const { into } = options;
  const design = await resolveDesign(options.design, []);
  const scenario = scenarioFor(design, options.scenario);
  const bounds = boundsFor(design, options.bounds ?? 'default', scenario);
  const problems: string[] = [];
  const items = itemsOf(inputsOf(path), design, scenario, bounds, problems);
  const traces: Trace[] = [];
  const rows = await withoutHangs(items, await runItems(items));
  rows.forEach((row, n) => {
    if (row.problem !== '') problems.push(row.problem);
    for (const { ops, violates } of row.imported) {
      const what = violates === undefined ? 'breaks nothing' : `violates ${violates.invariant} at ${violates.op}`;
      print(`${basename(items[n].path)}: ${what}, ${plural(ops.length, 'op')}\n`);
      const isRaw = row.kind === 'hangs';
      const more = violates === undefined ? {} : ({ violates, minimality: isRaw ? 'raw' : '1-minimal' } as const);
      traces.push({ design: nameIn(into, design.ref), scenario, bounds, ops, ...more });
    }
  });
  return finish(into, saveTraces(into, traces), problems);
}
