/**
 * A trace with the pages of a real machine: the same ops with their lengths scaled, judged by the same rules. There
 * is no image of such a state, so nothing is searched here: one run from the start, op after op.
 *
 * What each write() puts into a pipe has a value of its own, so that a reader can say whose bytes it was given.
 */
import type { Invariant, Judged } from '../invariants/invariant.js';
import { INVARIANTS } from '../invariants/invariants.js';
import type { Bounds } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import { Ghost } from '../model/ghost.js';
import { Kernel, OOPS, Tag } from '../model/kernel.js';
import type { ArgSpec, OpSpec, World } from '../model/op.js';
import { OPS } from '../model/ops/ops.js';
import { ringView } from '../model/ring.js';
import type { ScenarioName } from '../model/scenario.js';
import { scenarioOf } from '../model/scenario.js';
import { makeScaledVecs, vecTexts } from '../model/vecs.js';
import { Judge, usePipe } from './judge.js';

/** PAGE_SIZE of most machines. */
export const REAL_PAGE = 4096;

/** Buffers of a pipe as it is made. */
const PIPE_DEF_BUFFERS = 16;

/** Values of bytes: those of a file, the marked one, and from here on one for each op. */
export const FILE_BYTE = Tag.Plain;
export const MARKED_BYTE = Tag.Marked;
export const FIRST_BYTE = 3;

/** Arguments that count bytes. */
const IN_BYTES: ReadonlySet<string> = new Set([
  'size',
  'len',
  'bytes',
  'count',
  'off',
  'pos',
  'offset',
  'mark',
  'fault_at',
  'split',
  'maxsize',
  'unroll',
  'after',
]);

/** How lengths grow: edges stay edges (1 is 1 byte, a byte less than a page is a byte less), or all grow alike. */
export const SCALINGS = ['edges', 'linear'] as const;
export type Scaling = (typeof SCALINGS)[number];

/**
 * A byte count at pages of `from` bytes as one at pages of `to`: whole pages stay whole pages. `edges`: what is in the
 * first half of a page keeps its distance from the begin, the rest from the end. `linear`: sums stay sums.
 */
export function scaleBytes(n: number, from: number, to: number, scaling: Scaling): number {
  if (n <= 0) return n;
  if (scaling === 'linear') return (n * to) / from;
  const rest = n % from;
  const pages = (n - rest) / from;
  return pages * to + (rest <= from / 2 ? rest : to - (from - rest));
}

/** One op of a run. */
export interface RealOp {
  readonly spec: OpSpec;
  readonly args: readonly number[];
}

export function scaleOp({ spec, args }: RealOp, from: number, to: number, scaling: Scaling): RealOp {
  const scaled = (value: number, arg: ArgSpec): number =>
    IN_BYTES.has(arg.name) && arg.names === undefined ? scaleBytes(value, from, to, scaling) : value;
  return { spec, args: args.map((value, a) => (a < spec.args.length ? scaled(value, spec.args[a]) : value)) };
}

/** What became of an op. */
export interface RealStep {
  readonly ret: number;
  /** The choice of the op was met: it faulted, or an allocation failed. */
  readonly isMet: boolean;
  /** What was promised, where that was not kept; else ''. */
  readonly unkept: string;
  /** Ids of the rules that do not hold. */
  readonly broken: readonly string[];
}

export class RealRun {
  readonly k: Kernel;
  readonly g: Ghost;
  readonly w: World;
  /** The calls that there are in this world. */
  readonly specs: readonly OpSpec[];
  private readonly invariants: readonly Invariant[];
  private readonly judge: Judge;
  private readonly judged: Judged;
  private writes = 0;
  /** What the last op has written, if it was a write. */
  byte: number = FILE_BYTE;
  /** Which byte of the file is the marked one, from when it was first shown on; -1 for none. */
  fileMark = -1;

  /** For one process at most, whose page tables change by its own calls alone. Counters are as wide as they come. */
  constructor(design: Design, bounds: Bounds, name: ScenarioName, scaling: Scaling = 'edges') {
    const scenario = scenarioOf(name, design.tmpPages);
    const b: Bounds = {
      ...bounds,
      page: REAL_PAGE,
      // sendfile() goes over the task's own pipe, which nobody can resize.
      ring: name === 'sendfile' ? PIPE_DEF_BUFFERS : bounds.ring,
      contents: '3',
      headbits: 30,
      refbits: bounds.refbits === 0 ? 0 : 32,
    };
    this.w = { design, bounds: b, scenario, ring: ringView(design.ring), vecTexts: vecTexts(bounds, scenario.needs) };
    this.k = new Kernel(b, design.functions, scenario.needs);
    this.k.vecs = makeScaledVecs(this.k, bounds, (n) => scaleBytes(n, bounds.page, REAL_PAGE, scaling));
    for (const _field of design.addedFields) this.k.added.push(0);
    this.g = new Ghost(b, scenario.needs);
    this.invariants = INVARIANTS;
    this.judge = new Judge(this.invariants, this.k, false);
    const { k, g, w } = this;
    this.specs = OPS.filter((spec) => spec.exists(this.w));
    this.judged = { k, g, w, spec: this.specs[0], args: [], ret: 0, unkept: '', hasQueryChanged: false };
    this.reset();
  }

  /** An empty pipe, and a file. */
  reset(): void {
    this.k.plain = Tag.Plain;
    this.k.reset();
    this.g.reset();
    this.writes = 0;
    this.fileMark = -1;
  }

  /** Takes ops from the start, and asks no rule. */
  retake(ops: readonly RealOp[]): void {
    this.reset();
    for (const op of ops) this.take(op, false);
  }

  /** Takes an op; what an earlier one broke is told again, and what is owed stays owed. */
  take({ spec, args }: RealOp, isJudged = true): RealStep {
    const { k, g, w, judged } = this;
    const [a = 0, b = 0, c = 0, d = 0] = args;
    k.beginOp();
    g.isMisdelivered = false;
    this.byte = k.plain = spec.fn === 'pipeWrite' ? FIRST_BYTE + this.writes++ : FILE_BYTE;
    judged.spec = spec;
    judged.args = args;
    judged.unkept = '';
    let ret = 0;
    try {
      ret = spec.apply(k, w, a, b, c, d);
    } catch (error) {
      if (error !== OOPS) throw error;
      usePipe(k, g, 0);
      return { ret: 0, isMet: true, unkept: '', broken: [k.fatal] };
    }
    judged.ret = ret;
    const isMet = spec.isIdle?.(k, ret, a, b, c, d) !== true;
    judged.unkept = spec.promise?.(g, k, w, ret, a, b, c, d) ?? '';
    spec.account?.(g, k, w, ret, a, b, c, d);
    // What the rules take for plain are the bytes of the file.
    k.plain = FILE_BYTE;
    usePipe(k, g, 0);
    if (this.fileMark < 0) this.fileMark = g.fileMark;
    const broken: Invariant[] = [];
    if (isJudged) this.judge.name(this.judge.all(judged), broken);
    return { ret, isMet, unkept: judged.unkept, broken: broken.map(({ id }) => id) };
  }

  /** The bytes that the last read() has given its caller. */
  delivered(n: number): Uint8Array {
    return this.k.user.data.subarray(0, n);
  }
}
