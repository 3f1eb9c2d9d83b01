import { countOwners, isCounted, pins, refcountOf, refs } from '../model/owners.js';
import type { Invariant, Judged } from './invariant.js';
import { count } from './invariant.js';

/** Owners of the page that badPage has named last. */
let badOwners = 0;

/** The first page whose count is wrong and that nobody has pinned; -1 if none. */
function badPage(s: Judged): number {
  const { k } = s;
  countOwners(k, s.w.ring);
  const { pages } = k;
  const wraps = k.bounds.refbits !== 0;
  let bad = -1;
  for (let p = 0; p < pages.length; p++) {
    const page = pages[p];
    const owners = refs[p];
    const pinned = pins[p];
    refs[p] = pins[p] = 0;
    if (page.refcount === owners && pinned === 0) continue;
    if (bad >= 0 || pinned > 0 || !isCounted(page)) continue;
    if (wraps && page.refcount === refcountOf(k, page, owners, 0)) continue;
    bad = p;
    badOwners = owners;
  }
  return bad;
}

export const invariant: Invariant = {
  id: 'refcount-equals-owners',
  statement:
    'The reference count of a page is the number of its owners: page cache, page tables, pipe slots, tmp_page, and callers that hold it.',
  why: 'One reference too many leaks the page; one too few frees it under somebody.',
  source: [{ tree: '4.9', file: 'include/linux/mm.h', symbol: 'get_page' }],
  when: 'every-step',
  judges: 'state',
  severity: 'soft',
  holds: (s) => badPage(s) < 0,
  explain(s) {
    const page = s.k.pages[badPage(s)];
    const { bias } = s.k.bounds;
    const over = page.refcount - badOwners;
    const isPin = s.k.needs.memory !== 'none' && over > 0 && over % bias === 0;
    const leaked = isPin ? `: ${count(over / bias, 'pin')}, of ${bias} each, that nobody holds` : '';
    return `Page ${page.name} has ${count(page.refcount, 'reference')} and ${count(badOwners, 'owner')}${leaked}.`;
  },
};
