/**
 * Plain text for a reply on a mailing list: at most 72 columns, so that it can be quoted, and a command
 * in one line at its end. The shortest counterexample of each rule in full, the others in a line each.
 */
import type { Conclusion } from '../harness/verdict.js';
import type { Account, ViolationAccount } from './account.js';
import { NARROW, placeOf } from './account.js';
import { plural } from './later.js';
import { completeText, engineText, notClaimed, searchedText } from './phrases.js';
import { onOneLine, printable } from './printable.js';
import { wrap } from './wrap.js';

/** Prose on lines of at most 72 columns; a word that is longer is cut. */
function prose(text: string, indent = ''): string[] {
  return narrow(wrap(onOneLine(text), NARROW, indent));
}

/** Lines as they are, but for what sticks out, which goes to the next line. */
function narrow(lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const out: string[] = [];
    let rest = line.trimEnd();
    while (rest.length > NARROW) {
      const at = rest.slice(0, NARROW + 1).lastIndexOf(' ');
      const cut = at > NARROW / 2 ? at : NARROW;
      out.push(rest.slice(0, cut).trimEnd());
      rest = `      ${rest.slice(cut).trimStart()}`;
    }
    return [...out, rest];
  });
}

/** A command is one line; one that is too long is that to a shell. */
function command(text: string): string[] {
  const first = `reproduce: ${text}`;
  if (first.length <= NARROW) return [first];
  const lines: string[] = ['reproduce:'];
  let line = '';
  for (const word of text.split(/ (?=--)/)) {
    if (line !== '' && line.length + 1 + word.length > NARROW - 2) {
      lines.push(`${line} \\`);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].flatMap((l) => (l.length <= NARROW ? [l] : splitWord(l)));
}

/** A backslash at the end of a line joins it with the next one, also inside a word. */
function splitWord(line: string): string[] {
  const parts = line.match(new RegExp(`.{1,${NARROW - 1}}`, 'g')) ?? [];
  return parts.map((part, n) => (n === parts.length - 1 ? part : `${part}\\`));
}

/** `[iovcheck] packet-2012: packet-boundaries broken in pipe_write()` */
function subject(accounts: readonly Account[]): string {
  const worst = accounts.find(({ violations }) => violations.length > 0);
  if (worst === undefined) {
    if (accounts.length === 0) return '[iovcheck] nothing was checked';
    const isProof = accounts.every(({ result }) => result.exhausted);
    const designs = [...new Set(accounts.map(({ result }) => result.design))].join(', ');
    return `[iovcheck] ${designs}: ${isProof ? 'no rule is broken within the bounds' : 'nothing was found, and nothing is proved'}`;
  }
  const [{ violation }] = worst.violations;
  const { invariant, function: fn } = violation.class;
  return `[iovcheck] ${worst.result.design}: ${invariant} broken in ${fn}()`;
}

/** The shortest of each rule, and the rest. */
function split(violations: readonly ViolationAccount[]): { full: ViolationAccount[]; short: ViolationAccount[] } {
  const full: ViolationAccount[] = [];
  const short: ViolationAccount[] = [];
  for (const v of violations) {
    const isNew = !full.some(({ violation }) => violation.class.invariant === v.violation.class.invariant);
    (isNew && !v.violation.afterOthers ? full : short).push(v);
  }
  return { full, short };
}

function fixesLines({ history }: Account): string[] {
  if (history === undefined) return [];
  const { origins, fix } = history;
  return [
    '',
    ...origins.map((commit) => `Fixes: ${commit}`),
    ...prose(`This bug was in mainline; ${fix} took it out.`),
  ];
}

function section(account: Account): string[] {
  const { result } = account;
  const { full, short } = split(account.violations);
  const count = result.violations.length;
  const found =
    count === 0
      ? 'no rule was found broken'
      : `${plural(count, 'kind')} of violation ${count === 1 ? 'was' : 'were'} found`;
  return [
    ...prose(`In ${placeOf(account)} (${account.title}) ${found}.`),
    // Dashes would begin a patch for whoever reads mails by program.
    ...full.flatMap((v, n) => [
      '',
      `=== ${n + 1} of ${full.length} `.padEnd(NARROW, '='),
      ...narrow(printable(v.text).split('\n')),
    ]),
    ...(short.length === 0 ? [] : ['', 'Also found:']),
    ...short.flatMap((v) =>
      prose(
        `- ${v.violation.class.invariant}: ${v.where}, ${plural(v.violation.steps, 'step')}${v.violation.afterOthers ? ', after another violation' : ''}`,
        '  ',
      ),
    ),
    ...fixesLines(account),
    '',
    ...command(account.again),
    '',
    ...prose(`Searched: ${searchedText(result)}; engine ${engineText(result)}.`),
    ...prose(`Complete: ${completeText(result)}.`),
    ...prose(`Bounds: ${account.bounds.replaceAll(',', ', ')}.`),
    '',
    ...prose(`Not claimed: ${notClaimed(result).join(' ')}`),
  ];
}

export function emailText(accounts: readonly Account[], conclusion: Conclusion): string {
  const parts = accounts.map((account) => section(account).join('\n'));
  const notes = [...conclusion.errors, ...conclusion.notes].flatMap((note) => prose(note));
  return `${[
    // A header that is too long goes on in a line that begins with a space.
    narrow(wrap(`Subject: ${onOneLine(subject(accounts))}`, NARROW, ' '))
      .join('\n')
      .trimStart(),
    ...parts,
    [...notes, ...prose(conclusion.lastLine)].join('\n'),
  ].join('\n\n')}\n`;
}
