/**
 * Two designs beside each other, for a person: the run to where they part, what each returns there, all that is another
 * one, and the state of both.
 */
import { formatBounds } from '../harness/bounds-text.js';
import type { Contrast, Difference, DiffResult, SideEnd } from '../harness/diff-result.js';
import type { Kind } from '../harness/observe.js';
import type { Pair } from '../harness/pair.js';
import { walkPair } from '../harness/pair-walk.js';
import type { Runner } from '../harness/runner.js';
import { parseReturn } from '../model/errno.js';
import { SCENARIOS } from '../model/scenario.js';
import { COLUMNS, drawState, HERE, legendOf } from './draw.js';
import type { Colour } from './later.js';
import { plural } from './later.js';
import { MARGIN, STEP, callLine, returned, ringLines } from './steps.js';
import { wrap } from './wrap.js';

/** What differs, in words, after the name of the op. */
const KIND_WORDS: Readonly<Record<Kind, string>> = {
  'does-not-return': 'one of them does not return',
  error: 'another error, or an error in one of them',
  'return-value': 'another return value',
  warn: 'one of them warns',
  'bytes-delivered': 'other bytes are delivered',
  'bytes-readable': 'other bytes can be read afterwards',
  'pipe-size': 'the pipe has another size',
  iterator: 'the iterator is left otherwise',
  'pages-held': 'the caller is handed other pages, or holds them otherwise',
  references: 'other references or pins are taken',
  memory: 'a process or a device finds something else in memory',
  files: 'a file is left otherwise',
  tasks: 'other tasks sleep or are woken',
  state: 'another state is left behind',
  'rules-broken': 'other rules are broken',
  'call-offered': 'it can be called in one of them',
};

export interface DiffOptions {
  readonly pair: Pair;
  readonly names: readonly [a: string, b: string];
  readonly titles: readonly [a: string, b: string];
  readonly colour: Colour;
  /** The command line of all of it; '' where there is none. */
  readonly command: string;
}

const FIELD = 14;

function field(name: string, text: string): string[] {
  const [first, ...rest] = wrap(text, COLUMNS, ' '.repeat(FIELD));
  return [`  ${name}`.padEnd(FIELD) + first.trimStart(), ...rest];
}

const MINIMALITY: Readonly<Record<Difference['minimality'], string>> = {
  shortest: 'within the bounds there is no shorter one',
  '1-minimal': 'no op can go, and no argument can shrink',
  raw: 'as it was found',
};

/** Lines of both sides: once where they are the same. */
function bothLines(a: readonly string[], b: readonly string[]): string[] {
  if (a.join('\n') === b.join('\n')) return [...a];
  const of = (side: string, lines: readonly string[]): string[] =>
    lines.map((line, n) => `${n === 0 ? side : ' '} ${line}`);
  return [...of('A', a), ...of('B', b)];
}

/** A line without how its columns are set. */
const words = (line: string): string => line.trim().split(/\s+/).join(' ');

/** A drawing whose lines that the other one has not are marked. */
function markedAgainst(lines: readonly string[], other: readonly string[]): string[] {
  const there = new Set(other.map(words));
  return lines.map((line) => (there.has(words(line)) ? line : `${line}  <==`));
}

function drawn(runner: Runner): string[] {
  return drawState(runner, [], COLUMNS - STEP - 5).map((line) => line.replace(HERE, '').trimEnd());
}

/** The drawings of both, one after the other. */
function drawings({ pair, names, colour }: DiffOptions, a: readonly string[], b: readonly string[]): string[] {
  const isSame = a.join('\n') === b.join('\n');
  const indent = (line: string): string => `    ${line.endsWith('<==') ? colour('bad', line) : line}`.trimEnd();
  const legend = (a[0] ?? '').startsWith('pipe') ? [`    ${colour('dim', legendOf(pair.a))}`] : [];
  if (isSame) return [colour('dim', '    both'), ...a.map(indent), ...legend];
  // Of two forms of the ring, most lines are others, and none of them says anything.
  const isAlike = pair.a.w.ring.form === pair.b.w.ring.form;
  const of = (name: string, lines: readonly string[], other: readonly string[]): string[] => [
    colour('bold', `    ${name}`),
    ...(isAlike ? markedAgainst(lines, other) : lines).map(indent),
  ];
  return [...of(`A  ${names[0]}`, a, b), '', ...of(`B  ${names[1]}`, b, a), ...legend];
}

/** What an op returned, in a cell of the table. */
function returnText(pair: Pair, n: number, end: SideEnd): string {
  if (!end.isOffered) return '-';
  if (end.died !== '') return 'does not return';
  const op = pair.a.ops[pair.ops[n].a];
  return returned(op, parseReturn(end.returned)) === '' ? 'nothing' : end.returned;
}

const ROWS_MAX = 24;

/** Rows of the table: what is always told, and then what differs. */
function rowsOf(pair: Pair, n: number, d: Difference): Contrast[] {
  if (d.class.kind === 'call-offered') {
    const word = ({ isOffered }: SideEnd): string => (isOffered ? 'yes' : 'no');
    return [{ what: 'may be called here', a: word(d.a), b: word(d.b) }];
  }
  const rows: Contrast[] = [{ what: 'returns', a: returnText(pair, n, d.a), b: returnText(pair, n, d.b) }];
  const add = (what: string, of: (end: SideEnd) => string): void => {
    if (of(d.a) !== '' || of(d.b) !== '') rows.push({ what, a: of(d.a) || 'no', b: of(d.b) || 'no' });
  };
  add('warns', (end) => end.warned);
  add('breaks', ({ broken }) => broken.join(', '));
  const rest = d.contrasts.length - ROWS_MAX;
  const more = rest > 0 ? [{ what: plural(rest, 'more field'), a: '...', b: '...' }] : [];
  return [...rows, ...d.contrasts.slice(0, ROWS_MAX), ...more];
}

/** `what  A  B`, with a mark where the two are not the same; cells that are too long stand under each other. */
function table(rows: readonly Contrast[], colour: Colour): string[] {
  const all = [{ what: '', a: 'A', b: 'B' }, ...rows];
  const wide = (of: (row: Contrast) => string): number => Math.max(...all.map((row) => of(row).length));
  const [what, a, b] = [wide((row) => row.what), wide((row) => row.a), wide((row) => row.b)];
  const isWide = 4 + what + 2 + a + 2 + b + 5 > COLUMNS;
  return all.flatMap((row, n) => {
    const isOther = n > 0 && row.a !== row.b;
    const mark = isOther ? '  <==' : '';
    const line = `    ${row.what.padEnd(what)}  ${row.a.padEnd(a)}  ${row.b.padEnd(b)}${mark}`;
    if (!isWide) return [isOther ? colour('bad', line.trimEnd()) : line.trimEnd()];
    if (n === 0) return [];
    if (!isOther) return wrap(`${row.what}: ${row.a}`, COLUMNS, '    ');
    const lines = [
      `    ${row.what}${mark}`,
      ...wrap(`A  ${row.a}`, COLUMNS, '      '),
      ...wrap(`B  ${row.b}`, COLUMNS, '      '),
    ];
    return lines.map((text) => colour('bad', text));
  });
}

/** The run: each op with what both returned, and the ring after it; and both states at its end. */
function stepLines(options: DiffOptions, path: readonly number[]): { lines: string[]; pictures: string[] } {
  const { pair, colour } = options;
  const texts = path.map((n) => pair.ops[n].text);
  const wide = Math.max(...texts.map((text) => text.length));
  const lines: string[] = [];
  let last = '';
  let pictures: [string[], string[]] = [[], []];
  walkPair(pair, path, (at, kind) => {
    const { a, b } = pair;
    const isLast = kind !== undefined || at === path.length - 1;
    if (isLast) {
      lines.push(colour('bold', callLine(texts[at], '', at + 1, 0)));
      const isDead = a.k.fatal !== '' && b.k.fatal !== '';
      pictures = isDead ? [[], []] : [drawn(a), drawn(b)];
      return;
    }
    lines.push(colour('bold', callLine(texts[at], returned(a.ops[pair.ops[path[at]].a], a.judged.ret), at + 1, wide)));
    const broken = a.broken.map(({ id }) => id);
    const ring = bothLines(ringLines(a, COLUMNS - STEP - 2), ringLines(b, COLUMNS - STEP - 2));
    if (ring.join('\n') !== last) lines.push(...ring.map((line) => MARGIN + colour('dim', line)));
    last = ring.join('\n');
    if (broken.length > 0) lines.push(...wrap(`both break ${broken.join(', ')}`, COLUMNS, MARGIN));
  });
  return { lines, pictures: drawings(options, pictures[0], pictures[1]) };
}

function diedLines(d: Difference): string[] {
  return [d.a, d.b].flatMap(({ died }, n) =>
    died === '' ? [] : ['', ...wrap(`${n === 0 ? 'A' : 'B'}  ${died}`, COLUMNS, '  ')],
  );
}

/** `pread(): another return value` */
export function differenceTitle({ class: { op, kind } }: Difference): string {
  return `${op}(): ${KIND_WORDS[kind]}`;
}

/** One difference. `path`: its trace as numbers of `pair.ops`. */
export function renderDifference(d: Difference, path: readonly number[], options: DiffOptions): string {
  const { pair, colour } = options;
  const { op, kind } = d.class;
  const { lines, pictures } = stepLines(options, path);
  return [
    `${colour('bad', `${op}()`)}: ${KIND_WORDS[kind]} (${kind})`,
    '',
    `  ${plural(d.steps, 'step')}, ${d.minimality} (${MINIMALITY[d.minimality]}):`,
    '',
    ...lines,
    '',
    ...table(rowsOf(pair, path[path.length - 1], d), colour),
    ...diedLines(d),
    '',
    ...pictures,
  ].join('\n');
}

function head(result: DiffResult, { titles, command }: DiffOptions): string[] {
  const { stats, bounds, scenario } = result;
  const what = result.lockstep ? 'in lockstep: each field of the state' : 'what a caller can see';
  const searched =
    result.engine === 'exhaustive'
      ? `${plural(stats.states, 'state')} of the pair, ${plural(stats.edges, 'edge')} on each side, depth ${stats.depth}`
      : `${plural(stats.edges, 'step')} on each side, seed ${result.seed}`;
  const alone = [...result.onlyA.map((op) => `${op} (A alone)`), ...result.onlyB.map((op) => `${op} (B alone)`)];
  return [
    ...field('A', `${result.a}: ${titles[0]}`),
    ...field('B', `${result.b}: ${titles[1]}`),
    ...field('compared', what),
    ...field('searched', searched),
    ...field('complete', completeText(result)),
    ...(alone.length === 0 ? [] : field('not taken', alone.join(', '))),
    ...field('bounds', formatBounds(bounds, SCENARIOS[scenario]).replaceAll(',', ', ')),
    ...(command === '' ? [] : [`  ${'again'.padEnd(FIELD - 2)}${command}`]),
  ];
}

/** Whether all was searched, and if not, why. */
export function completeText(r: DiffResult): string {
  if (r.exhausted)
    return r.differences.length === 0
      ? 'yes: the frontier is empty, and within the bounds there is no difference'
      : 'yes: the frontier is empty; behind a difference no path is followed';
  const why = r.cutShort === '' ? 'this engine samples' : r.cutShort;
  return `no: ${why}${r.differences.length === 0 ? '; nothing was found, and nothing is proved' : ''}`;
}

export function titleOf(r: DiffResult): string {
  const names = `${r.a} and ${r.b}, ${r.scenario}`;
  const kinds = plural(r.differences.length, 'class', 'classes');
  if (r.verdict === 'differ') return `${names}: they differ: ${kinds}`;
  return `${names}: ${r.verdict === 'no-difference' ? 'no difference' : r.verdict}`;
}

/** A whole comparison; `texts`: its differences, as {@link renderDifference} has them. */
export function renderDiff(r: DiffResult, texts: readonly string[], options: DiffOptions): string {
  const { colour } = options;
  const of = r.differences.length;
  const parts = [
    [colour(r.verdict === 'differ' ? 'bad' : 'bold', titleOf(r)), ...head(r, options)].join('\n'),
    ...texts.map((text, n) => `${colour('dim', `--- ${n + 1} of ${of} `.padEnd(COLUMNS, '-'))}\n${text}`),
  ];
  return `${parts.join('\n\n')}\n`;
}
