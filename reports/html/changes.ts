/** What differs between two states, told by name: a row is compared with the row of its name, a fact with that fact. */
import type { Change, Panel, State } from './data.js';

interface Value {
  readonly of: string;
  readonly what: string;
  readonly text: string;
}

export const factKey = (panel: string, fact: string): string => `${panel}/${fact}`;
export const cellKey = (panel: string, row: string, column: string): string => `${panel}/${row}/${column}`;
export const pageKey = (page: string, what: string): string => `page ${page}/${what}`;

function panelValues(panel: Panel): [string, Value][] {
  const out: [string, Value][] = panel.facts.map(([name, text]) => [
    factKey(panel.name, name),
    { of: panel.name, what: name, text },
  ]);
  const of = panel.kind === 'pipe' ? panel.name.replace(/^pipe ?/, '') : panel.name;
  for (const row of panel.rows) {
    const name = `${of} ${row.name}`.trim();
    row.cells.forEach((text, c) => {
      const what = panel.columns[c];
      out.push([cellKey(panel.name, row.name, what), { of: name, what, text }]);
    });
    for (const side of ['left', 'right'] as const)
      out.push([cellKey(panel.name, row.name, side), { of: name, what: side, text: row[side] ?? '' }]);
  }
  return out;
}

/** Every value that is drawn, by its key. */
export function keysOf({ panels, pages }: State): Map<string, Value> {
  const out = new Map<string, Value>(panels.flatMap(panelValues));
  for (const page of pages) {
    const add = (what: string, text: string): unknown =>
      out.set(pageKey(page.name, what), { of: page.name, what, text });
    add('refcount', page.refcount);
    add('bytes', page.bytes);
    add('facts', page.facts.join(', '));
  }
  return out;
}

/** In the order of the new state; what is gone comes last. */
export function changesOf(before: State, after: State): Change[] {
  const was = keysOf(before);
  const is = keysOf(after);
  const out: Change[] = [];
  for (const [key, { of, what, text }] of is) {
    const from = was.get(key)?.text ?? '';
    if (from !== text) out.push({ key, of, what, from, to: text });
  }
  for (const [key, { of, what, text }] of was) {
    if (!is.has(key) && text !== '') out.push({ key, of, what, from: text, to: '' });
  }
  return out;
}

/** The changes in words, a line a thing: `slot 0: ops free → anon, len 1`. Pointers are left out, since head and tail are said. */
export function inWords(changes: readonly Change[]): string[] {
  const by = new Map<string, string[]>();
  for (const { of, what, from, to } of changes) {
    if (what === 'left' || what === 'right') continue;
    const text = from === '' ? to : `${from} → ${to || 'gone'}`;
    by.set(of, [...(by.get(of) ?? []), what === '' || what === 'facts' ? text : `${what} ${text}`]);
  }
  return [...by].map(([of, texts]) => `${of}: ${texts.join(', ')}`);
}
