/** What a KUnit test does for a trace: the calls at real size, and what it asks after each of them. */
import type { RealOp, Scaling } from '../../harness/real-size.js';
import { REAL_PAGE, RealRun, SCALINGS, scaleOp } from '../../harness/real-size.js';
import type { Trace } from '../../harness/trace.js';
import type { Design } from '../../model/design.js';
import { parseReturn } from '../../model/errno.js';
import type { Check } from './kunit-checks.js';
import { checksOf, isBroken } from './kunit-checks.js';
import { returnText } from './plan-step.js';
import type { PlanStep } from './plan-step.js';
import { referenceFor } from './reference.js';
import { Unreachable } from './unreachable.js';

export interface KunitStep {
  readonly op: RealOp;
  /** What it has to return; undefined where no one value is promised. */
  readonly ret: number | undefined;
  /** It returns something else on the design. */
  readonly isRetBroken: boolean;
  /** The design does not come back from it. */
  readonly isFatal: boolean;
  /** What is asked after it: what is broken, and in the last step what else is there. */
  readonly checks: readonly Check[];
}

export interface KunitPlan {
  readonly scaling: Scaling;
  readonly run: RealRun;
  readonly steps: readonly KunitStep[];
}

/** The one return that a promise names. */
function promised(text: string): number | undefined {
  const [, word, rest] = /^(-[A-Z]+|\d+)(.*)$/.exec(text) ?? [];
  if (word === undefined || rest.startsWith(' or') || rest.startsWith(',')) return undefined;
  const n = parseReturn(word);
  return Number.isNaN(n) ? undefined : n;
}

/** `kept`: what each call returns on a design that keeps the rules. Where it goes another way, only what breaks is asked for. */
function stepsWith(
  run: RealRun,
  ops: readonly RealOp[],
  rule: string,
  kept: readonly PlanStep[] | undefined,
): KunitStep[] | undefined {
  run.reset();
  let isApart = false;
  const steps: KunitStep[] = [];
  for (const [n, op] of ops.entries()) {
    const isLast = n === ops.length - 1;
    const { ret, isMet, unkept, broken } = run.take(op);
    const isFatal = run.k.fatal !== '';
    if (!isMet || (isFatal && !isLast) || (isLast && !broken.includes(rule))) return undefined;
    isApart ||= unkept === '' && kept !== undefined && kept[n].design.split(' ')[0] !== returnText(ret);
    const right = unkept !== '' ? promised(unkept) : isApart ? undefined : ret;
    // What holds after another return is another matter.
    const checks = isFatal || (unkept !== '' && right !== undefined) ? [] : checksOf(run, op, ret);
    steps.push({
      op,
      ret: right,
      isRetBroken: unkept !== '',
      isFatal,
      checks: checks.filter((check) => (isLast && !isApart) || isBroken(check)),
    });
  }
  return steps;
}

/** Whether the test fails on the design. */
const fails = ({ isRetBroken, ret, isFatal, checks }: KunitStep): boolean =>
  isFatal || (isRetBroken && ret !== undefined) || checks.some(isBroken);

export function kunitPlanOf(design: Design, trace: Trace, ops: readonly RealOp[], rule: string): KunitPlan {
  let isBrokenHere = false;
  for (const scaling of SCALINGS) {
    const run = new RealRun(design, trace.bounds, trace.scenario, scaling);
    const scaled = ops.map((op) => scaleOp(op, trace.bounds.page, REAL_PAGE, scaling));
    const steps = stepsWith(run, scaled, rule, referenceFor(design, trace, scaled, scaling)?.steps);
    if (steps === undefined) continue;
    isBrokenHere = true;
    if (steps.some(fails)) return { scaling, run, steps };
  }
  throw new Unreachable(
    isBrokenHere
      ? `nothing that a test can ask shows that ${rule} is broken`
      : `${rule} does not break with pages of ${REAL_PAGE} bytes and counters of 32 bits, so that the trace needs smaller ones`,
  );
}
