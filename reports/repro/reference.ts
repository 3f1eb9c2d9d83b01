/** A design that takes the same calls and keeps every rule: what a kernel without the bug returns. */
import type { RealOp, Scaling } from '../../harness/real-size.js';
import { RealRun } from '../../harness/real-size.js';
import type { Trace } from '../../harness/trace.js';
import type { Design } from '../../model/design.js';
import { DESIGNS } from '../../model/designs/designs.js';
import type { PlanStep } from './plan-step.js';
import { isDecisive, isFollowed, takeStep } from './plan-step.js';

export interface Reference {
  readonly run: RealRun;
  readonly steps: readonly PlanStep[];
}

/** Its repaired sibling, the kernels that it is made of, then the others from the newest on. */
function candidates(design: Design): Design[] {
  const bases: Design[] = [];
  for (let d = design.base; d !== undefined; d = d.base) bases.push(d);
  const kernels = DESIGNS.filter(({ id }) => id.startsWith('linux-')).toReversed();
  const repaired = DESIGNS.filter(({ repairs }) => repairs === design.id);
  const others = DESIGNS.filter(({ repairs }) => repairs !== undefined);
  return [...new Set([...repaired, ...bases, ...kernels, ...others])].filter((d) => d !== design);
}

/** The run of a design, if it has the calls and breaks nothing. */
function cleanRun(design: Design, trace: Trace, ops: readonly RealOp[], scaling: Scaling): Reference | undefined {
  const run = new RealRun(design, trace.bounds, trace.scenario, scaling);
  if (!ops.every(({ spec }) => run.specs.includes(spec))) return undefined;
  const steps: PlanStep[] = [];
  for (const op of ops) {
    const step = takeStep(run, op, undefined);
    if (isFollowed(run) ? step.broken.length > 0 : isDecisive(step)) return undefined;
    steps.push(step);
  }
  return { run, steps };
}

export function referenceFor(
  design: Design,
  trace: Trace,
  ops: readonly RealOp[],
  scaling: Scaling = 'edges',
): Reference | undefined {
  for (const candidate of candidates(design)) {
    const found = cleanRun(candidate, trace, ops, scaling);
    if (found !== undefined) return found;
  }
  return undefined;
}
