/**
 * THE loop and the only judge: takes one op, accounts for what is owed, holds every
 * invariant against the new state. Engines choose ops; nothing else decides a violation.
 */
import { INVARIANTS } from '../invariants/invariants.js';
import type { Invariant, Judged } from '../invariants/invariant.js';
import type { Bounds } from '../model/bounds.js';
import { hasMarks } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import type { KernelFunctions } from '../model/functions.js';
import { Ghost } from '../model/ghost.js';
import type { Codec } from '../model/image.js';
import { makeCodec } from '../model/image.js';
import { Kernel } from '../model/kernel.js';
import type { OpInstance, OpSpec, World } from '../model/op.js';
import { opInstances } from '../model/op.js';
import { OPS } from '../model/ops/ops.js';
import { arePipesEmpty, ringView } from '../model/ring.js';
import { scenarioOf, type ScenarioName } from '../model/scenario.js';
import { plainNames } from '../model/symmetry.js';
import { makeVecs, vecTexts } from '../model/vecs.js';
import { adoptState } from './adopt.js';
import { nothingToCall } from './bounds-text.js';
import type { CallOp } from './call.js';
import { Call, isPromisedBug, unrollCalls } from './call.js';
import { describeBroken } from './describe.js';
import { mergesOf } from './merge.js';
import { beginStep, makeNormalise } from './normal.js';
import { Images } from './images.js';
import { Judge, usePipe } from './judge.js';
import { ownInvariant } from './own-invariant.js';
import { Reached } from './reached.js';
import type { System } from './system.js';
import type { Group } from './unroll.js';
import { groupOps, neverTaken } from './unroll.js';
import { usesOf } from './uses.js';
import type { Found } from './violation.js';
import { Step } from './violation.js';

export { DesignFault } from './call.js';
export type { Found, ViolationClass } from './violation.js';
export { classKey, Step } from './violation.js';

/** Where the ghost stops counting the violating steps of a path. */
const BREAKS_MAX = 3;

export class Runner implements System {
  readonly k: Kernel;
  readonly g: Ghost;
  readonly w: World;
  readonly codec: Codec;
  readonly merges: ReturnType<typeof mergesOf>;
  readonly ops: readonly OpInstance[];
  readonly groups: readonly Group[];
  readonly invariants: readonly Invariant[];
  readonly reached: Reached;
  /** Which invariants broke in the last step; filled only by Violated and Fatal. */
  readonly broken: Invariant[] = [];
  readonly judged: Judged;
  private readonly judge: Judge;
  private readonly normalise: ReturnType<typeof makeNormalise>;
  /** False while an op is run again only to see what it calls. */
  private isCounting = true;
  private readonly images: Images;
  /** Args of all instances, four a row. */
  private readonly args: Int32Array;
  /** 1 for each instance that is never taken in this world. */
  readonly never: Uint8Array;
  /** The call of each instance; one for all of a spec. */
  private readonly calls: readonly CallOp[];

  constructor(design: Design, bounds: Bounds, scenario: ScenarioName, namesFor = plainNames) {
    const ring = ringView(design.ring);
    const world = scenarioOf(scenario, design.tmpPages);
    const { needs } = world;
    this.w = { design, bounds, scenario: world, ring, vecTexts: vecTexts(bounds, needs) };
    this.k = new Kernel(bounds, design.functions, needs);
    this.k.vecs = makeVecs(this.k);
    for (const _field of design.addedFields) this.k.added.push(0);
    this.g = new Ghost(bounds, needs);
    const uses = usesOf(this.w);
    this.codec = makeCodec(this.k, this.w, uses, namesFor);
    this.merges = mergesOf(this.w);
    this.ops = opInstances(OPS, this.w);
    if (this.ops.length === 0) throw nothingToCall(design.id, scenario, design.scenarios);
    this.args = new Int32Array(4 * this.ops.length);
    this.ops.forEach((op, n) => this.args.set(op.args, 4 * n));
    this.never = neverTaken(this.w, this.ops, this.args);
    this.groups = groupOps(this.ops, this.args, this.never);
    this.images = new Images(this.codec, this.k, this.g);
    const hasPipe = needs.pipe && needs.openFiles !== true && (!world.extract || design.present.has('iovIterPipe'));
    this.reached = new Reached(this.ops, hasPipe);
    this.invariants = [...INVARIANTS, ...design.addedInvariants.map(ownInvariant)];
    this.judge = new Judge(this.invariants, this.k, uses.iter && this.k.pipes.length === 1);
    this.normalise = makeNormalise(this.k, this.w);
    const { k, g, w } = this;
    this.judged = { k, g, w, spec: this.ops[0].spec, args: [], ret: 0, unkept: '', hasQueryChanged: false };
    this.calls = unrollCalls(this.groups, this.args, this.judged);
    this.reset();
  }

  get words(): number {
    return this.codec.words;
  }
  get opCount(): number {
    return this.ops.length;
  }

  reset(): void {
    this.images.forget();
    this.k.reset();
    this.g.reset();
    this.g.isMarkFree = hasMarks(this.k.bounds);
  }

  load(from: Int32Array, at: number): void {
    this.images.load(from, at);
  }

  save(to: Int32Array, at: number): boolean {
    return this.images.save(to, at);
  }

  /** The image that stands for all states that only names tell apart. Spoils the state: undo or load before the next op. */
  saveClass(to: Int32Array, at: number): boolean {
    this.merges?.merge(this.k, this.g, this.w);
    if (this.codec.searchCanon === undefined) return this.images.save(to, at);
    this.images.forget();
    return this.codec.saveRenamed(this.k, this.g, to, at);
  }

  /** load() of what was loaded last, for less if the state was saved since; both images have to lie where they lay. */
  undo(): void {
    this.images.undo();
  }

  isReady(spec: OpSpec): boolean {
    return spec.ready(this.k, this.g, this.w);
  }

  /** Whether instance `n` may be taken, given that its spec is. */
  isAllowed(n: number): boolean {
    if (this.never[n] !== 0) return false;
    const { spec } = this.ops[n];
    if (spec.allowed === undefined) return true;
    const [a, args] = [4 * n, this.args];
    return spec.allowed(this.k, this.g, this.w, args[a], args[a + 1], args[a + 2], args[a + 3]);
  }

  /** Takes op `n` if it is enabled. After Idle and Fatal the state is spoilt. */
  step(n: number): Step {
    if (!this.isReady(this.ops[n].spec) || !this.isAllowed(n)) return Step.Disabled;
    return this.take(n);
  }

  /** Takes op `n`, known to be enabled, and judges all. */
  take(n: number): Step {
    this.images.forget();
    return this.run(n, true);
  }

  /**
   * As {@link take}, but where the path is clean, rules about the state alone are left for {@link holdsState}: the
   * step is judged, and as a whole where it breaks a rule. If holdsState() is false then, or the state cannot be
   * saved, load the state before it again and take the op: take() finds what broke. The image that was last loaded
   * still has to lie where it was loaded from.
   */
  takeUnjudged(n: number): Step {
    return this.run(n, this.g.broken !== 0);
  }

  /** Whether the state as it is, and as load() leaves it, breaks no rule about states. Clears scratch. */
  holdsState(): boolean {
    beginStep(this.k, this.g, this.w);
    return this.judge.state(this.judged) === 0;
  }

  private run(n: number, isWhole: boolean): Step {
    const { k, g, w, judged } = this;
    const { spec, args: argList } = this.ops[n];
    const isQuery = spec.isQuery === true;
    if (!isQuery) this.images.forget();
    beginStep(k, g, w);
    if (this.isCounting) g.steps++;
    if (this.broken.length > 0) this.broken.length = 0;
    judged.spec = spec;
    judged.args = argList;
    judged.hasQueryChanged = false;
    if (isQuery) this.images.ask();
    const end = this.calls[n](n);
    if (end !== Call.Returned) return end === Call.Oops ? this.oops(n) : this.idle();
    if (k.pipes.length > 1) usePipe(k, g, 0);
    if (isQuery && this.images.hasChanged()) {
      if (this.images.isLoaded) return this.retake(n);
      judged.hasQueryChanged = true;
    }
    this.normalise(k, g, w);
    if (this.isCounting) this.reached.note(n, judged.ret);
    return this.judgeStep(isWhole);
  }

  private oops(n: number): Step {
    this.judged.ret = 0;
    usePipe(this.k, this.g, 0);
    if (isPromisedBug(this.judged)) return this.idle();
    if (this.isCounting) this.reached.note(n, 0);
    return this.fatal();
  }

  private idle(): Step {
    this.images.forget();
    return Step.Idle;
  }

  /** Takes a query from the image that was loaded, with that image as it is saved from there. */
  private retake(n: number): Step {
    this.images.forget();
    this.images.undo();
    return this.take(n);
  }

  private judgeStep(isWhole: boolean): Step {
    const { judged, judge } = this;
    if (!isWhole && judge.step(judged) === 0) return Step.Taken;
    const found = judge.all(judged);
    if (found !== 0) {
      this.images.forget();
      judge.name(found, this.broken);
      return Step.Violated;
    }
    // What broke earlier on this path is followed, so that it is not told again at each step.
    if (judged.g.broken !== 0) this.adopt();
    return Step.Taken;
  }

  /** Reports look at one pipe at a time; between two ops it is the first. */
  usePipe(p: number): void {
    usePipe(this.k, this.g, p);
  }

  private fatal(): Step {
    this.images.forget();
    this.judge.nameFatal(this.judged, this.broken);
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
    this.images.forget();
    if (this.broken.length > 0 && g.breaks < BREAKS_MAX) g.breaks++;
    for (const invariant of this.broken) g.broken |= this.judge.bitOf(invariant);
    adoptState(this.k, g, this.w);
  }

  /** What broke, in words. Call it before `adopt`. */
  describe(functionOf: (invariant: Invariant) => string): Found[] {
    return this.broken.map((invariant) => {
      const pipe = this.judge.pipeOf(invariant);
      this.usePipe(pipe);
      const found = describeBroken(invariant, this.judged, functionOf(invariant), pipe);
      this.usePipe(0);
      return found;
    });
  }

  /** Takes op `n`, which is counted already. */
  again(n: number): Step {
    this.isCounting = false;
    try {
      return this.take(n);
    } finally {
      this.isCounting = true;
    }
  }

  /** {@link again}, every call of a design function by way of `table`. */
  withTrace(table: KernelFunctions, n: number): Step {
    this.k.fn = table;
    try {
      return this.again(n);
    } finally {
      this.k.fn = this.w.design.functions;
    }
  }

  get isQuiescent(): boolean {
    const { k, w } = this;
    return k.caller.kind === 0 && !k.iter.active && k.request.on === 0 && arePipesEmpty(k, w.ring);
  }
}
