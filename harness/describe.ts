/** A broken rule in words, and where in the drawing it shows. */
import type { Invariant, Judged } from '../invariants/invariant.js';
import { type FunctionName, cName } from '../model/functions.js';
import { PIPE_NAMES } from '../model/kernel.js';
import type { OpSpec } from '../model/op.js';
import type { Found } from './violation.js';

/** `Pipe A: `; beside files the second one is the task's own. */
function heading({ k }: Judged, pipe: number): string {
  return k.needs.inodes === true && pipe > 0 ? "The task's pipe: " : `Pipe ${PIPE_NAMES[pipe]}: `;
}

/** The rule is asked of the pipe that is looked at, which is number `pipe`. */
export function describeBroken(invariant: Invariant, judged: Judged, name: string, pipe: number): Found {
  const isFatal = invariant.severity === 'fatal';
  // Only a rule that can mark slots is about one of two pipes.
  const isOfPipe = judged.k.pipes.length > 1 && invariant.marks !== undefined && !isFatal;
  return {
    invariant: invariant.id,
    op: judged.spec.name,
    function: name,
    severity: invariant.severity,
    explanation: (isOfPipe ? heading(judged, pipe) : '') + invariant.explain(judged),
    marks: isFatal ? [] : (invariant.marks?.(judged) ?? []),
    ...(pipe > 0 ? { pipe } : {}),
  };
}

/** The C function that an op enters, for messages. */
export function entryOf(spec: OpSpec): string {
  return spec.fn === null ? spec.name : cName(spec.fn satisfies FunctionName);
}
