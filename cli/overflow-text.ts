/** What `iovcheck overflow` says: how many questions of each call came out right, and each kind of those that did not. */
import type { Tree } from '../oracle/tree/source.js';
import type { Asked, Ended, Judgement, Outcome } from '../oracle/wide/ask.js';
import { isWorse } from '../oracle/wide/ask.js';
import { sizeText } from '../oracle/wide/place.js';
import { questionText } from '../oracle/wide/questions.js';
import type { Answer } from '../oracle/wide/rules.js';
import { table } from './list.js';
import { plural } from './output.js';

const ENDS: Readonly<Record<Ended, string>> = {
  bug: 'does not come back (BUG)',
  oops: 'dies of a bad address',
  endless: 'does not end',
  unasked: 'not asked, since others of this call did not end',
};

/** A size, or what has wrapped to below zero as such. */
const wrapped = (n: bigint): string => sizeText(n < 2n ** 64n - 2n ** 62n ? n : BigInt.asIntN(64, n));

const WORDS: readonly (readonly [key: keyof Answer, text: (n: bigint) => string])[] = [
  ['ret', (n) => `returns ${sizeText(BigInt.asIntN(64, n))}`],
  ['count', (n) => `count ${wrapped(n)}`],
  ['at', (n) => (n === 2n ** 64n - 1n ? 'at no place of the vector' : `at ${wrapped(n)}`)],
  ['moved', (n) => `moves ${sizeText(n)} bytes`],
  ['warns', (n) => plural(Number(n), 'warning')],
];

/** Only in what two answers differ, or all of it. */
function words(outcome: Outcome, other?: Outcome): string {
  if (typeof outcome === 'string') return ENDS[outcome];
  const differs = (key: keyof Answer): boolean => typeof other !== 'object' || other[key] !== outcome[key];
  return WORDS.flatMap(([key, text]) => (differs(key) ? [text(outcome[key])] : [])).join(', ');
}

function inFull({ question, outcome }: Asked): string {
  const { expected } = question;
  return `  ${questionText(question)}\n    answer    ${words(outcome, expected)}\n    expected  ${words(expected, outcome)}\n`;
}

function groups(asked: readonly Asked[], key: (asked: Asked) => string): Map<string, Asked[]> {
  const found = new Map<string, Asked[]>();
  for (const one of asked) {
    const group = found.get(key(one));
    if (group === undefined) found.set(key(one), [one]);
    else group.push(one);
  }
  return found;
}

const count = (asked: readonly Asked[], judgement: Judgement): number =>
  asked.filter((one) => one.judgement === judgement).length;

function counts(asked: readonly Asked[]): string {
  const rows = [...groups(asked, ({ question }) => question.call)].map(([call, all]) => [
    call,
    ...[all.length, count(all, 'right'), count(all, 'known'), count(all, 'wrong')].map(String),
  ]);
  return table([['CALL', 'QUESTIONS', 'RIGHT', 'KNOWN', 'WRONG'], ...rows]);
}

/** Each call and flavour of what is not right, with its first question; the first ones are the smallest. */
function kinds(asked: readonly Asked[], start: string, isAll: boolean): string {
  const wrong = asked.filter(({ judgement }) => judgement !== 'right');
  const kind = ({ question, judgement }: Asked): string =>
    `${question.call}, ${question.iter.flavour}: ${start}${judgement === 'known' ? `as ${question.known?.finding} of docs/findings.md has it` : 'wrong'}`;
  return [...groups(wrong, kind)]
    .map(([title, all]) => {
      const shown = isAll ? all : all.slice(0, 1);
      return `\n${title}, ${plural(all.length, 'question')}\n${shown.map(inFull).join('')}`;
    })
    .join('');
}

function summary(asked: readonly Asked[]): string {
  const [right, known, wrong] = (['right', 'known', 'wrong'] as const).map((judgement) => count(asked, judgement));
  const findings = [
    ...new Set(asked.flatMap((one) => (one.judgement === 'known' ? [one.question.known?.finding] : []))),
  ];
  const as = findings.length === 0 ? '' : ` (${findings.join(', ')})`;
  return `${plural(asked.length, 'question')}: ${right} right, ${known} known${as}, ${wrong} wrong\n`;
}

function changeText(asked: readonly Asked[], before: readonly Asked[], isAll: boolean): string {
  const added = asked.filter((one, k) => isWorse(one, before[k]));
  const gone = before.filter((one, k) => isWorse(one, asked[k]));
  const told = `the change makes ${plural(added.length, 'answer')} worse, and ${gone.length} better`;
  return `${kinds(added, 'new, ', isAll)}${kinds(gone, 'gone, ', isAll)}\n${told}\n`;
}

/** `before`: what the other side of a change has answered to the same questions. */
export function overflowText(
  tree: Tree,
  asked: readonly Asked[],
  before: readonly Asked[] | undefined,
  isAll: boolean,
): string {
  const change = tree.change === undefined ? '' : ` with ${tree.change}`;
  const head = `Linux ${tree.version}${change}: lib/iov_iter.c compiled for 64 bits, pages of 4096 bytes\n\n`;
  const rest = before === undefined ? kinds(asked, '', isAll) : changeText(asked, before, isAll);
  return `${head}${counts(asked)}${rest}\n${summary(asked)}`;
}
