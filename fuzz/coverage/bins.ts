/**
 * What a run has been through, as the coverage engine sees it: coarse classes of the
 * model's state, and of the ops that led from one to another. Coarse on purpose: a bin for
 * each state keeps every input, and then none of them stands out.
 *
 * Which bytes are owed, and what is broken, are no part of it: the engine is led by what the
 * design does, not by what the judge knows.
 */
import type { Runner } from '../../harness/runner.js';
import type { Kernel, PipeBuffer } from '../../model/kernel.js';
import { PipeBufOps } from '../../model/kernel.js';
import type { RingView } from '../../model/ring.js';

/** Bins that there are room for, by kind; names are hashed into them. */
export const KINDS = 9;
const KIND_SHIFT = 15;
export const BINS = KINDS << KIND_SHIFT;

export const kindOfBin = (bin: number): number => bin >> KIND_SHIFT;

/** A name of three small numbers and the kind of bin, spread over the bins. */
function binOf(kind: number, a: number, b: number, c: number): number {
  let h = Math.imul(kind + 1, 0x9e3779b1) ^ a;
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b) ^ b;
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) ^ c;
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return (kind << KIND_SHIFT) | ((h ^ (h >>> 15)) & ((1 << KIND_SHIFT) - 1));
}

const KIND = {
  pair: 0,
  onRing: 1,
  ring: 2,
  context: 3,
  both: 4,
  memory: 5,
  inContext: 6,
  counter: 7,
  edge: 8,
} as const;

/** Bins of edges of compiled code. */
export const EDGE: number = KIND.edge;

/** none, one, more, all. */
function amount(n: number, most: number): number {
  if (n === 0) return 0;
  if (n >= most) return 3;
  return n === 1 ? 1 : 2;
}

/** Kind of a buffer, and its flags: seven bits. */
const kindOf = (buf: PipeBuffer): number => (buf.ops & 7) | ((buf.flags & 0x0c) << 1) | ((buf.flags & 0x10) >> 1);

/** Class of the references of a page that is in a slot: its own alone, one more, several. */
function shareOf(buf: PipeBuffer): number {
  const { page } = buf;
  if (page === null) return 0;
  const more = page.head.refcount - (page.isFile ? 2 : 1);
  return (page.isFile ? 4 : 0) | (more <= 0 ? 0 : more === 1 ? 1 : 2);
}

/** The ring that `k.pipe` has: occupancy, whether it wraps, its first and last buffer, what the next slot still holds. */
function ringClass(k: Kernel, ring: RingView): number {
  const size = ring.size(k);
  const used = Math.min(ring.used(k), size);
  const next = ring.slot(k, used);
  let c = amount(used, size) | ((next.ops === PipeBufOps.Null ? next.flags & 0x1c : 0) << 1);
  if (used === 0) return c;
  const first = ring.slot(k, 0);
  const last = ring.slot(k, used - 1);
  c |= (ring.index(k, 0) + used > size ? 1 : 0) << 6;
  c |= (first.offset > 0 ? 1 : 0) << 7;
  c |= (last.len === 0 ? 2 : last.offset + last.len < k.pageSize ? 1 : 0) << 8;
  return c | (kindOf(last) << 10) | (shareOf(last) << 17) | (shareOf(first) << 20);
}

const position = (at: number, left: number): number => (at === 0 ? 0 : left === 0 ? 2 : 1);

/** Who holds the pipe, where its iterator stands, and how far the I/O on its pages is. */
function contextClass(k: Kernel): number {
  const { caller, iter, iterCopy, request } = k;
  let c = (caller.kind & 7) | (caller.isStopped ? 8 : 0);
  if (iter.active) c |= (1 | (position(iter.iovOffset, iter.count) << 1) | ((iter.type & 15) << 3)) << 4;
  if (iterCopy.active) c |= 1 << 12;
  if (request.on > 0) {
    const flags = (request.isWritten ? 1 : 0) | (request.isCommitted ? 2 : 0) | (request.isPut ? 4 : 0);
    c |= (1 | (flags << 1) | ((request.inFlight ? 1 : 0) << 4) | ((request.hold & 3) << 5)) << 13;
    c |= amount(request.nr, 3) << 20;
  }
  c |= Math.min(3, k.arrays) << 22;
  for (let n = 0; n < k.added.length; n++) c ^= k.added[n] << (24 + (n & 7));
  return c;
}

/** Address spaces and files, where there are any. */
function memoryClass(k: Kernel): number {
  let c = 0;
  for (const mm of k.mms) {
    c = (c << 2) | (mm.isAlive ? 1 : 0) | (mm.hasPinned ? 2 : 0);
    const { page, isWritable } = mm.ptes[0];
    if (page === null) c <<= 4;
    else c = (c << 4) | 1 | (isWritable ? 2 : 0) | (page.isAnonExclusive ? 4 : 0) | (page.head.refcount > 1 ? 8 : 0);
  }
  for (const file of k.splice.files) c = (c << 1) ^ (file.fPos.pos > 0 ? 1 : 0) ^ (file.fCount << 1);
  return c;
}

/** Counters that count up to something: bugs that need many of the same are reached rung by rung. */
function mostReferences(k: Kernel): number {
  let most = 0;
  for (const page of k.pages) {
    const n = page.head.refcount + page.pincount;
    if (n > most) most = n;
    else if (n < 0) return 255;
  }
  return Math.min(most, 254);
}

/** Edges of compiled code that a design runs beside the model's, by number. */
export interface Edges {
  readonly length: number;
  /** Tells each that was taken since this was last asked. */
  drain(tell: (edge: number) => void): void;
}

export class Bins {
  /** Times that the present run met each bin, up to 255. */
  readonly counts = new Uint8Array(BINS);
  /** Bins that it met, in that order: the first `size`. */
  readonly met = new Int32Array(BINS);
  /** Ops until each of them was met first. */
  readonly at = new Int32Array(BINS);
  size = 0;
  private readonly runner: Runner;
  private last = 0;
  private readonly rings = [0, 0];
  private context = 0;
  private steps = 0;

  /** Head says how often the ring was gone round. */
  private readonly ringBits: number;
  private readonly edges: Edges | undefined;
  private readonly meetEdge = (edge: number): void => this.meet((KIND.edge << KIND_SHIFT) | edge);

  constructor(runner: Runner, edges?: Edges) {
    this.runner = runner;
    this.edges = edges;
    if (edges !== undefined && edges.length > 1 << KIND_SHIFT) throw new RangeError(`${edges.length} edges`);
    this.ringBits = Math.log2(runner.k.bounds.ring);
  }

  /** Another run, from the initial state. */
  begin(): void {
    for (let n = 0; n < this.size; n++) this.counts[this.met[n]] = 0;
    this.size = this.steps = this.last = this.context = 0;
    this.rings.fill(0);
    this.edges?.drain(() => {});
  }

  private meet(bin: number): void {
    const n = this.counts[bin];
    if (n === 0) {
      this.at[this.size] = this.steps;
      this.met[this.size++] = bin;
    }
    if (n < 255) this.counts[bin] = n + 1;
  }

  /** How often each ring was gone round. */
  private laps(): void {
    const { k } = this.runner;
    for (let p = 0; p < k.pipes.length; p++) {
      this.meet(binOf(KIND.counter, k.pipes[p].head >>> this.ringBits, this.rings[p] & 3, 1 + p));
    }
  }

  /** The op of spec number `spec` returned `ret`. */
  step(spec: number, ret: number): void {
    const { runner, rings } = this;
    const { k, w } = runner;
    this.steps++;
    const op = spec * 3 + (ret > 0 ? 0 : ret === 0 ? 1 : 2);
    this.meet(binOf(KIND.pair, op, this.last, 0));
    if (k.needs.pipe) {
      for (let p = 0; p < k.pipes.length; p++) {
        this.meet(binOf(KIND.onRing, op, rings[p], p));
        if (k.pipes.length > 1) k.pipe = k.pipes[p];
        rings[p] = ringClass(k, w.ring);
        this.meet(binOf(KIND.ring, rings[p], p, 0));
      }
      k.pipe = k.pipes[0];
    }
    this.meet(binOf(KIND.inContext, op, this.context, 0));
    const context = contextClass(k);
    if (context !== this.context) this.meet(binOf(KIND.context, context, rings[0] & 0x43, 0));
    this.context = context;
    if (k.pipes.length > 1) this.meet(binOf(KIND.both, rings[0] & 0x3c3, rings[1] & 0x3c3, 0));
    if (k.mms.length > 0 || k.splice.files.length > 0) this.meet(binOf(KIND.memory, memoryClass(k), op, 0));
    this.meet(binOf(KIND.counter, mostReferences(k), 0, 0));
    if (k.needs.pipe) this.laps();
    this.edges?.drain(this.meetEdge);
    this.last = op;
  }
}
