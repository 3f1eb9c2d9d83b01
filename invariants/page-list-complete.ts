import { divRoundUp } from '../model/cint.js';
import type { Invariant, Judged } from './invariant.js';
import { count } from './invariant.js';

const isGet = (s: Judged): boolean => s.spec.fn === 'iovIterGetPages' || s.spec.fn === 'iovIterGetPagesAlloc';

function written(s: Judged): number {
  let n = 0;
  for (const w of s.k.isEntryWritten) if (w) n++;
  return n;
}

function valid(s: Judged): number {
  const { k } = s;
  let n = 0;
  while (n < k.isEntryWritten.length && k.isEntryWritten[n] && (k.pagesArray[n]?.refcount ?? 0) > 0) n++;
  return n;
}

export const invariant: Invariant = {
  id: 'page-list-complete',
  statement:
    'get_pages that returns n > 0 has written exactly DIV_ROUND_UP(start + n, PAGE_SIZE) entries of the page array, each a live page.',
  why: 'The caller goes through a page pointer that nobody set, or leaks a page that it does not know of.',
  source: [{ tree: '1689c73a739d', file: 'lib/iov_iter.c', symbol: '__pipe_get_pages' }],
  when: 'every-step',
  severity: 'soft',
  blames: ['pipeGetPagesList'],
  holds(s) {
    if (!isGet(s) || s.ret <= 0) return true;
    const want = divRoundUp(s.k.out.start + s.ret, s.k.pageSize);
    return written(s) === want && valid(s) === want;
  },
  explain: (s) =>
    `${count(s.ret, 'byte')} from offset ${s.k.out.start} on: ${count(divRoundUp(s.k.out.start + s.ret, s.k.pageSize), 'page')}; ${count(written(s), 'entry was', 'entries were')} written, ${valid(s)} of them live.`,
};
