/** The JSON form of a comparison; docs/diff.schema.json is generated from the schema here. */
import { z } from 'zod';
import type { Difference, DiffResult, SideEnd } from '../harness/diff-result.js';
import { KINDS } from '../harness/observe.js';
import { SCENARIOS } from '../model/scenario.js';
import { boundsShape } from './json-schema.js';
import { JSON_VERSION } from './json.js';

const whole = z.int().min(0);

const side = z.strictObject({
  returned: z.string().describe('a number or an errno such as -EFAULT; empty where it did not return'),
  isOffered: z.boolean().describe('the call can be made here'),
  warned: z.string().describe('the C function that warned'),
  died: z.string().describe('why it does not return'),
  broken: z.array(z.string()).describe('rules that the step broke'),
});

const difference = z.strictObject({
  class: z.strictObject({
    op: z.string().describe('the op in which they part, C spelling'),
    kind: z.enum(KINDS).describe('in what they differ'),
  }),
  steps: whole.describe('ops of the trace'),
  minimality: z.enum(['shortest', '1-minimal', 'raw']),
  trace: z.array(z.string()).describe('ops from the initial state, C spelling'),
  a: side,
  b: side,
  contrasts: z.array(z.strictObject({ what: z.string(), a: z.string(), b: z.string() })),
});

const result = z.strictObject({
  a: z.string(),
  b: z.string(),
  scenario: z.enum(Object.keys(SCENARIOS) as [string, ...string[]]),
  bounds: z.strictObject(boundsShape),
  engine: z.enum(['exhaustive', 'random']),
  seed: whole,
  lockstep: z.boolean().describe('each field of the state was compared, and not only what a caller sees'),
  verdict: z.enum(['differ', 'no-difference', 'budget-spent']),
  exhausted: z.boolean().describe('every state of the pair within the bounds was visited'),
  differences: z.array(difference),
  onlyA: z.array(z.string()).describe('calls that only A knows, and that were not taken'),
  onlyB: z.array(z.string()),
  stats: z.strictObject({ states: whole, edges: whole, depth: whole }),
  timing: z.strictObject({ seconds: z.number(), edgesPerSecond: z.number() }).optional(),
});

export const diffSchema = z
  .strictObject({ version: z.literal(JSON_VERSION), results: z.array(result) })
  .describe('What iovcheck diff --json prints');

type JsonSide = z.infer<typeof side>;
export type JsonDiffResult = z.infer<typeof result>;

const sideToJson = (end: SideEnd): JsonSide => ({ ...end, broken: [...end.broken] });

function differenceToJson(d: Difference): JsonDiffResult['differences'][number] {
  return { ...d, trace: [...d.trace], a: sideToJson(d.a), b: sideToJson(d.b), contrasts: [...d.contrasts] };
}

export function diffResultToJson(r: DiffResult): JsonDiffResult {
  const { a, b, scenario, engine, seed, lockstep, verdict, exhausted, stats, timing } = r;
  return {
    a,
    b,
    scenario,
    bounds: { ...r.bounds },
    engine,
    seed,
    lockstep,
    verdict,
    exhausted,
    differences: r.differences.map(differenceToJson),
    onlyA: [...r.onlyA],
    onlyB: [...r.onlyB],
    stats,
    ...(timing === undefined ? {} : { timing }),
  };
}

/** The document of several comparisons. */
export function diffToJson(results: readonly DiffResult[]): z.infer<typeof diffSchema> {
  return {
    version: JSON_VERSION,
    results: results.map(diffResultToJson),
  };
}

/** The published schema, as text. */
export function diffSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(diffSchema), null, 2)}\n`;
}
