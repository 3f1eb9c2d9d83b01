/** Markdown for a comment on a pull request, an issue or a wiki: a table, and each violation folded away. */
import type { Conclusion } from '../harness/verdict.js';
import type { Account, ViolationAccount } from './account.js';
import { placeOf } from './account.js';
import { plural } from './later.js';
import { excuseOf } from './outcome.js';
import { completeText, engineText, lowerFirst, notClaimed, searchedText } from './phrases.js';
import { ROOM, fenced, html, plain, table } from './markup.js';

function titleOf({ violation, where }: ViolationAccount, isFailing: boolean): string {
  const excuse = isFailing ? '' : `; not counted (${excuseOf(violation)})`;
  return `<b>${html(violation.class.invariant)}</b>: ${html(where)} (${plural(violation.steps, 'step')}, ${violation.minimality}${html(excuse)})`;
}

function details(account: Account, v: ViolationAccount, isFailing: boolean): string {
  const rule = account.rules.find(({ id }) => id === v.violation.class.invariant);
  return [
    '<details>',
    `<summary>${titleOf(v, isFailing)}</summary>`,
    '',
    ...(rule === undefined
      ? []
      : [`> ${plain(rule.statement)}`, '>', `> Where it is broken: ${plain(lowerFirst(rule.why))}`, '']),
    ...fenced('text', v.lines),
    '',
    `**${plain(v.violation.explanation)}**`,
    '',
    ...(v.ledger.length === 0 ? [] : ['Who holds what, step by step:', '', ...fenced('text', v.ledger), '']),
    ...v.facts.map(([name, text]) => `- ${name}: ${plain(text)}`),
    '',
    '</details>',
    '',
  ].join('\n');
}

/** Violations that are told in a line each, at most. */
const LINES = 100;

/** What breaks only after something else, and what there is no room for. */
function inShort(what: string, violations: readonly ViolationAccount[]): string[] {
  if (violations.length === 0) return [];
  const lines = violations
    .slice(0, LINES)
    .map((v) => `- ${plain(v.violation.class.invariant)}: ${plain(v.where)}, ${plural(v.violation.steps, 'step')}`);
  const more = violations.length - lines.length;
  return [`${what}:`, '', ...lines, ...(more > 0 ? [`- and ${more} more`] : []), ''];
}

function section(account: Account, { failing }: Conclusion, room: number): string {
  const { result } = account;
  const head = [
    `### ${plain(placeOf(account))}: ${result.verdict}`,
    '',
    `${plain(account.title)}. ${engineText(result)}; ${searchedText(result)}; bounds \`${account.bounds}\`.`,
    '',
  ].join('\n');
  const shown: string[] = [];
  const left: ViolationAccount[] = [];
  // Any of them may come to be told in a line.
  let size = head.length + inShort('', account.violations).join('\n').length;
  for (const v of account.violations.filter(({ violation }) => !violation.afterOthers)) {
    const text = details(account, v, failing.has(v.violation));
    size += text.length;
    if (size <= room) shown.push(text);
    else left.push(v);
  }
  const later = account.violations.filter(({ violation }) => violation.afterOthers);
  return [
    head,
    ...shown,
    ...inShort('Also found, and left out here because a comment has not more room', left),
    ...inShort('Also seen, after an earlier violation of the same path', later),
    ...fenced('sh', [account.again]),
    '',
    `Not claimed: ${notClaimed(result).map(plain).join(' ')}`,
    '',
  ].join('\n');
}

export function markdownText(accounts: readonly Account[], conclusion: Conclusion): string {
  const rows = accounts.map((account) => {
    const { result } = account;
    const count = plural(result.violations.length, 'class', 'classes');
    const cells = [placeOf(account), count, completeText(result)].map(plain);
    return [cells[0], result.verdict === 'violated' ? '**violated**' : result.verdict, cells[1], cells[2]];
  });
  const said = [...conclusion.errors, ...conclusion.notes];
  const parts = [
    `## iovcheck: ${plain(conclusion.lastLine)}`,
    '',
    ...(rows.length === 0 ? [] : [...table([['search', 'verdict', 'violations', 'complete'], ...rows]), '']),
    ...said.map((sentence) => `- ${plain(sentence)}`),
    ...(said.length === 0 ? [] : ['']),
  ].join('\n');
  const room = (ROOM - parts.length) / Math.max(1, accounts.length);
  return [parts, ...accounts.map((account) => section(account, conclusion, room))].join('\n');
}
