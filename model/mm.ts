/**
 * Pages: allocation, references, contents, and page arrays. All versions share this.
 *
 * A page that is freed loses its contents: its next owner must write it before anyone
 * may read it. The pool is large enough that only the choice "this allocation fails"
 * gives NULL.
 *
 * @kernel include/linux/mm.h get_page, put_page; mm/page_alloc.c alloc_page
 */
import { copyBytes, fillBytes } from './bytes.js';
import type { Kernel, Page } from './kernel.js';
import { Tag } from './kernel.js';

/** One allocation of the op: false where the op's choice is that this one fails. */
export function mayAllocate(k: Kernel): boolean {
  k.allocations++;
  if (k.oom < 0) return true;
  if (k.oom === 0) {
    k.oom = -1;
    k.isOomHit = true;
    return false;
  }
  k.oom--;
  return true;
}

/** alloc_page(): a page with one reference and unwritten contents, or NULL. */
export function allocPage(k: Kernel): Page | null {
  if (!mayAllocate(k)) return null;
  for (let pfn = k.poolStart; pfn < k.pages.length; pfn++) {
    const page = k.pages[pfn];
    if (page.refcount === 0 && page.head === page && !isOwnedThoughFree(k, page)) {
      page.refcount = 1;
      return page;
    }
  }
  return k.die('value-out-of-range', 'alloc_page', 'more pages are alive than the bounds allow for: pages leak');
}

/**
 * A freed page that somebody still names: another page is taken first, so that the mix-up shows; and no search depends
 * on which of the free pages comes first.
 */
function isOwnedThoughFree(k: Kernel, head: Page): boolean {
  for (const pipe of k.pipes) for (const buf of pipe.bufs) if (buf.ops !== 0 && buf.page?.head === head) return true;
  for (const mm of k.mms) for (const pte of mm.ptes) if (pte.page?.head === head) return true;
  const { request } = k;
  for (let e = 0; e < request.nr; e++) if (request.page[e]?.head === head) return true;
  return false;
}

/**
 * folio_ref_add(): `_refcount` is a signed counter, and wraps; of bounds.refbits bits, or of as many as are needed.
 * Unlike try_get_folio() it looks at nothing.
 */
export function folioRefAdd(k: Kernel, head: Page, refs: number): void {
  const { refbits } = k.bounds;
  const count = head.refcount + refs;
  head.refcount = refbits === 0 ? count : (count << (32 - refbits)) >> (32 - refbits);
}

/** get_page(): one more reference. */
export function getPage(k: Kernel, page: Page | null, by: string): void {
  if (page === null) k.die('no-bug', by, 'get_page(NULL)');
  const { head } = page;
  if (head.refcount === 0) k.die('no-use-after-free', by, `get_page() on page ${page.name}, which is free`);
  folioRefAdd(k, head, 1);
}

/** put_page(): one reference less; the last one frees the page. */
export function putPage(k: Kernel, page: Page | null, by: string): void {
  if (page === null) k.die('no-bug', by, 'put_page(NULL)');
  putPages(k, page, 1, by);
}

/** folio_put_refs(): `refs` references less, on the head. */
export function putPages(k: Kernel, page: Page, refs: number, by: string): void {
  const { head } = page;
  if (head.refcount === 0) k.die('no-use-after-free', by, `put_page() on page ${page.name}, which is free`);
  if (head.refcount > 0 && head.refcount < refs) {
    k.die('no-use-after-free', by, `${by}() drops ${refs} references of page ${page.name}, which has ${head.refcount}`);
  }
  folioRefAdd(k, head, -refs);
  if (head.refcount === 0) freeFolio(k, head, by);
}

/** The last reference is gone: nobody's contents, nobody's page. */
export function freeFolio(k: Kernel, head: Page, by: string): void {
  if (head.pincount !== 0) {
    k.die('no-bug', by, `${by}() frees page ${head.name} with a pin count of ${head.pincount}: bad_page()`);
  }
  fillBytes(head.data, Tag.NeverWritten);
  head.isAnonExclusive = head.isLru = head.isAnonMapped = false;
  if (!head.hasTail) return;
  const tail = k.pages[head.pfn + 1];
  fillBytes(tail.data, Tag.NeverWritten);
  tail.isAnonExclusive = false;
}

/** The page stays allocated, but what it holds is nobody's data any more. */
export function forgetContents(page: Page): void {
  fillBytes(page.data, Tag.NeverWritten);
}

function checkSpan(k: Kernel, page: Page | null, off: number, len: number, by: string): asserts page is Page {
  if (page === null) k.die('no-bug', by, `${by}() goes through a NULL or unset page pointer`);
  if (page.head.refcount === 0) k.die('no-use-after-free', by, `${by}() touches page ${page.name}, which is free`);
  if (off < 0 || off + len > k.pageSize) {
    k.die('no-bug', by, `${by}() touches bytes ${off}..${off + len} of a page of ${k.pageSize}`);
  }
}

/** memcpy_to_page(): `len` bytes, of which number `mark` (if within) carries the mark. */
export function memcpyToPage(k: Kernel, page: Page | null, off: number, len: number, mark: number, by: string): void {
  checkSpan(k, page, off, len, by);
  if (k.bounds.contents === 'off') return;
  if (k.src !== null) copyBytes(page.data, off, k.src, -mark, len);
  else for (let i = 0; i < len; i++) page.data[off + i] = i === mark ? Tag.Marked : k.plain;
}

/** memcpy_from_page() into the user's buffer at `k.user.pos`. */
export function memcpyFromPage(k: Kernel, page: Page | null, off: number, len: number, by: string): void {
  checkSpan(k, page, off, len, by);
  copyBytes(k.user.data, k.user.pos, page.data, off, len);
}

/** get_pages_array(): false is NULL. The array belongs to whoever called until kvfree(). */
export function getPagesArray(k: Kernel, entries: number): boolean {
  if (!mayAllocate(k)) return false;
  k.arrays++;
  k.pagesArrayMax = entries;
  return true;
}

/** kvfree() of a page array. */
export function kvfreeArray(k: Kernel, by: string): void {
  if (k.arrays === 0) k.die('no-use-after-free', by, `${by}() frees a page array that is not allocated`);
  k.arrays--;
}

/** `pages[n] = page`, refused past the end of the caller's array. */
export function storePage(k: Kernel, n: number, page: Page | null, by: string): void {
  if (n < 0 || n >= k.pagesArrayMax || n >= k.pagesArray.length) {
    k.die('no-bug', by, `${by}() writes entry ${n} of a page array of ${k.pagesArrayMax}`);
  }
  k.pagesArray[n] = page;
  k.isEntryWritten[n] = true;
}
