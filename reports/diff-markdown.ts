/** Comparisons of two designs as Markdown: a table, and each difference folded away. */
import type { Difference, DiffResult } from '../harness/diff-result.js';
import { formatBounds } from '../harness/bounds-text.js';
import { SCENARIOS } from '../model/scenario.js';
import { completeText, differenceTitle, titleOf } from './diff.js';
import { plural } from './later.js';
import { ROOM, fenced, html, plain, table } from './markup.js';

/** One comparison, and what is said of it to a person, without colours. */
export type Compared = { readonly command: string } & (
  | {
      readonly result: DiffResult;
      /** Each difference as reports/diff.ts renders it. */
      readonly texts: readonly string[];
    }
  /** All there is to say: its first line is what it came to. */
  | { readonly sentence: string }
);

function details(d: Difference, text: string): string {
  const [, ...lines] = text.split('\n');
  const title = `<b>${html(differenceTitle(d))}</b> (${plural(d.steps, 'step')}, ${d.minimality})`;
  return ['<details>', `<summary>${title}</summary>`, '', ...fenced('text', lines), '', '</details>', ''].join('\n');
}

function section(one: Compared, room: number): string {
  if ('sentence' in one) {
    const [title, ...lines] = one.sentence.trimEnd().split('\n');
    return [`### ${plain(title)}`, '', ...fenced('text', lines.slice(1)), '', ...fenced('sh', [one.command]), ''].join(
      '\n',
    );
  }
  const { result, texts, command } = one;
  const { bounds, scenario, stats, engine } = result;
  const unit = engine === 'exhaustive' ? plural(stats.states, 'state') : plural(stats.edges, 'step');
  const head = [
    `### ${plain(titleOf(result))}`,
    '',
    `${result.lockstep ? 'Each field of the state' : 'What a caller can see'} was compared; ${unit}; bounds \`${formatBounds(bounds, SCENARIOS[scenario])}\`.`,
    '',
  ].join('\n');
  const shown: string[] = [];
  const left: string[] = [];
  let size = head.length;
  for (const [n, d] of result.differences.entries()) {
    const text = details(d, texts[n]);
    const line = `- ${plain(differenceTitle(d))}, ${plural(d.steps, 'step')}`;
    // Any of them may come to be told in a line.
    size += text.length + line.length;
    if (size <= room) shown.push(text);
    else left.push(line);
  }
  const alone = [...result.onlyA.map((op) => `${op} (A alone)`), ...result.onlyB.map((op) => `${op} (B alone)`)];
  return [
    head,
    ...shown,
    ...(left.length === 0
      ? []
      : ['Also found, and left out here because a comment has not more room:', '', ...left, '']),
    ...(alone.length === 0 ? [] : [`Not taken: ${plain(alone.join(', '))}`, '']),
    ...fenced('sh', [command]),
    '',
  ].join('\n');
}

export function diffMarkdown(all: readonly Compared[], lastLine: string): string {
  const rows = all
    .flatMap((one) => ('result' in one ? [one.result] : []))
    .map((result) => [
      plain(result.scenario),
      result.verdict === 'differ' ? '**they differ**' : result.verdict,
      plural(result.differences.length, 'class', 'classes'),
      plain(completeText(result)),
    ]);
  const head = [
    `## iovcheck diff: ${plain(lastLine)}`,
    '',
    ...(rows.length === 0 ? [] : [...table([['scenario', 'verdict', 'differences', 'complete'], ...rows]), '']),
  ].join('\n');
  const room = (ROOM - head.length) / Math.max(1, all.length);
  return [head, ...all.map((one) => section(one, room))].join('\n');
}
