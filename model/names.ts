/**
 * Gives pages the numbers of their first appearance: slots, tmp_page, page tables, request, then those that nothing names,
 * leaked ones first. Written out for the one world as straight code: it runs before every save, and a loop over loops with
 * a call for each page costs twice as much.
 */
import { pipeCount } from './bounds.js';
import type { Kernel, Page } from './kernel.js';
import type { Canon, Names } from './symmetry.js';

/** Gives a page of the pool, and the rest of its folio, the number `next`; returns the next one. */
function nameFolio(k: Kernel, order: Page[], page: Page, next: number): number {
  const { head } = page;
  order[next] = head;
  head.canon = next;
  if (!head.hasTail) return next + 1;
  const tail = k.pages[head.pfn + 1];
  order[next + 1] = tail;
  tail.canon = next + 1;
  return next + 2;
}

/** Statements that give `p` the next number of its kind, unless it has one. */
function give(k: Kernel, hasFiles: boolean): string {
  const anon = k.bounds.order === 0 ? 'order[next] = p; p.canon = next++;' : 'next = nameFolio(k, order, p, next);';
  if (!hasFiles) return `if (p !== null && p.canon < 0) { ${anon} }`;
  const file = 'order[file] = p; p.canon = file++;';
  return `if (p !== null && p.canon < 0) { if (p.isFile) { ${file} } else { ${anon} } }`;
}

/** Expressions of all places that may hold a page, in the order in which they are looked at. */
function placesOf(k: Kernel, names: Names): string[] {
  const { needs, bounds, mms } = k;
  const out: string[] = [];
  const kept = (P: string): void => {
    out.push(`${P}.tmpPage`);
    if (needs.tmpPages === 2) out.push(`${P}.tmpPage2`);
  };
  const slots = Array.from({ length: bounds.ring }, (_, s) => s);
  const pipes = pipeCount(needs);
  if (pipes > 1) {
    for (const P of ['P', 'Q']) {
      for (const s of slots) out.push(`${P}.bufs[${s}].page`);
      kept(P);
    }
  } else if (pipes === 1) {
    const at = (s: number): string => (names.ring ? `R + ${s} & ${bounds.ring - 1}` : `${s}`);
    for (const s of slots) out.push(`P.bufs[${at(s)}].page`);
    kept('P');
  }
  if (pipes !== 1) mms.forEach((mm, m) => mm.ptes.forEach((_, v) => out.push(`k.mms[${m}].ptes[${v}].page`)));
  return out;
}

/** Page caches whose pages come from the pool. */
const CACHES = (visit: string): string =>
  `for (const { cache } of k.splice.inodes) for (const p of cache) if (p !== null && p.owner === '') { ${visit} }`;

/** File pages that no place shows: all alike, unless a design has lost a reference or changed what they hold. */
function nameRestOfFile(k: Kernel, order: Page[], first: number): void {
  const { filePages } = k;
  for (let file = first; file < filePages.length; file++) {
    let least: Page | null = null;
    for (const page of filePages) if (page.canon < 0 && (least === null || isBefore(page, least))) least = page;
    if (least === null) return;
    order[file] = least;
    least.canon = file;
  }
}

function isBefore(a: Page, b: Page): boolean {
  if (a.refcount !== b.refcount) return a.refcount < b.refcount;
  for (let n = 0; n < a.data.length; n++) if (a.data[n] !== b.data[n]) return a.data[n] < b.data[n];
  return false;
}

export function makeNamer(k: Kernel, names: Names): (k: Kernel, canon: Canon) => void {
  if (!names.anon) return keepNumbers;
  const visit = give(k, names.files);
  const pipes = pipeCount(k.needs);
  const lines = [
    'const { order, rotation: R } = canon, { pages, request } = k;',
    pipes > 1 ? 'const P = k.pipes[canon.swap], Q = k.pipes[1 - canon.swap];' : 'const P = k.pipe;',
    `let next = ${k.poolStart}, file = 0, p = null;`,
    `for (let n = ${k.poolStart}; n < ${k.pages.length}; n++) pages[n].canon = -1;`,
    names.files ? `for (let n = 0; n < ${k.filePages.length}; n++) pages[n].canon = -1;` : '',
    ...placesOf(k, names).map((place) => `p = ${place}; ${visit}`),
    k.needs.inodes === true ? CACHES(visit) : '',
    `for (let e = 0; e < request.nr; e++) { p = request.page[e]; ${visit} }`,
    `for (let n = ${k.poolStart}; n < ${k.pages.length}; n++) { p = pages[n]; if (p.refcount > 0) { ${visit} } }`,
    `for (let n = ${k.poolStart}; n < ${k.pages.length}; n++) { p = pages[n]; ${visit} }`,
    names.files ? 'nameRestOfFile(k, order, file);' : '',
  ];
  const body = `return (k, canon) => {\n${lines.filter((line) => line !== '').join('\n')}\n};`;
  return new Function('nameFolio', 'nameRestOfFile', body)(nameFolio, nameRestOfFile) as (k: Kernel, c: Canon) => void;
}

/** Pages keep their numbers; a query that was judged may have left others. The codec may be that of another kernel. */
function keepNumbers({ pages }: Kernel, canon: Canon): void {
  const order = canon.order as Page[];
  for (let p = 0; p < pages.length; p++) {
    order[p] = pages[p];
    pages[p].canon = p;
  }
}
