/** The state as data for a drawing: what refers to pages, the pages, and the same in text. */
import { PIN, ownersOf, pageName, referencesOf } from '../../harness/ledger.js';
import type { Found, Runner } from '../../harness/runner.js';
import { isPending } from '../../model/callers/callers.js';
import type { IovIter, Page } from '../../model/kernel.js';
import * as K from '../../model/kernel.js';
import { isCounted } from '../../model/owners.js';
import { valueName } from '../../model/private.js';
import { tmpPagesOf } from '../../model/ring.js';
import { byteLines, pageBytes, slotBytes } from '../bytes.js';
import { isQuietTaskPipe } from '../draw-files.js';
import { drawFound, hasPipe } from '../draw.js';
import { OPS_NAMES, flagNames, iterFields, iterPlace, lockOf, pipeFields, pointers } from '../pipe-fields.js';
import type { PageBox, Panel, Row, State, Wire } from './data.js';
import { filePanels } from './state-files.js';
import { memoryPanels, requestPanels } from './state-memory.js';
import { taskPanels } from './state-tasks.js';

const SLOT_COLUMNS = ['ops', 'page', 'off', 'len', 'flags', 'bytes'];

export function wire(page: Page | null, hold: Wire['hold']): Wire[] {
  return page === null ? [] : [{ page: page.name, hold }];
}

function slotRow(runner: Runner, slot: number, isUsed: boolean, points: ReturnType<typeof pointers>): Row {
  const buf = runner.k.pipe.bufs[slot];
  const ops = isUsed && buf.ops === 0 ? 'NULL' : (OPS_NAMES[buf.ops] ?? String(buf.ops));
  const has = isUsed || buf.page !== null;
  const page = buf.page === null ? '-' : pageName(runner, buf.page);
  const place = has ? [page, String(buf.offset), String(buf.len)] : ['', '', ''];
  return {
    name: `slot ${slot}`,
    cells: [ops, ...place, flagNames(buf.flags), isUsed ? slotBytes(runner, buf) : ''],
    wires: wire(buf.page, isUsed ? 'reference' : 'stale'),
    left: points.ring[slot],
    right: points.iter[slot],
    ...(isUsed ? {} : { isFree: true }),
  };
}

/** The ring that is looked at; `marks` are slots from the oldest on. */
function pipePanel(runner: Runner, name: string, marks: readonly number[]): Panel {
  const { k, w } = runner;
  const size = w.ring.size(k);
  const used = Math.min(w.ring.used(k), size);
  const inUse = new Set(Array.from({ length: used }, (_, j) => w.ring.index(k, j)));
  const broken = new Set(marks.filter((j) => j >= 0).map((j) => w.ring.index(k, j)));
  const points = pointers(runner);
  const slots = Array.from({ length: size }, (_, slot): Row => {
    const row = slotRow(runner, slot, inUse.has(slot), points);
    return broken.has(slot) ? { ...row, isBroken: true } : row;
  });
  const kept = tmpPagesOf(k.pipe).map(
    (page, n): Row => ({
      name: n === 0 ? 'tmp_page' : `tmp_page ${n}`,
      cells: ['kept', pageName(runner, page), '', '', '', ''],
      wires: wire(page, 'reference'),
    }),
  );
  const lock = lockOf(runner);
  const hasBytes = k.needs.openFiles !== true;
  return {
    kind: 'pipe',
    name,
    facts: [
      ...pipeFields(runner).map(([field, value]): [string, string] => [field, String(value)]),
      ...(lock === undefined ? [] : [['lock', lock] as [string, string]]),
      ...(hasBytes ? byteLines(runner) : []),
    ],
    columns: SLOT_COLUMNS,
    bytes: SLOT_COLUMNS.length - 1,
    rows: [...slots, ...kept],
  };
}

function pipePanels(runner: Runner, found: readonly Found[]): Panel[] {
  const { k } = runner;
  if (!hasPipe(runner)) return [];
  const panels = k.pipes.flatMap((_, p) => {
    runner.usePipe(p);
    if (isQuietTaskPipe(runner, p)) return [];
    const several = k.needs.inodes === true && p > 0 ? 'task pipe' : `pipe ${K.PIPE_NAMES[p]}`;
    const marks = found.filter((f) => (f.pipe ?? 0) === p).flatMap((f) => f.marks);
    return [pipePanel(runner, k.pipes.length > 1 ? several : 'pipe', marks)];
  });
  runner.usePipe(0);
  return panels;
}

function pipeIterPanel(runner: Runner, name: string, i: IovIter): Panel {
  const facts = iterFields(runner, i).map(([field, value]): [string, string] => [field, String(value)]);
  return { kind: 'iter', name, facts: [...facts, ['at', iterPlace(runner, i).slice(3)]], columns: [], rows: [] };
}

function iterPanels(runner: Runner, found: readonly Found[]): Panel[] {
  const { k, g } = runner;
  const out: Panel[] = [];
  if (k.iter.active && k.iter.flavour === K.ITER_PIPE) {
    const isWrong = !isPending(k) && k.iter.count !== g.left;
    out.push({
      ...pipeIterPanel(runner, 'iter', k.iter),
      ...(isWrong ? { wrong: `count has to be ${g.left}` } : {}),
      ...(found.some((f) => f.marks.includes(-1)) ? { isBroken: true } : {}),
    });
  }
  if (k.iterCopy.active) out.push(pipeIterPanel(runner, 'copy', k.iterCopy));
  return out;
}

const KINDS: Readonly<Record<string, string>> = {
  'page cache': 'page cache',
  'page table': "a user's",
  driver: "a driver's",
  kernel: 'zero page',
};

function pageWord(page: Page): string {
  if (page.owner !== '') return KINDS[page.owner];
  return page.isFile ? 'page cache' : page.isLarge ? 'folio' : '';
}

function pageFacts(runner: Runner, page: Page): string[] {
  const { k, g } = runner;
  const isFollowed = k.needs.memory === 'paged' && k.needs.lends !== true && k.bounds.contents !== 'off';
  return [
    ...(isFollowed && page.refcount > 0 ? [valueName(g, page.data[0])] : []),
    ...(page.isAnonExclusive && k.needs.memory === 'paged' ? ['AnonExclusive'] : []),
    ...(page.isLarge ? [`pincount ${page.head.pincount}`] : []),
    ...(page.isUptodate ? [] : ['not up to date']),
  ];
}

function pageBox(runner: Runner, page: Page): PageBox {
  const { k } = runner;
  const owners = ownersOf(runner, page);
  const expected = referencesOf(runner, page, owners);
  const counts = isCounted(page);
  const { refcount } = page.head;
  const isPaged = k.needs.memory === 'paged' && k.needs.lends !== true;
  return {
    name: page.name,
    what: pageWord(page),
    refcount: counts ? String(refcount) : '',
    ...(counts && refcount !== expected ? { expected: String(expected) } : {}),
    bytes: isPaged ? '' : pageBytes(runner, page),
    facts: [...pageFacts(runner, page), ...(owners.includes(PIN) ? [`pinned: ${pinText(runner, page, owners)}`] : [])],
    ...(refcount === 0 ? { isFree: true } : {}),
  };
}

/** How the count comes about where a pin takes several references. */
function pinText(runner: Runner, page: Page, owners: readonly string[]): string {
  const pins = owners.filter((owner) => owner === PIN).length;
  const each = page.isLarge ? 1 : runner.k.bounds.bias;
  return `${pins} x ${each}`;
}

/** Pages that something refers to, that have a count, or whose count is wrong. */
function pagesOf(runner: Runner, panels: readonly Panel[]): PageBox[] {
  const { k } = runner;
  const wired = new Set(panels.flatMap(({ rows }) => rows.flatMap(({ wires }) => wires.map(({ page }) => page))));
  const isMarked = (page: Page): boolean =>
    page.isFile && page.owner !== '' && k.bounds.contents !== 'off' && page.data.some((tag) => tag !== k.plain);
  return k.pages
    .filter((page) => {
      if (wired.has(page.name)) return true;
      if (!isCounted(page)) return false;
      const isWrong = page.refcount !== referencesOf(runner, page, ownersOf(runner, page));
      const followsTags = k.needs.memory === 'none' && k.needs.inodes !== true && k.needs.openFiles !== true;
      return isWrong || (page.owner === '' ? page.refcount > 0 : followsTags && isMarked(page));
    })
    .map((page) => pageBox(runner, page));
}

/** The state as it is, with what was found marked. */
export function stateOf(runner: Runner, found: readonly Found[]): State {
  const panels = [
    ...pipePanels(runner, found),
    ...iterPanels(runner, found),
    ...memoryPanels(runner, found),
    ...requestPanels(runner, found),
    ...taskPanels(runner),
    ...filePanels(runner),
  ];
  return { panels, pages: pagesOf(runner, panels), text: drawFound(runner, found) };
}
