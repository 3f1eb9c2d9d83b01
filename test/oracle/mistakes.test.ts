/** One-line mistakes in the kernel's C, made on a scratch copy: each is found by the search that a developer would start. */
import { describe, expect, test } from 'vitest';
import type { ScenarioName } from '#iov/model/scenario.js';
import { firstNews } from './search.js';
import type { Version } from './trees.js';
import { absent, edit, scratchTree } from './trees.js';

const FILE = 'lib/iov_iter.c';
/** Edges; the slowest of them needs a tenth. */
const STEPS = 60_000;

interface Mistake {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly scenario: ScenarioName;
  /** `tiny` where absent. */
  readonly bounds?: string;
  /** Invariant and op of the first class that the untouched tree has not. */
  readonly found: string;
}

const IN_6_1: readonly Mistake[] = [
  {
    what: 'a slot takes a page without a reference',
    from: '\tget_page(page);\n}',
    to: '}',
    scenario: 'pipe-iter',
    found: 'refcount-equals-owners copy_page_to_iter',
  },
  {
    what: 'the flags of a new slot are left as they were',
    from: '.ops = &page_cache_pipe_buf_ops,',
    to: '.ops = &page_cache_pipe_buf_ops, .flags = buf->flags,',
    scenario: 'pipe-iter',
    found: 'packet-boundaries copy_page_to_iter',
  },
  {
    what: 'a full page is taken for one with room',
    from: 'if (offset > 0 && offset < PAGE_SIZE) {',
    to: 'if (offset > 0 && offset <= PAGE_SIZE) {',
    scenario: 'pipe-iter',
    found: 'every-loop-ends copy_to_iter',
  },
  {
    what: 'bytes of another page are appended to the last slot',
    from: 'if (buf->page == page) {',
    to: 'if (buf->page != page) {',
    scenario: 'pipe-iter',
    bounds: 'default',
    found: 'bytes-in-order copy_page_to_iter',
  },
  {
    what: 'a revert that empties a slot keeps it',
    from: 'if (unroll < b->len) {',
    to: 'if (unroll <= b->len) {',
    scenario: 'pipe-iter',
    found: 'sanity iov_iter_revert',
  },
  {
    what: 'the sanity check is the wrong way round',
    from: 'if (unlikely(i_head != p_head - 1))',
    to: 'if (unlikely(i_head == p_head - 1))',
    scenario: 'pipe-iter',
    found: 'returns-what-it-promised copy_to_iter',
  },
  {
    what: 'the second page gets the bytes of the first',
    from: '\t\taddr += chunk;\n',
    to: '',
    scenario: 'pipe-iter',
    bounds: 'default',
    found: 'bytes-in-order copy_to_iter',
  },
  {
    what: 'pages of a pipe are listed without a reference',
    from: 'get_page(*p++ = page);',
    to: '*p++ = page;',
    scenario: 'pipe-iter',
    found: 'refcount-equals-owners iov_iter_get_pages',
  },
  {
    what: 'last_offset of somebody else’s page forgets where it begins',
    from: 'return -(buf->offset + buf->len);',
    to: 'return -buf->len;',
    scenario: 'pipe-iter',
    found: 'sanity iov_iter_revert',
  },
  {
    what: 'zeros go to the start of the page',
    from: 'memset(p + off, 0, chunk);',
    to: 'memset(p, 0, chunk);',
    scenario: 'pipe-iter',
    found: 'bytes-in-order iov_iter_zero',
  },
  {
    what: 'pages of a bvec are counted as if it began with one',
    from: 'unsigned offs = (p->bv_offset + skip) % PAGE_SIZE;',
    to: 'unsigned offs = 0;',
    scenario: 'iov-iter',
    found: 'queries-match-their-definition iov_iter_npages',
  },
  {
    what: 'the walk over the segments stands still',
    from: 'iov < end; iov++)',
    to: 'iov < end;)',
    scenario: 'iov-iter',
    found: 'count-consumed-exactly iov_iter_advance',
  },
];

const IN_6_12: readonly Mistake[] = [
  {
    what: 'pages of user memory are referenced, not pinned',
    from: 'res = pin_user_pages_fast(addr, maxpages, gup_flags, *pages);',
    to: 'res = get_user_pages_fast(addr, maxpages, gup_flags, *pages);',
    scenario: 'extract',
    found: 'pins-balance iov_iter_extract_pages',
  },
  {
    what: 'a copy to a source is let through',
    from: '{\n\tif (WARN_ON_ONCE(i->data_source))\n\t\treturn 0;\n\tif (user_backed_iter(i))\n\t\tmight_fault();\n\treturn iterate_and_advance(i, bytes, (void *)addr,\n\t\t\t\t   copy_to_user_iter, memcpy_to_iter);',
    to: '{\n\tif (user_backed_iter(i))\n\t\tmight_fault();\n\treturn iterate_and_advance(i, bytes, (void *)addr + 1,\n\t\t\t\t   copy_to_user_iter, memcpy_to_iter);',
    scenario: 'iov-iter',
    found: 'copies-what-it-says copy_to_iter',
  },
];

describe.each<[Version, readonly Mistake[]]>([
  ['6.1', IN_6_1],
  ['6.12', IN_6_12],
])('in the C of %s', (version, mistakes) => {
  const why = absent(version);
  describe.skipIf(why !== '')(`each is found${why}`, () => {
    test.each(mistakes)('$what', ({ from, to, scenario, bounds, found }) => {
      const dir = scratchTree(version);
      edit(dir, FILE, from, to);
      const news = firstNews(dir, scenario, STEPS, bounds);
      expect(news.found).toBe(found);
    });
  });
});
