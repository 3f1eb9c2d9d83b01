/** `iovcheck report`: reports of a result that was saved as JSON, or of traces, without searching again. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../harness/bounds-text.js';
import { parseTrace } from '../harness/trace.js';
import { versionInId } from '../oracle/tree/source.js';
import type { Conclusion } from '../harness/verdict.js';
import { Status } from '../harness/verdict.js';
import type { JsonResult } from '../reports/json.js';
import { parseResults } from '../reports/json-schema.js';
import { Errors } from './check.js';
import type { TreeOptions } from './designs.js';
import { treeNamed } from './designs.js';
import { loadingHangs } from './jobs.js';
import type { DesignRef, SplitName } from './load.js';
import { splitName } from './load.js';
import { plural } from './output.js';
import type { Report, Search } from './protocol.js';
import type { ReportTask } from './report-task.js';
import { needsAccount, needsPage, needsStates, parseReporters } from './reporter-options.js';
import { Reporters } from './reporters.js';
import { refFor } from './retrace-command.js';
import { Thread } from './thread.js';

export interface RawReportOptions extends TreeOptions {
  readonly reporter: readonly string[];
  readonly json?: boolean;
  readonly ndjson?: boolean;
  readonly on?: string;
}

/** Of the command line: which design is shown. */
type Subject = Pick<RawReportOptions, 'on'> & TreeOptions;

/** What a report is made of, apart from the file that it comes from. */
type Item = Omit<ReportTask, 'kind'>;

const WRITE = 'name a file of check --json, or traces such as check --traces DIR writes';

function read(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(`${name}: it can not be read (${code}); ${WRITE}`, { cause: error });
  }
}

type Shared = Pick<Search, 'hasColour' | 'isTold' | 'hasPage' | 'hasStates'>;

/** A search that is not run: what a report says of the one that was. */
function searchOf(ref: DesignRef, of: Pick<Search, 'scenario' | 'bounds' | 'engine' | 'seed'>, shared: Shared): Search {
  const endless = Number.POSITIVE_INFINITY;
  return { ...of, ...shared, ref, onBase: false, steps: endless, seconds: endless, memoryBytes: 0, timing: false };
}

/** JSON has the id of a tree's design, which says its version; what it was put on is the tree's own baseline. */
async function splitOfResult({ design }: JsonResult, { on, kernelTree }: Subject): Promise<SplitName> {
  if (on !== undefined) return splitName(on);
  const treeVersion = versionInId(design);
  if (treeVersion === undefined) return splitName(design);
  const name = kernelTree === undefined ? design : (await treeNamed(kernelTree)).baseline;
  return { name, without: [], treeVersion };
}

async function itemOfResult(name: string, result: JsonResult, subject: Subject, shared: Shared): Promise<Item> {
  let ref: DesignRef;
  try {
    ref = await refFor(await splitOfResult(result, subject), name, false, subject);
  } catch (error) {
    if (!(error instanceof UsageError) || error.message.startsWith(`${name}:`)) throw error;
    throw new UsageError(`${name}: ${error.message}`, { cause: error });
  }
  const { bounds, engine, seed } = result;
  const scenario = result.scenario as Search['scenario'];
  return { name, search: searchOf(ref, { scenario, bounds, engine, seed }, shared), result };
}

async function itemOfTrace(name: string, text: string, subject: Subject, shared: Shared): Promise<Item> {
  const { design, scenario, bounds } = parseTrace(text, name);
  const ref = await refFor(splitName(subject.on ?? design), name, subject.on === undefined, subject);
  return { name, search: searchOf(ref, { scenario, bounds, engine: 'corpus', seed: 0 }, shared), trace: text };
}

/** One item a result of a JSON document; a trace is one. */
async function itemsOf(name: string, subject: Subject, shared: Shared): Promise<Item[]> {
  const text = read(name);
  if (!text.trimStart().startsWith('{')) return [await itemOfTrace(name, text, subject, shared)];
  const items: Item[] = [];
  for (const result of parseResults(text, name)) items.push(await itemOfResult(name, result, subject, shared));
  return items;
}

async function reportOf(item: Item): Promise<Report> {
  const thread = new Thread<'report'>({ kind: 'report', ...item });
  const outcome = await thread.run();
  if (outcome.kind === 'done') {
    if (outcome.late !== undefined) throw new UsageError(outcome.late);
    return outcome.answer;
  }
  if (outcome.kind === 'hung') {
    if (outcome.path === undefined) throw new UsageError(loadingHangs(item.search.ref.name, thread.seconds));
    throw new UsageError(
      `${item.name}: step ${outcome.path.length} of a trace does not return, so that there is no state to show; take the step out`,
    );
  }
  if (outcome.isUsage) throw new UsageError(outcome.message);
  throw new Error(outcome.message);
}

function concluded(reports: readonly Report[], errors: Errors): Conclusion {
  const violations = reports.reduce((sum, { result }) => sum + result.violations.length, 0);
  const status = errors.internal > 0 ? Status.Internal : errors.usage > 0 ? Status.Usage : Status.Ok;
  const found = violations === 0 ? 'no violation' : plural(violations, 'violation');
  const wrong = errors.usage + errors.internal;
  const parts = [plural(reports.length, 'report'), found, ...(wrong > 0 ? [plural(wrong, 'error')] : [])];
  const failing = new Set(reports.flatMap(({ result }) => result.violations));
  return { status, failing, notes: [], errors: errors.sentences, lastLine: `${parts.join(', ')}; exit ${status}.` };
}

/** The whole command; returns its exit status. What the results say is not in it: they were found before. */
export async function report(names: readonly string[], raw: RawReportOptions, hasColour: boolean): Promise<number> {
  const list = parseReporters(raw);
  const reporters = new Reporters(list);
  const errors = new Errors();
  const shared: Shared = {
    hasColour,
    ...(needsAccount(list) ? { isTold: true } : {}),
    ...(needsPage(list) ? { hasPage: true } : {}),
    ...(needsStates(list) ? { hasStates: true } : {}),
  };
  const reports: Report[] = [];
  for (const name of new Set(names)) {
    try {
      for (const item of await itemsOf(name, raw, shared)) {
        const made = await reportOf(item);
        reports.push(made);
        reporters.show(made);
      }
    } catch (error) {
      errors.take(error);
    }
  }
  for (const problem of await reporters.write(concluded(reports, errors))) errors.add(true, problem);
  const conclusion = concluded(reports, errors);
  await reporters.end(conclusion);
  return conclusion.status;
}
