/**
 * After each op: what nobody can tell apart is made equal, so that states merge. Each step
 * has its reason here and in model/README.md.
 */
import type { Ghost } from '../model/ghost.js';
import type { Kernel } from '../model/kernel.js';
import { ITER_DISCARD, PipeBufOps, Tag } from '../model/kernel.js';
import type { World } from '../model/op.js';
import { normaliseMemory } from '../model/private-form.js';

export function normalise(k: Kernel, g: Ghost, w: World): void {
  if (w.scenario.copies) forgetDiscardOffset(k);
  if (k.needs.pipe && k.bounds.stale === 'flags') dropStaleFields(k);
  if (k.needs.memory === 'paged') normaliseMemory(k, g);
  if (!k.needs.pipe || k.bounds.contents === 'off') return;
  forgetUnreadable(k, w);
  forgetFileMark(k, g, w);
}

/** ITER_DISCARD has no position. Up to 5.13 iov_offset counts on all the same, without end, and nothing reads it. */
function forgetDiscardOffset(k: Kernel): void {
  if (k.iter.flavour === ITER_DISCARD) k.iter.iovOffset = 0;
}

/** bounds.stale=flags: of a released slot only the flags stay. */
function dropStaleFields(k: Kernel): void {
  for (const buf of k.pipe.bufs) {
    if (buf.ops !== PipeBufOps.Null) continue;
    buf.page = null;
    buf.offset = 0;
    buf.len = 0;
  }
}

/**
 * Bytes of an anonymous page that no slot shows, and that nobody else holds, are nobody's
 * data: consumed, or truncated away. A slot that grows over them without writing them
 * shows unwritten bytes, and is told so by the same invariants.
 */
function forgetUnreadable(k: Kernel, w: World): void {
  const used = w.ring.used(k);
  for (let j = 0; j < used; j++) {
    const buf = w.ring.slot(k, j);
    const { page } = buf;
    if (page === null || page.isFile || page.refcount !== 1) continue;
    const end = buf.offset + buf.len;
    for (let b = 0; b < k.pageSize; b++) if (b < buf.offset || b >= end) page.data[b] = Tag.NeverWritten;
  }
}

/** The marked file byte is in no pipe any more: the file may as well hold another byte there. */
function forgetFileMark(k: Kernel, g: Ghost, w: World): void {
  if (g.fileMark < 0) return;
  const used = w.ring.used(k);
  const page = k.filePages[Math.floor(g.fileMark / k.pageSize)];
  const at = g.fileMark % k.pageSize;
  // Asked of the slots, not of the reference count, which the design may have wrong.
  for (let j = 0; j < used; j++) if (w.ring.slot(k, j).page === page) return;
  if (page.data[at] !== Tag.Marked) return;
  page.data[at] = Tag.Plain;
  g.fileMark = -1;
}
