/** `iovcheck replay TRACE --on host`: a trace, taken by a running kernel beside the spec that stands for it. */
import { parseTrace } from '../harness/trace.js';
import { Status } from '../harness/verdict.js';
import { DESIGNS } from '../model/designs/designs.js';
import { baselineOf } from '../oracle/host/baseline.js';
import { isAgreed, renderRetraced } from '../reports/beside.js';
import type { Oracle } from './kernels.js';
import { withUsage } from './kernels.js';
import { complain, print } from './output.js';

export async function retraceOnOracle(text: string, name: string, word: string, oracle: Oracle): Promise<number> {
  const trace = parseTrace(text, name, { isReal: true });
  const release = oracle.release();
  const baseline = baselineOf(release);
  if (baseline.note !== '') complain(baseline.note);
  const design = DESIGNS.find(({ id }) => id === baseline.design);
  if (design === undefined) throw new Error(`there is no design ${baseline.design}`);
  const { bounds, ops, scenario } = trace;
  const retraced = await withUsage(word, () => oracle.retrace({ design, scenario, bounds, ops, name }));
  print(renderRetraced({ design: design.id, kernel: oracle.name, release }, retraced, scenario, bounds));
  return isAgreed(retraced) ? Status.Ok : Status.Violated;
}
