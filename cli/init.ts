/** `iovcheck init`: a new design, and its test. */
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Explorer } from '../check/explore.js';
import { UsageError, parseBounds } from '../harness/bounds-text.js';
import { nearest } from '../harness/nearest.js';
import { Runner } from '../harness/runner.js';
import type { Design } from '../model/design.js';
import { defineDesign } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { FunctionName, KernelFunctions } from '../model/functions.js';
import { cName } from '../model/functions.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import { baseFunction } from './base-function.js';
import type { Draft } from './init-text.js';
import { designText, exportName, nodeTestText, vitestText } from './init-text.js';
import { table } from './list.js';

export interface RawInitOptions {
  readonly base: string;
  readonly override: readonly string[];
  readonly js?: boolean;
  /** `vitest` where it is installed, if absent. */
  readonly test?: string;
}

/** Edges that a scenario is tried for, to see whether it calls a function. */
const LOOK_STEPS = 20_000;
const LOOK_BYTES = 2 ** 28;

async function library(): Promise<Readonly<Record<string, unknown>>> {
  return (await import(new URL('../index.js', import.meta.url).href)) as Readonly<Record<string, unknown>>;
}

function baseNamed(name: string, exported: Readonly<Record<string, unknown>>): Design {
  const kernels = DESIGNS.filter((design) => exported[exportName(design.id)] === design);
  const ids = kernels.map(({ id }) => id);
  const found = kernels.find(({ id }) => id === name);
  if (found !== undefined) return found;
  throw new UsageError(`--base ${name}: did you mean '${nearest(name, ids)}'? A base is one of ${ids.join(', ')}`);
}

/** By its name here or in C. */
function functionNamed(text: string, base: Design): FunctionName {
  const names = [...base.present];
  const wanted = text.replace(/\(\)$/, '');
  const camel = wanted.replace(/_+([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
  // Statements of one C function may be several here; that of its name is meant.
  const found = names.find((name) => name === camel) ?? names.find((name) => cName(name) === wanted);
  if (found !== undefined) return found;
  const like = nearest(text, text.includes('_') ? names.map(cName) : names);
  throw new UsageError(`--override ${text}: ${base.id} has no such function; did you mean '${like}'?`);
}

function checkName(name: string): void {
  if (!/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name) || /\.(ts|mjs|js)$/.test(name)) {
    throw new UsageError(
      `${name}: this is no name of a design; write small letters, digits and hyphens, e.g. my-design, and the files are made in this folder`,
    );
  }
  if (DESIGNS.some(({ id }) => id === name)) {
    throw new UsageError(`${name}: iovcheck has a design of that name; choose another`);
  }
}

/** Whether a search that sets out there comes to one of the functions. */
function calls(base: Design, names: readonly FunctionName[], scenario: ScenarioName): boolean {
  let isCalled = false;
  const override: Partial<Record<FunctionName, unknown>> = {};
  for (const name of names) {
    const fn = base.functions[name] as (...args: unknown[]) => unknown;
    override[name] = (...args: unknown[]) => {
      isCalled = true;
      return fn(...args);
    };
  }
  const spy = defineDesign({ id: 'spy', title: '', source: [], base, override: override as Partial<KernelFunctions> });
  const runner = new Runner(spy, parseBounds('tiny', undefined, SCENARIOS[scenario]), scenario);
  new Explorer(runner, { memoryBytes: LOOK_BYTES, steps: LOOK_STEPS, isOver: () => isCalled }).run();
  return isCalled;
}

function resolves(name: string, folder: string): boolean {
  try {
    createRequire(join(folder, 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}

function write(folder: string, files: readonly (readonly [name: string, text: string])[]): void {
  for (const [name] of files) {
    if (existsSync(join(folder, name))) {
      throw new UsageError(
        `${name}: this file is there already, and is left as it is; choose another name, or move it away`,
      );
    }
  }
  for (const [name, text] of files) {
    try {
      writeFileSync(join(folder, name), text, { flag: 'wx' });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(`${name}: it can not be written (${code ?? String(error)}); go to a folder of yours`, {
        cause: error,
      });
    }
  }
}

/** Makes the files in `folder`; returns what to tell. */
export async function init(name: string, options: RawInitOptions, folder = process.cwd()): Promise<string> {
  checkName(name);
  const exported = await library();
  const base = baseNamed(options.base, exported);
  const names = [...new Set(options.override.map((text) => functionNamed(text, base)))];
  const known = new Set(Object.keys(exported));
  const draft: Draft = {
    id: name,
    base,
    overrides: names.map((fn) => baseFunction(base, fn, known)),
    scenarios: names.length === 0 ? [] : base.scenarios.filter((scenario) => calls(base, names, scenario)),
    file: `${name}.${options.js === true ? 'mjs' : 'ts'}`,
  };
  const runner = options.test ?? (resolves('vitest/package.json', resolve(folder)) ? 'vitest' : 'node');
  const hasVitest = runner === 'vitest';
  if (!hasVitest && runner !== 'node') throw new UsageError(`--test ${runner}: write vitest, or node for node --test`);
  const [test, what] = hasVitest
    ? [`${name}.test.${options.js === true ? 'mjs' : 'ts'}`, 'its test: npx vitest run']
    : [`${name}.test.mjs`, 'its test: node --test'];
  write(folder, [
    [draft.file, designText(draft)],
    [test, hasVitest ? vitestText(draft) : nodeTestText(draft)],
  ]);
  const needs = resolves('iovcheck/package.json', resolve(folder))
    ? []
    : ['', 'The test, and types in an editor, need the package: npm install --save-dev iovcheck'];
  return [
    table([
      [
        draft.file,
        names.length === 0 ? `a design on ${base.id}` : `${base.id}, with ${names.map(cName).join(', ')} to change`,
      ],
      [test, what],
    ]).trimEnd(),
    '',
    `Change it, and look: iovcheck check ./${draft.file} --bounds tiny`,
    ...needs,
    '',
  ].join('\n');
}
