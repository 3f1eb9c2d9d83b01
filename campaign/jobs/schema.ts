/** Reads what a campaign file holds: one sentence says what is wrong with it, and where. */
import { z } from 'zod';
import { UsageError } from '../../harness/bounds-text.js';
import { nearest } from '../../harness/nearest.js';
import type { ScenarioName } from '../../model/scenario.js';
import { SCENARIOS } from '../../model/scenario.js';
import type { CampaignSpec } from './spec.js';

const count = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);
const names = z.array(z.string().min(1)).min(1);
const scenarios = Object.keys(SCENARIOS) as [ScenarioName, ...ScenarioName[]];

const shared = {
  bounds: names.optional(),
  scenarios: z.array(z.enum(scenarios)).min(1).optional(),
  designs: names.optional(),
  steps: count.optional(),
};
const seeds = z.union([z.int().min(1).max(100_000), z.array(seed).min(1)]).optional();

const search = z.discriminatedUnion('engine', [
  z.strictObject({
    engine: z.literal('exhaustive'),
    ...shared,
    split: z
      .strictObject({
        ops: z.int().min(1).max(8).optional(),
        parts: z.int().min(1).max(4096).optional(),
        contents: z.boolean().optional(),
      })
      .optional(),
  }),
  z.strictObject({ engine: z.literal('random'), ...shared, seeds }),
  z.strictObject({
    engine: z.literal('coverage'),
    ...shared,
    seeds,
    runs: count.optional(),
    rounds: z.int().min(1).max(1000).optional(),
  }),
]);

const campaign = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'a name has small letters, digits, dots and hyphens'),
    designs: names.optional(),
    trees: names.optional(),
    searches: z.array(search).min(1),
    memory: z
      .string()
      .regex(/^\d+[MG]$/, 'write e.g. 512M')
      .optional(),
  })
  .refine(({ designs, trees }) => designs !== undefined || trees !== undefined, 'it names no designs, and no trees');

/** Types hold it to what a user may write. */
const parse = (value: unknown): z.ZodSafeParseResult<z.infer<typeof campaign>> => campaign.safeParse(value);

/** `searches[2].runs` */
function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, n) => (typeof key === 'number' ? `[${key}]` : `${n === 0 ? '' : '.'}${String(key)}`)).join('');
}

function hintOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return '';
  const known = [...Object.keys(shared), 'engine', 'seeds', 'runs', 'rounds', 'split', 'ops', 'parts', 'contents'];
  const all = issue.path.length === 0 ? Object.keys(campaign.shape) : known;
  return `; did you mean '${nearest(issue.keys[0], all)}'?`;
}

/** Throws {@link UsageError} with the place in the file. */
export function parseCampaign(value: unknown, file: string): CampaignSpec {
  const { success, data, error } = parse(value);
  if (success) return data;
  const [issue] = error.issues;
  const at = pathText(issue.path);
  const message = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  throw new UsageError(`${file}: ${at === '' ? '' : `${at}: `}${message}${hintOf(issue)}; correct it and try again`);
}

/** Bytes of `512M`, as the schema lets it through. */
export function memoryOf({ memory = '512M' }: CampaignSpec): number {
  return Number(memory.slice(0, -1)) * (memory.endsWith('G') ? 2 ** 30 : 2 ** 20);
}
