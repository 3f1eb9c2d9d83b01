/**
 * Annotations as GitHub's runner reads them out of a job's output: `::error file=,line=,title=::message`.
 * A violation that counts is an error, one that does not is a notice.
 */
import type { Conclusion } from '../harness/verdict.js';
import type { Account, ViolationAccount } from './account.js';
import { placeOf } from './account.js';
import { excuseOf, otherFailure } from './outcome.js';
import { completeText } from './phrases.js';
import { callLines } from './run.js';

/** Where an annotation is put: a file of the repository that is checked, and a line of it. */
export interface Place {
  readonly path: string;
  readonly line?: number;
}

/** The place of a violation, where the design is a file. */
export type PlaceOf = (account: Account, v: ViolationAccount) => Place | undefined;

/** The runner undoes these three in a message, and two more in a property. */
function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function command(level: string, properties: Readonly<Record<string, string | undefined>>, message: string): string {
  const list = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(value)}`],
  );
  return `::${level} ${list.join(',')}::${escapeMessage(message)}\n`;
}

function annotation(account: Account, v: ViolationAccount, isFailing: boolean, placeOfIt: PlaceOf): string {
  const place = placeOfIt(account, v);
  const { violation } = v;
  const message = [
    ...(isFailing ? [] : [`Not counted: ${excuseOf(violation)}.`]),
    violation.explanation,
    '',
    `${v.length}:`,
    ...callLines(v.run.steps),
    '',
    ...v.facts.map(([name, text]) => `${name}: ${text}`),
    `again: ${account.again}`,
  ].join('\n');
  const title = `${violation.class.invariant}: ${v.where} (${placeOf(account)})`;
  return command(
    isFailing ? 'error' : 'notice',
    { file: place?.path, line: place?.line === undefined ? undefined : String(place.line), title },
    message,
  );
}

/** What stops the job where no violation does, and what was left open. */
function others(accounts: readonly Account[], conclusion: Conclusion): string[] {
  const open = accounts.filter(({ result }) => !result.exhausted && result.violations.length === 0);
  const other = otherFailure(conclusion);
  return [
    ...open.map((a) => command('warning', { title: `${placeOf(a)}: ${a.result.verdict}` }, completeText(a.result))),
    ...(other === '' ? [] : [command('error', { title: 'iovcheck' }, other)]),
  ];
}

export function githubText(accounts: readonly Account[], conclusion: Conclusion, placeOfIt: PlaceOf): string {
  const found = accounts.flatMap((account) =>
    account.violations.map((v) => annotation(account, v, conclusion.failing.has(v.violation), placeOfIt)),
  );
  return [...found, ...others(accounts, conclusion)].join('');
}
