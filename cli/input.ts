/** What an input of jsfuzz is, in words: each class that it breaks, with a trace that the one minimiser made small. */
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { Target } from '../fuzz/target.js';
import { minimize } from '../harness/minimize.js';
import type { ViolationClass } from '../harness/runner.js';
import { Runner } from '../harness/runner.js';
import { formatTrace } from '../harness/trace.js';
import type { Design } from '../model/design.js';
import { hungClass } from './explain.js';
import { fullName } from './load.js';
import type { Answers, Task } from './protocol.js';

type InputTask = Extract<Task, { kind: 'input' }>;

/** One file a class. */
function fileOf(design: Design, task: InputTask, c: ViolationClass): string {
  const words = [design.id, task.scenario, 'jsfuzz', c.invariant, c.op, c.function, 'trace'];
  return words.join('.').replace(/[^\w.-]/g, '_');
}

export function readInput(design: Design, task: InputTask, heartbeat: Heartbeat): Answers['input'] {
  const { ref, scenario, bounds } = task;
  const runner = new Runner(design, bounds, scenario);
  const file = (violates: ViolationClass, path: readonly number[], minimality: '1-minimal' | 'raw') => ({
    file: fileOf(design, task, violates),
    class: violates,
    text: formatTrace({
      design: fullName(ref),
      scenario,
      bounds,
      violates,
      minimality,
      ops: path.map((n) => runner.ops[n].text),
    }),
  });
  if (task.hung.length > 0) return [file(hungClass(runner, task.hung, false).class, task.hung, 'raw')];
  heartbeat.enter(Phase.Replaying);
  heartbeat.follow(runner);
  const target = new Target(runner, fullName(ref), task.skipsKnown);
  target.run(Buffer.from(task.bytes));
  const { seen, path } = target;
  return seen.map(({ class: violates }) => file(violates, minimize(runner, path, violates).ops, '1-minimal'));
}
