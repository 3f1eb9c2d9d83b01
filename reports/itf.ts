/**
 * A counterexample in the Informal Trace Format of Apalache and Quint, one file a violation.
 * What it is a run of stands in `#meta`, the op that led to a state in its `last_op`: such a file is
 * a trace, which replay and minimize take (harness/itf-trace.ts).
 */
import { formatBounds } from '../harness/bounds-text.js';
import type { Runner } from '../harness/runner.js';
import type { Trace } from '../harness/trace.js';
import { resolveOps } from '../harness/trace.js';
import { SCENARIOS } from '../model/scenario.js';
import { statesOf } from './states.js';

const FORMAT = 'https://apalache-mc.org/docs/adr/015adr-trace.html';

/** `description`: what breaks, in a sentence. */
export function itfText(runner: Runner, trace: Trace, description: string): string {
  const states = statesOf(runner, resolveOps(runner, trace, 'trace'));
  const { violates } = trace;
  const meta = {
    format: 'ITF',
    'format-description': FORMAT,
    source: trace.design,
    status: violates === undefined ? 'ok' : 'violation',
    description,
    iovcheck: {
      version: 1,
      design: trace.design,
      scenario: trace.scenario,
      bounds: formatBounds(trace.bounds, SCENARIOS[trace.scenario]),
      ...(violates === undefined ? {} : { violates: `${violates.invariant} ${violates.op} ${violates.function}` }),
      ...(trace.minimality === undefined ? {} : { minimality: trace.minimality }),
      ...(trace.engine === undefined ? {} : { engine: trace.engine }),
      ...(trace.seed === undefined ? {} : { seed: String(trace.seed) }),
    },
  };
  const doc = {
    '#meta': meta,
    vars: Object.keys(states[0]),
    states: states.map((state, index) => ({ '#meta': { index }, ...state })),
  };
  return `${JSON.stringify(doc, null, 1)}\n`;
}
