/** `--reporter KIND[:PATH]`: which formats results are written in, and where to. */
import { UsageError } from '../harness/bounds-text.js';
import { nearest } from '../harness/nearest.js';
import type { RawOptions } from './options.js';

/** Each format, and what it is for. */
export const REPORTERS = {
  text: 'for a person, as it comes',
  json: 'one JSON document',
  ndjson: 'one line of JSON a search',
  junit: 'JUnit XML for CI servers: a suite a search, a test a rule',
  ktap: 'KTAP version 1, as the kernel’s own tests print it',
  html: 'one page to look at, and an SVG a step, in the folder html:DIR',
  sarif: 'SARIF 2.1.0, for code scanning and editors',
  github: 'annotations of GitHub Actions, beside the text',
  markdown: 'for a comment on a pull request',
  email: 'for a reply on a mailing list, at 72 columns',
  itf: 'traces of Apalache and Quint, one file a violation: itf:DIR',
} as const;

export type ReporterKind = keyof typeof REPORTERS;

const KINDS = Object.keys(REPORTERS) as ReporterKind[];

/** What a comparison of two designs can be written in: it has no rules that pass or fail, and no one run. */
export const DIFF_REPORTERS = ['text', 'json', 'markdown'] as const satisfies readonly ReporterKind[];

/** Words of `--help` about them. */
export function reportersHelp(kinds: readonly ReporterKind[] = KINDS): string {
  const rows = kinds.map((kind) => `  ${kind.padEnd(10)}${REPORTERS[kind]}`);
  return ['Reporters, each to stdout or, as kind:path, to a file:', ...rows].join('\n');
}

/** Formats that no violation has to be put into words for. */
const WORDLESS: ReadonlySet<ReporterKind> = new Set(['text', 'json', 'ndjson', 'html', 'itf']);

export interface Reporter {
  readonly kind: ReporterKind;
  /** stdout where absent. */
  readonly path?: string;
}

/** Whether one of them needs what reports/account.ts makes. */
export const needsAccount = (reporters: readonly Reporter[]): boolean =>
  reporters.some(({ kind }) => !WORDLESS.has(kind));

/** Whether a page is to be made, for which each trace is drawn step by step. */
export const needsPage = (reporters: readonly Reporter[]): boolean => reporters.some(({ kind }) => kind === 'html');

/** Whether one of them shows each state of a run. */
export const needsStates = (reporters: readonly Reporter[]): boolean => reporters.some(({ kind }) => kind === 'itf');

function parseReporter(text: string, kinds: readonly ReporterKind[]): Reporter {
  const at = text.indexOf(':');
  const name = at < 0 ? text : text.slice(0, at);
  const kind = kinds.find((k) => k === name);
  if (kind === undefined) {
    throw new UsageError(`--reporter ${name}: did you mean '${nearest(name, kinds)}'? There are ${kinds.join(', ')}`);
  }
  if (at < 0 && kind === 'html')
    throw new UsageError('--reporter html: it is a folder; write where it is to be, e.g. --reporter html:report');
  if (at < 0 && kind === 'itf')
    throw new UsageError('--reporter itf: it writes a file a violation; name a folder, e.g. --reporter itf:traces');
  if (at < 0) return { kind };
  if (at === text.length - 1)
    throw new UsageError(`--reporter ${text}: write a path after the colon, e.g. ${kind}:out.${kind}`);
  return { kind, path: text.slice(at + 1) };
}

/** One format has stdout; annotations may stand behind the text, and behind nothing else. */
function checkStdout(reporters: readonly Reporter[]): void {
  const onStdout = reporters.filter(({ path }) => path === undefined);
  const others = onStdout.filter(({ kind }) => kind !== 'github');
  const rivals = onStdout.length > others.length && others.some(({ kind }) => kind === 'text') ? others : onStdout;
  if (rivals.length < 2) return;
  const [first, second] = rivals;
  throw new UsageError(
    `--reporter ${second.kind}: ${first.kind} goes to stdout already; give one of them a path, e.g. --reporter ${second.kind}:out`,
  );
}

/** Text goes to stdout where nothing else does. `kinds`: the formats that the command has. */
export function parseReporters(
  raw: Pick<RawOptions, 'reporter' | 'json' | 'ndjson'>,
  kinds: readonly ReporterKind[] = KINDS,
): Reporter[] {
  const texts = [
    ...(raw.reporter ?? []),
    ...(raw.json === true ? ['json'] : []),
    ...(raw.ndjson === true ? ['ndjson'] : []),
  ];
  const reporters = texts.map((text) => parseReporter(text, kinds));
  // As vitest does: who is silent about formats, in a job of GitHub's, is shown what broke where it broke.
  const isJob = process.env.GITHUB_ACTIONS === 'true' && kinds.includes('github');
  if (reporters.length === 0 && isJob) reporters.push({ kind: 'github' });
  checkStdout(reporters);
  const hasStdout = reporters.some(({ kind, path }) => path === undefined && kind !== 'github');
  if (!hasStdout && !reporters.some(({ kind }) => kind === 'text')) reporters.unshift({ kind: 'text' });
  return reporters;
}
