/**
 * Names that do not matter, made canonical before a state is saved.
 *
 * Ring rotation: sound for designs whose ring is (curbuf, nrbufs), because every function
 * reaches a slot from curbuf or from an iterator's idx, both of which rotate with it, and
 * compares indices only for equality modulo the ring. Stale slots rotate too. It is not
 * applied to free-running rings: 6.1 compares `pipe->head > old_head`, where the absolute
 * value matters (docs/findings.md, F-10).
 *
 * Anonymous pages: sound for every design, because no op names an anonymous page, and
 * alloc_page() promises no particular one. A reported trace names none either, so it
 * replays as it is.
 *
 * test/symmetry.test.ts compares both with the search that uses neither.
 */
import type { Bounds } from './bounds.js';
import type { Kernel, Page } from './kernel.js';
import type { RingForm } from './ring.js';

export interface Canon {
  readonly order: readonly Page[];
  readonly rotation: number;
}

/** Returns a function that names pages and gives the rotation; its result is reused. */
export function makeCanon(b: Bounds, form: RingForm): (k: Kernel) => Canon {
  const order: Page[] = [];
  const result = { order, rotation: 0 };
  if (b.symmetry === 'off') {
    return (k) => {
      if (order.length === 0) order.push(...k.pages);
      return result;
    };
  }
  const rotates = form === 'curbuf';
  return (k) => {
    const files = k.filePages.length;
    if (order.length === 0) order.push(...k.pages);
    result.rotation = rotates ? k.pipe.curbuf & (k.pipe.buffers - 1) : 0;
    nameAnonPages(k, order, files, result.rotation);
    return result;
  };
}

/** Gives anonymous pages the numbers of their first appearance: slots, tmp_page, request, then the rest. */
function nameAnonPages(k: Kernel, order: Page[], files: number, rotation: number): void {
  const { pages, pipe, request } = k;
  for (let p = files; p < pages.length; p++) pages[p].canon = -1;
  let next = files;
  const mask = pipe.buffers - 1;
  for (let s = 0; s <= mask; s++) {
    const page = pipe.bufs[(rotation + s) & mask].page;
    if (page !== null && page.canon < 0) {
      order[next] = page;
      page.canon = next++;
    }
  }
  const tmp = pipe.tmpPage;
  if (tmp !== null && tmp.canon < 0) {
    order[next] = tmp;
    tmp.canon = next++;
  }
  for (let e = 0; e < request.nr; e++) {
    const page = request.page[e];
    if (page !== null && page.canon < 0) {
      order[next] = page;
      page.canon = next++;
    }
  }
  next = nameRest(pages, order, files, next, true);
  nameRest(pages, order, files, next, false);
}

/** Pages that nothing names: leaked ones before free ones, which are all alike. */
function nameRest(pages: Page[], order: Page[], files: number, next: number, isAlive: boolean): number {
  for (let p = files; p < pages.length; p++) {
    const page = pages[p];
    if (page.canon < 0 && page.refcount > 0 === isAlive) {
      order[next] = page;
      page.canon = next++;
    }
  }
  return next;
}
