/** `iovcheck repro`: a trace as a program for user space, or as a KUnit test. */
import type { RealOp } from '../../harness/real-size.js';
import type { Runner } from '../../harness/runner.js';
import { cProgram } from './c-program.js';
import { hasCall } from './c-calls.js';
import type { ScenarioName } from '../../model/scenario.js';
import type { Subject } from './head.js';
import type { Kind } from './kinds.js';
import { KUNIT_CALLS } from './kunit-calls.js';
import { kunitFile } from './kunit-file.js';
import { kunitPlanOf } from './kunit-plan.js';
import { planOf } from './plan.js';
import { Unreachable } from './unreachable.js';

/** Scenarios whose calls are functions that the kernel exports to itself. */
const IN_KERNEL: ReadonlySet<ScenarioName> = new Set(['pipe-iter', 'iov-iter', 'extract']);

function checkKunit(scenario: ScenarioName, ops: readonly RealOp[]): void {
  if (!IN_KERNEL.has(scenario))
    throw new Unreachable(`a KUnit test has iterators, and scenario ${scenario} is about others`);
  const odd = ops.find(({ spec }) => !Object.hasOwn(KUNIT_CALLS, spec.name));
  if (odd !== undefined) throw new Unreachable(`a KUnit test has no call that is ${odd.spec.name}`);
}

/** The text of a reproducer; throws {@link Unreachable}, a sentence, where there is none of that kind. */
export function reproOf(kind: Kind, subject: Subject, runner: Runner, ops: readonly number[]): string {
  const realOps: RealOp[] = ops.map((n) => runner.ops[n]);
  if (kind === 'kunit') {
    checkKunit(subject.trace.scenario, realOps);
    return kunitFile(subject, kunitPlanOf(subject.design, subject.trace, realOps, subject.rule.id));
  }
  const odd = realOps.find(({ spec }) => !hasCall(spec.name, subject.trace.scenario));
  if (odd !== undefined) throw new Unreachable(`user space has no call that is ${odd.spec.name}`);
  const plan = planOf(subject.design, subject.trace, realOps, subject.rule.id);
  return cProgram(subject, plan);
}
