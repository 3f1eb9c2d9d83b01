/** Data for pages, made of traces without any search. */
import { replay } from '#iov/harness/replay.js';
import type { CheckResult, Violation } from '#iov/harness/result.js';
import { Runner } from '#iov/harness/runner.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { formatTrace, resolveOps } from '#iov/harness/trace.js';
import type { Design } from '#iov/model/design.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import type { PageData, ResultData } from '#iov/reports/html/data.js';
import { pageOf } from '#iov/reports/html/result.js';

export interface Case {
  readonly design: Design;
  readonly scenario: ScenarioName;
  readonly bounds: string;
  readonly ops: readonly string[];
}

export function runnerFor({ design, scenario, bounds }: Case): Runner {
  return new Runner(design, parseBounds(bounds, undefined, SCENARIOS[scenario]), scenario);
}

/** What a search would hand back that has found what the last of these ops breaks. */
export function resultOf(made: Case, runner = runnerFor(made)): CheckResult {
  const { design, scenario, ops } = made;
  const { bounds } = runner.w;
  const { steps } = replay(runner, resolveOps(runner, { design: design.id, scenario, bounds, ops }, 'test'));
  const violations = (steps.at(-1)?.found ?? []).map(
    (found): Violation => ({
      class: { invariant: found.invariant, op: found.op, function: found.function },
      severity: found.severity,
      misuse: false,
      steps: ops.length,
      minimality: 'shortest',
      trace: ops,
      explanation: found.explanation,
      fixedBy: null,
      known: null,
      afterOthers: false,
    }),
  );
  return {
    design: design.id,
    scenario,
    bounds,
    engine: 'exhaustive',
    seed: 1,
    verdict: violations.length > 0 ? 'violated' : 'exhausted',
    exhausted: true,
    cutShort: '',
    violations,
    stats: { states: 12, edges: 34, depth: 5, steps: 34 },
    reached: { pread: { '> 0': 12, '-EAGAIN': 3 } },
    unreached: [],
  };
}

export function resultDataOf(made: Case): ResultData {
  const runner = runnerFor(made);
  const result = resultOf(made, runner);
  const traceOf = (v: Violation): { file: string; text: string } => {
    const { design, scenario, ops } = made;
    const file = `${design.id}.${scenario}.${v.class.invariant}.trace`.replace(/[^\w.-]/g, '_');
    return { file, text: formatTrace({ design: design.id, scenario, bounds: runner.w.bounds, ops }) };
  };
  const again = `iovcheck check ${made.design.id} --scenario ${made.scenario}`;
  return pageOf(result, { runner, design: made.design, traceOf, again });
}

export function pageDataOf(...made: readonly Case[]): PageData {
  return { version: '0.0.0', results: made.map(resultDataOf), conclusion: 'as a test has it' };
}
