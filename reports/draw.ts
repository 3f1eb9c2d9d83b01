/**
 * The state in text, for somebody who knows struct pipe_inode_info: the ring slot by slot
 * in array order, and around it only what is there. At most 78 columns, no colour needed.
 */
import { tmpPagesOf } from '../model/ring.js';
import { ownersOf, pageName } from '../harness/ledger.js';
import type { Found, Runner } from '../harness/runner.js';
import { isPending } from '../model/callers/callers.js';
import type { IovIter } from '../model/kernel.js';
import * as K from '../model/kernel.js';
import { fileLines, inodeLines, isQuietTaskPipe } from './draw-files.js';
import { taskLines } from './draw-tasks.js';
import { listedName, memoryLines } from './draw-memory.js';
import { byteLines, bytesText, fold, pageBytes, slotBytes } from './bytes.js';
import { OPS_NAMES, flagNames, iterFields, iterPlace, lockOf, pipeFields, pointers } from './pipe-fields.js';

export { legendOf } from './bytes.js';

export const COLUMNS = 78;

export const HERE = '<== here';

interface Row {
  readonly cells: readonly string[];
  readonly isMarked: boolean;
}

function slotRow(
  runner: Runner,
  slot: number,
  isUsed: boolean,
  isMarked: boolean,
  points: ReturnType<typeof pointers>,
): Row {
  const buf = runner.k.pipe.bufs[slot];
  const flags = flagNames(buf.flags);
  const page = buf.page === null ? '-' : pageName(runner, buf.page);
  const name = OPS_NAMES[buf.ops] ?? String(buf.ops);
  const pointer = points.ring[slot];
  const arrow = pointer === '' ? '' : `${pointer} ->`;
  const at = points.iter[slot] === '' ? '' : `<- ${points.iter[slot]}`;
  const head = [arrow === '' && isUsed ? '|  ' : arrow, `[${slot}]`];
  // A free slot shows what its last occupant has left in it, in brackets: code may look at it.
  const isBare = !isUsed && buf.page === null;
  const middle = isUsed
    ? [buf.ops === 0 ? 'NULL' : name, page, String(buf.offset), String(buf.len), flags || '-', slotBytes(runner, buf)]
    : [
        name,
        isBare ? '' : `(${page})`,
        isBare ? '' : String(buf.offset),
        isBare ? '' : String(buf.len),
        flags && `(${flags})`,
        '',
      ];
  return { cells: [...head, ...middle, at], isMarked };
}

const HEADS = ['', 'slot', 'ops', 'page', 'off', 'len', 'flags', 'bytes', ''];
const RIGHT = new Set([0, 4, 5]);

/** Columns as wide as they need to be, closer together where the line would be too long. */
function table(rows: readonly Row[], indent: string, columns: number): string[] {
  const all = [{ cells: HEADS, isMarked: false }, ...rows];
  const widths = HEADS.map((_, c) => Math.max(...all.map((row) => row.cells[c].length)));
  if (widths.at(-1) === 0) widths.pop();
  const sum = widths.reduce((a, b) => a + b, indent.length) + (rows.some((row) => row.isMarked) ? HERE.length + 2 : 0);
  const gap = ' '.repeat(sum + 2 * (widths.length - 1) <= columns ? 2 : 1);
  return all.map(({ cells, isMarked }) => {
    const line = widths.map((wide, c) => (RIGHT.has(c) ? cells[c].padStart(wide) : cells[c].padEnd(wide))).join(gap);
    return mark(indent + line, isMarked, columns);
  });
}

/** The line with the mark at its end; a line that is full keeps a short one. */
function mark(line: string, isMarked: boolean, columns: number): string {
  if (!isMarked) return line.trimEnd();
  const room = columns - HERE.length - 2;
  const body = line.trimEnd();
  if (body.length > room) return `${body.slice(0, columns - 4)} <==`;
  return `${body}  ${HERE}`;
}

function pipeLine(runner: Runner): string {
  const fields = pipeFields(runner).map(([name, value]) => `${name}=${value}`);
  const lock = lockOf(runner);
  return `${fields.join(' ')}${lock === undefined ? '' : `   lock: ${lock}`}`;
}

/** `count=4 idx=0 iov_offset=2: at slot 0, offset 2` */
function iterText(runner: Runner, i: IovIter): string {
  const fields = iterFields(runner, i).map(([name, value]) => `${name}=${value}`);
  return `${fields.join(' ')}: ${iterPlace(runner, i)}`;
}

export function requestText(runner: Runner): string {
  const r = runner.k.request;
  const pages = r.page.slice(0, r.nr).map(listedName).join(', ');
  const holds = r.hold === 0 ? `${pages}, listed only` : `the caller holds ${pages}`;
  const facts = [
    r.nr === 0 ? 'no page is held' : holds,
    r.on === 2 ? 'asked of the copy' : '',
    r.isWritten ? `the device wrote ${r.done}` : 'nothing is read in yet',
    r.ownsArray ? 'the array is its own' : '',
    r.isPut ? 'its pages are put' : '',
  ];
  if (r.isCommitted) return `committed; ${facts[0]}`;
  return `${bytesText(r.bytes)}; ${facts.filter((fact) => fact !== '').join(', ')}`;
}

/** Pages of the file that hold another byte than plain ones, and what is wrong with a page's count. */
function pageLines(runner: Runner): [string, string][] {
  const { k } = runner;
  const files = k.filePages
    .filter(
      (page) =>
        k.needs.openFiles !== true &&
        k.needs.lends !== true &&
        k.needs.inodes !== true &&
        runner.w.bounds.contents !== 'off' &&
        page.data.some((tag) => tag !== k.plain),
    )
    .map((page): [string, string] => [
      'file',
      `${pageName(runner, page)} in the page cache: ${pageBytes(runner, page)}`,
    ]);
  const counts = k.pages.flatMap((page): [string, string][] => {
    const owners = ownersOf(runner, page);
    if (owners.length === page.refcount) return [];
    return [['refs', `${pageName(runner, page)} has ${page.refcount}, its owners are: ${owners.join(', ') || 'none'}`]];
  });
  return [...files, ...counts];
}

function tmpPageLine(runner: Runner): [string, string][] {
  const pages = tmpPagesOf(runner.k.pipe);
  return pages.length === 0 ? [] : [['tmp_page', pages.map((page) => pageName(runner, page)).join(' ')]];
}

/** What stands around the ring, by its name in the left column. */
function around(runner: Runner): [name: string, text: string, slotMark?: number][] {
  const { k, g } = runner;
  const out: [string, string, number?][] = [];
  if (k.needs.memory !== 'none') out.push(...memoryLines(runner));
  if (k.iter.active && k.iter.flavour === K.ITER_PIPE) {
    out.push(['iter', iterText(runner, k.iter), -1]);
    if (!isPending(k) && k.iter.count !== g.left) out.push(['', `count has to be ${g.left}`]);
  }
  if (k.iterCopy.active) out.push(['copy', iterText(runner, k.iterCopy)]);
  const isOfPipe = k.needs.memory === 'none' || !k.request.isCommitted;
  if (k.request.on !== 0 && isOfPipe) out.push(['request', requestText(runner)]);
  if (k.needs.inodes === true) out.push(...inodeLines(runner));
  if (k.pipes.length > 1) return [...out, ...pageLines(runner)];
  out.push(...taskLines(runner));
  out.push(...tmpPageLine(runner));
  if (k.needs.memory === 'none') out.push(...pageLines(runner));
  if (k.needs.openFiles === true) out.push(...fileLines(runner));
  else if (hasPipe(runner)) out.push(...byteLines(runner));
  return out;
}

/** Whether there is a pipe to draw: not while an iterator walks over memory. */
export function hasPipe({ k, w }: Runner): boolean {
  if (!k.needs.pipe) return false;
  return k.needs.memory === 'none' || k.iter.flavour === K.ITER_PIPE || w.ring.used(k) > 0 || !k.iter.active;
}

/** The ring that is looked at, slot by slot. */
function ringTable(runner: Runner, marks: readonly number[], columns: number): string[] {
  const { k, w } = runner;
  const size = w.ring.size(k);
  const used = Math.min(w.ring.used(k), size);
  const isUsed = Array.from({ length: size }, () => false);
  for (let j = 0; j < used; j++) isUsed[w.ring.index(k, j)] = true;
  const marked = new Set(marks.filter((j) => j >= 0).map((j) => w.ring.index(k, j)));
  const points = pointers(runner);
  const rows = isUsed.map((isIn, slot) => slotRow(runner, slot, isIn, marked.has(slot), points));
  return table(rows, '  ', columns);
}

/** Each of several pipes with its bytes, one after the other. */
function drawPipes(runner: Runner, marks: readonly (readonly number[])[], columns: number): string[] {
  const lines = runner.k.pipes.flatMap((_, p) => {
    runner.usePipe(p);
    if (isQuietTaskPipe(runner, p)) return [];
    const rest = [...tmpPageLine(runner), ...byteLines(runner)];
    return [
      ...fold(
        runner.k.needs.inodes === true && p > 0 ? 'task pipe' : `pipe ${K.PIPE_NAMES[p]}`,
        pipeLine(runner),
        columns,
      ),
      ...ringTable(runner, marks[p] ?? [], columns),
      ...rest.flatMap(([name, text]) => fold(name, text, columns)),
    ];
  });
  runner.usePipe(0);
  return lines;
}

/** The state; `marks` are slots counted from the oldest, -1 is the iterator; `marksB` those of a second pipe. */
export function drawState(
  runner: Runner,
  marks: readonly number[],
  columns = COLUMNS,
  marksB: readonly number[] = [],
): string[] {
  const rest = around(runner).flatMap(([name, text, markedBy]) => {
    const isMarked = markedBy !== undefined && marks.includes(markedBy);
    const lines = fold(name, text, isMarked ? columns - HERE.length - 2 : columns);
    return lines.map((line, n) => mark(line, isMarked && n === lines.length - 1, columns));
  });
  if (!hasPipe(runner)) return rest;
  if (runner.k.pipes.length > 1) return [...drawPipes(runner, [marks, marksB], columns), ...rest];
  return [...fold('pipe', pipeLine(runner), columns), ...ringTable(runner, marks, columns), ...rest];
}

/** The state, with what was found marked on each pipe. */
export function drawFound(runner: Runner, found: readonly Found[], columns = COLUMNS): string[] {
  const on = (p: number): number[] => [...new Set(found.filter((f) => (f.pipe ?? 0) === p).flatMap((f) => f.marks))];
  return drawState(runner, on(0), columns, on(1));
}
