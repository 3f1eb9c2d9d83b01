/** The shape of the JSON form of a check, and what reads it (docs/result.schema.json is generated from the schema here). */
import { z } from 'zod';
import { UsageError } from '../harness/bounds-text.js';
import type { Bounds } from '../model/bounds.js';
import { SCENARIOS } from '../model/scenario.js';
import { JSON_VERSION } from './json.js';

const whole = z.int().min(0);

export const boundsShape = {
  page: whole.describe('PAGE_SIZE of the model, in bytes'),
  ring: whole.describe('slots of the pipe ring'),
  slots: whole.describe('slots of two pipes together, 0 for no limit'),
  files: whole.describe('page-cache pages of the file'),
  lengths: z.enum(['all', 'edge']),
  segments: z.enum(['all', 'edge']),
  marks: z.enum(['all', 'edge']),
  contents: z.enum(['3', 'written', 'marked', 'off']),
  callers: z.enum(['correct', 'careless']),
  stale: z.enum(['none', 'flags', 'all']),
  oom: z.enum(['on', 'off']),
  headbits: whole,
  follow: whole,
  vpages: whole.describe('virtual pages of an address space'),
  segs: whole,
  order: whole,
  bias: whole.describe('references that a pin takes'),
  refbits: whole,
  tasks: whole.describe('tasks that may sleep in a call'),
  cow: z.enum(['mapcount', 'refcount', 'exclusive']),
  symmetry: z.enum(['on', 'ring+anon', 'off']),
} satisfies { readonly [K in keyof Bounds]: z.ZodType<Bounds[K]> };

const violation = z.strictObject({
  class: z.strictObject({
    invariant: z.string().describe('id of the rule that broke'),
    op: z.string().describe('the op at which it broke, C spelling'),
    function: z.string().describe('the C function at fault'),
  }),
  severity: z.enum(['soft', 'fatal']),
  misuse: z.boolean().describe('the caller broke the protocol'),
  steps: whole.describe('ops of the trace'),
  minimality: z.enum(['shortest', '1-minimal', 'raw']),
  trace: z.array(z.string()).describe('ops from the initial state, C spelling'),
  explanation: z.string(),
  fixedBy: z.string().nullable().describe('the named fix that makes it go away'),
  beforeChange: z.literal(true).optional().describe('the tree had it before --patch or --rev'),
  known: z.string().optional().describe('finding of docs/findings.md, where the design lists it as known'),
});

const result = z.strictObject({
  design: z.string(),
  scenario: z.enum(Object.keys(SCENARIOS) as [string, ...string[]]),
  bounds: z.strictObject(boundsShape),
  engine: z.enum(['exhaustive', 'random', 'coverage', 'corpus']),
  seed: whole,
  verdict: z.enum(['violated', 'exhausted', 'budget-spent']),
  exhausted: z.boolean().describe('every state within the bounds was visited'),
  violations: z.array(violation),
  gone: z
    .array(z.strictObject({ invariant: z.string(), op: z.string(), function: z.string() }))
    .optional()
    .describe('with --patch or --rev: classes that the tree had before, and that were not found any more'),
  stats: z.strictObject({ states: whole, edges: whole, depth: whole, steps: whole }),
  reached: z.record(z.string(), z.record(z.string(), whole)).describe('times each op was taken, by outcome'),
  timing: z.strictObject({ seconds: z.number(), edgesPerSecond: z.number() }).optional(),
});

export const resultSchema = z
  .strictObject({ version: z.literal(JSON_VERSION), results: z.array(result) })
  .describe('What iovcheck check --json prints');

export type JsonDocument = z.infer<typeof resultSchema>;
export type JsonResult = z.infer<typeof result>;

const WRITE = "'iovcheck check DESIGN --json' writes one";

/** Results of a document of `check --json`; throws {@link UsageError} where it is none, or of another version. */
export function parseResults(text: string, name: string): JsonResult[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${name}: this is no JSON document of one check; ${WRITE}`, { cause: error });
  }
  const { version } = value as { readonly version?: unknown };
  if (version !== JSON_VERSION) {
    throw new UsageError(
      `${name}: this is JSON, and no result of version ${JSON_VERSION} (its version is ${JSON.stringify(version) ?? 'not there'}); ${WRITE}`,
    );
  }
  const parsed = resultSchema.safeParse(value);
  if (parsed.success) return parsed.data.results;
  const [{ path, message }] = parsed.error.issues;
  throw new UsageError(`${name}: the result can not be read: ${path.join('.')}: ${message}; ${WRITE}`);
}

/** The published schema, as text. */
export function schemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(resultSchema), null, 2)}\n`;
}
