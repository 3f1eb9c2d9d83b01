/**
 * Names that do not matter, made canonical before a state is saved.
 *
 * Ring rotation: sound for designs whose ring is (curbuf, nrbufs), because every function
 * reaches a slot from curbuf or from an iterator's idx, both of which rotate with it, and
 * compares indices only for equality modulo the ring. Stale slots rotate too. It is not
 * applied to free-running rings: 6.1 compares `pipe->head > old_head`, where the absolute
 * value matters (docs/findings.md, F-10).
 *
 * Beside page extraction free-running rings rotate too, so that head and tail begin at 0
 * with each saved state. What goes wrong where they wrap is then not seen; the scenario
 * pipe-iter is there for that.
 *
 * Anonymous pages: sound for every design, because no op names an anonymous page, and
 * alloc_page() promises no particular one. A reported trace names none either, so it
 * replays as it is.
 *
 * test/symmetry.test.ts compares both with the search that uses neither.
 */
import type { Bounds, Needs } from './bounds.js';
import { pipeCount } from './bounds.js';
import type { Kernel, Page } from './kernel.js';
import type { RingForm } from './ring.js';

export interface Canon {
  readonly order: readonly Page[];
  readonly rotation: number;
}

/** What is taken for the same in a world, in words. */
export function symmetriesOf(b: Bounds, form: RingForm, isExtract: boolean, needs: Needs): string[] {
  if (b.symmetry === 'off') return [];
  const rotates = (form === 'curbuf' || isExtract) && pipeCount(needs) === 1 && needs.tasks !== true;
  return [...(rotates ? ['ring rotation'] : []), 'names of anonymous pages'];
}

/** Returns a function that names pages and gives the rotation; its result is reused. */
export function makeCanon(b: Bounds, form: RingForm, isExtract: boolean): (k: Kernel) => Canon {
  const order: Page[] = [];
  const result = { order, rotation: 0 };
  if (b.symmetry === 'off') {
    return (k) => {
      if (order.length === 0) order.push(...k.pages);
      return result;
    };
  }
  const rotates = form === 'curbuf' || isExtract;
  return (k) => {
    const files = k.poolStart;
    if (order.length === 0) order.push(...k.pages);
    if (!rotates || !k.needs.pipe || k.pipes.length > 1 || k.tasks.length > 0) result.rotation = 0;
    else result.rotation = form === 'curbuf' ? k.pipe.curbuf & (k.pipe.buffers - 1) : k.pipe.tail;
    nameAnonPages(k, order, files, result.rotation);
    return result;
  };
}

/**
 * The same for a run that is shown: slots and pages keep their names. Where free-running rings rotate, they do so here,
 * too: it is no name alone that changes, but the state that the next op begins in.
 */
export function makePlainCanon(b: Bounds, form: RingForm, isExtract: boolean): (k: Kernel) => Canon {
  const order: Page[] = [];
  const result = { order, rotation: 0 };
  const rotates = b.symmetry === 'on' && isExtract && form === 'head-tail';
  return (k) => {
    if (order.length === 0) order.push(...k.pages);
    for (const page of order) page.canon = page.pfn;
    result.rotation = rotates && k.needs.pipe && k.pipes.length === 1 ? k.pipe.tail : 0;
    return result;
  };
}

/** Gives a page of the pool, and the rest of its folio, the number `next`, unless it has one; returns the next one. */
function name(k: Kernel, order: Page[], page: Page | null, next: number): number {
  if (page === null || page.canon >= 0) return next;
  const { head } = page;
  order[next] = head;
  head.canon = next;
  if (!head.hasTail) return next + 1;
  const tail = k.pages[head.pfn + 1];
  order[next + 1] = tail;
  tail.canon = next + 1;
  return next + 2;
}

/** Gives anonymous pages the numbers of their first appearance: slots, tmp_page, page tables, request, then the rest. */
function nameAnonPages(k: Kernel, order: Page[], first: number, rotation: number): void {
  const { pages, pipe, pipes, request, mms } = k;
  for (let p = first; p < pages.length; p++) pages[p].canon = -1;
  let next = first;
  if (pipes.length > 1 || k.tasks.length > 0) {
    for (const { bufs, tmpPage, tmpPage2 } of pipes) {
      for (const { page } of bufs) next = name(k, order, page, next);
      next = name(k, order, tmpPage, next);
      next = name(k, order, tmpPage2, next);
    }
    for (const mm of mms) for (const pte of mm.ptes) next = name(k, order, pte.page, next);
    for (const { cache } of k.splice.inodes)
      for (const page of cache) if (page?.owner === '') next = name(k, order, page, next);
  } else if (k.needs.pipe) {
    const mask = pipe.buffers - 1;
    for (let s = 0; s <= mask; s++) next = name(k, order, pipe.bufs[(rotation + s) & mask].page, next);
    next = name(k, order, pipe.tmpPage, next);
    next = name(k, order, pipe.tmpPage2, next);
  } else {
    for (const mm of mms) for (const pte of mm.ptes) next = name(k, order, pte.page, next);
  }
  for (let e = 0; e < request.nr; e++) next = name(k, order, request.page[e], next);
  // Pages that nothing names: leaked ones before free ones, which are all alike.
  for (let p = first; p < pages.length; p++) if (pages[p].refcount > 0) next = name(k, order, pages[p], next);
  for (let p = first; p < pages.length; p++) next = name(k, order, pages[p], next);
}
