/**
 * Before the exhaustive engine saves a state: what decides nothing from here on is made equal, in `symmetry=on`. Unlike what
 * normal.ts does this is not part of a step. A run that is shown, or that another engine takes, keeps all of it, and takes
 * the same ops. Each merge has its argument here; test/merge.test.ts holds them to it, and alike.ts any design.
 */
import { fillBytes } from '../model/bytes.js';
import type { Ghost } from '../model/ghost.js';
import type { Kernel, Page, PipeBuffer } from '../model/kernel.js';
import { PIPE_BUF_FLAG_CAN_MERGE, PipeBufOps, Tag } from '../model/kernel.js';
import type { World } from '../model/op.js';

export type Merge = (k: Kernel, g: Ghost, w: World) => void;

/**
 * The caller's page array: nobody looks at it before put_pages, which frees it. For every design, since the array has been
 * judged when get_pages_alloc returned, and no function is handed it again.
 */
function forgetArray(k: Kernel): void {
  if (!k.request.ownsArray || k.arrays !== 1) return;
  k.request.ownsArray = false;
  k.arrays = 0;
}

/**
 * tmp_page: where no allocation of a write fails, a cached page that nobody else refers to is as good as a new one. For
 * designs that keep to their slots (model/design.ts).
 */
function forgetTmpPages(k: Kernel): void {
  const { pipe } = k;
  if (pipe.tmpPage !== null && isOnlyCached(k, pipe.tmpPage)) pipe.tmpPage = freed(pipe.tmpPage);
  if (pipe.tmpPage2 !== null && isOnlyCached(k, pipe.tmpPage2)) pipe.tmpPage2 = freed(pipe.tmpPage2);
}

function isOnlyCached(k: Kernel, page: Page): boolean {
  const { pipe, request } = k;
  if (page.refcount !== 1 || pipe.tmpPage === pipe.tmpPage2) return false;
  for (let s = 0; s < pipe.bufs.length; s++) if (pipe.bufs[s].page === page) return false;
  for (let e = 0; e < request.nr; e++) if (request.page[e] === page) return false;
  return true;
}

function freed(page: Page): null {
  page.refcount = 0;
  fillBytes(page.data, Tag.NeverWritten);
  return null;
}

/**
 * Of a slot that is older than the iterator, and that no write adds to: nothing but its bytes and its flags. A reader takes
 * the bytes and drops the page, and an iterator comes back to no slot that was there before it. So it may as well be a page
 * of the allocator's, filled from its start. For designs that keep to their slots. Behind a
 * violation nothing is merged, since references may be wrong there; and while a byte of the file may yet become the marked
 * one, its pages stay where they are, since that hangs on where they are.
 */
function forgetOlderSlots(k: Kernel, g: Ghost, w: World): void {
  if (g.broken !== 0) return;
  const last = w.ring.used(k) - 1;
  const end = k.caller.kind === 0 ? g.n : g.start;
  let bytes = 0;
  for (let j = 0; j <= last; j++) {
    const buf = w.ring.slot(k, j);
    bytes += buf.len;
    if (bytes > end || ((bytes === end || j === last) && mayGrow(buf))) return;
    // What breaks a rule, and may not have been judged yet, stays as it is.
    if (buf.page === null || buf.page.refcount <= 0 || buf.len === 0 || buf.offset + buf.len > k.pageSize) return;
    if (k.bounds.contents !== 'off' && !mayMove(k, g, buf.page)) continue;
    if (buf.ops === PipeBufOps.Anon) buf.ops = PipeBufOps.Default;
    if (buf.ops === PipeBufOps.PageCache) replacePage(k, buf, buf.page);
    else moveBytes(k, buf, buf.page, buf.page);
  }
}

/** A later write may add to the slot. */
function mayGrow({ ops, flags }: PipeBuffer): boolean {
  return (ops !== PipeBufOps.PageCache && ops !== PipeBufOps.Default) || (flags & PIPE_BUF_FLAG_CAN_MERGE) !== 0;
}

/** No caller holds the page, and which byte of it is the marked one is settled. */
function mayMove({ pageSize }: Kernel, { isMarkFree, fileMark }: Ghost, page: Page): boolean {
  if (!page.isFile) return page.refcount === 1;
  return !isMarkFree && (fileMark < 0 || Math.floor(fileMark / pageSize) !== page.pfn);
}

function replacePage(k: Kernel, buf: PipeBuffer, from: Page): void {
  for (let p = k.poolStart; p < k.pages.length; p++) {
    const page = k.pages[p];
    if (page.refcount !== 0) continue;
    from.refcount--;
    page.refcount = 1;
    buf.page = page;
    buf.ops = PipeBufOps.Default;
    moveBytes(k, buf, from, page);
    return;
  }
}

function moveBytes(k: Kernel, buf: PipeBuffer, from: Page, to: Page): void {
  const { offset, len } = buf;
  buf.offset = 0;
  if (k.bounds.contents === 'off') return;
  for (let n = 0; n < k.pageSize; n++) to.data[n] = n < len ? from.data[offset + n] : Tag.NeverWritten;
}

/** Which of them hold in the world; undefined where none does. */
export function mergesOf(w: World): { readonly names: readonly string[]; readonly merge: Merge } | undefined {
  const { scenario, bounds, design } = w;
  const { needs } = scenario;
  if (bounds.symmetry !== 'on' || !scenario.iterators || scenario.extract || needs.memory !== 'none') return undefined;
  const keeps = design.keepsToSlots === true;
  const hasTmp = keeps && (!scenario.faults || bounds.oom === 'off');
  const names = ['page array', ...(hasTmp ? ['tmp_page'] : []), ...(keeps ? ['older slots'] : [])];
  const merge: Merge = (k, g) => {
    forgetArray(k);
    if (hasTmp) forgetTmpPages(k);
    if (keeps) forgetOlderSlots(k, g, w);
  };
  return { names, merge };
}

/**
 * The other way round: the state as it may have been before it was merged. With a cached page, older slots that end where
 * their pages end, and an array that the caller owns.
 */
export function unmerge(k: Kernel, g: Ghost, w: World): void {
  const free = k.pages.findLast(({ pfn, refcount }) => pfn >= k.poolStart && refcount === 0);
  const { pipe, request } = k;
  if (w.design.keepsToSlots === true && pipe.tmpPage === null && free !== undefined) {
    free.refcount = 1;
    pipe.tmpPage = free;
  }
  if (request.on !== 0 && !request.isPut && k.arrays === 0) {
    request.ownsArray = true;
    k.arrays = 1;
  }
  const end = k.caller.kind === 0 ? g.n : g.start;
  let bytes = 0;
  for (let j = 0; w.design.keepsToSlots === true && g.broken === 0 && j < w.ring.used(k); j++) {
    const buf = w.ring.slot(k, j);
    bytes += buf.len;
    if (bytes > end) return;
    const [file] = k.filePages;
    if (mayGrow(buf) || buf.page === null || buf.page.isFile || buf.page.refcount !== 1) continue;
    if (k.bounds.contents === 'off' && j % 2 === 0) {
      buf.page.refcount = 0;
      file.refcount++;
      buf.page = file;
      buf.ops = PipeBufOps.PageCache;
    }
    const from = buf.page.data.slice();
    const to = k.pageSize - buf.len;
    for (let n = 0; n < k.pageSize && k.bounds.contents !== 'off'; n++) {
      buf.page.data[n] = n < to ? Tag.NeverWritten : from[n - to];
    }
    buf.offset = to;
  }
}
