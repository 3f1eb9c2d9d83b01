/** `iovcheck corpus replay`: what has become of each trace of a folder. */
import type { Corpus, CorpusFile } from '../campaign/corpus/read.js';
import { readCorpus } from '../campaign/corpus/read.js';
import { UsageError } from '../harness/bounds-text.js';
import type { ViolationClass } from '../harness/runner.js';
import { Status } from '../harness/verdict.js';
import { Designs } from './corpus-designs.js';
import { runItems } from './corpus-run.js';
import { resolveDesign } from './designs.js';
import type { DesignRef } from './load.js';
import { complain, plural, print } from './output.js';
import type { CorpusItem, CorpusRow } from './protocol.js';

/** A file, and what has become of it; no row where its design can not be used. */
export interface Replayed {
  readonly file: CorpusFile;
  readonly row: CorpusRow;
}

/** Takes all files, each on the design that it names or on `on`; sentences go to `problems`. */
export async function takeAll(
  corpus: Corpus,
  want: 'replay' | 'bins',
  on: DesignRef | undefined,
  problems: string[],
): Promise<Replayed[]> {
  const designs = new Designs();
  const items: CorpusItem[] = [];
  const files: CorpusFile[] = [];
  for (const file of corpus.files) {
    try {
      const ref = on ?? (await designs.of(file));
      items.push({ want, ref, path: file.path, text: file.text, isSmall: false });
      files.push(file);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
  }
  const rows = await runItems(items);
  return files.map((file, n) => ({ file, row: rows[n] }));
}

const classText = ({ invariant, op, function: fn }: ViolationClass): string =>
  fn === op || fn === '' ? `${invariant} at ${op}` : `${invariant} at ${op}, in ${fn}()`;

const WORD = {
  violates: 'violates',
  other: 'violates something else',
  hangs: 'hangs',
  holds: 'breaks nothing',
  stuck: 'can not be taken',
} as const;

export type Word = (typeof WORD)[keyof typeof WORD] | 'no longer violates';

export function wordOf({ file, row }: Replayed): Word {
  if (row.problem !== '') return WORD.stuck;
  return row.kind === 'holds' && file.trace.violates !== undefined ? 'no longer violates' : WORD[row.kind];
}

/** What a row says behind its word. */
function detail({ file, row }: Replayed): string {
  const { trace } = file;
  const next = trace.ops[row.steps] ?? 'the last op';
  const { problem } = row;
  if (problem !== '')
    return problem.startsWith(`${file.path}:`)
      ? problem
          .slice(file.path.length + 1)
          .trimStart()
          .replace(/^(\d+:)/, 'line $1')
      : problem;
  switch (row.kind) {
    case 'hangs':
      return `step ${row.steps + 1}, ${next}, does not return`;
    case 'stuck':
      return `step ${row.steps + 1}, ${next}, is not possible there`;
    case 'holds':
      return trace.violates === undefined ? '' : classText(trace.violates);
    default:
      return row.broken.map((b) => classText(b.class)).join('; ');
  }
}

function line(replayed: Replayed, wide: number): string {
  const text = detail(replayed);
  return `${wordOf(replayed).padEnd(wide)}  ${replayed.file.name}${text === '' ? '' : `: ${text}`}\n`;
}

/** `12 traces: 10 violate, 2 no longer violate` */
export function summary(all: readonly Replayed[]): string {
  const words = all.map(wordOf);
  const count = (word: Word): number => words.filter((w) => w === word).length;
  const parts = (
    [
      [count('violates'), 'violate'],
      [count('violates something else'), 'violate something else'],
      [count('hangs'), 'hang'],
      [count('no longer violates'), 'no longer violate'],
      [count('breaks nothing'), 'break nothing'],
      [count('can not be taken'), 'can not be taken'],
    ] as const
  ).flatMap(([n, what]) => (n === 0 ? [] : [`${n} ${what}`]));
  return `${plural(all.length, 'trace')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

export interface ReplayOptions {
  readonly on?: string;
  readonly json?: boolean;
}

function printJson(all: readonly Replayed[], on: DesignRef | undefined, status: number): void {
  const traces = all.map((r) => ({
    file: r.file.path,
    design: on?.name ?? r.file.trace.design,
    scenario: r.file.trace.scenario,
    outcome: wordOf(r),
    ...(r.file.trace.violates === undefined ? {} : { violates: r.file.trace.violates }),
    found: r.row.broken.map((b) => b.class),
    ...(r.row.problem === '' ? {} : { problem: r.row.problem }),
  }));
  print(`${JSON.stringify({ version: 1, traces, status }, null, 2)}\n`);
}

/** A file that can not be read is an error; a trace that another design can not take is none. */
export async function replayCorpus(folder: string, { on, json }: ReplayOptions): Promise<number> {
  const corpus = readCorpus(folder);
  const ref = on === undefined ? undefined : (await resolveDesign(on, [])).ref;
  const problems = [...corpus.problems];
  const all = await takeAll(corpus, 'replay', ref, problems);
  if (ref === undefined) {
    for (const r of all) {
      if (r.row.problem !== '') problems.push(r.row.problem);
      else if (r.row.kind === 'stuck') problems.push(`${r.file.path}: ${detail(r)}; take the trace away, or mend it`);
    }
  }
  const isBad = all.some(({ row }) => ['violates', 'other', 'hangs'].includes(row.kind) && row.problem === '');
  const status = problems.length > 0 ? Status.Usage : isBad ? Status.Violated : Status.Ok;
  if (json === true) printJson(all, ref, status);
  else {
    const wide = Math.max(0, ...all.map((r) => wordOf(r).length));
    for (const r of all) print(line(r, wide));
    for (const { path, of } of corpus.duplicates) print(`${path} is the same trace as ${of}\n`);
    print(`${folder}: ${summary(all)}; exit ${status}.\n`);
  }
  for (const problem of problems) complain(problem);
  return status;
}
