/**
 * Who owns each folio, counted from the state alone: page cache and other owners for life,
 * slots, tmp_page, page tables, and the caller by the mode in which it holds its pages.
 * Never recorded by the code under test.
 */
import type { Kernel, Page } from './kernel.js';
import { FOLL_PIN } from './kernel.js';
import type { RingView } from './ring.js';

/** References that each folio has to have, by page frame number of its head; scratch, all 0 between two counts. */
export const refs = new Int32Array(1024);
/** Pins, likewise. */
export const pins = new Int32Array(1024);

function add(page: Page | null, to: Int32Array): void {
  if (page !== null) to[page.head.pfn]++;
}

/** What a page table holds: nothing of the zero page. */
function countTables(k: Kernel): void {
  for (const mm of k.mms) for (const pte of mm.ptes) if (pte.page !== null && !pte.page.isZero) add(pte.page, refs);
}

/** Fills {@link refs} and {@link pins}; `clearOwners` afterwards. */
export function countOwners(k: Kernel, ring: RingView): void {
  const { needs, pipe, request } = k;
  if (needs.pipe) {
    for (const p of k.pipes) {
      k.pipe = p;
      const used = ring.used(k);
      for (let j = 0; j < used; j++) add(ring.slot(k, j).page, refs);
      add(p.tmpPage, refs);
      add(p.tmpPage2, refs);
    }
    k.pipe = pipe;
  }
  if (needs.memory === 'paged') countTables(k);
  if (request.hold !== 0) {
    const to = request.hold === FOLL_PIN ? pins : refs;
    for (let e = 0; e < request.nr; e++) add(request.page[e], to);
  }
  for (const { cache } of k.splice.inodes) for (const page of cache) if (page?.owner === '') add(page, refs);
  const { ownedPages } = k;
  for (let p = 0; p < ownedPages.length; p++) refs[ownedPages[p].head.pfn]++;
}

export function clearOwners(k: Kernel): void {
  const { length } = k.pages;
  for (let p = 0; p < length; p++) refs[p] = pins[p] = 0;
}

/** The reference count that a head has to have with `ref` owners and `pin` pins, in a counter of bounds.refbits. */
export function refcountOf(k: Kernel, page: Page, ref: number, pin: number): number {
  const n = ref + (page.isLarge ? pin : pin * k.bounds.bias);
  const { refbits } = k.bounds;
  if (refbits === 0) return n;
  const half = 2 ** (refbits - 1);
  return ((n + half) & (2 * half - 1)) - half;
}

/** Whether the count may leave its pins out: the zero page's since 6.5. A mapping of it never counts. */
export function isRightWithoutPins(page: Page, ref: number): boolean {
  return page.isZero && page.refcount === ref;
}

/** References are counted on the head of a folio. */
export function isCounted(page: Page): boolean {
  return page.head === page;
}
