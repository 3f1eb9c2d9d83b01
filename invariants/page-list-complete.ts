import { divRoundUp } from '../model/cint.js';
import type { Page } from '../model/kernel.js';
import type { Invariant, Judged } from './invariant.js';
import { count } from './invariant.js';

const isGet = (s: Judged): boolean =>
  s.spec.fn === 'iovIterGetPages' || s.spec.fn === 'iovIterGetPagesAlloc' || s.spec.fn === 'iovIterExtractPages';

function written(s: Judged): number {
  let n = 0;
  for (const w of s.k.isEntryWritten) if (w) n++;
  return n;
}

function valid(s: Judged): number {
  const { k } = s;
  let n = 0;
  while (n < k.isEntryWritten.length && k.isEntryWritten[n] && (k.pagesArray[n]?.head.refcount ?? 0) > 0) n++;
  return n;
}

const nameOf = (page: Page | null): string => (page === null ? 'NULL' : page.name);

/** The first entry that is wrong, beside what it has to be. */
function entryText({ k, spec }: Judged): string {
  const { wrongEntry: e, rightPage, rightOffset, start } = k.out;
  if (spec.fn === 'bioIovIterGetPages') {
    const { page, off, len } = k.request;
    const is = `${nameOf(page[e])} from ${off[e]} to ${off[e] + len[e]}`;
    return `Entry ${e} of the bio is ${is}; the buffer goes on in ${nameOf(rightPage)} from ${rightOffset} on.`;
  }
  const page = k.pagesArray[e];
  const is = page === null ? `Entry ${e} is NULL` : `Entry ${e} is ${page.name}, from offset ${e === 0 ? start : 0} on`;
  return rightPage === null
    ? `${is}, which is not where the buffer goes on.`
    : `${is}; the buffer goes on in ${rightPage.name} from offset ${rightOffset} on.`;
}

export const invariant: Invariant = {
  id: 'page-list-complete',
  statement:
    'get_pages or extract_pages that returns n > 0 has written exactly DIV_ROUND_UP(start + n, PAGE_SIZE) entries of the page array, each the live page that the buffer goes on in; a bio is made of such pages, too.',
  why: 'The caller goes through a page pointer that nobody set, works on the wrong page, or leaks one that it does not know of.',
  source: [
    { tree: '1689c73a739d', file: 'lib/iov_iter.c', symbol: '__pipe_get_pages' },
    { tree: '7d58fe731028', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_pages' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  blames: ['pipeGetPagesList'],
  holds(s) {
    if (s.k.out.wrongEntry >= 0) return false;
    if (!isGet(s) || s.ret <= 0) return true;
    const want = divRoundUp(s.k.out.start + s.ret, s.k.pageSize);
    return written(s) === want && valid(s) === want;
  },
  explain(s) {
    const { wrongEntry, start } = s.k.out;
    const isUnset = wrongEntry < 0 || (isGet(s) && !s.k.isEntryWritten[wrongEntry]);
    const wrong = isUnset ? '' : entryText(s);
    const want = divRoundUp(start + s.ret, s.k.pageSize);
    const n = written(s);
    if (!isGet(s) || (n === want && valid(s) === want)) return wrong;
    const live = valid(s) === n ? '' : n === 1 ? ', and is no live page' : `, ${valid(s)} of them live`;
    const list = `${count(s.ret, 'byte')} from offset ${start} on: ${count(want, 'page')}`;
    return `${list}; ${count(n, 'entry was', 'entries were')} written${live}.${wrong === '' ? '' : ` ${wrong}`}`;
  },
};
