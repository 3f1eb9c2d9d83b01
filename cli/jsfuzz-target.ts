/**
 * A target for jsfuzz as one CommonJS file, which is what its CLI can load. It counts
 * statements in every file that is required, so the judge as well, and that can not be
 * limited: hence one bundle, with nothing in it that this design does not need.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { UsageError } from '../harness/bounds-text.js';
import { nearest } from '../harness/nearest.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import { resolveDesign } from './designs.js';
import type { TargetWorld } from './jsfuzz-entry.js';
import { fullName } from './load.js';
import { writeFile } from './output.js';
import { boundsFor } from './plan.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const ENTRY = resolve(ROOT, 'cli/jsfuzz-entry.js');
const GUARD = resolve(ROOT, 'harness/guard.js');
const LIBRARY = resolve(ROOT, 'index.js');
const VIRTUAL = '\0iovcheck-jsfuzz';

export interface TargetOptions {
  /** The first of the design where absent. */
  readonly scenario?: string;
  readonly bounds: string;
  readonly without: readonly string[];
  readonly known: boolean;
}

export interface MadeTarget {
  readonly path: string;
  readonly world: TargetWorld;
}

/** A design is in the file that has its id as its name. */
function fileOf(id: string): string {
  const path = resolve(ROOT, 'model/designs', `${id}.js`);
  return existsSync(path) ? path : resolve(ROOT, 'model/designs/history', `${id}.js`);
}

function entryText(file: string, isOurs: boolean, world: TargetWorld): string {
  const text = JSON.stringify;
  const guard = isOurs ? '' : `import { guardDesign } from ${text(GUARD)};\n`;
  return `import { design } from ${text(file)};
import { makeTarget } from ${text(ENTRY)};
${guard}export const world = ${text(world)};
const target = makeTarget(${isOurs ? 'design' : 'guardDesign(design)'}, world);
export const { fuzz } = target;
/** Ops taken in all inputs. */
export const stepsTaken = () => target.steps;`;
}

function scenarioNamed(name: string): ScenarioName {
  const names = Object.keys(SCENARIOS) as ScenarioName[];
  const found = names.find((n) => n === name);
  if (found !== undefined) return found;
  throw new UsageError(`there is no scenario '${name}'; did you mean '${nearest(name, names)}'?`);
}

async function bundle(entry: string): Promise<string> {
  const output = await build({
    input: VIRTUAL,
    write: false,
    platform: 'node',
    logLevel: 'silent',
    plugins: [
      {
        name: 'iovcheck-jsfuzz',
        resolveId: (id) => (id === VIRTUAL ? id : id === 'iovcheck' ? LIBRARY : undefined),
        load: (id) => (id === VIRTUAL ? entry : undefined),
      },
    ],
    output: { format: 'cjs', codeSplitting: false },
  });
  return output.output[0].code;
}

/** Makes the target in `folder`. */
export async function makeTarget(name: string, options: TargetOptions, folder: string): Promise<MadeTarget> {
  const design = await resolveDesign(name, options.without);
  const scenario = options.scenario === undefined ? design.facts.scenarios[0] : scenarioNamed(options.scenario);
  const world: TargetWorld = {
    name,
    without: options.without,
    fullName: fullName(design.ref),
    scenario,
    bounds: boundsFor(design, options.bounds, scenario),
    skipsKnown: options.known,
  };
  const isOurs = design.ref.url === null;
  const code = await bundle(entryText(isOurs ? fileOf(name) : resolve(name), isOurs, world));
  const file = [design.facts.id, ...options.without, scenario, 'cjs'].join('.').replace(/[^\w.-]/g, '_');
  const path = join(folder, file);
  const problem = writeFile(path, code, '--out');
  if (problem !== undefined) throw new UsageError(problem);
  return { path: relative(process.cwd(), path) || path, world };
}
