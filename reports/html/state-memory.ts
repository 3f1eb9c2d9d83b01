/** Memory, the iterator over it, and I/O on its pages, for a drawing. */
import type { Found, Runner } from '../../harness/runner.js';
import { NOWHERE, flatOf, positionOf } from '../../model/flat.js';
import type { IovIter, MmStruct, Page, Vec } from '../../model/kernel.js';
import * as K from '../../model/kernel.js';
import { foundAt, toRead, valueName } from '../../model/private.js';
import { sign } from '../bytes.js';
import { HOLD_WORDS, VMA_WORDS, listedName } from '../draw-memory.js';
import type { Panel, Row, Wire } from './data.js';

type Fact = [name: string, value: string];

/** Segments of a vector, byte by byte, as far as there is memory behind them. */
function segmentRows(runner: Runner, vec: Vec, at: number): Row[] {
  const { k } = runner;
  const flat = flatOf(k, vec);
  return Array.from(flat.bases, (base, s): Row => {
    const [from, to] = [flat.starts[s], flat.starts[s + 1]];
    const places = Array.from(flat.place.subarray(from, to));
    const pages = places.map((place) => (place === NOWHERE ? null : k.pages[Math.floor(place / k.pageSize)]));
    const bytes = places.map((place, n) => {
      const page = pages[n];
      return page === null ? '-' : sign(runner, page.data[place % k.pageSize], page);
    });
    const names = [...new Set(pages.map((page) => page?.name ?? 'no page'))];
    return {
      name: `segment ${s}`,
      cells: [`${base}+${to - from}`, names.join(' '), k.needs.memory === 'paged' ? '' : bytes.join('')],
      wires: names.filter((name) => name !== 'no page').map((page): Wire => ({ page, hold: 'maps' })),
      done: Math.max(0, Math.min(to, at) - from),
      ...(at >= from && (at < to || (at === to && s === flat.bases.length - 1)) ? { right: 'iter' } : {}),
    };
  });
}

function vecIterPanel(runner: Runner, i: IovIter, isBroken: boolean): Panel {
  const at = positionOf(runner.k, i);
  const facts: Fact[] = [
    ['over', i.vec?.text ?? 'discard'],
    ['direction', i.dataSource ? 'WRITE (data come from it)' : 'READ (data go to it)'],
    ['count', String(i.count)],
    ['iov_offset', String(i.iovOffset)],
  ];
  if (at >= 0) facts.push(['at byte', String(at)]);
  if (i.nofault) facts.push(['nofault', 'true']);
  return {
    kind: 'iter',
    name: 'iter',
    facts,
    columns: ['base+len', 'page', 'bytes'],
    bytes: 2,
    rows: i.vec === null || i.flavour === K.ITER_DISCARD ? [] : segmentRows(runner, i.vec, at),
    ...(isBroken ? { isBroken: true } : {}),
  };
}

function pteRow(runner: Runner, mm: MmStruct, v: number): Row {
  const { k, g } = runner;
  const { page, isWritable } = mm.ptes[v];
  const isOff = k.bounds.contents === 'off' || k.needs.lends === true;
  const found = foundAt(k, mm.id, v);
  const want = toRead(g, k, mm.id, v);
  const isWrong = !isOff && found !== want;
  const reads = isOff || (page === null && !isWrong) ? '' : valueName(g, found);
  const pte = page === null ? ['-', ''] : [page.name, isWritable ? 'writable' : 'write-protected'];
  return {
    name: `page ${v}`,
    cells: [VMA_WORDS[mm.vma[v]] ?? String(mm.vma[v]), ...pte, reads],
    wires: page === null ? [] : [{ page: page.name, hold: page.isZero ? 'maps' : 'reference' }],
    ...(page === null ? { isFree: true } : {}),
    ...(isWrong ? { wrong: `has to read ${valueName(g, want)}` } : {}),
  };
}

function tablePanel(runner: Runner, mm: MmStruct): Panel {
  const mapped = mm.vma.flatMap((vma, v) => (vma === K.Vma.None ? [] : [v]));
  return {
    kind: 'memory',
    name: mm.id === 0 ? 'parent' : 'child',
    facts: mapped.length === 0 ? [['page table', 'nothing is mapped']] : [],
    columns: ['mapping', 'pte', 'access', 'reads'],
    rows: mapped.map((v) => pteRow(runner, mm, v)),
  };
}

/** Page tables, and an iterator over memory. */
export function memoryPanels(runner: Runner, found: readonly Found[]): Panel[] {
  const { k } = runner;
  if (k.needs.memory === 'none') return [];
  const isBroken = found.some((f) => f.marks.includes(-1));
  return [
    ...(k.needs.memory === 'paged' ? k.mms.filter((mm) => mm.isAlive).map((mm) => tablePanel(runner, mm)) : []),
    ...(k.iter.active && k.iter.flavour !== K.ITER_PIPE ? [vecIterPanel(runner, k.iter, isBroken)] : []),
  ];
}

const HOLDS: readonly Wire['hold'][] = ['listed', 'reference', 'pin'];

function entryRow(runner: Runner, e: number, page: Page | null): Row {
  const r = runner.k.request;
  const isGone = page !== null && page.head.refcount === 0;
  // Before the bytes are settled an entry has no place of its own in the page.
  const part = r.len[e] === 0 ? '' : `${r.off[e]}..${r.off[e] + r.len[e]}`;
  return {
    name: `page ${e}`,
    cells: [listedName(page), part],
    wires: page === null ? [] : [{ page: page.name, hold: HOLDS[r.hold] ?? 'reference' }],
    ...(isGone ? { wrong: 'the page is free' } : {}),
  };
}

function deviceText({ k }: Runner): string {
  const r = k.request;
  if (r.inFlight) return r.isSource ? 'reads the pages now (in flight)' : 'writes the pages now (in flight)';
  if (k.needs.memory === 'none' || !r.isCommitted) return r.isWritten ? `wrote ${r.done}` : 'has written nothing yet';
  return 'is done';
}

/** Rules about the I/O as a whole, which name no slot. */
const OF_REQUEST: ReadonlySet<string> = new Set(['source-data-is-the-callers', 'dma-target-stays-allocated']);

/** An array of pages that was allocated, and that no caller has. */
function arrayPanels({ k }: Runner): Panel[] {
  const stray = k.arrays - (k.request.ownsArray ? 1 : 0);
  if (stray <= 0) return [];
  const facts: Fact[] = [['allocated', String(k.arrays)]];
  return [{ kind: 'request', name: 'page array', facts, columns: [], rows: [], wrong: 'no caller has it to free it' }];
}

/** Pages that a caller was handed, and the I/O on them. */
export function requestPanels(runner: Runner, found: readonly Found[]): Panel[] {
  const { k, g } = runner;
  const r = k.request;
  if (r.on === 0) return arrayPanels(runner);
  const isBroken = found.some((f) => OF_REQUEST.has(f.invariant));
  const facts: Fact[] = [
    ['pages', r.nr === 0 ? 'none is listed' : (HOLD_WORDS[r.hold] ?? String(r.hold))],
    ['device', deviceText(runner)],
  ];
  const isSomebodys = k.needs.memory === 'paged' && r.inFlight && k.bounds.contents !== 'off';
  if (isSomebodys && g.lost !== (1 << r.nr) - 1) facts.push(['asked of', r.mm === 0 ? 'the parent' : 'the child']);
  if (k.needs.memory === 'none' || !r.isCommitted) facts.push(['bytes', String(r.bytes)]);
  if (r.on === 2) facts.push(['iterator', 'the copy']);
  if (r.ownsArray) facts.push(['page array', "the caller's"]);
  if (r.isPut) facts.push(['put', 'its pages are put']);
  return [
    {
      kind: 'request',
      name: 'request',
      facts,
      columns: ['page', 'bytes in it'],
      rows: r.page.slice(0, r.nr).map((page, e) => entryRow(runner, e, page)),
      ...(isBroken ? { isBroken: true } : {}),
    },
    ...arrayPanels(runner),
  ];
}
