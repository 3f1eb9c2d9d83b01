/**
 * The one minimiser. It knows nothing of what an op does: it leaves ops out, makes
 * arguments smaller, and keeps what still ends in a violation of the same class.
 *
 * A candidate is run leniently: an op that is not enabled any more is left out as well, so
 * that a call goes together with what only made sense after it. Deterministic.
 */
import type { Invariant } from '../invariants/invariant.js';
import type { ArgSpec, World } from '../model/op.js';
import { formatOp } from '../model/op.js';
import { opIndex } from './op-text.js';
import { Path, isOfClass } from './replay.js';
import type { Runner, ViolationClass } from './runner.js';
import { Step } from './runner.js';

type Ops = readonly number[];

/** The ops of a candidate that were taken, up to the violation; undefined where it does not occur. */
export type Attempt = AttemptOf<number>;

/** The shortest such trace that leaving out and making smaller leads to; no single op can go, no single argument can shrink. */
export function minimize(runner: Runner, ops: Ops, cls: ViolationClass): { ops: number[]; minimality: '1-minimal' } {
  const given = run(runner, ops, cls, Number.POSITIVE_INFINITY);
  // A search goes on behind so many violations; a shorter trace may not lean on more of them.
  const breaksMax = Math.max(runner.w.bounds.follow, given?.breaks ?? 0);
  const attempt = (candidate: Ops): number[] | undefined => run(runner, candidate, cls, breaksMax)?.taken;
  if (given === undefined)
    throw new Error(`the trace to minimise does not violate ${cls.invariant} in ${cls.op}, ${cls.function}()`);
  return { ops: smallest(runner, given.taken, attempt), minimality: '1-minimal' };
}

/** What no `attempt` makes smaller: no op can go, no argument can shrink. `ops`: what an attempt has handed back. */
export function smallest(runner: Runner, ops: number[], attempt: Attempt): number[] {
  let best = ops;
  for (;;) {
    const before = best;
    best = leaveOutBlocks(best, attempt);
    best = leaveOutPairs(best, attempt);
    best = shrinkArguments(runner, best, attempt);
    best = shrinkTogether(runner, best, attempt);
    if (isSame(best, before)) return best;
  }
}

function isSame(a: Ops, b: Ops): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

interface Outcome {
  readonly taken: number[];
  /** Steps before the last one that violated something. */
  readonly breaks: number;
}

function run(runner: Runner, candidate: Ops, cls: ViolationClass, breaksMax: number): Outcome | undefined {
  const path = new Path(runner);
  const wants = (invariant: Invariant): boolean => invariant.id === cls.invariant;
  const taken: number[] = [];
  let breaks = 0;
  for (const n of candidate) {
    const step = path.take(n, undefined, wants);
    if (step === Step.Disabled || step === Step.Idle) continue;
    taken.push(n);
    if (isOfClass(path.found, cls)) return { taken, breaks };
    if (step === Step.Fatal) return undefined;
    if (step === Step.Violated && ++breaks > breaksMax) return undefined;
  }
  return undefined;
}

/** What of a candidate is left, or undefined where it does not do. */
type AttemptOf<T> = (candidate: readonly T[]) => T[] | undefined;

/** ddmin: leaves out blocks of half the trace, then of a quarter, down to single ops. */
export function leaveOutBlocks<T>(ops: T[], attempt: AttemptOf<T>): T[] {
  let best = ops;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length; ) {
      const shorter = attempt([...best.slice(0, at), ...best.slice(at + size)]);
      if (shorter === undefined) at += size;
      else best = shorter;
    }
  }
  return best;
}

/** Two ops that only go together, such as an open and a close with other ops between them. */
export function leaveOutPairs<T>(ops: T[], attempt: AttemptOf<T>): T[] {
  let best = ops;
  for (let i = 0; i < best.length; i++) {
    for (let j = i + 1; j < best.length; j++) {
      const shorter = attempt(best.filter((_, n) => n !== i && n !== j));
      if (shorter === undefined) continue;
      best = shorter;
      // What stood at i is gone; what stands there now has all its partners to try.
      j = i;
    }
  }
  return best;
}

/** Values of an argument from the simplest on: the one that need not be printed, then as the op table lists them. */
function simplestFirst(arg: ArgSpec, w: World): number[] {
  const values = arg.values(w);
  return [...values.filter((v) => v === arg.omit), ...values.filter((v) => v !== arg.omit)];
}

/** The same op with other arguments; undefined if the bounds have no such op. */
function withArgs(runner: Runner, n: number, change: (value: number, arg: ArgSpec) => number): number | undefined {
  const { spec, args } = runner.ops[n];
  return opIndex(
    runner,
    formatOp(
      spec,
      args.map((value, a) => change(value, spec.args[a])),
      runner.w,
    ),
  );
}

/** One argument of one op at a time, to the simplest value that will do. */
function shrinkArguments(runner: Runner, ops: number[], attempt: Attempt): number[] {
  let best = ops;
  for (let at = 0; at < best.length; at++) {
    for (let a = 0; a < runner.ops[best[at]].spec.args.length; a++) {
      best = shrinkOne(runner, best, at, a, attempt);
      if (at >= best.length) return best;
    }
  }
  return best;
}

function shrinkOne(runner: Runner, ops: number[], at: number, a: number, attempt: Attempt): number[] {
  const { spec, args } = runner.ops[ops[at]];
  const arg = spec.args[a];
  for (const value of simplestFirst(arg, runner.w)) {
    if (value === args[a]) return ops;
    const n = withArgs(runner, ops[at], (old, other) => (other === arg ? value : old));
    if (n === undefined || n === ops[at]) continue;
    const simpler = attempt(ops.map((old, i) => (i === at ? n : old)));
    if (simpler !== undefined) return simpler;
  }
  return ops;
}

/** All arguments of one value at once: a count and the sizes that go with it. */
function shrinkTogether(runner: Runner, ops: number[], attempt: Attempt): number[] {
  let best = ops;
  const values = new Set(ops.flatMap((n) => runner.ops[n].args));
  for (const from of [...values].sort((x, y) => y - x)) {
    for (let to = 0; to < from; to++) {
      const lower = (old: number, arg: ArgSpec): number =>
        old === from && old !== arg.omit && arg.names === undefined ? to : old;
      const candidate = best.map((n) => withArgs(runner, n, lower));
      if (candidate.includes(undefined) || isSame(candidate as number[], best)) continue;
      const simpler = attempt(candidate as number[]);
      if (simpler === undefined) continue;
      best = simpler;
      break;
    }
  }
  return best;
}
