/** The text of a new design, and of its test. */
import type { Design } from '../model/design.js';
import { cName } from '../model/functions.js';
import type { ScenarioName } from '../model/scenario.js';
import type { BaseFunction } from './base-function.js';

/** What becomes of a name and its options. */
export interface Draft {
  readonly id: string;
  readonly base: Design;
  readonly overrides: readonly BaseFunction[];
  /** Where one of them is called; empty where that is not known, or nothing is overridden. */
  readonly scenarios: readonly ScenarioName[];
  /** Ends in .ts or .mjs. */
  readonly file: string;
}

/** `linux-6.12` as it is exported: `linux612`. */
export function exportName(id: string): string {
  return id.replace(/[-.]/g, '');
}

/** A kernel's functions are called in C by one name, and by another here. */
const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

const quoted = (text: string): string => `'${text}'`;

function titleOf({ base, overrides }: Draft): string {
  if (overrides.length === 0) return `${base.id}, with nothing changed yet`;
  return `${base.id} with another ${list(overrides.map(({ name }) => `${cName(name)}()`))}`;
}

/** Compiled code stands in steps of four; here in steps of two, `by` further in. */
function indented(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => {
      const inner = line.trimStart();
      return inner === '' ? '' : ' '.repeat(by + Math.floor((line.length - inner.length) / 2)) + inner;
    })
    .join('\n')
    .trimStart();
}

/** A function or an arrow function as an entry of `override`. */
function entryOf({ name, params, text }: BaseFunction): string {
  if (text === undefined) {
    return `${name}(${params.join(', ')}) {\n      return functions.${name}(${params.join(', ')});\n    },`;
  }
  const [, method] = /^(?:function )?\w*(\([\s\S]*)$/.exec(text) ?? [];
  const isArrow = /^\([^)]*\) =>/.test(text);
  return isArrow ? `${name}: ${indented(text, 4)},` : `${name}${indented(method ?? '', 4)},`;
}

function overrideOf(fn: BaseFunction): string {
  const { name, source, module, text } = fn;
  const what = text === undefined ? "For now the base's is called; it is" : "For now it is the base's,";
  return `    /*
     * ${cName(name)}() of ${source.file} (${source.tree}). ${what} ${name}() in
     * ${module}.ts of iovcheck, dist/${module}.js as installed.
     */
    ${entryOf(fn)}`;
}

export function designText(draft: Draft): string {
  const { id, base, overrides, scenarios, file } = draft;
  const kernel = exportName(base.id);
  const imports = ['defineDesign', kernel, ...overrides.flatMap((fn) => fn.imports)];
  const names = [...new Set(imports)].sort((a, b) => a.localeCompare(b, 'en', { sensitivity: 'base' }));
  const calls = overrides.some(({ text }) => text === undefined);
  const sources = overrides.map(
    ({ source }) => `{ tree: '${source.tree}', file: '${source.file}', symbol: '${source.symbol}' }`,
  );
  const where = list(overrides.map(({ name }) => `${cName(name)}()`));
  return `/**
 * ${titleOf(draft)}. Say here what is changed, why, and where it was proposed.
 *
 * iovcheck check ./${file} --bounds tiny
 */
import { ${names.join(', ')} } from 'iovcheck';
${calls ? `\nconst { functions } = ${kernel};\n` : ''}
export const design = defineDesign({
  id: '${id}',
  title: '${titleOf(draft)}',
  source: [${sources.join(', ')}],
  base: ${kernel},
${
  scenarios.length === 0
    ? ''
    : `  // Where ${where} ${overrides.length === 1 ? 'is' : 'are'} called. Without this line, each scenario of the base.
  scenarios: [${scenarios.map(quoted).join(', ')}],
`
}  override: {${overrides.length === 0 ? ' /* a function of the base, by its name: pipeWrite(k, totalLen, filp) { ... } */ ' : `\n${overrides.map(overrideOf).join('\n')}\n  `}},
});
`;
}

export function vitestText({ id, base, file }: Draft): string {
  const module = file.endsWith('.ts') ? file.replace(/\.ts$/, '.js') : file;
  return `import { test } from 'iovcheck/vitest';
import { design } from './${module}';

test.design('${id} breaks nothing that ${base.id} keeps', design, { bounds: 'tiny', except: 'base' });
`;
}

export function nodeTestText({ id, base, file }: Draft): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from 'iovcheck';

test('${id} breaks nothing that ${base.id} keeps', async () => {
  const run = await check(new URL('./${file}', import.meta.url), { bounds: 'tiny', except: 'base' });
  assert.equal(run.counterexamples.map(({ text }) => text).join('\\n'), '');
  assert.deepEqual(run.cutShort, []);
});
`;
}
