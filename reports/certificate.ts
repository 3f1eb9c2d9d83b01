/**
 * The certificate of exhaustive searches: what was searched, as hashes, and what the search came
 * to, level by level, so that it can be taken again and compared. Same inputs, same bytes.
 */
import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import { z } from 'zod';
import { UsageError } from '../harness/bounds-text.js';
import type { CheckResult, Violation } from '../harness/result.js';
import { SCENARIOS } from '../model/scenario.js';
import { boundsShape } from './json-schema.js';
import { plural } from './later.js';

const FORMAT = 'iovcheck certificate';

/** Version of the form, not of iovcheck. */
export const CERTIFICATE_VERSION = 1;

const whole = z.int().min(0);
const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

const design = z.strictObject({
  name: z.string().describe('as it was named: an id, or the path of a file'),
  id: z.string(),
  without: z.array(z.string()).describe('named fixes that were taken out'),
  tree: z.string().optional().describe("version of the kernel's tree whose C stood in it; the hash is of that, too"),
  hash: hash.describe('of the design: its own code, and for one of ours the kernels that it stands on'),
  library: hash.optional().describe('for a file of a user: of the kernels that it may stand on'),
});

const violation = z.strictObject({
  class: z.strictObject({ invariant: z.string(), op: z.string(), function: z.string() }),
  severity: z.enum(['soft', 'fatal']),
  misuse: z.boolean().describe('the caller broke the protocol'),
  afterOthers: z.boolean().describe('seen only where another rule had broken before'),
  steps: whole.describe('calls of the shortest run that breaks it'),
  minimality: z.enum(['shortest', '1-minimal', 'raw']),
  trace: z.array(z.string()).describe('that run, C spelling'),
  known: z.string().optional().describe('finding of docs/findings.md that it is known as'),
});

const result = z.strictObject({
  design,
  scenario: z.enum(Object.keys(SCENARIOS) as [keyof typeof SCENARIOS, ...(keyof typeof SCENARIOS)[]]),
  bounds: z.strictObject(boundsShape),
  symmetry: z.array(z.string()).describe('what was taken for the same'),
  reductions: z.array(z.string()).describe('orders of calls of which not each was tried'),
  claim: z.string().describe('what this proves, in words'),
  verdict: z.enum(['violated', 'exhausted', 'budget-spent']),
  exhausted: z.boolean().describe('the frontier is empty: every state within the bounds was visited'),
  cutShort: z.string().describe('why it is not; empty where it is'),
  states: whole,
  edges: whole,
  depth: whole,
  levels: z
    .array(z.strictObject({ states: whole, edges: whole }))
    .describe('of each length of run that was gone through in full: the states it comes to first, the edges from them'),
  invariants: z.array(z.strictObject({ id: z.string(), hash })).describe('the rules that were judged'),
  violations: z.array(violation),
  reached: z.record(z.string(), z.record(z.string(), whole)).describe('times each op was taken, by outcome'),
  unreached: z.array(z.string()).describe('ops and situations that no run reached'),
});

export const certificateSchema = z
  .strictObject({
    format: z.literal(FORMAT),
    version: z.literal(CERTIFICATE_VERSION),
    tool: z.string().describe('version of iovcheck'),
    spec: hash.describe('of the model and the judge, as compiled'),
    engine: z.strictObject({ name: z.literal('exhaustive'), hash }),
    results: z.array(result).min(1),
    checksum: hash.describe('of all the rest, as canonical JSON (RFC 8785)'),
  })
  .describe('What iovcheck check --certificate writes');

export type Certificate = z.infer<typeof certificateSchema>;
export type CertifiedResult = Certificate['results'][number];
export type CertifiedViolation = CertifiedResult['violations'][number];

/** Its types say that it has a default export; it is the function itself. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string;

function checksumOf(content: Omit<Certificate, 'checksum'>): string {
  return `sha256:${createHash('sha256').update(canonicalize(content)).digest('hex')}`;
}

/** What the search proves, in words. */
function claimOf({ exhausted, cutShort, violations }: CheckResult, tried: number): string {
  const { length } = violations;
  const found = `${plural(length, 'class', 'classes')} of violations ${length === 1 ? 'was' : 'were'} found`;
  if (exhausted) {
    return `Every state that can be reached within these bounds was visited, and ${length === 0 ? 'no rule is broken' : found}.`;
  }
  const all = `Every run of up to ${plural(tried, 'call')} was tried, and ${length === 0 ? 'none breaks a rule' : found}.`;
  return `The search was cut short: ${cutShort}. ${tried === 0 ? 'Nothing is proved.' : `${all} Nothing is proved about longer runs.`}`;
}

function violationOf(v: Violation): CertifiedViolation {
  return {
    class: { invariant: v.class.invariant, op: v.class.op, function: v.class.function },
    severity: v.severity,
    misuse: v.misuse,
    afterOthers: v.afterOthers,
    steps: v.steps,
    minimality: v.minimality,
    trace: [...v.trace],
    ...(v.known === null ? {} : { known: v.known }),
  };
}

/** `hashOf`: of a rule, by its id. Undefined where the search left nothing to certify. */
export function certifiedResult(
  r: CheckResult,
  of: CertifiedResult['design'],
  hashOf: (invariant: string) => string,
): CertifiedResult | undefined {
  const { proof } = r;
  if (proof === undefined) return undefined;
  return {
    design: of,
    scenario: r.scenario,
    bounds: { ...r.bounds },
    symmetry: [...proof.symmetry],
    reductions: [...proof.reductions],
    claim: claimOf(r, proof.levels.length),
    verdict: r.verdict,
    exhausted: r.exhausted,
    cutShort: r.cutShort,
    states: r.stats.states,
    edges: r.stats.edges,
    depth: r.stats.depth,
    levels: proof.levels.map(({ states, edges }) => ({ states, edges })),
    invariants: proof.invariants.map((id) => ({ id, hash: hashOf(id) })),
    violations: r.violations.map(violationOf),
    reached: Object.fromEntries(Object.entries(r.reached).map(([op, row]) => [op, { ...row }])),
    unreached: [...r.unreached],
  };
}

export type Written = Pick<Certificate, 'tool' | 'spec' | 'engine' | 'results'>;

export function formatCertificate({ tool, spec, engine, results }: Written): string {
  const content = { format: FORMAT, version: CERTIFICATE_VERSION, tool, spec, engine, results } as const;
  return `${JSON.stringify({ ...content, checksum: checksumOf(content) }, null, 2)}\n`;
}

const WRITE = "'iovcheck check DESIGN --certificate FILE' writes one";

function readJson(text: string, name: string): Record<string, unknown> {
  if (text.trim() === '') throw new UsageError(`${name}: the file is empty; ${WRITE}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const isBegun = text.includes(`"${FORMAT}"`);
    const what = isBegun ? 'the certificate was cut off, or edited: it is no JSON' : 'this is no certificate';
    throw new UsageError(`${name}: ${what}; ${WRITE}`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && (value as { format?: unknown }).format === FORMAT)
    return value as Record<string, unknown>;
  throw new UsageError(`${name}: this is JSON, and no certificate; ${WRITE}`);
}

/** Throws {@link UsageError} where the file is no certificate, of another version, or not as it was written. */
export function parseCertificate(text: string, name: string): Certificate {
  const value = readJson(text, name);
  if (value.version !== CERTIFICATE_VERSION) {
    throw new UsageError(
      `${name}: this certificate is version ${JSON.stringify(value.version)}, and this iovcheck reads version ${CERTIFICATE_VERSION}; use the iovcheck that wrote it (${String(value.tool)})`,
    );
  }
  const { checksum, ...content } = value;
  if (checksum !== checksumOf(content as Omit<Certificate, 'checksum'>)) {
    throw new UsageError(
      `${name}: the certificate was edited, or damaged: its checksum does not fit its content; take the file as it was written, or write a new one`,
    );
  }
  const parsed = certificateSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new UsageError(`${name}: the certificate can not be read: ${path.join('.')}: ${message}; write a new one`);
}

/** The published schema, as text. */
export function certificateSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(certificateSchema), null, 2)}\n`;
}
