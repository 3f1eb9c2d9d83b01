/** What `repro` does, in a worker. */
import type { Heartbeat } from '../check/heartbeat.js';
import { UsageError } from '../harness/bounds-text.js';
import { reproduces } from '../harness/replay.js';
import { INVARIANTS } from '../invariants/invariants.js';
import type { Design } from '../model/design.js';
import { reproOf } from '../reports/repro/repro.js';
import { Unreachable } from '../reports/repro/unreachable.js';
import type { Printed, Task } from './protocol.js';
import { classOf, runnerFor } from './retrace.js';

const OTHER = { c: 'kunit', kunit: 'c' } as const;

export function reproTrace(design: Design, task: Extract<Task, { kind: 'repro' }>, heartbeat: Heartbeat): Printed {
  const { name, text, as: kind, version, command } = task;
  const { runner, ops, trace } = runnerFor(design, text, name, heartbeat);
  const cls = classOf(runner, ops, trace, name, 'reproduce');
  const rule = INVARIANTS.find(({ id }) => id === cls.invariant);
  if (rule === undefined)
    throw new UsageError(`${name}: ${cls.invariant} is a rule of the design's own; no kernel breaks it`);
  const at = reproduces(runner, ops, cls);
  const subject = { design, trace: { ...trace, ops: trace.ops.slice(0, at + 1) }, cls, rule, version, command };
  const make = (as: typeof kind): string => reproOf(as, subject, runner, ops.slice(0, at + 1));
  try {
    return { text: make(kind), status: 0, error: '' };
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    throw new UsageError(`${name}: ${error.message}; ${advice()}`, { cause: error });
  }

  /** What else there is for it. */
  function advice(): string {
    try {
      make(OTHER[kind]);
      return `write --as ${OTHER[kind]}`;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return 'there is no test of the other kind either; iovcheck replay shows the run';
    }
  }
}
