import { FOLL_PIN } from '../model/kernel.js';
import { clearOwners, countOwners, isCounted, isRightWithoutPins, pins, refcountOf, refs } from '../model/owners.js';
import type { Invariant, Judged } from './invariant.js';
import { count } from './invariant.js';

/** Facts about the folio that badFolio has named last. */
let bad = { pfn: -1, refs: 0, pins: 0 };

/** Whether some pinned folio, or some exact pin count, is wrong; says which in `bad`. */
function isBad(s: Judged): boolean {
  const { k } = s;
  // Nothing is pinned, and nothing counts pins.
  if (k.bounds.order === 0 && (k.request.hold !== FOLL_PIN || k.request.nr === 0)) return false;
  countOwners(k, s.w.ring);
  const { pages } = k;
  let found = -1;
  for (let p = 0; p < pages.length && found < 0; p++) {
    const page = pages[p];
    if (!isCounted(page)) continue;
    const isMiscounted = pins[p] > 0 && page.refcount !== refcountOf(k, page, refs[p], pins[p]);
    if (isMiscounted && !isRightWithoutPins(page, refs[p])) found = p;
    if (page.isLarge && page.pincount !== pins[p]) found = p;
  }
  if (found >= 0) bad = { pfn: found, refs: refs[found], pins: pins[found] };
  clearOwners(k);
  return found >= 0;
}

export const invariant: Invariant = {
  id: 'pins-balance',
  statement:
    'Pins that were taken are the pins that are still to be dropped: GUP_PIN_COUNTING_BIAS references each on a single page, counted exactly on a larger folio.',
  why: 'A pin dropped as a reference leaks the rest of the bias; a reference dropped as a pin frees the page under its users.',
  source: [
    { tree: '6.1', file: 'mm/gup.c', symbol: 'try_grab_folio' },
    { tree: '6.1', file: 'include/linux/mm.h', symbol: 'folio_maybe_dma_pinned' },
  ],
  when: 'every-step',
  judges: 'state',
  severity: 'soft',
  needs: (needs) => needs.memory !== 'none',
  holds: (s) => !isBad(s),
  explain(s) {
    isBad(s);
    const page = s.k.pages[bad.pfn];
    const want = refcountOf(s.k, page, bad.refs, bad.pins);
    const exact = page.isLarge ? ` and a pin count of ${page.pincount}` : '';
    const each = page.isLarge ? ` and ${bad.pins}` : `: ${s.k.bounds.bias} for a pin`;
    return `Page ${page.name} has ${count(page.refcount, 'reference')}${exact}; with ${count(bad.refs, 'owner')} and ${count(bad.pins, 'pin')} it has to have ${want}${each}.`;
  },
};
