import { Vma } from '../model/kernel.js';
import { ZERO_PAGE, wrongMemory } from '../model/lent.js';
import { FOLLOWS_FILE, foundAt, toRead, valueName } from '../model/private.js';
import type { Invariant, Judged } from './invariant.js';
import { unlessLent } from './invariant.js';

/** pid * vpages + vpage of the first page that reads wrong, or ZERO_PAGE; -1 if none. */
function wrongPage(s: Judged): number {
  const { k, g } = s;
  if (k.bounds.contents === 'off') return -1;
  if (k.needs.lends === true) return wrongMemory(k, g);
  const { vpages } = k.bounds;
  if (k.zeroPage !== null && k.zeroPage.data[0] !== 0) return ZERO_PAGE;
  for (const mm of k.mms) {
    if (!mm.isAlive) continue;
    for (let v = 0; v < vpages; v++) {
      if (mm.vma[v] !== Vma.None && foundAt(k, mm.id, v) !== toRead(g, k, mm.id, v)) return mm.id * vpages + v;
    }
  }
  return -1;
}

/** Where pages are lent, values last for one op. */
function lentText({ k }: Judged, at: number): string {
  if (at === ZERO_PAGE) return 'The zero page is not zeros any more.';
  const whose = at < k.bounds.vpages ? 'parent' : 'child';
  return `The ${whose} finds at its page ${at % k.bounds.vpages} what it has not written.`;
}

export const invariant: Invariant = {
  id: 'memory-is-private',
  statement:
    'A process reads from its memory what it wrote last, or a device on its behalf, across fork and copy-on-write; another process never sees it in a private page.',
  why: "Data that a device read for a process is lost, or ends up in another process's memory.",
  source: [
    { tree: '6.1', file: 'mm/memory.c', symbol: 'do_wp_page' },
    { tree: 'man-pages', file: 'fork(2), mmap(2) MAP_PRIVATE', symbol: '' },
  ],
  when: 'every-step',
  judges: unlessLent('state'),
  severity: 'soft',
  needs: (needs) => needs.memory === 'paged',
  holds: (s) => wrongPage(s) === -1,
  explain(s) {
    const { k, g } = s;
    const at = wrongPage(s);
    if (k.needs.lends === true) return lentText(s, at);
    if (at === ZERO_PAGE) return `The zero page holds ${valueName(g, k.zeroPage?.data[0] ?? 0)}.`;
    const pid = Math.floor(at / k.bounds.vpages);
    const vpage = at % k.bounds.vpages;
    const whose = g.memory[at] === FOLLOWS_FILE ? ', as the file holds' : '';
    return `The ${pid === 0 ? 'parent' : 'child'} finds ${valueName(g, foundAt(k, pid, vpage))} at its page ${vpage}; it has to find ${valueName(g, toRead(g, k, pid, vpage))}${whose}.`;
  },
};
