/**
 * After a soft violation: the state is taken as it is for what is owed from here on, so
 * that one bug does not hide the next.
 */
import { isPending } from '../model/callers/callers.js';
import { positionOf } from '../model/flat.js';
import type { Ghost } from '../model/ghost.js';
import { ByteKind } from '../model/ghost.js';
import { inodeByte } from '../model/inode.js';
import type { Kernel, Page, PipeInodeInfo } from '../model/kernel.js';
import { PIPE_BUF_FLAG_PACKET, Tag, Vma } from '../model/kernel.js';
import { adoptLenders } from '../model/lent.js';
import type { World } from '../model/op.js';
import { freeFolio } from '../model/mm.js';
import { clearOwners, countOwners, isCounted, pins, refcountOf, refs } from '../model/owners.js';
import { FOLLOWS_FILE } from '../model/private.js';
import { capacity } from '../model/ops/iter.js';

export function adoptState(k: Kernel, g: Ghost, w: World): void {
  if (k.caller.kind !== 0 && k.iter.active && k.iter.count <= k.readMax) {
    if (w.design.contract.count === 'requested') g.left = k.iter.count;
    else if (!isPending(k)) g.left = capacity(k, w);
  }
  if (w.scenario.copies) adoptIterator(k, g);
  if (k.needs.openFiles === true) emptySlots(k.pipe);
  if (k.needs.inodes === true) adoptFiles(k, g);
  if (k.needs.memory !== 'none' || k.needs.openFiles === true || k.needs.inodes === true) forgetLeaks(k, w);
  if (k.needs.memory === 'paged') adoptMemory(k, g);
  if (!k.needs.pipe || isPending(k)) return;
  for (let p = 0; p < k.pipes.length; p++) {
    k.usePipe(p);
    g.select(p);
    adoptBytes(k, g, w);
  }
  k.usePipe(0);
  g.select(0);
  if (k.needs.lends === true) adoptLenders(k, g, w);
}

/** The iterator has what it has left, and stands where it stands. */
function adoptIterator(k: Kernel, g: Ghost): void {
  if (!k.iter.active) return;
  const { vec, count } = k.iter;
  const pos = positionOf(k, k.iter);
  // Where it has no position, what it has left says how far it has come.
  g.pos = pos >= 0 ? pos : Math.max(0, g.pos + g.left - count);
  if (vec === null || g.pos + count <= vec.bytes) g.left = count;
}

/**
 * References, pins and arrays that leaked are told once, and are as if they had not been from
 * here on: a leak that repeats would otherwise count up to the end of its counter, state by
 * state. What was dropped too often stays so, and its page is freed under somebody.
 */
function forgetLeaks(k: Kernel, w: World): void {
  k.arrays = Math.min(k.arrays, k.request.ownsArray ? 1 : 0);
  countOwners(k, w.ring);
  for (const page of k.pages) {
    if (!isCounted(page)) continue;
    const expected = refcountOf(k, page, refs[page.pfn], pins[page.pfn]);
    if (page.pincount > pins[page.pfn]) page.pincount = pins[page.pfn];
    if (page.refcount <= expected) continue;
    page.refcount = expected;
    if (expected === 0) freeFolio(k, page, 'adopt');
  }
  clearOwners(k);
}

/** Each process has to read what it reads now. */
function adoptMemory(k: Kernel, g: Ghost): void {
  k.filePages.forEach((page, f) => {
    g.file[f] = page.data[0];
  });
  for (const mm of k.mms) {
    mm.ptes.forEach(({ page }, v) => {
      const isOfFile = page === null ? mm.vma[v] !== Vma.Anon && mm.vma[v] !== Vma.None : page.isFile;
      g.memory[mm.id * k.bounds.vpages + v] = isOfFile ? FOLLOWS_FILE : (page?.data[0] ?? 0);
    });
  }
}

/** What a call has left in the slots of the internal pipe is told once. */
function emptySlots(pipe: PipeInodeInfo): void {
  for (const buf of pipe.bufs) {
    buf.ops = buf.flags = buf.offset = buf.len = 0;
    buf.page = null;
  }
  pipe.head = pipe.tail = pipe.curbuf = pipe.nrbufs = 0;
}

/** f holds what its page cache says. */
function adoptFiles(k: Kernel, g: Ghost): void {
  emptySlots(k.pipes[k.pipes.length - 1]);
  for (let n = 0; n < g.content.length; n++) g.content[n] = inodeByte(k, k.splice.inodes[0], n);
}

/** A byte of a slot is the file's own: its number in the file; -1 if it is not. */
function sharedByte(k: Kernel, page: Page | null, b: number): number {
  if (k.needs.inodes !== true || page === null) return -1;
  const n = k.splice.inodes[0].cache.indexOf(page);
  return n < 0 ? -1 : n * k.pageSize + b;
}

function adoptBytes(k: Kernel, g: Ghost, w: World): void {
  g.cut(0);
  for (let j = 0; j < w.ring.used(k); j++) {
    const buf = w.ring.slot(k, j);
    const isPacket = (buf.flags & PIPE_BUF_FLAG_PACKET) !== 0;
    const end = Math.min(buf.offset + buf.len, k.pageSize);
    for (let b = buf.offset; b < end; b++) {
      const kind = isPacket ? (b === end - 1 ? ByteKind.PacketEnd : ByteKind.Packet) : ByteKind.Stream;
      const shared = sharedByte(k, buf.page, b);
      if (shared >= 0) g.owe(shared, ByteKind.Shared);
      else g.owe(buf.page === null ? Tag.NeverWritten : buf.page.data[b], kind);
    }
  }
  if (g.start > g.n) g.start = g.n;
}
