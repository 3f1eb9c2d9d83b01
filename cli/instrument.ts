/**
 * The instrumented build of one design: model, judge and design in one bundle, with
 * istanbul's counters in the design and in the kernel functions below it. The judge has
 * none: the engine is to be led by what the design does.
 */
import { createRequire } from 'node:module';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../harness/bounds-text.js';
import { DESIGNS } from '../model/designs/designs.js';
import { moduleUrl } from './bundle.js';
import type { Instrument } from './instrumented.js';
import { cached } from './instrumented.js';
import type { DesignRef } from './load.js';

/** Where istanbul keeps its counters. */
export const COVERAGE = '__iovcheckCoverage__';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const ENTRY = resolve(ROOT, 'cli/session-entry.js');
const LIBRARY = resolve(ROOT, 'index.js');
/** Of our own files: what restates the kernel. */
const KERNEL = ['callers', 'mm.js', 'gup.js', 'memory.js', 'bio.js', 'uaccess.js'];

/** The name under which the entry is asked for; no file has it. */
const VIRTUAL = '\0iovcheck-session';

/** Designs that this one stands on; undefined where it is a file of a user's, which may stand on any. */
function ancestry(ref: DesignRef): ReadonlySet<string> | undefined {
  let design = DESIGNS.find(({ id }) => id === ref.name);
  if (design === undefined || ref.url !== null) return undefined;
  const ids = new Set<string>();
  for (; design !== undefined; design = design.base) ids.add(design.id);
  return ids;
}

/** What this design may call; the rest is never run, and to parse it takes seconds. */
function isKernel(id: string, designs: ReadonlySet<string> | undefined): boolean {
  const model = resolve(ROOT, 'model') + sep;
  if (!id.startsWith(model)) return false;
  const parts = id.slice(model.length).split(sep);
  if (parts[0] === 'linux') return designs === undefined || designs.has(`linux-${parts[1]}`);
  if (parts[0] === 'designs') return designs?.has(parts[parts.length - 1].replace(/\.js$/, '')) ?? false;
  return KERNEL.includes(parts[0]);
}

/** It has no types of its own. */
interface Istanbul {
  createInstrumenter(options: {
    esModules: boolean;
    compact: boolean;
    coverageVariable: string;
    parserPlugins: readonly string[];
  }): {
    instrumentSync(code: string, path: string): string;
  };
}
const ISTANBUL: string = 'istanbul-lib-instrument';

/** Types are stripped by the bundler, which comes after. */
const PARSER_PLUGINS = ['typescript', 'classProperties', 'importMeta'];
const OPTIONS = { esModules: true, compact: false, coverageVariable: COVERAGE, parserPlugins: PARSER_PLUGINS };

/** It is loaded with the first file that is not in the cache. */
function instrumenters(): { readonly own: Instrument; readonly foreign: Instrument } {
  const require = createRequire(import.meta.url);
  let version: string;
  try {
    ({ version } = require(`${ISTANBUL}/package.json`) as { version: string });
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new UsageError(
      'the coverage engine needs istanbul-lib-instrument and jsfuzz; install them: npm install istanbul-lib-instrument jsfuzz',
    );
  }
  const foreign: Instrument = (code, path) => {
    const { createInstrumenter } = require(ISTANBUL) as Istanbul;
    return createInstrumenter(OPTIONS).instrumentSync(code, path);
  };
  return { own: cached(JSON.stringify([ISTANBUL, version, OPTIONS]), foreign), foreign };
}

/** The build as a URL to import; it exports `open(world)`. */
export async function instrumentedBuild(ref: DesignRef): Promise<string> {
  const user = ref.url === null ? undefined : resolve(ref.name);
  const { own, foreign } = instrumenters();
  const designs = ancestry(ref);
  let files = 0;
  const { build } = await import('rolldown');
  const output = await build({
    input: VIRTUAL,
    write: false,
    platform: 'neutral',
    logLevel: 'silent',
    plugins: [
      {
        name: 'iovcheck-session',
        resolveId: (id) => (id === VIRTUAL ? id : id === 'iovcheck' ? LIBRARY : undefined),
        load: (id) => (id === VIRTUAL ? entryText(user) : undefined),
        transform(code, id) {
          const isOurs = id.startsWith(ROOT + sep);
          if (id === VIRTUAL || (isOurs ? !isKernel(id, designs) : id.includes('node_modules'))) return undefined;
          // A name of its own and none of this machine's: the order of the counters is part of what a run does.
          const name = isOurs ? id.slice(ROOT.length + 1) : `design-${files++}`;
          // What the bundler itself brings is no design of a user's, either.
          const instrument = isOurs || id.startsWith('\0') ? own : foreign;
          return { code: instrument(code, name), map: null };
        },
      },
    ],
    output: { format: 'esm', codeSplitting: false },
  });
  return moduleUrl(output.output[0].code);
}

function entryText(user: string | undefined): string {
  const entry = JSON.stringify(ENTRY);
  if (user === undefined) return `export { createSession as open } from ${entry};`;
  return `import * as module from ${JSON.stringify(user)}; import { createSession } from ${entry};
export const open = (world) => createSession(world, module);`;
}
