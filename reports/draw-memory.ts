/**
 * What a scenario with memory has beside a pipe, in text: the iterator over its vector, the
 * page tables, the pages that the caller holds, and what each page counts.
 */
import { PIN, ownersOf, referencesOf } from '../harness/ledger.js';
import type { Runner } from '../harness/runner.js';
import type { IovIter, MmStruct, Page, Vec } from '../model/kernel.js';
import * as K from '../model/kernel.js';
import { positionOf } from '../model/flat.js';
import { isCounted, isRightWithoutPins } from '../model/owners.js';
import { foundAt, toRead, valueName, valueShort } from '../model/private.js';
import { isVmallocAddr } from '../model/vecs.js';

type Line = [name: string, text: string, mark?: number];

export const VMA_WORDS = ['', 'anonymous', 'private file', 'shared file', 'read-only anonymous'];
export const HOLD_WORDS = ['listed only', 'each referenced (FOLL_GET)', 'each pinned (FOLL_PIN)'];

/** `iovec:[0+2,4+0] READ count=4: segment 1, iov_offset=1 (byte 3)` */
export function vecIterText(runner: Runner, i: IovIter): string {
  const at = positionOf(runner.k, i);
  const where = at < 0 ? '' : ` (byte ${at})`;
  const seg = i.vec !== null && i.vec.iov.length + i.vec.bvec.length > 1 ? `segment ${i.seg}, ` : '';
  const way = i.dataSource ? 'WRITE' : 'READ';
  const fault = i.nofault ? ', nofault' : '';
  return `${i.vec?.text ?? 'discard'} ${way} count=${i.count}: ${seg}iov_offset=${i.iovOffset}${where}${fault}`;
}

/** Which page each place of the vector is in: `0..2 U0, 2..4 U1`. */
function placesText({ k }: Runner, vec: Vec): string {
  if (vec.flavour === K.ITER_DISCARD) return '';
  const { pageSize } = k;
  const isFile = vec.flavour === K.ITER_XARRAY;
  const isUser = vec.flavour === K.ITER_IOVEC || vec.flavour === K.ITER_UBUF;
  const pages: (Page | null)[] = isFile ? [...vec.xarray] : [...(isUser ? k.userPages : k.driverPages)];
  if (vec.iov.some(({ base }) => isVmallocAddr(base))) pages.reverse();
  return pages
    .map((page, n) => `${n * pageSize}..${(n + 1) * pageSize} ${page === null ? 'no page' : page.name}`)
    .join(', ');
}

function pteText(runner: Runner, mm: MmStruct, v: number): string {
  const { k, g } = runner;
  const pte = mm.ptes[v];
  const kind = VMA_WORDS[mm.vma[v]] ?? String(mm.vma[v]);
  const { page } = pte;
  // Where pages are lent values last for one op, and only what is wrong is said.
  const isLent = k.needs.lends === true;
  const isOff = k.bounds.contents === 'off' || isLent;
  const found = foundAt(k, mm.id, v);
  const want = toRead(g, k, mm.id, v);
  const wrong = isOff || found === want ? '' : ` (has to be ${valueName(g, want)})`;
  if (page === null) return `${v}: ${kind}, no page yet${wrong === '' ? '' : `: ${valueName(g, found)}${wrong}`}`;
  const facts = [
    `${v}: ${kind}, ${page.name}`,
    pte.isWritable ? 'writable' : 'write-protected',
    page.isAnonExclusive ? 'exclusive' : '',
    isOff ? '' : valueName(g, found),
  ];
  return `${facts.filter((fact) => fact !== '').join(', ')}${wrong}`;
}

function tableLines(runner: Runner, mm: MmStruct): Line[] {
  const name = mm.id === 0 ? 'parent' : 'child';
  if (!mm.isAlive) return [];
  const mapped = mm.vma.flatMap((vma, v) => (vma === K.Vma.None ? [] : [pteText(runner, mm, v)]));
  const lines = mapped.length === 0 ? ['nothing is mapped'] : mapped;
  return lines.map((text, n): Line => [n === 0 ? name : '', text]);
}

/** A page of a list, and whether there still is such a page. */
export function listedName(page: Page | null): string {
  if (page === null) return 'NULL';
  return page.head.refcount === 0 ? `${page.name} (free)` : page.name;
}

/** How a request holds its pages, before their names. */
export function heldWord(hold: number): string {
  return ['listed', 'referenced', 'pinned'][hold] ?? 'held';
}

/** Pages of a request over memory: `U0 2..4, U1 0..4, each pinned; the device writes them`. */
export function memoryRequestText(runner: Runner): string {
  const { k, g } = runner;
  const r = k.request;
  if (r.nr === 0) return `no page is listed${r.ownsArray ? "; the array is the caller's" : ''}`;
  const pages = r.page.slice(0, r.nr).map((page, e) => `${listedName(page)} ${r.off[e]}..${r.off[e] + r.len[e]}`);
  const device = r.isSource ? 'the device reads them' : 'the device writes them';
  // Whose it is gets forgotten with the last page of which that matters.
  const isSomebodys = k.needs.memory === 'paged' && r.inFlight && k.bounds.contents !== 'off';
  const isKnown = isSomebodys && g.lost !== (1 << r.nr) - 1;
  const whose = isKnown ? `, asked of the ${r.mm === 0 ? 'parent' : 'child'}` : '';
  const facts = [
    pages.join(', '),
    `${HOLD_WORDS[r.hold] ?? String(r.hold)}${whose}`,
    r.inFlight ? device : 'the device is done',
    r.ownsArray ? "the array is the caller's" : '',
  ];
  return facts.filter((fact) => fact !== '').join('; ');
}

/** Owners as `driver, 2 x caller's pin (16)`, with the references that a pin takes. */
export function ownersText(page: Page, owners: readonly string[], bias: number): string {
  const counts = new Map<string, number>();
  for (const owner of owners) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const refs = owners.length - (counts.get(PIN) ?? 0);
  const weight = page.isLarge ? 1 : isRightWithoutPins(page, refs) ? 0 : bias;
  const name = (owner: string): string => (owner === PIN ? `${PIN} (${weight})` : owner);
  return [...counts].map(([owner, n]) => (n === 1 ? name(owner) : `${n} x ${name(owner)}`)).join(', ') || 'nobody';
}

/** Pages that anybody but their owner for life holds, with what they count. */
function countLines(runner: Runner): Line[] {
  const { k } = runner;
  const lines = k.pages.flatMap((page: Page): string[] => {
    if (!isCounted(page)) return [];
    const owners = ownersOf(runner, page);
    const expected = referencesOf(runner, page, owners);
    const isPlain = page.refcount === expected && page.pincount === 0 && owners.every((owner) => owner === page.owner);
    const isFree = page.refcount === 0 && expected === 0;
    if (isFree || (isPlain && page.owner !== '')) return [];
    const exact = page.isLarge ? `, pincount ${page.pincount}` : '';
    const wrong = page.refcount === expected ? '' : ` (has to be ${expected})`;
    const name = page.isLarge ? `${page.name} and the next` : page.name;
    return [`${name}: refcount ${page.refcount}${wrong}${exact}: ${ownersText(page, owners, k.bounds.bias)}`];
  });
  return lines.map((text, n): Line => [n === 0 ? 'pages' : '', text]);
}

/** What the letters of page names mean, under a drawing with page tables. */
export const PAGES_LEGEND = 'names: p anonymous  F of the file  Z the zero page';

/** Everything beside the ring. */
export function memoryLines(runner: Runner): Line[] {
  const { k } = runner;
  const out: Line[] = [];
  if (k.needs.memory === 'paged') for (const mm of k.mms) out.push(...tableLines(runner, mm));
  if (k.iter.active && k.iter.flavour !== K.ITER_PIPE) {
    out.push(['iter', vecIterText(runner, k.iter), -1]);
    const places = k.iter.vec === null ? '' : placesText(runner, k.iter.vec);
    if (places !== '') out.push(['memory', places]);
  }
  if (k.request.on !== 0 && k.request.isCommitted) out.push(['request', memoryRequestText(runner)]);
  return [...out, ...countLines(runner)];
}

/** The state on one line, or as few as it takes: what each process has mapped, and what is held. */
export function memoryShort(runner: Runner): string[] {
  const { k, g } = runner;
  const parts: string[] = [];
  if (k.needs.memory === 'paged') {
    for (const mm of k.mms) {
      const ptes = mm.ptes.flatMap(({ page, isWritable }, v) => {
        if (mm.vma[v] === K.Vma.None) return [];
        if (page === null) return [`[${v} -]`];
        const data = k.bounds.contents === 'off' || k.needs.lends === true ? '' : ` ${valueShort(g, page.data[0])}`;
        return [`[${v} ${page.name} ${isWritable ? 'rw' : 'ro'}${page.isAnonExclusive ? ' excl' : ''}${data}]`];
      });
      const [first = '[]', ...rest] = ptes;
      if (mm.isAlive) parts.push(`${mm.id === 0 ? 'parent' : 'child'} ${first}`, ...rest);
    }
  }
  if (k.iter.active && k.iter.flavour !== K.ITER_PIPE) {
    parts.push(`iter at ${Math.max(0, positionOf(k, k.iter))} count=${k.iter.count}`);
  }
  if (k.request.on !== 0 && k.request.nr > 0 && k.request.isCommitted) {
    const names = k.request.page.slice(0, k.request.nr).map(listedName);
    parts.push(`${heldWord(k.request.hold)}: ${names.join(' ')}`);
  }
  return parts;
}
