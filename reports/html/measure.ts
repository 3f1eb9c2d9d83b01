/**
 * How large a drawing is. All steps of a run are drawn in one frame, so that nothing jumps
 * from step to step. Text is monospaced: its width follows from its length, in any browser.
 */
import type { PageBox, Panel, State } from './data.js';

/** Pixels of a character of 12 pixels, of a line, and of a box that shows a byte. */
export const CHAR = 7.25;
export const LINE = 19;
export const ROW = 23;
export const BYTE = 17;
export const PAD = 10;
export const TITLE = 24;
/** From the panels to the pages, for the lines between them. */
export const GAP = 84;
/** Between two panels, and two pages. */
export const BETWEEN = 12;
/** Bytes beyond this many are no boxes. */
export const BYTES_MAX = 16;
const COLUMN_GAP = 14;
const PAGE_LEAST = 206;
const PANEL_LEAST = 340;
/** The drawing for a narrow screen. */
export const NARROW = 358;

export const textWidth = (text: string): number => text.length * CHAR;

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly x: number;
  readonly line: number;
  /** Of the first piece of a value; the others have no name before them. */
  readonly isFirst: boolean;
}

/** Facts that are sentences have a line of their own. */
const OWN_LINE = new Set([
  'readable',
  'owed',
  'pages',
  'device',
  'ends',
  'in',
  'out',
  'flag',
  'over',
  'rd_wait',
  'wr_wait',
]);

/** Sets `name value` pairs one after the other, in lines of so many pixels; a long value is broken at its spaces. */
export function setFacts(facts: Panel['facts'], width: number): { facts: Fact[]; lines: number } {
  const out: Fact[] = [];
  let x = 0;
  let line = 0;
  const next = (): void => {
    if (x > 0) line++;
    x = 0;
  };
  for (const [name, value] of facts) {
    const isOwn = OWN_LINE.has(name);
    const room = Math.floor(width / CHAR) - name.length - 1;
    const pieces = value.length <= room ? [value] : broken(value, room);
    const wide = textWidth(`${name} ${pieces[0]}`);
    if (isOwn || pieces.length > 1 || x + wide > width) next();
    pieces.forEach((piece, n) => {
      out.push({ name, value: piece, x: n === 0 ? x : textWidth(`${name} `), line, isFirst: n === 0 });
      if (n < pieces.length - 1) line++;
    });
    x += wide + 2 * CHAR;
    if (isOwn || pieces.length > 1) next();
  }
  return { facts: out, lines: facts.length === 0 ? 0 : line + (x > 0 ? 1 : 0) };
}

function broken(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/)) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

export function isBytes(panel: Pick<Panel, 'bytes'>, column: number, text: string): boolean {
  return panel.bytes === column && text.length <= BYTES_MAX && !text.includes(' ');
}

function cellWidth(panel: Panel, column: number, text: string): number {
  return isBytes(panel, column, text) ? text.length * BYTE : textWidth(text);
}

/** Where the parts of a panel's rows are, in pixels from its left edge. */
export interface Columns {
  /** The name of a row, behind what points at it. */
  readonly name: number;
  readonly cells: readonly number[];
  /** Columns that have nothing in them at any step. */
  readonly isEmpty: readonly boolean[];
  /** What points at it from the right. */
  readonly right: number;
  readonly width: number;
}

/** The columns that serve a panel at each step. */
function columnsOf(panels: readonly Panel[]): Columns {
  const rows = panels.flatMap((panel) => panel.rows);
  const pointer = Math.max(0, ...rows.map(({ left = '' }) => left.length));
  const name = PAD + (pointer === 0 ? 0 : textWidth('x'.repeat(pointer)) + 18);
  let x = name + textWidth('x'.repeat(Math.max(0, ...rows.map((row) => row.name.length)))) + COLUMN_GAP;
  const cells: number[] = [];
  const empty: boolean[] = [];
  panels[0].columns.forEach((head, c) => {
    cells.push(x);
    const widths = panels.flatMap((panel) => panel.rows.map((row) => cellWidth(panel, c, row.cells[c] ?? '')));
    const isEmpty = widths.every((w) => w === 0);
    empty.push(isEmpty);
    if (!isEmpty) x += Math.max(textWidth(head), ...widths) + COLUMN_GAP;
  });
  const notes = rows.map(({ right = '', isBroken }) => `${right}${isBroken === true ? ' x here' : ''}`.trim().length);
  const note = Math.max(0, ...notes);
  return { name, cells, isEmpty: empty, right: x, width: x + (note === 0 ? 0 : note * CHAR + 24) };
}

export interface Frame {
  /** Width of the panels; pages begin after a gap. */
  readonly panels: number;
  readonly pages: number;
  readonly columns: ReadonlyMap<string, Columns>;
  readonly width: number;
  readonly height: number;
  readonly isNarrow: boolean;
}

export function panelHeight(panel: Panel, width: number): number {
  const { lines } = setFacts(panel.facts, width - 2 * PAD);
  const table = panel.rows.length === 0 ? 0 : LINE + panel.rows.reduce((sum, row) => sum + rowHeight(row), 0);
  return TITLE + lines * LINE + table + (panel.wrong === undefined ? 0 : LINE) + 8;
}

export function rowHeight(row: Panel['rows'][number]): number {
  return ROW + (row.wrong === undefined ? 0 : LINE - 3);
}

/** Lines of a page below its head: bytes, then facts. */
export function pageHeight(page: PageBox): number {
  const bytes = page.bytes === '' ? 0 : BYTE + 8;
  return TITLE + bytes + (page.facts.length + (page.expected === undefined ? 0 : 1)) * (LINE - 2) + 6;
}

function pageWidth(page: PageBox): number {
  const head = textWidth(`${page.name} ${page.what}   refcount ${page.refcount}`);
  const facts = [...page.facts, `x its owners come to ${page.expected ?? ''}`].map((fact) => textWidth(fact));
  return Math.max(head, page.bytes.length * BYTE, ...facts) + 2 * PAD;
}

const stack = (heights: readonly number[]): number => heights.reduce((sum, h) => sum + h + BETWEEN, 0);

function heightOf(state: State, panels: number, isNarrow: boolean): number {
  const left = stack(state.panels.map((panel) => panelHeight(panel, panels)));
  const right = stack(state.pages.map(pageHeight));
  return isNarrow ? left + right : Math.max(left, right);
}

/** Room for every one of these states. */
export function frameOf(states: readonly State[], isNarrow: boolean): Frame {
  const byName = new Map<string, Panel[]>();
  for (const { panels } of states) for (const p of panels) byName.set(p.name, [...(byName.get(p.name) ?? []), p]);
  const columns = new Map([...byName].map(([name, list]) => [name, columnsOf(list)]));
  const least = isNarrow ? NARROW : PANEL_LEAST;
  const panels = Math.ceil(Math.max(least, ...[...columns.values()].map(({ width }) => width + PAD)));
  const boxes = states.flatMap((state) => state.pages);
  const pages = isNarrow ? panels : Math.ceil(Math.max(PAGE_LEAST, ...boxes.map(pageWidth)));
  const height = Math.ceil(Math.max(60, ...states.map((state) => heightOf(state, panels, isNarrow))));
  return { panels, pages, columns, width: isNarrow ? panels : panels + GAP + pages, height, isNarrow };
}
