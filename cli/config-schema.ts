/** The form of a config file; docs/config.schema.json is generated from it. */
import { z } from 'zod';
import { SCENARIOS } from '../model/scenario.js';
import type { ScenarioName } from '../model/scenario.js';

/** What `iovcheck check` and `iovcheck fuzz` are told where the command line says nothing. */
export interface Config {
  /** Ids, and paths of files as seen from the config file. Checked where the command line names none. */
  readonly designs?: readonly string[] | undefined;
  /** Each scenario of a design, where absent. */
  readonly scenario?: ScenarioName | undefined;
  /** `tiny`, `default`, `deep`, or single bounds such as `ring=4,page=4`. */
  readonly bounds?: string | undefined;
  readonly engine?: 'exhaustive' | 'random' | 'coverage' | 'all' | undefined;
  /** Of each search: `60s`, `1000000-steps`, `10000-runs`. */
  readonly budget?: string | undefined;
  readonly seed?: number | undefined;
  readonly workers?: number | undefined;
  /** For all states together: `8G`. */
  readonly memory?: string | undefined;
  /** Named fixes that are taken out of a repaired design. */
  readonly without?: readonly string[] | undefined;
  /** As after --reporter: `text`, `json:out.json`. */
  readonly reporters?: readonly string[] | undefined;
  /** The folder of a corpus. */
  readonly corpus?: string | undefined;
  /** The folder that traces are written to. */
  readonly traces?: string | undefined;
  /** The folder of a kernel tree, whose C stands in for the designs' own. */
  readonly kernelTree?: string | undefined;
  /** Exit 0 only if exactly the known violations of the designs are found. */
  readonly known?: boolean | undefined;
  readonly requireReached?: boolean | undefined;
  readonly timing?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** For editors: the path of docs/config.schema.json. */
  readonly $schema?: string | undefined;
}

const whole = z.int().min(0);

export const configSchema = z
  .strictObject({
    designs: z.array(z.string()).optional().describe('ids, and paths of files as seen from this file'),
    scenario: z.enum(Object.keys(SCENARIOS) as ScenarioName[]).optional(),
    bounds: z.string().optional().describe('as after --bounds: tiny, default, deep, ring=4'),
    engine: z.enum(['exhaustive', 'random', 'coverage', 'all']).optional(),
    budget: z.string().optional().describe('of each search: 60s, 1000000-steps or 10000-runs'),
    seed: whole.max(2 ** 32 - 1).optional(),
    workers: whole.min(1).max(1024).optional(),
    memory: z.string().optional().describe('for all states together, e.g. 8G'),
    without: z.array(z.string()).optional().describe('named fixes that are taken out of a repaired design'),
    reporters: z.array(z.string()).optional().describe('as after --reporter'),
    corpus: z.string().optional().describe('folder of a corpus, as seen from this file'),
    traces: z.string().optional().describe('folder that traces are written to, as seen from this file'),
    kernelTree: z.string().optional().describe('folder of a kernel tree, as seen from this file'),
    known: z.boolean().optional(),
    requireReached: z.boolean().optional(),
    timing: z.boolean().optional(),
    quiet: z.boolean().optional(),
    $schema: z.string().optional(),
  })
  .describe('iovcheck.config.json, or the key iovcheck of package.json') satisfies z.ZodType<Config>;

/** The published schema, as text. */
export function configSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(configSchema), null, 2)}\n`;
}
