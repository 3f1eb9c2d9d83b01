/** What has become of a trace: whether it still breaks what it says, on the design as it is now. */
import { minimize } from '../../harness/minimize.js';
import type { ReplayStep } from '../../harness/replay.js';
import { replay } from '../../harness/replay.js';
import type { Minimality } from '../../harness/result.js';
import type { Found, Runner, ViolationClass } from '../../harness/runner.js';
import { classKey } from '../../harness/runner.js';
import type { Trace } from '../../harness/trace.js';

/**
 * `violates`: the class that it names, or any where it names none. `other`: another one.
 * `holds`: nothing breaks. `stuck`: an op can not be taken where it stands.
 */
export type OutcomeKind = 'violates' | 'other' | 'holds' | 'stuck';

/** A class that broke, and the ops up to there. */
export interface Broken {
  readonly class: ViolationClass;
  readonly severity: Found['severity'];
  readonly path: readonly number[];
  readonly minimality: Minimality;
  readonly isAfterOthers: boolean;
}

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly broken: readonly Broken[];
  /** Ops taken. */
  readonly steps: number;
}

/** The rule and the call; the function at fault may have another name on another design. */
const isSame = (a: ViolationClass, b: ViolationClass): boolean => a.invariant === b.invariant && a.op === b.op;

function kindOf(trace: Trace, broken: readonly Broken[], isStuck: boolean): OutcomeKind {
  const { violates } = trace;
  if (broken.length > 0)
    return violates === undefined || broken.some((b) => isSame(b.class, violates)) ? 'violates' : 'other';
  return isStuck ? 'stuck' : 'holds';
}

/** Ops of the shortest trace of each class that was made small, by its key. */
export type Shortest = Map<string, number>;

/**
 * Takes the ops of a trace. With `shortest`, a class is made small where none was so far, or
 * none this short was. Spoils the runner's state.
 */
export function outcomeOf(runner: Runner, trace: Trace, ops: readonly number[], shortest?: Shortest): Outcome {
  const { steps, stoppedAt } = replay(runner, ops);
  const seen = new Map<string, { found: Found; at: number }>();
  steps.forEach(({ found }, at) => {
    for (const f of found) if (!seen.has(classKey(f))) seen.set(classKey(f), { found: f, at });
  });
  const broken = [...seen.values()].map(({ found, at }): Broken => {
    const cls = { invariant: found.invariant, op: found.op, function: found.function };
    const whole = ops.slice(0, at + 1);
    const key = classKey(cls);
    const { severity } = found;
    const breaksBefore = (all: readonly ReplayStep[]): boolean => all.slice(0, -1).some((s) => s.found.length > 0);
    if (shortest === undefined || whole.length >= (shortest.get(key) ?? Number.POSITIVE_INFINITY)) {
      const isAfterOthers = breaksBefore(steps.slice(0, at + 1));
      return { class: cls, severity, path: whole, minimality: 'raw', isAfterOthers };
    }
    const path = minimize(runner, whole, cls).ops;
    shortest.set(key, path.length);
    const isAfterOthers = breaksBefore(replay(runner, path).steps);
    return { class: cls, severity, path, minimality: '1-minimal', isAfterOthers };
  });
  return { kind: kindOf(trace, broken, stoppedAt >= 0), broken, steps: steps.length };
}
