/** What `replay` and `minimize` do, in a worker. */
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { UsageError } from '../harness/bounds-text.js';
import { minimize } from '../harness/minimize.js';
import { replay } from '../harness/replay.js';
import { classKey, Runner } from '../harness/runner.js';
import type { ViolationClass } from '../harness/runner.js';
import type { Trace } from '../harness/trace.js';
import { formatTrace, parseTrace, resolveOps } from '../harness/trace.js';
import type { Design } from '../model/design.js';
import type { Printed } from './protocol.js';
import { draw, renderReplay } from './render.js';

export function runnerFor(
  design: Design,
  text: string,
  name: string,
  heartbeat: Heartbeat,
): { runner: Runner; ops: number[]; trace: Trace } {
  const trace = parseTrace(text, name);
  const runner = new Runner(design, trace.bounds, trace.scenario);
  const ops = resolveOps(runner, trace, name);
  heartbeat.enter(Phase.Replaying);
  heartbeat.follow(runner);
  return { runner, ops, trace };
}

export function replayTrace(
  design: Design,
  text: string,
  name: string,
  hasColour: boolean,
  heartbeat: Heartbeat,
): Printed {
  const { runner, ops, trace } = runnerFor(design, text, name, heartbeat);
  const { steps, stoppedAt } = replay(runner, ops, draw);
  const found = steps.flatMap((step) => step.found);
  const out = renderReplay(runner, trace, steps, hasColour);
  if (stoppedAt >= 0) {
    const error = `${name}: step ${stoppedAt + 1}, ${runner.ops[ops[stoppedAt]].text}, can not be taken there on ${design.id}; take it out, or replay on the design it was found on`;
    return { text: out, status: 2, error };
  }
  return { text: out, status: found.length > 0 ? 1 : 0, error: '' };
}

/** The class that the trace is about: the one that it names, else the last that it violates. */
export function classOf(
  runner: Runner,
  ops: readonly number[],
  trace: Trace,
  name: string,
  what: string,
): ViolationClass {
  const found = replay(runner, ops).steps.flatMap((step) => step.found);
  const wanted = trace.violates;
  const cls = wanted === undefined ? found.at(-1) : found.find((f) => classKey(f) === classKey(wanted));
  if (cls !== undefined) return { invariant: cls.invariant, op: cls.op, function: cls.function };
  const is = wanted === undefined ? 'violates nothing' : `does not violate ${wanted.invariant} at ${wanted.op}`;
  throw new UsageError(`${name}: the trace ${is} on ${runner.w.design.id}; there is nothing to ${what}`);
}

export function minimizeTrace(design: Design, text: string, name: string, heartbeat: Heartbeat): Printed {
  const { runner, ops, trace } = runnerFor(design, text, name, heartbeat);
  const violates = classOf(runner, ops, trace, name, 'minimise it for');
  const least = minimize(runner, ops, violates);
  // What the search has proved to be shortest stays so, unless it became shorter under our hands.
  const isShortest = trace.minimality === 'shortest' && least.ops.length === ops.length;
  const minimality = isShortest ? ('shortest' as const) : least.minimality;
  const out = { ...trace, ops: least.ops.map((n) => runner.ops[n].text), violates, minimality };
  return { text: formatTrace(out), status: 0, error: '' };
}
