/**
 * The form that a state with private memory is brought to after each op: what nobody can
 * tell apart is made equal, so that states merge. What it takes for granted of the kernel
 * is said at each step; test/fork-dma.test.ts searches without the renaming of values
 * (bounds.symmetry=off) and finds the same states.
 */
import { fillBytes } from './bytes.js';
import type { Ghost } from './ghost.js';
import { VALUES } from './ghost.js';
import type { Kernel, Page } from './kernel.js';
import { FOLL_PIN, Vma } from './kernel.js';
import { pageAnon } from './memory.js';
import { FOLLOWS_FILE, NOTHING, STALE, fileOf, held } from './private.js';

/**
 * mmap(2) leaves open whether a private page that was never written follows the file. Here it does as long as it is
 * the file's own page; a copy that holds what the file held when it was made need not follow any more.
 */
function settleCopies(k: Kernel, g: Ghost): void {
  const { vpages } = k.bounds;
  for (const mm of k.mms) {
    for (let v = 0; v < vpages; v++) {
      const at = mm.id * vpages + v;
      const { page } = mm.ptes[v];
      if (g.memory[at] !== FOLLOWS_FILE || mm.vma[v] !== Vma.PrivateFile || page === null || page.isFile) continue;
      if (page.data[0] === g.file[fileOf(k, v)]) g.memory[at] = page.data[0];
    }
  }
}

/** Pages of the request in which nothing changes by what its process does: unmapped, or never its own; a bit each. */
function beyondOwner(k: Kernel, g: Ghost): number {
  const r = k.request;
  let bits = g.lost;
  for (let e = 0; e < r.nr; e++) {
    const page = r.page[e];
    if (r.isSource ? page === null || !pageAnon(page) : (g.followed & (1 << e)) !== 0) bits |= 1 << e;
  }
  return bits;
}

/**
 * Which way a request goes, whose it is, and what may be found: only as long as the device is not done. Nothing puts
 * a value back into a page where it was overwritten, so that of a source it matters only whether what the page holds
 * now may be found.
 */
function forgetRequest(k: Kernel, g: Ghost): void {
  const r = k.request;
  if (!r.inFlight || k.bounds.contents === 'off') {
    r.isSource &&= r.inFlight;
    r.mm = g.reqAt = g.followed = g.lost = 0;
    g.mayRead.fill(0);
    return;
  }
  for (let e = 0; e < r.nr && r.isSource; e++) if (g.mayRead[e] !== held(k, e)) g.mayRead[e] = NOTHING;
  g.lost = beyondOwner(k, g);
  if (g.lost !== (1 << r.nr) - 1) return;
  r.mm = 0;
  g.reqAt = fileOf(k, g.reqAt);
}

/**
 * MMF_HAS_PINNED is read together with folio_maybe_dma_pinned() alone. Without a pin that is false, unless so many
 * references are possible as one pin takes (PIN-FALSEPOS), or so many as wrap; and the next pin sets the flag again.
 */
function forgetHasPinned(k: Kernel): void {
  const { bias, refbits, vpages } = k.bounds;
  const refsMax = 1 + k.mms.length * vpages + k.request.page.length;
  const isPlain = refsMax < bias && (refbits === 0 || refsMax < 2 ** (refbits - 1));
  if (!isPlain || (k.request.nr > 0 && k.request.hold === FOLL_PIN)) return;
  for (const mm of k.mms) mm.hasPinned = false;
}

/** Scratch, by page frame number. */
const isMapped = new Uint8Array(1024);

/** PageAnonExclusive() says something of a page that is mapped; of any other it is left over, and nothing asks for it. */
export function forgetExclusive(k: Kernel): void {
  if (k.bounds.cow !== 'exclusive') return;
  const { pages, poolStart } = k;
  isMapped.fill(0, 0, pages.length);
  for (const mm of k.mms) for (const { page } of mm.ptes) if (page !== null) isMapped[page.pfn] = 1;
  for (let p = poolStart; p < pages.length; p++) if (isMapped[p] === 0) pages[p].isAnonExclusive = false;
}

/** Scratch: the new name of what each page holds, 0 where nobody can reach it; and what had that name before. */
const names = new Uint8Array(1024);
const origin = new Uint8Array(VALUES);
const whose = new Uint8Array(VALUES);
const born = new Uint16Array(VALUES);
let next = 1;

function newName(value: number): number {
  const name = Math.min(next++, STALE - 1);
  origin[name] = value;
  return name;
}

function namePage(page: Page | null): void {
  if (page === null || names[page.pfn] !== 0 || (page.isZero && page.data[0] === 0)) return;
  names[page.pfn] = newName(page.data[0]);
}

/** The new name of what `page` has to hold: a name of its own where it does not. */
function nameOf(page: Page | null, value: number): number {
  if (value === FOLLOWS_FILE) return value;
  if (page !== null && page.data[0] === value && names[page.pfn] !== 0) return names[page.pfn];
  return value === 0 || value === STALE ? value : newName(value);
}

/** What each process, and the device, has to find, by its new name. */
function renameOwed(k: Kernel, g: Ghost): void {
  const { out, request: r } = k;
  for (let f = 0; f < g.file.length; f++) g.file[f] = nameOf(k.filePages[f], g.file[f]);
  for (const mm of k.mms) {
    for (let v = 0; v < mm.ptes.length; v++) {
      const at = mm.id * mm.ptes.length + v;
      g.memory[at] = nameOf(mm.ptes[v].page, g.memory[at]);
    }
  }
  let isMisnamed = out.misread > 0;
  for (let e = 0; e < r.nr; e++) {
    if (r.isSource) g.mayRead[e] = nameOf(r.page[e], g.mayRead[e]);
    if (!isMisnamed || held(k, e) !== out.misread) continue;
    out.misread = nameOf(r.page[e], out.misread);
    isMisnamed = false;
  }
}

/** Names for what can be reached, by where it is met first: the file, page tables, the request. */
function namePages(k: Kernel): void {
  const { request: r } = k;
  names.fill(0, 0, k.pages.length);
  next = 1;
  for (const page of k.filePages) namePage(page);
  for (const mm of k.mms) for (const { page } of mm.ptes) namePage(page);
  for (let e = 0; e < r.nr; e++) namePage(r.page[e]);
}

/** Pages that nobody can reach: leaked, or the rest of a folio of which another page is mapped. */
function forgetUnreachable(k: Kernel): void {
  const { pages, poolStart } = k;
  for (let p = poolStart; p < pages.length; p++) {
    if (names[p] !== 0) continue;
    const { data, head } = pages[p];
    const value = head.refcount === 0 ? 0 : STALE;
    if (data[0] !== value) fillBytes(data, value);
  }
}

/**
 * Two pages that hold the same are told apart from now on: whether a copy is right is seen by the op that makes it,
 * and no kernel here exchanges pages for what is in them (no KSM, no reclaim).
 */
function renameValues(k: Kernel, g: Ghost): void {
  renameOwed(k, g);
  for (const { pfn, data } of k.pages) if (names[pfn] !== 0 && data[0] !== names[pfn]) fillBytes(data, names[pfn]);
  renameOrigins(g);
}

/** Whose data they are; most ops rename nothing. */
function renameOrigins(g: Ghost): void {
  const end = Math.min(next, STALE);
  let v = 1;
  while (v < end && origin[v] === v) v++;
  if (v === end) return;
  whose.set(g.whose);
  born.set(g.born);
  for (; v < end; v++) {
    g.whose[v] = whose[origin[v]];
    g.born[v] = born[origin[v]];
  }
}

/** After each op: what nobody can tell apart is made equal, so that states merge. */
export function normaliseMemory(k: Kernel, g: Ghost): void {
  const isOff = k.bounds.contents === 'off';
  if (!isOff) settleCopies(k, g);
  forgetRequest(k, g);
  forgetHasPinned(k);
  forgetExclusive(k);
  if (isOff) return;
  namePages(k);
  forgetUnreachable(k);
  if (k.bounds.symmetry !== 'off') renameValues(k, g);
}
