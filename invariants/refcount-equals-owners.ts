import type { Invariant, Judged } from './invariant.js';
import { count } from './invariant.js';

/** Scratch: owners by page frame number, all 0 between two calls of badPage. */
const owners = new Int32Array(256);

function countOwners(s: Judged): void {
  const { k, w } = s;
  const used = w.ring.used(k);
  for (let j = 0; j < used; j++) {
    const page = w.ring.slot(k, j).page;
    if (page !== null) owners[page.pfn]++;
  }
  if (k.pipe.tmpPage !== null) owners[k.pipe.tmpPage.pfn]++;
  const { request } = k;
  for (let e = 0; e < request.nr; e++) {
    const page = request.page[e];
    if (page !== null) owners[page.pfn]++;
  }
}

/** The first page whose count is wrong, with its owners; -1 if none. */
function badPage(s: Judged): number {
  countOwners(s);
  const { pages } = s.k;
  let bad = -1;
  for (let p = 0; p < pages.length; p++) {
    const page = pages[p];
    const expected = page.isFile ? owners[p] + 1 : owners[p];
    owners[p] = 0;
    if (page.refcount !== expected && bad < 0) {
      bad = p;
      badOwners = expected;
    }
  }
  return bad;
}

/** Owners of the page that badPage has named last. */
let badOwners = 0;

export const invariant: Invariant = {
  id: 'refcount-equals-owners',
  statement:
    'The reference count of a page is the number of its owners: page cache, pipe slots, tmp_page, and callers that hold it.',
  why: 'One reference too many leaks the page; one too few frees it under somebody.',
  source: [{ tree: '4.9', file: 'include/linux/mm.h', symbol: 'get_page' }],
  when: 'every-step',
  severity: 'soft',
  holds: (s) => badPage(s) < 0,
  explain(s) {
    const p = badPage(s);
    const name = s.k.pages[p].isFile ? `file page ${p}` : `page ${p - s.k.filePages.length}`;
    return `${name} has ${count(s.k.pages[p].refcount, 'reference')} and ${count(badOwners, 'owner')}.`;
  },
};
