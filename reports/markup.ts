/** What Markdown is put together from: text in which nothing is markup, fences, tables. */
import { onOneLine, printable } from './printable.js';

/** GitHub refuses a comment of more than 65536 characters; what does not fit is told in a line. */
export const ROOM = 60_000;

/** Text inside an element. */
export const html = (text: string): string =>
  printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A text on one line in which nothing is markup; underscores inside words are none. */
export function plain(text: string): string {
  return html(onOneLine(text))
    .replaceAll(/[\\`*[\]|~#!]|(?<!\w)_|_(?!\w)/g, (c) => `\\${c}`)
    .replaceAll('@', '@\u200b');
}

/** Fences longer than any inside. */
export function fenced(language: string, lines: readonly string[]): string[] {
  const text = printable(lines.join('\n'));
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, text, fence];
}

/** The first row is the head. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const [head, ...body] = rows.map((row) => `| ${row.join(' | ')} |`);
  return [head, `|${rows[0].map(() => '---').join('|')}|`, ...body];
}
