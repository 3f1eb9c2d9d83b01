/** Which calls of a trace its violation needs, and which values their arguments may have. */
import type { Invariant } from '../invariants/invariant.js';
import { formatOp } from '../model/op.js';
import { opIndex } from './op-text.js';
import { isOfClass, Path } from './replay.js';
import type { Runner, ViolationClass } from './runner.js';
import { Step } from './runner.js';

/** An argument of a call. */
export interface NeededArg {
  readonly name: string;
  readonly value: number;
  /** Values with which the same class breaks, at the same call or at a later one of the trace; its own among them. */
  readonly works: readonly number[];
  /** All values within the bounds. */
  readonly all: readonly number[];
}

export interface NeededOp {
  /** Index in `runner.ops`. */
  readonly op: number;
  /** Without it the class does not break. */
  readonly isNeeded: boolean;
  readonly args: readonly NeededArg[];
}

/** Whether the ops break the class; one that can not be taken where it stands is left out. */
export function breaks(runner: Runner, ops: readonly number[], cls: ViolationClass): boolean {
  const path = new Path(runner);
  const wants = (invariant: Invariant): boolean => invariant.id === cls.invariant;
  for (const n of ops) {
    const step = path.take(n, undefined, wants);
    if (isOfClass(path.found, cls)) return true;
    if (step === Step.Fatal) return false;
  }
  return false;
}

function argsOf(runner: Runner, ops: readonly number[], at: number, cls: ViolationClass): NeededArg[] {
  const { spec, args } = runner.ops[ops[at]];
  return spec.args.map((arg, a) => {
    const all = arg.values(runner.w);
    const works = all.filter((value) => {
      if (value === args[a]) return true;
      const other = opIndex(
        runner,
        formatOp(
          spec,
          args.map((old, i) => (i === a ? value : old)),
          runner.w,
        ),
      );
      return other !== undefined && breaks(runner, ops.with(at, other), cls);
    });
    return { name: arg.name, value: args[a], works, all };
  });
}

export function neededOps(runner: Runner, ops: readonly number[], cls: ViolationClass): NeededOp[] {
  return ops.map((op, at) => ({
    op,
    isNeeded: !breaks(runner, ops.toSpliced(at, 1), cls),
    args: argsOf(runner, ops, at, cls),
  }));
}
