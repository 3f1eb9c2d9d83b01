/**
 * From a trace to what a program does and has to see: the calls at the size of real pages, what each returns on the
 * design and what it has to return by the rules, and the calls behind the last one by which a program sees what broke.
 */
import type { RealOp, Scaling } from '../../harness/real-size.js';
import { REAL_PAGE, RealRun, SCALINGS, scaleOp } from '../../harness/real-size.js';
import type { Trace } from '../../harness/trace.js';
import type { Design } from '../../model/design.js';
import type { World } from '../../model/op.js';
import type { PlanStep } from './plan-step.js';
import { isDecisive, takeStep } from './plan-step.js';
import { countSleepers, probesFor } from './probes.js';
import { referenceFor } from './reference.js';
import { Unreachable } from './unreachable.js';

export interface Plan {
  /** The world of the run at real size. */
  readonly w: World;
  readonly scaling: Scaling;
  readonly steps: readonly PlanStep[];
  /** A design that takes the same calls and breaks nothing; undefined where there is none. */
  readonly reference: Design | undefined;
}

/** Rules about counts that no call returns. */
const UNSEEN: ReadonlySet<string> = new Set([
  'refcount-equals-owners',
  'pins-balance',
  'array-has-one-owner',
  'ring-well-formed',
]);

/** Most calls behind the last step. */
const PROBES_MAX = 3;

/** The calls of the trace, if the rule breaks in the last of them. */
export function runTrace(run: RealRun, ops: readonly RealOp[], rule: string): PlanStep[] | undefined {
  run.reset();
  const steps: PlanStep[] = [];
  for (const [n, op] of ops.entries()) {
    const isLast = n === ops.length - 1;
    const step = takeStep(run, op, isLast ? rule : undefined);
    if (!step.isMet || (step.isFatal && !isLast)) return undefined;
    if (isLast && !step.broken.includes(rule)) return undefined;
    steps.push(step);
  }
  return steps;
}

/** Two runs of the same calls, one of a design that keeps the rule. */
interface Pair {
  readonly run: RealRun;
  readonly kept: RealRun | undefined;
  readonly ops: readonly RealOp[];
  readonly rule: string;
}

/** What a kernel without the bug returns where that is another value, and right as well. */
function withFork(step: PlanStep, kept: PlanStep | undefined): PlanStep {
  if (kept === undefined || kept.design === step.design) return step;
  if (!isDecisive(step)) return { ...step, fork: kept.design };
  return step.rule.startsWith('!') ? { ...step, rule: kept.design } : step;
}

/** One path behind the trace: its steps, if the last of them returns what it may not. */
function takeProbes({ run, kept, ops, rule }: Pair, path: readonly RealOp[]): PlanStep[] | 'on' | undefined {
  run.retake(ops);
  kept?.retake(ops);
  const steps: PlanStep[] = [];
  for (const op of path) {
    const step = takeStep(run, op, undefined, false);
    const right = kept === undefined ? undefined : takeStep(kept, op, undefined, false);
    if (!step.isMet || (right !== undefined && isDecisive(right))) return undefined;
    steps.push({ ...withFork(step, right), isProbe: true });
    if (step.isFatal) break;
  }
  const last = steps[steps.length - 1];
  if (last.isFatal) return steps.length === path.length && !UNSEEN.has(rule) ? steps : undefined;
  return isDecisive(last) ? steps : 'on';
}

/** The fewest calls behind the trace of which one returns what it may not; from the last of them on the run is over. */
function findProbes(pair: Pair): PlanStep[] | undefined {
  const probes = probesFor(pair.run, pair.ops, pair.rule);
  let paths: RealOp[][] = [[]];
  let fatal: PlanStep[] | undefined;
  for (let length = 1; length <= PROBES_MAX; length++) {
    const next: RealOp[][] = [];
    for (const path of paths) {
      for (const probe of probes) {
        const longer = [...path, probe];
        const found = takeProbes(pair, longer);
        if (found === 'on') next.push(longer);
        else if (found?.[found.length - 1].isFatal === true) fatal ??= found;
        else if (found !== undefined) return found;
      }
    }
    paths = next;
  }
  return fatal;
}

/** Whoever sleeps for nothing does so still. */
function sleepersStep(run: RealRun): PlanStep {
  const step = takeStep(run, { spec: countSleepers, args: [] }, undefined, false);
  return { ...step, rule: `!${step.design}`, isProbe: true };
}

/** The steps of the program for one scaling; undefined where no call shows what breaks, null where nothing breaks. */
function planWith(
  design: Design,
  trace: Trace,
  ops: readonly RealOp[],
  rule: string,
  scaling: Scaling,
): Omit<Plan, 'scaling'> | null | undefined {
  const run = new RealRun(design, trace.bounds, trace.scenario, scaling);
  const steps = runTrace(run, ops, rule);
  if (steps === undefined) return null;
  const found = referenceFor(design, trace, ops, scaling);
  const all = steps.map((step, n) => withFork(step, found?.steps[n]));
  const reference = found?.run.w.design;
  const first = all.findIndex(isDecisive);
  if (first >= 0) return { w: run.w, steps: all.slice(0, first + 1), reference };
  if (UNSEEN.has(rule)) return undefined;
  if (run.w.scenario.needs.inodes === true) return undefined;
  if (rule === 'no-lost-wakeup') return { w: run.w, steps: [...all, sleepersStep(run)], reference };
  const probes = findProbes({ run, kept: found?.run, ops, rule });
  return probes && { w: run.w, steps: [...all, ...probes], reference };
}

/** The op without the mark of one of its bytes. */
function unmarked(op: RealOp): RealOp {
  const at = op.spec.args.findIndex(({ name }) => name === 'mark');
  if (at < 0 || op.args[at] < 0) return op;
  return { spec: op.spec, args: op.args.map((value, a) => (a === at ? -1 : value)) };
}

/** What a program does for this trace; throws {@link Unreachable} where it can not see what breaks. */
export function planOf(design: Design, trace: Trace, ops: readonly RealOp[], rule: string): Plan {
  let isBroken = false;
  const hasMarks = ops.some((op) => unmarked(op) !== op);
  for (const scaling of SCALINGS) {
    const scaled = ops.map((op) => scaleOp(op, trace.bounds.page, REAL_PAGE, scaling));
    // The bytes of each write() differ from those of all others: most marks are of no use then.
    for (const list of hasMarks ? [scaled.map(unmarked), scaled] : [scaled]) {
      const plan = planWith(design, trace, list, rule, scaling);
      if (plan) return { scaling, ...plan };
      isBroken ||= plan === undefined;
    }
  }
  const pipe = trace.scenario === 'sendfile' ? ', a pipe of 16 buffers' : '';
  throw new Unreachable(
    isBroken
      ? `no call that a program makes returns anything that shows that ${rule} is broken`
      : `${rule} does not break with pages of ${REAL_PAGE} bytes${pipe} and counters of 32 bits, so that the trace needs smaller ones`,
  );
}
