/**
 * What a reader of a pipe and the processes have to find where user memory is lent to pipes (scenario vmsplice).
 *
 * Contents are no state. Before each op every byte of every page has a value of its own; after it, what each process
 * reads and what each pipe holds is held against what the op's arguments and its return make of that. No modelled
 * function looks at what it moves, so that one run with distinct values stands for all (data independence). What stays
 * from op to op is whose memory each owed byte of a pipe is in: Ghost.lender.
 */
import { fillBytes } from './bytes.js';
import type { Ghost } from './ghost.js';
import type { Kernel, Page } from './kernel.js';
import { PIPE_NAMES, Vma } from './kernel.js';
import { GIVEN, LENT, WHO } from './lending.js';
import type { World } from './op.js';
import { foundAt } from './private.js';
import { forgetExclusive } from './private-form.js';

/** Values of bytes before the op; those below are tags. A page of the allocator's that nobody has written holds 0. */
const FIRST = 32;
const PAINTS = 160;
/** What a process writes in the op: by byte of the page. */
export const WRITTEN = FIRST + PAINTS;

/** The value of a byte before the op. */
export function paintOf(page: Page, byte: number): number {
  return FIRST + ((page.pfn * page.data.length + byte) % PAINTS);
}

function paint(page: Page): void {
  for (let b = 0; b < page.data.length; b++) page.data[b] = paintOf(page, b);
}

/** Before each op: a value for each byte, and what has to be found by them. */
export function paintContents(k: Kernel, g: Ghost, w: World): void {
  if (k.bounds.contents === 'off') return;
  for (const page of k.pages) {
    if (page.head.refcount === 0) fillBytes(page.data, 0);
    else paint(page);
  }
  for (const { tmpPage, tmpPage2 } of k.pipes) {
    if (tmpPage !== null) fillBytes(tmpPage.data, 0);
    if (tmpPage2 !== null) fillBytes(tmpPage2.data, 0);
  }
  for (const mm of k.mms) {
    for (let v = 0; v < mm.vma.length; v++) {
      const isThere = mm.isAlive && mm.vma[v] !== Vma.None;
      g.memory[mm.id * mm.vma.length + v] = isThere ? foundAt(k, mm.id, v) : 0;
    }
  }
  for (let p = 0; p < k.pipes.length; p++) {
    k.usePipe(p);
    let n = 0;
    const used = w.ring.used(k);
    for (let j = 0; j < used; j++) {
      const { page, offset, len } = w.ring.slot(k, j);
      for (let b = 0; b < len && n < g.tags[p].length; b++, n++) g.tags[p][n] = page?.data[offset + b] ?? 0;
    }
  }
  k.usePipe(0);
}

/** Whether the page holds what its first byte has to be, and what goes with it. */
function isWhole(page: Page | null, first: number): boolean {
  if (page === null) return false;
  for (let b = 0; b < page.data.length; b++) if (page.data[b] !== first + b) return false;
  return true;
}

/** A page that nobody has written yet: it came with the one beside it. */
const isZeroed = (page: Page | null): boolean => page?.data.every((byte) => byte === 0) === true;

/** In place of a page of a process: the zero page. */
export const ZERO_PAGE = -2;

/** pid * vpages + vpage of the first page that a process does not find as it has to, or ZERO_PAGE; -1 if none. */
export function wrongMemory(k: Kernel, g: Ghost): number {
  const { zeroPage } = k;
  if (zeroPage !== null && !isWhole(zeroPage, paintOf(zeroPage, 0))) return ZERO_PAGE;
  for (const mm of k.mms) {
    for (let v = 0; v < mm.vma.length && mm.isAlive; v++) {
      const at = mm.id * mm.vma.length + v;
      const page = mm.ptes[v].page ?? zeroPage;
      if (mm.vma[v] === Vma.None || isWhole(page, g.memory[at])) continue;
      if (zeroPage === null || g.memory[at] !== paintOf(zeroPage, 0) || !isZeroed(page)) return at;
    }
  }
  return -1;
}

/** Bits of Ghost.lender for memory of process `pid`. */
export function lenderOf(k: Kernel, pid: number, vpage: number, isGiven: boolean): number {
  return LENT | (1 + pid * k.bounds.vpages + vpage) | (isGiven ? GIVEN : 0);
}

/** Calls `each` with pipe, number and place of every byte that a pipe owes. */
function eachOwed(
  k: Kernel,
  g: Ghost,
  w: World,
  each: (p: number, n: number, page: Page | null, offset: number) => void,
): void {
  for (let p = 0; p < k.pipes.length; p++) {
    k.usePipe(p);
    const owed = g.owedOf(p);
    const used = w.ring.used(k);
    let n = 0;
    for (let j = 0; j < used; j++) {
      const { page, offset, len } = w.ring.slot(k, j);
      for (let b = 0; b < len && n < owed; b++, n++) each(p, n, page, offset + b);
    }
  }
  k.usePipe(0);
}

/** A page that was never written reads as zeros. */
export function oweZeros(g: Ghost, k: Kernel, vpage: number): void {
  if (k.zeroPage !== null) g.memory[vpage] = paintOf(k.zeroPage, 0);
}

/** Process `pid` has unmapped a page: nobody writes what it has lent of it any more. */
export function forgetLender(g: Ghost, k: Kernel, pid: number, vpage: number): void {
  const who = 1 + pid * k.bounds.vpages + vpage;
  g.memory[who - 1] = 0;
  for (const lenders of g.lenders) {
    for (let n = 0; n < lenders.length; n++) if ((lenders[n] & WHO) === who) lenders[n] &= ~WHO;
  }
}

/**
 * A process has written a page of its memory. What it has lent of it may show that, or what it was; what others have
 * lent may not.
 */
export function noteLenderWrote(g: Ghost, k: Kernel, w: World, pid: number, vpage: number): void {
  const { lending } = k;
  const written = k.mms[pid].ptes[vpage].page;
  if (written === null) return;
  for (let b = 0; b < k.pageSize; b++) written.data[b] = WRITTEN + b;
  const who = 1 + pid * k.bounds.vpages + vpage;
  g.memory[who - 1] = WRITTEN;
  eachOwed(k, g, w, (p, n, page, offset) => {
    if (page !== written || (g.lenders[p][n] & LENT) === 0) return;
    g.tags[p][n] = WRITTEN + offset;
    if ((g.lenders[p][n] & WHO) === who || lending.wrongPipe >= 0) return;
    lending.wrongPipe = p;
    lending.wrongByte = n;
    lending.wrongWriter = pid;
  });
}

/** `bytes` of the memory of process `pid` from the vector's start on are owed by the pipe that is looked at. */
export function oweLent(g: Ghost, k: Kernel, pid: number, vec: number, bytes: number, isGiven: boolean): void {
  const { ptes } = k.mms[pid];
  for (const { base, len } of k.vecs[vec].iov) {
    for (let at = base; at < base + len && bytes > 0; at++, bytes--) {
      const vpage = Math.floor(at / k.pageSize);
      const page = ptes[vpage]?.page ?? k.zeroPage;
      g.owe(page?.data[at % k.pageSize] ?? 0, 0);
      g.lender[g.n - 1] = lenderOf(k, pid, vpage, isGiven);
    }
  }
}

/** Which pipe has the page in tmp_page; '' for none. */
function keptBy(k: Kernel, page: Page): string {
  const p = k.pipes.findIndex(({ tmpPage, tmpPage2 }) => tmpPage === page || tmpPage2 === page);
  return p < 0 ? '' : `pipe ${PIPE_NAMES[p]}, as its tmp_page`;
}

/** Who else than its taker has the page, by the state; '' for nobody. */
function otherOwner(k: Kernel, w: World, page: Page): string {
  for (const mm of k.mms) {
    const v = mm.ptes.findIndex((pte) => pte.page === page);
    if (v >= 0) return `page ${v} of the ${mm.id === 0 ? 'parent' : 'child'}`;
  }
  for (let p = 0; p < k.pipes.length; p++) {
    k.usePipe(p);
    // What is left of the buffer that it was taken from stays where it is.
    for (let j = p === k.out.on ? 1 : 0; j < w.ring.used(k); j++) {
      if (w.ring.slot(k, j).page === page) return `a buffer of pipe ${PIPE_NAMES[p]}`;
    }
  }
  if (page.isFile && k.lending.uncached !== page) return 'the page cache of the file';
  return page.isZero ? 'the kernel, as its zero page' : keptBy(k, page);
}

/**
 * The taker is done: who else has what it took is noted, and it drops what it still has. The file is read again, which
 * puts a page into the cache in place of one that was taken.
 */
export function settleTaker(k: Kernel, w: World): void {
  const { lending } = k;
  for (let n = 0; n < lending.nrStolen; n++) {
    const { page, isDropped } = lending.stolen[n];
    if (page === null) continue;
    if (lending.otherOwner === '') lending.otherOwner = isDropped ? keptBy(k, page) : otherOwner(k, w, page);
    if (!isDropped) dropTaken(page);
  }
  k.usePipe(k.out.on);
  const { uncached } = lending;
  if (uncached === null) return;
  uncached.head.refcount++;
  uncached.isLru = true;
  if (k.bounds.contents !== 'off') paint(uncached);
}

/** The taker's reference; a count that is wrong by then is another rule's. */
function dropTaken(page: Page): void {
  if (page.head.refcount <= 0) return;
  page.head.refcount--;
  if (page.head.refcount > 0) return;
  page.isLru = page.isAnonMapped = page.isAnonExclusive = false;
  fillBytes(page.data, 0);
}

/** Whether what was taken had been given; asked while the bytes are still owed. */
export function noteTaken(g: Ghost, k: Kernel): void {
  const { lending } = k;
  for (let n = 0; n < lending.nrStolen; n++) {
    const { at, len, isUsers } = lending.stolen[n];
    const lender = isUsers && len > 0 ? g.lender[at] : 0;
    if ((lender & LENT) !== 0 && (lender & GIVEN) === 0) lending.isNotGiven = true;
  }
}

/** Whether the taker was given the bytes that were owed. */
export function isTakenRight(g: Ghost, k: Kernel, bytes: number): boolean {
  if (k.lending.taken !== bytes) return false;
  for (let n = 0; n < bytes; n++) if (k.lending.data[n] !== g.tag[n]) return false;
  return true;
}

/** After a violation: what a pipe has of a process's memory is lent by who maps it, and given. */
export function adoptLenders(k: Kernel, g: Ghost, w: World): void {
  eachOwed(k, g, w, (p, n, page) => {
    if (page === null || (!page.isAnonMapped && !page.isZero)) return;
    const mm = k.mms.find(({ ptes }) => ptes.some((pte) => pte.page === page));
    const vpage = mm?.ptes.findIndex((pte) => pte.page === page) ?? -1;
    g.lenders[p][n] = mm === undefined ? LENT | GIVEN : lenderOf(k, mm.id, vpage, true);
  });
}

/** After each op: whoever lent a page and has another one there by now can not change it any more. */
export function normaliseLent(k: Kernel, g: Ghost, w: World): void {
  forgetExclusive(k);
  const { vpages } = k.bounds;
  eachOwed(k, g, w, (p, n, page) => {
    const who = g.lenders[p][n] & WHO;
    if (who === 0 || page === null) return;
    const pte = k.mms[Math.floor((who - 1) / vpages)].ptes[(who - 1) % vpages];
    if (pte.page !== page || page.isZero) g.lenders[p][n] &= ~WHO;
  });
}
