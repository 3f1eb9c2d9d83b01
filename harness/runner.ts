/**
 * THE loop and the only judge: takes one op, accounts for what is owed, holds every
 * invariant against the new state. Engines choose ops; nothing else decides a violation.
 */
import { INVARIANTS } from '../invariants/invariants.js';
import type { Invariant, Judged } from '../invariants/invariant.js';
import type { Bounds } from '../model/bounds.js';
import { isPending } from '../model/callers/callers.js';
import type { Design } from '../model/design.js';
import { cName } from '../model/functions.js';
import type { FunctionName, KernelFunctions } from '../model/functions.js';
import { Ghost } from '../model/ghost.js';
import type { Codec } from '../model/image.js';
import { makeCodec } from '../model/image.js';
import { Kernel, OOPS, PipeBufOps, Tag } from '../model/kernel.js';
import type { OpInstance, OpSpec, World } from '../model/op.js';
import { opInstances } from '../model/op.js';
import { OPS } from '../model/ops/ops.js';
import { capacity } from '../model/ops/iter.js';
import { ringView } from '../model/ring.js';
import { SCENARIOS } from '../model/scenario.js';
import type { ScenarioName } from '../model/scenario.js';
import { makeCanon } from '../model/symmetry.js';
import { Reached } from './reached.js';
import type { System } from './system.js';

/** What became of an op. */
export const Step = {
  /** Not enabled here. */
  Disabled: 0,
  /** Its choice was never met; the state is spoilt and must be loaded again. */
  Idle: 1,
  /** Taken, and every invariant holds. */
  Taken: 2,
  /** Taken; soft invariants broke, are marked, and the path goes on. */
  Violated: 3,
  /** Taken; the path ends here. */
  Fatal: 4,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** The class of a violation: which rule, at which call, in which function. */
export interface ViolationClass {
  readonly invariant: string;
  readonly op: string;
  readonly function: string;
}

export interface Found extends ViolationClass {
  readonly severity: 'soft' | 'fatal';
  readonly explanation: string;
  /** Slots from the oldest to mark in a drawing; -1 marks the iterator. */
  readonly marks: readonly number[];
}

/** Where the ghost stops counting the violating steps of a path. */
const BREAKS_MAX = 3;

/** An error inside a design's own code that is no kernel oops: it threw, or returned no number. */
export class DesignFault extends Error {}

export function classKey(c: ViolationClass): string {
  return `${c.invariant} ${c.op} ${c.function}`;
}

/** Invariants that are judged at the same moments, and their bits in the image. */
interface Rules {
  readonly list: Invariant[];
  readonly bits: number[];
}

/** One op spec with the range of its instances, so that `ready` is asked once. */
interface Group {
  readonly spec: OpSpec;
  readonly first: number;
  readonly end: number;
}

export class Runner implements System {
  readonly k: Kernel;
  readonly g: Ghost;
  readonly w: World;
  readonly codec: Codec;
  readonly ops: readonly OpInstance[];
  readonly groups: readonly Group[];
  readonly invariants: readonly Invariant[];
  readonly reached: Reached;
  /** Which invariants broke in the last step; filled only by Violated and Fatal. */
  readonly broken: Invariant[] = [];
  /** Fatal rule of the last step, where it was Fatal. */
  readonly judged: Judged;
  private readonly everyStep: Rules = { list: [], bits: [] };
  private readonly settled: Rules = { list: [], bits: [] };
  private readonly iteratorSane: Rules = { list: [], bits: [] };
  private readonly unlocked: Rules = { list: [], bits: [] };
  private readonly query: Rules = { list: [], bits: [] };
  /** False while an op is run again only to see what it calls. */
  private isCounting = true;
  private readonly bit = new Map<Invariant, number>();
  private readonly before: Int32Array;
  private readonly after: Int32Array;
  /** Args of all instances, four a row. */
  private readonly args: Int32Array;

  constructor(design: Design, bounds: Bounds, scenario: ScenarioName) {
    const ring = ringView(design.ring);
    this.w = { design, bounds, scenario: SCENARIOS[scenario], ring };
    this.k = new Kernel(bounds, design.functions);
    for (const _field of design.addedFields) this.k.added.push(0);
    this.g = new Ghost(bounds);
    const added = design.addedFields.map(([, bits]) => bits);
    this.codec = makeCodec(bounds, design.ring, this.k.pages.length, added, makeCanon(bounds, design.ring));
    this.ops = opInstances(OPS, this.w);
    this.groups = group(this.ops);
    this.args = new Int32Array(4 * this.ops.length);
    this.ops.forEach((op, n) => this.args.set(op.args, 4 * n));
    this.before = new Int32Array(this.codec.words);
    this.after = new Int32Array(this.codec.words);
    this.reached = new Reached(this.ops);
    this.invariants = [...INVARIANTS, ...design.addedInvariants.map(ownInvariant)];
    this.invariants.forEach((invariant, n) => {
      if (invariant.severity === 'fatal') return;
      this.bit.set(invariant, 1 << n);
      const rules = this.rulesFor(invariant);
      rules.list.push(invariant);
      rules.bits.push(1 << n);
    });
    const { k, g, w } = this;
    this.judged = { k, g, w, spec: this.ops[0].spec, args: [], ret: 0, unkept: '', hasQueryChanged: false };
    this.reset();
  }

  private rulesFor(invariant: Invariant): Rules {
    switch (invariant.when) {
      case 'every-step':
        return this.everyStep;
      case 'settled':
        return this.settled;
      case 'iterator-sane':
        return this.iteratorSane;
      case 'unlocked':
        return this.unlocked;
      case 'query':
        return this.query;
    }
  }

  get words(): number {
    return this.codec.words;
  }

  get opCount(): number {
    return this.ops.length;
  }

  reset(): void {
    this.k.reset();
    this.g.reset();
    this.g.isMarkFree = this.k.bounds.contents !== 'off';
  }

  load(from: Int32Array, at: number): void {
    this.codec.load(this.k, this.g, from, at);
  }

  save(to: Int32Array, at: number): boolean {
    return this.codec.save(this.k, this.g, to, at);
  }

  isReady(spec: OpSpec): boolean {
    return spec.ready(this.k, this.g, this.w);
  }

  /** Whether instance `n` may be taken, given that its spec is ready. */
  isAllowed(n: number): boolean {
    const { spec } = this.ops[n];
    if (spec.allowed === undefined) return true;
    const a = 4 * n;
    const { args } = this;
    return spec.allowed(this.k, this.g, this.w, args[a], args[a + 1], args[a + 2], args[a + 3]);
  }

  /** Takes op `n` if it is enabled. After Idle and Fatal the state is spoilt. */
  step(n: number): Step {
    if (!this.isReady(this.ops[n].spec) || !this.isAllowed(n)) return Step.Disabled;
    return this.take(n);
  }

  /** Takes op `n`, known to be enabled. */
  take(n: number): Step {
    const { k, g, w, judged } = this;
    const { spec, args: argList } = this.ops[n];
    const at = 4 * n;
    const a = this.args[at];
    const b = this.args[at + 1];
    const c = this.args[at + 2];
    const d = this.args[at + 3];
    k.beginOp();
    g.isMisdelivered = false;
    this.broken.length = 0;
    judged.spec = spec;
    judged.args = argList;
    judged.hasQueryChanged = false;
    if (spec.isQuery === true) this.codec.save(k, g, this.before, 0);
    const ret = this.call(spec, a, b, c, d);
    judged.ret = ret;
    if (k.fatal !== '') return this.fatal();
    if (spec.isIdle?.(k, ret, a, b, c, d) === true) return Step.Idle;
    judged.unkept = spec.promise?.(g, k, w, ret, a, b, c, d) ?? '';
    spec.account?.(g, k, w, ret, a, b, c, d);
    if (spec.isQuery === true) judged.hasQueryChanged = this.hasChanged();
    if (k.bounds.stale === 'flags') this.dropStaleFields();
    if (k.bounds.contents !== 'off') {
      this.forgetUnreadable();
      this.forgetFileMark();
    }
    if (this.isCounting) this.reached.note(n, ret);
    return this.judge();
  }

  /** Calls the op; a kernel oops is left in `k.fatal`, anything else that is thrown is the design's fault. */
  private call(spec: OpSpec, a: number, b: number, c: number, d: number): number {
    try {
      const ret = spec.apply(this.k, this.w, a, b, c, d);
      if (typeof ret !== 'number' || !Number.isInteger(ret)) {
        throw new DesignFault(`${entry(spec)}() returned ${String(ret)}, which is no integer`);
      }
      return ret;
    } catch (error) {
      if (error === OOPS) return 0;
      if (error instanceof DesignFault) throw error;
      throw new DesignFault(`${entry(spec)}() threw: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }

  private hasChanged(): boolean {
    this.codec.save(this.k, this.g, this.after, 0);
    for (let i = 0; i < this.before.length; i++) if (this.before[i] !== this.after[i]) return true;
    return false;
  }

  /** bounds.stale=flags: of a released slot only the flags stay; see model/README.md. */
  private dropStaleFields(): void {
    for (const buf of this.k.pipe.bufs) {
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
  private forgetUnreadable(): void {
    const { k, w } = this;
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
  private forgetFileMark(): void {
    const { k, g } = this;
    if (g.fileMark < 0) return;
    const page = k.filePages[Math.floor(g.fileMark / k.pageSize)];
    const at = g.fileMark % k.pageSize;
    if (page.refcount !== 1 || page.data[at] !== Tag.Marked) return;
    page.data[at] = Tag.Plain;
    g.fileMark = -1;
  }

  private judge(): Step {
    const { k, judged } = this;
    this.holdAll(this.everyStep);
    if (judged.spec.isQuery === true) this.holdAll(this.query);
    if (k.caller.kind === 0) {
      this.holdAll(this.settled);
      this.holdAll(this.unlocked);
    } else if (!isPending(k)) {
      this.holdAll(this.settled);
      if (k.iter.active) this.holdAll(this.iteratorSane);
    }
    if (this.broken.length > 0) return Step.Violated;
    // What broke earlier on this path is followed, so that it is not told again at each step.
    if (this.g.broken !== 0) this.adopt();
    return Step.Taken;
  }

  private holdAll(rules: Rules): void {
    const { list, bits } = rules;
    const { broken } = this.g;
    for (let n = 0; n < list.length; n++) {
      if ((broken & bits[n]) === 0 && !list[n].holds(this.judged)) this.broken.push(list[n]);
    }
  }

  private fatal(): Step {
    for (const invariant of this.invariants) {
      if (invariant.severity === 'fatal' && !invariant.holds(this.judged)) this.broken.push(invariant);
    }
    return Step.Fatal;
  }

  /** Turns a value that fits no field into the fatal violation it is. */
  failSave(): void {
    this.k.fatal = 'value-out-of-range';
    this.k.fatalWhy = this.codec.misfits(this.k, this.g).join(', ');
    this.broken.length = 0;
    this.fatal();
  }

  /**
   * After Violated: marks what broke, and takes the state as it is for what is owed, so
   * that one bug does not hide the next.
   */
  adopt(): void {
    const { k, g, w } = this;
    if (this.broken.length > 0 && g.breaks < BREAKS_MAX) g.breaks++;
    for (const invariant of this.broken) g.broken |= this.bit.get(invariant) ?? 0;
    if (k.caller.kind !== 0 && k.iter.active && k.iter.count <= k.readMax) {
      g.left = w.design.contract.count === 'capacity' ? capacity(k, w) : k.iter.count;
    }
    if (!isPending(k)) this.adoptBytes();
  }

  private adoptBytes(): void {
    const { k, g, w } = this;
    g.cut(0);
    for (let j = 0; j < w.ring.used(k); j++) {
      const buf = w.ring.slot(k, j);
      const isPacket = (buf.flags & 0x08) !== 0;
      const end = Math.min(buf.offset + buf.len, k.pageSize);
      for (let b = buf.offset; b < end; b++) {
        const kind = isPacket ? (b === end - 1 ? 2 : 1) : 0;
        g.owe(buf.page === null ? 0 : buf.page.data[b], kind);
      }
    }
    if (g.start > g.n) g.start = g.n;
  }

  /** What broke, in words. Call it before `adopt`. */
  describe(functionOf: (invariant: Invariant) => string): Found[] {
    return this.broken.map((invariant) => ({
      invariant: invariant.id,
      op: this.judged.spec.name,
      function: functionOf(invariant),
      severity: invariant.severity,
      explanation: invariant.explain(this.judged),
      marks: invariant.severity === 'fatal' ? [] : (invariant.marks?.(this.judged) ?? []),
    }));
  }

  /** Runs op `n` once more with every call of a design function reported to `hook`. */
  withTrace(table: KernelFunctions, n: number): void {
    this.k.fn = table;
    this.isCounting = false;
    try {
      this.take(n);
    } finally {
      this.isCounting = true;
      this.k.fn = this.w.design.functions;
    }
  }

  get isQuiescent(): boolean {
    return this.k.caller.kind === 0 && this.w.ring.used(this.k) === 0 && this.k.request.on === 0;
  }
}

/** The C function that an op enters, for messages. */
function entry(spec: OpSpec): string {
  return spec.fn === null ? spec.name : cName(spec.fn satisfies FunctionName);
}

function group(ops: readonly OpInstance[]): Group[] {
  const out: { spec: OpSpec; first: number; end: number }[] = [];
  ops.forEach((op, n) => {
    const last = out.at(-1);
    if (last?.spec === op.spec) last.end = n + 1;
    else out.push({ spec: op.spec, first: n, end: n + 1 });
  });
  return out;
}

function ownInvariant(added: Design['addedInvariants'][number]): Invariant {
  return {
    id: added.id,
    statement: added.statement,
    why: added.why,
    source: [],
    when: 'every-step',
    severity: 'soft',
    holds: (s) => added.holds(s.k, s.g),
    explain: () => added.statement,
  };
}
