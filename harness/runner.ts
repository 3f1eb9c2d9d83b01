/**
 * THE loop and the only judge: takes one op, accounts for what is owed, holds every
 * invariant against the new state. Engines choose ops; nothing else decides a violation.
 */
import { INVARIANTS } from '../invariants/invariants.js';
import type { Invariant, Judged, When } from '../invariants/invariant.js';
import type { Bounds } from '../model/bounds.js';
import { isPending } from '../model/callers/callers.js';
import type { Design } from '../model/design.js';
import { cName } from '../model/functions.js';
import type { FunctionName, KernelFunctions } from '../model/functions.js';
import { Ghost } from '../model/ghost.js';
import type { Codec } from '../model/image.js';
import { makeCodec } from '../model/image.js';
import { Kernel, OOPS } from '../model/kernel.js';
import type { OpInstance, OpSpec, World } from '../model/op.js';
import { opInstances } from '../model/op.js';
import { OPS } from '../model/ops/ops.js';
import { arePipesEmpty, ringView } from '../model/ring.js';
import { scenarioOf, type ScenarioName } from '../model/scenario.js';
import { makeCanon } from '../model/symmetry.js';
import { makeVecs, vecTexts } from '../model/vecs.js';
import { adoptState } from './adopt.js';
import { nothingToCall } from './bounds-text.js';
import { describeBroken } from './describe.js';
import { beginStep, normalise } from './normal.js';
import { ownInvariant } from './own-invariant.js';
import { Reached } from './reached.js';
import type { System } from './system.js';
import type { Group, HoldAll } from './unroll.js';
import { groupOps, unrollByMoment } from './unroll.js';
import { usesOf } from './uses.js';
import type { Found } from './violation.js';
import { Step } from './violation.js';

export type { Found, ViolationClass } from './violation.js';
export { classKey, Step } from './violation.js';

/** Where the ghost stops counting the violating steps of a path. */
const BREAKS_MAX = 3;

/** An error inside a design's own code that is no kernel oops: it threw, or returned no number. */
export class DesignFault extends Error {}

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
  readonly judged: Judged;
  private readonly holdAll: Readonly<Record<When, HoldAll>>;
  /** False while an op is run again only to see what it calls. */
  private isCounting = true;
  /** Where there are two pipes: the rules that the last step broke on each. */
  private readonly brokenOn: number[] = [];
  private readonly bit = new Map<Invariant, number>();
  private readonly before: Int32Array;
  private readonly after: Int32Array;
  /** Args of all instances, four a row. */
  private readonly args: Int32Array;

  constructor(design: Design, bounds: Bounds, scenario: ScenarioName, canonOf = makeCanon) {
    const ring = ringView(design.ring);
    const world = scenarioOf(scenario, design.tmpPages);
    const { needs, extract } = world;
    this.w = { design, bounds, scenario: world, ring, vecTexts: vecTexts(bounds, needs) };
    this.k = new Kernel(bounds, design.functions, needs);
    this.k.vecs = makeVecs(this.k);
    for (const _field of design.addedFields) this.k.added.push(0);
    this.g = new Ghost(bounds, needs);
    const added = design.addedFields.map(([, bits]) => bits);
    const uses = usesOf(this.w);
    this.codec = makeCodec(bounds, design.ring, this.k.pages, added, uses, canonOf(bounds, design.ring, extract));
    this.ops = opInstances(OPS, this.w);
    if (this.ops.length === 0) throw nothingToCall(design.id, scenario, design.scenarios);
    this.args = new Int32Array(4 * this.ops.length);
    this.ops.forEach((op, n) => this.args.set(op.args, 4 * n));
    this.groups = groupOps(this.ops, this.args);
    this.before = new Int32Array(this.codec.words);
    this.after = new Int32Array(this.codec.words);
    const hasPipe = needs.pipe && needs.openFiles !== true && (!extract || design.present.has('iovIterPipe'));
    this.reached = new Reached(this.ops, hasPipe);
    this.invariants = [...INVARIANTS, ...design.addedInvariants.map(ownInvariant)];
    this.invariants.forEach((invariant, n) => {
      if (invariant.severity !== 'fatal') this.bit.set(invariant, 1 << n);
    });
    this.holdAll = unrollByMoment(this.invariants, this.bit, needs);
    const { k, g, w } = this;
    this.judged = { k, g, w, spec: this.ops[0].spec, args: [], ret: 0, unkept: '', hasQueryChanged: false };
    this.reset();
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
    beginStep(k, g, w);
    if (this.isCounting) g.steps++;
    if (this.broken.length > 0) this.broken.length = 0;
    judged.spec = spec;
    judged.args = argList;
    judged.hasQueryChanged = false;
    if (spec.isQuery === true) this.codec.save(k, g, this.before, 0);
    const ret = this.call(spec, a, b, c, d);
    judged.ret = ret;
    if (k.fatal !== '') {
      this.usePipe(0);
      if (this.isPromisedBug(spec)) return Step.Idle;
      if (this.isCounting) this.reached.note(n, 0);
      return this.fatal();
    }
    if (spec.isIdle?.(k, ret, a, b, c, d) === true) return Step.Idle;
    judged.unkept = spec.promise?.(g, k, w, ret, a, b, c, d) ?? '';
    spec.account?.(g, k, w, ret, a, b, c, d);
    if (k.pipes.length > 1) this.usePipe(0);
    if (spec.isQuery === true) judged.hasQueryChanged = this.hasChanged();
    normalise(k, g, w);
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
      throw new DesignFault(`${entry(spec)}() threw: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }

  /** The contract answers this misuse with BUG(), and it did. */
  private isPromisedBug(spec: OpSpec): boolean {
    return spec.mayBug === true && this.k.fatal === 'no-bug' && this.w.design.contract.misuse === 'bug';
  }

  private hasChanged(): boolean {
    this.codec.save(this.k, this.g, this.after, 0);
    for (let i = 0; i < this.before.length; i++) if (this.before[i] !== this.after[i]) return true;
    return false;
  }

  private judge(): Step {
    const { k, judged } = this;
    let found = 0;
    if (k.pipes.length === 1) found = this.rulesBroken();
    else {
      for (let p = 0; p < k.pipes.length; p++) {
        this.usePipe(p);
        this.brokenOn[p] = this.rulesBroken();
        found |= this.brokenOn[p];
      }
      this.usePipe(0);
    }
    if (found !== 0) {
      for (const invariant of this.invariants)
        if ((found & (this.bit.get(invariant) ?? 0)) !== 0) this.broken.push(invariant);
      return Step.Violated;
    }
    // What broke earlier on this path is followed, so that it is not told again at each step.
    if (judged.g.broken !== 0) this.adopt();
    return Step.Taken;
  }

  /** Rules and reports look at one pipe at a time; between two ops it is the first. */
  usePipe(p: number): void {
    this.k.usePipe(p);
    this.g.select(p);
  }

  /** Bits of the rules that break on the pipe that is looked at. */
  private rulesBroken(): number {
    const { k, judged, holdAll } = this;
    const { broken } = this.g;
    let found = holdAll['every-step'](judged, broken);
    if (judged.spec.isQuery === true) found |= holdAll.query(judged, broken);
    if (k.caller.kind === 0) found |= holdAll.settled(judged, broken) | holdAll.unlocked(judged, broken);
    else if (!isPending(k)) found |= holdAll.settled(judged, broken);
    if (k.iter.active && !isPending(k)) found |= holdAll['iterator-sane'](judged, broken);
    return found;
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

  /** After Violated: marks what broke, and takes the state as it is for what is owed. */
  adopt(): void {
    const { g } = this;
    if (this.broken.length > 0 && g.breaks < BREAKS_MAX) g.breaks++;
    for (const invariant of this.broken) g.broken |= this.bit.get(invariant) ?? 0;
    adoptState(this.k, g, this.w);
  }

  /** What broke, in words. Call it before `adopt`. */
  describe(functionOf: (invariant: Invariant) => string): Found[] {
    return this.broken.map((invariant) => {
      const bit = this.bit.get(invariant) ?? 0;
      const pipe = this.brokenOn.findIndex((bits) => (bits & bit) !== 0);
      this.usePipe(Math.max(0, pipe));
      const found = describeBroken(invariant, this.judged, functionOf(invariant), Math.max(0, pipe));
      this.usePipe(0);
      return found;
    });
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
    const { k } = this;
    return k.caller.kind === 0 && !k.iter.active && k.request.on === 0 && arePipesEmpty(k, this.w.ring);
  }
}

/** The C function that an op enters, for messages. */
function entry(spec: OpSpec): string {
  return spec.fn === null ? spec.name : cName(spec.fn satisfies FunctionName);
}
