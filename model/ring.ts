/**
 * One read-only view of the ring, whichever of its two forms a design has.
 * Invariants, callers and reports read only this.
 */
import type { Kernel, Page, PipeBuffer, PipeInodeInfo } from './kernel.js';
import { PipeBufOps } from './kernel.js';

/** Which fields are the ring's: (curbuf, nrbufs) to 5.4, free-running (head, tail) since 5.5. */
export type RingForm = 'curbuf' | 'head-tail';

export interface RingView {
  readonly form: RingForm;
  /** Slots that the ring has. */
  size(k: Kernel): number;
  /** Slots in use. */
  used(k: Kernel): number;
  /** The j-th used slot, oldest first; j may run on into the free slots. */
  slot(k: Kernel, j: number): PipeBuffer;
  /** Index in `bufs` of the j-th slot from the oldest. */
  index(k: Kernel, j: number): number;
}

const curbufRing: RingView = {
  form: 'curbuf',
  size: (k) => k.pipe.buffers,
  used: (k) => k.pipe.nrbufs,
  index: (k, j) => (k.pipe.curbuf + j) & (k.pipe.buffers - 1),
  slot: (k, j) => k.pipe.bufs[(k.pipe.curbuf + j) & (k.pipe.buffers - 1)],
};

const headTailRing: RingView = {
  form: 'head-tail',
  size: (k) => k.pipe.ringSize,
  used: (k) => (k.pipe.head - k.pipe.tail) & k.headMask,
  index: (k, j) => (k.pipe.tail + j) & (k.pipe.ringSize - 1),
  slot: (k, j) => k.pipe.bufs[(k.pipe.tail + j) & (k.pipe.ringSize - 1)],
};

export function ringView(form: RingForm): RingView {
  return form === 'curbuf' ? curbufRing : headTailRing;
}

/** Slots that may still be filled. */
export function freeSlots(k: Kernel, ring: RingView): number {
  return Math.max(0, ring.size(k) - ring.used(k));
}

/** Bytes a reader can get at, over all used slots. */
export function readableBytes(k: Kernel, ring: RingView): number {
  let n = 0;
  for (let j = 0; j < ring.used(k); j++) n += ring.slot(k, j).len;
  return n;
}

/** Bytes that still fit into the last slot if the iterator may append there, else 0. */
export function roomInLast(k: Kernel, ring: RingView): number {
  const used = ring.used(k);
  if (used === 0) return 0;
  const buf = ring.slot(k, used - 1);
  return buf.ops === PipeBufOps.Default ? k.pageSize - (buf.offset + buf.len) : 0;
}

/** No slot of any pipe is in use, and no task is in a call. */
export function arePipesEmpty(k: Kernel, ring: RingView): boolean {
  const was = k.pipe;
  let used = 0;
  for (const pipe of k.pipes) {
    k.pipe = pipe;
    used += ring.used(k);
  }
  k.pipe = was;
  if (used > 0 || k.tasks.length === 0) return used === 0;
  return k.tasks.every((task) => task.call === 0);
}

/** The pages that a pipe keeps for its next writes. */
export function tmpPagesOf({ tmpPage, tmpPage2 }: PipeInodeInfo): Page[] {
  return [tmpPage, tmpPage2].filter((page) => page !== null);
}
