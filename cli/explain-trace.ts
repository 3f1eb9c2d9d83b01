/** What `explain` does, in a worker. */
import type { Heartbeat } from '../check/heartbeat.js';
import { reproduces } from '../harness/replay.js';
import type { Design } from '../model/design.js';
import { explainText } from '../reports/explain.js';
import type { Printed } from './protocol.js';
import { classOf, runnerFor } from './retrace.js';

export function explainTrace(design: Design, text: string, name: string, heartbeat: Heartbeat): Printed {
  const { runner, ops, trace } = runnerFor(design, text, name, heartbeat);
  const cls = classOf(runner, ops, trace, name, 'explain');
  const upTo = ops.slice(0, reproduces(runner, ops, cls) + 1);
  return { text: explainText(runner, upTo, cls), status: 0, error: '' };
}
