/** `iovcheck.config.*`: found from the working directory upwards, and what it says put under the command line. */
import { existsSync } from 'node:fs';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { lilconfig } from 'lilconfig';
import type { z } from 'zod';
import { UsageError } from '../harness/bounds-text.js';
import { messageOf } from '../harness/guard.js';
import { nearest } from '../harness/nearest.js';
import { bundleFile, isFileName } from './bundle.js';
import type { Config } from './config-schema.js';

const PLACES = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `iovcheck.config.${ending}`);

/** What was found; `path` as seen from the working directory. */
export interface Found {
  readonly path: string;
  readonly config: Config;
}

/** A module is bundled like a design, so that it may be TypeScript and import what it likes. */
async function load(file: string): Promise<unknown> {
  const name = relative(process.cwd(), file) || file;
  let module: { default?: unknown };
  try {
    module = (await import(await bundleFile(name))) as typeof module;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${name}: loading it threw ${messageOf(error)}; correct it and try again`, { cause: error });
  }
  if (module.default === undefined) {
    throw new UsageError(`${name}: it has no default export; write: export default defineConfig({ ... })`);
  }
  return module.default;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${relative(process.cwd(), file)}: this is no JSON (${messageOf(error)})`, { cause: error });
  }
}

const searcher = lilconfig('iovcheck', {
  searchPlaces: [...PLACES, 'package.json'],
  loaders: { '.ts': load, '.mts': load, '.js': load, '.mjs': load, '.json': parseJson },
});

/** One sentence on the first thing that is wrong. */
function sentence(path: string, { issues: [issue] }: z.ZodError, keys: readonly string[]): string {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    return `${path}: there is no key '${key}'; did you mean '${nearest(key, keys)}'? There are ${keys.join(', ')}`;
  }
  return `${path}: ${issue.path.join('.') || 'the whole'}: ${issue.message.replace(/^Invalid input: /, '')}; docs/config.schema.json has its form`;
}

/** A path in the file is seen from the file's folder. */
function seenFrom(folder: string, path: string): string {
  if (isAbsolute(path)) return path;
  const from = relative(process.cwd(), resolve(folder, path));
  return from.startsWith('..') || isAbsolute(from) ? from : `./${from}`;
}

function withPaths(config: Config, folder: string): Config {
  const one = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : seenFrom(folder, path);
  const design = (name: string): string => (isFileName(name) ? seenFrom(folder, name) : name);
  const reporter = (text: string): string => {
    const at = text.indexOf(':');
    return at < 0 ? text : `${text.slice(0, at + 1)}${seenFrom(folder, text.slice(at + 1))}`;
  };
  const { designs, reporters, corpus, traces, kernelTree, ...rest } = config;
  return {
    ...rest,
    ...(designs === undefined ? {} : { designs: designs.map(design) }),
    ...(reporters === undefined ? {} : { reporters: reporters.map(reporter) }),
    ...(corpus === undefined ? {} : { corpus: one(corpus) }),
    ...(traces === undefined ? {} : { traces: one(traces) }),
    ...(kernelTree === undefined ? {} : { kernelTree: one(kernelTree) }),
  };
}

/** The nearest config file, or the one that is named; undefined where there is none. */
export async function findConfig(named: string | undefined): Promise<Found | undefined> {
  if (named !== undefined && !existsSync(named)) {
    throw new UsageError(`--config ${named}: there is no such file; name one, or leave --config out`);
  }
  const result = await (named === undefined ? searcher.search() : searcher.load(resolve(named)));
  if (result === null) return undefined;
  const path = relative(process.cwd(), result.filepath) || basename(result.filepath);
  const { configSchema } = await import('./config-schema.js');
  const parsed = configSchema.safeParse(result.config ?? {});
  if (!parsed.success) throw new UsageError(sentence(path, parsed.error, Object.keys(configSchema.shape)));
  return { path, config: withPaths(parsed.data, dirname(result.filepath)) };
}

/** Keys of a config, and the options of the command line that they stand in for. */
const OPTIONS: Readonly<Record<Exclude<keyof Config, 'designs' | '$schema'>, string>> = {
  scenario: 'scenario',
  bounds: 'bounds',
  engine: 'engine',
  budget: 'budget',
  seed: 'seed',
  workers: 'workers',
  memory: 'memory',
  without: 'without',
  reporters: 'reporter',
  corpus: 'corpus',
  traces: 'traces',
  kernelTree: 'kernelTree',
  known: 'known',
  requireReached: 'requireReached',
  timing: 'timing',
  quiet: 'quiet',
};

/**
 * Puts what the file says where the command line says nothing; returns the designs that are meant. `command` has been
 * parsed, and is changed.
 */
export function applyConfig(command: Command, names: readonly string[], found: Found | undefined): readonly string[] {
  const config = found?.config ?? {};
  for (const [key, option] of Object.entries(OPTIONS)) {
    const value = config[key as keyof typeof OPTIONS];
    const isKnown = command.options.some((o) => o.attributeName() === option);
    if (value === undefined || !isKnown || command.getOptionValueSource(option) === 'cli') continue;
    // --json says where results go, as --reporter does.
    if (option === 'reporter' && ['json', 'ndjson'].some((o) => command.getOptionValueSource(o) === 'cli')) continue;
    command.setOptionValueWithSource(option, typeof value === 'number' ? String(value) : value, 'config');
  }
  return names.length > 0 ? names : (config.designs ?? []);
}

/** Something has to be checked. */
export function needDesigns(names: readonly string[], found: Found | undefined): void {
  if (names.length > 0) return;
  throw new UsageError(
    found === undefined
      ? 'name a design or a file, or list designs in iovcheck.config.ts; iovcheck list designs shows ours'
      : `${found.path}: it lists no designs, and the command line names none; write designs: ['./my-design.ts']`,
  );
}

/** What `--print-config` prints: the file, and what it comes to with the command line. */
export function configText(command: Command, names: readonly string[], found: Found | undefined): string {
  const options = Object.entries(OPTIONS).flatMap(([key, option]) => {
    const value = command.getOptionValue(option) as unknown;
    const isSet = value !== undefined && (!Array.isArray(value) || value.length > 0);
    return isSet ? [[key, value] as const] : [];
  });
  return `${JSON.stringify({ file: found?.path ?? null, designs: names, ...Object.fromEntries(options) }, null, 2)}\n`;
}
