/** The JSON form of a check. Its shape is frozen; json-schema.ts has it. */
import type { CheckResult, Violation } from '../harness/result.js';
import type { JsonDocument, JsonResult } from './json-schema.js';

export type { JsonDocument, JsonResult } from './json-schema.js';

/** Version of the shape, not of iovcheck. */
export const JSON_VERSION = 1;

function violationToJson(v: Violation): JsonResult['violations'][number] {
  return {
    class: { invariant: v.class.invariant, op: v.class.op, function: v.class.function },
    severity: v.severity,
    misuse: v.misuse,
    steps: v.steps,
    minimality: v.minimality,
    trace: [...v.trace],
    explanation: v.explanation,
    fixedBy: v.fixedBy,
    ...(v.isOld === true ? { beforeChange: true as const } : {}),
    ...(v.known === null ? {} : { known: v.known }),
  };
}

export function resultToJson(r: CheckResult): JsonResult {
  const { states, edges, depth, steps } = r.stats;
  return {
    design: r.design,
    scenario: r.scenario,
    bounds: { ...r.bounds },
    engine: r.engine,
    seed: r.seed,
    verdict: r.verdict,
    exhausted: r.exhausted,
    violations: r.violations.map(violationToJson),
    ...(r.gone === undefined ? {} : { gone: r.gone.map((cls) => ({ ...cls })) }),
    stats: { states, edges, depth, steps },
    reached: Object.fromEntries(Object.entries(r.reached).map(([op, row]) => [op, { ...row }])),
    ...(r.timing === undefined
      ? {}
      : { timing: { seconds: r.timing.seconds, edgesPerSecond: r.timing.edgesPerSecond } }),
  };
}

export function toJson(results: readonly CheckResult[]): JsonDocument {
  return { version: JSON_VERSION, results: results.map(resultToJson) };
}
