/**
 * After each op: what nobody can tell apart is made equal, so that states merge. Each step
 * has its reason here and in model/README.md.
 */
import { fillBytes } from '../model/bytes.js';
import { hasMarks } from '../model/bounds.js';
import type { Ghost } from '../model/ghost.js';
import type { Kernel, Page, PipeInodeInfo } from '../model/kernel.js';
import { ITER_DISCARD, PipeBufOps, Tag } from '../model/kernel.js';
import { normaliseLent, paintContents } from '../model/lent.js';
import { normaliseFiles } from '../model/numbering.js';
import type { World } from '../model/op.js';
import { normaliseMemory } from '../model/private-form.js';

/** Before each op: scratch is cleared, and where contents are no state, each byte gets a value. */
export function beginStep(k: Kernel, g: Ghost, w: World): void {
  k.beginOp();
  g.isMisdelivered = false;
  if (k.needs.lends === true) paintContents(k, g, w);
}

type Normal = (k: Kernel, g: Ghost, w: World) => void;

/** The steps that have anything to do in a world, in order. */
function stepsOf({ needs, bounds, pipes, tasks }: Kernel, w: World): Normal[] {
  const hasMore = pipes.length > 1 || tasks.length > 0;
  const out: Normal[] = [];
  if (w.scenario.copies) out.push(forgetDiscardOffset);
  if (needs.pipe && bounds.stale !== 'all') out.push(dropStaleFields);
  if (needs.lends === true) out.push(normaliseLent);
  else if (needs.memory === 'paged') out.push(normaliseMemory);
  if (needs.tmpPages === 2 && bounds.symmetry !== 'off') out.push(fillFirstTmpPage);
  if (hasMore && bounds.symmetry !== 'off') out.push(normalisePipes);
  if (needs.lends === true) return out;
  if (needs.inodes === true) return [...out, normaliseFiles];
  if (!needs.pipe || bounds.contents === 'off') return out;
  out.push(forgetUnreadable, forgetFileMark);
  if (hasMore && hasMarks(bounds)) out.push(freeMark);
  return out;
}

/** The steps of a world as one function, to be called after each op. */
export function makeNormalise(k: Kernel, w: World): Normal {
  const steps = stepsOf(k, w);
  const names = steps.map((_, n) => `s${n}`);
  const body = `return (k, g, w) => {\n${names.map((name) => `${name}(k, g, w);\n`).join('')}};\n//# sourceURL=normalise`;
  return new Function(...names, body)(...steps) as Normal;
}

/**
 * Beside a second pipe no iterator lives from op to op, and no function compares free-running
 * counters but for their difference: they count from the slot that tail is at. Where nothing of
 * a free slot stays, an empty ring may as well begin at slot 0.
 */
function normalisePipes(k: Kernel, _g: Ghost, w: World): void {
  for (const pipe of k.pipes) {
    const used = (pipe.head - pipe.tail) & k.headMask;
    const isEmpty = w.ring.form === 'head-tail' ? used === 0 : pipe.nrbufs === 0;
    const isBlank = isEmpty && k.bounds.stale === 'none';
    pipe.tail = isBlank ? 0 : pipe.tail & (pipe.ringSize - 1);
    pipe.head = (pipe.tail + used) & k.headMask;
    if (isBlank) pipe.curbuf = 0;
    if (k.bounds.oom !== 'off') continue;
    if (mayForget(k, pipe, pipe.tmpPage)) pipe.tmpPage = forgotten(pipe.tmpPage);
    if (mayForget(k, pipe, pipe.tmpPage2)) pipe.tmpPage2 = forgotten(pipe.tmpPage2);
  }
}

/** Where no allocation fails, a cached page that nobody else refers to is as good as a new one. */
function mayForget(k: Kernel, pipe: PipeInodeInfo, page: Page | null): page is Page {
  if (page === null || page.refcount !== 1 || page.isLru) return false;
  if (pipe.tmpPage === pipe.tmpPage2) return false;
  for (const other of k.pipes) {
    if (other !== pipe && (other.tmpPage === page || other.tmpPage2 === page)) return false;
    for (const buf of other.bufs) if (buf.ops !== PipeBufOps.Null && buf.page === page) return false;
  }
  return true;
}

function forgotten(page: Page): null {
  page.refcount = 0;
  fillBytes(page.data, Tag.NeverWritten);
  return null;
}

/** Which of two places a cached page is in decides nothing: a write takes the first that holds one. */
function fillFirstTmpPage(k: Kernel): void {
  for (const pipe of k.pipes) {
    if (pipe.tmpPage !== null || pipe.tmpPage2 === null) continue;
    pipe.tmpPage = pipe.tmpPage2;
    pipe.tmpPage2 = null;
  }
}

/** The marked byte is nowhere any more: another one may be followed, and no two of them ever meet. */
function freeMark(k: Kernel, g: Ghost): void {
  if (g.isMarkFree) return;
  for (const page of k.pages) for (const tag of page.data) if (tag === Tag.Marked) return;
  for (let p = 0; p < g.tags.length; p++) {
    const n = g.owedOf(p);
    for (let b = 0; b < n; b++) if (g.tags[p][b] === Tag.Marked) return;
  }
  g.isMarkFree = true;
}

/** Beside a second pipe a page may be in several slots: its bytes that none of them shows are nobody's. */
function forgetUnshown(k: Kernel, page: Page): void {
  const { pageSize, pipes } = k;
  let shown = 0;
  let slots = 0;
  for (const { bufs } of pipes) {
    for (const buf of bufs) {
      if (buf.ops === PipeBufOps.Null || buf.page !== page) continue;
      slots++;
      shown |= (2 ** Math.min(buf.offset + buf.len, pageSize) - 1) & ~(2 ** buf.offset - 1);
    }
  }
  if (page.refcount !== slots) return;
  for (let b = 0; b < pageSize; b++) if (((shown >> b) & 1) === 0) page.data[b] = Tag.NeverWritten;
}

/** ITER_DISCARD has no position. Up to 5.13 iov_offset counts on all the same, without end, and nothing reads it. */
function forgetDiscardOffset(k: Kernel): void {
  if (k.iter.flavour === ITER_DISCARD) k.iter.iovOffset = 0;
}

/** bounds.stale=flags: of a released slot only the flags stay. */
function dropStaleFields(k: Kernel): void {
  const isNone = k.bounds.stale === 'none';
  for (let p = 0; p < k.pipes.length; p++) {
    const { bufs } = k.pipes[p];
    for (let n = 0; n < bufs.length; n++) {
      const buf = bufs[n];
      if (buf.ops !== PipeBufOps.Null) continue;
      buf.page = null;
      buf.offset = buf.len = 0;
      if (isNone) buf.flags = 0;
    }
  }
}

/**
 * Bytes of an anonymous page that no slot shows, and that nobody else holds, are nobody's
 * data: consumed, or truncated away. A slot that grows over them without writing them
 * shows unwritten bytes, and is told so by the same invariants.
 */
function forgetUnreadable(k: Kernel, _g: Ghost, w: World): void {
  for (const pipe of k.pipes) {
    k.pipe = pipe;
    forgetUnreadableOf(k, w);
  }
  k.usePipe(0);
}

function forgetUnreadableOf(k: Kernel, w: World): void {
  const used = w.ring.used(k);
  for (let j = 0; j < used; j++) {
    const buf = w.ring.slot(k, j);
    const { page } = buf;
    if (page === null || page.isFile) continue;
    if (k.pipes.length > 1) forgetUnshown(k, page);
    if (k.pipes.length > 1 || page.refcount !== 1) continue;
    const end = buf.offset + buf.len;
    for (let b = 0; b < k.pageSize; b++) if (b < buf.offset || b >= end) page.data[b] = Tag.NeverWritten;
  }
}

/** The marked file byte is in no pipe any more: the file may as well hold another byte there. */
function forgetFileMark(k: Kernel, g: Ghost, w: World): void {
  if (g.fileMark < 0) return;
  const page = k.filePages[Math.floor(g.fileMark / k.pageSize)];
  const at = g.fileMark % k.pageSize;
  // Asked of the slots, not of the reference count, which the design may have wrong.
  for (const pipe of k.pipes) {
    k.pipe = pipe;
    const used = w.ring.used(k);
    const isIn = usedSlotOf(k, w, page, used);
    k.usePipe(0);
    if (isIn) return;
  }
  if (page.data[at] !== Tag.Marked) return;
  page.data[at] = k.plain;
  g.fileMark = -1;
}

function usedSlotOf(k: Kernel, w: World, page: Page, used: number): boolean {
  for (let j = 0; j < used; j++) if (w.ring.slot(k, j).page === page) return true;
  return false;
}
