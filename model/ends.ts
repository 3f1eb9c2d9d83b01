/** The two ends of a ring, in either of its forms: what functions that are the same in both are made with. */
import type { Kernel, PipeBuffer } from './kernel.js';

export interface RingEnds {
  /** Slots in use. */
  used(k: Kernel): number;
  /** The j-th used slot, oldest first. */
  at(k: Kernel, j: number): PipeBuffer;
  /** The oldest slot is free again; its ops are the caller's to clear. */
  pop(k: Kernel): void;
}

/** `curbuf`, `nrbufs` and `buffers`, to 5.4. */
export const curbufEnds: RingEnds = {
  used: (k) => k.pipe.nrbufs,
  at: (k, j) => k.pipe.bufs[(k.pipe.curbuf + j) & (k.pipe.buffers - 1)],
  pop({ pipe }) {
    pipe.curbuf = (pipe.curbuf + 1) & (pipe.buffers - 1);
    pipe.nrbufs--;
  },
};

/** `head` and `tail`, since 5.5. */
export const headTailEnds: RingEnds = {
  used: (k) => (k.pipe.head - k.pipe.tail) & k.headMask,
  at: (k, j) => k.pipe.bufs[(k.pipe.tail + j) & (k.pipe.ringSize - 1)],
  pop(k) {
    k.pipe.tail = (k.pipe.tail + 1) & k.headMask;
  },
};
