import type { Invariant, Judged } from './invariant.js';

/** Scratch: owners by page frame number. */
const owners = new Int32Array(256);

function countOwners(s: Judged): void {
  const { k, w } = s;
  for (let p = 0; p < k.pages.length; p++) owners[p] = k.pages[p].isFile ? 1 : 0;
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

/** The first page whose count is wrong; -1 if none. */
function badPage(s: Judged): number {
  countOwners(s);
  const { pages } = s.k;
  for (let p = 0; p < pages.length; p++) if (pages[p].refcount !== owners[p]) return p;
  return -1;
}

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
    return `${name} has ${s.k.pages[p].refcount} references and ${owners[p]} owners.`;
  },
};
