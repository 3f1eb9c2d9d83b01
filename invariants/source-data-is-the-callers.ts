import { Vma } from '../model/kernel.js';
import { toRead, valueName } from '../model/private.js';
import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'source-data-is-the-callers',
  statement:
    'What a device reads from a buffer is what the process had there when it asked, or wrote there since; never what another process wrote. Since 5.19 a pin stays with the page tables: what the process writes to its own page after that reaches the device.',
  why: "Another process's data go out in this one's name, to a disk or to a network.",
  source: [
    { tree: '7d58fe731028', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_pages' },
    { tree: '6.1', file: 'include/linux/mm.h', symbol: 'gup_must_unshare' },
    { tree: '6.1', file: 'mm/memory.c', symbol: 'do_wp_page' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  needs: (needs) => needs.memory === 'paged',
  holds: (s) => s.k.out.misread < 0,
  explain(s) {
    const { g, k } = s;
    const pid = Math.floor(k.out.misreadAt / k.bounds.vpages);
    const vpage = k.out.misreadAt % k.bounds.vpages;
    const isMapped = k.mms[pid].vma[vpage] !== Vma.None;
    const now = isMapped ? `has ${valueName(g, toRead(g, k, pid, vpage))} there` : 'has unmapped it';
    return `The device reads ${valueName(g, k.out.misread)} from page ${vpage} of the ${pid === 0 ? 'parent' : 'child'}, which ${now} by now.`;
  },
};
