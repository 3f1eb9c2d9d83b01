/** Where a function of a kernel is restated, and its text as a design can begin with it. */
import { readFileSync, readdirSync } from 'node:fs';
import { sep } from 'node:path';
import type { Design } from '../model/design.js';
import type { FunctionName } from '../model/functions.js';
import { cName } from '../model/functions.js';
import type { KernelRef } from '../model/source.js';

export interface BaseFunction {
  readonly name: FunctionName;
  /** Names of its parameters, in order. */
  readonly params: readonly string[];
  /** Of the package, from its root: `model/linux/6.1/iov_iter_pipe`, without an ending. */
  readonly module: string;
  readonly source: KernelRef;
  /** The whole function as JavaScript, where it needs nothing but what `iovcheck` exports; undefined elsewhere. */
  readonly text: string | undefined;
  /** What of `iovcheck` the text needs. */
  readonly imports: readonly string[];
}

interface Module {
  readonly path: string;
  readonly text: string;
}

/** Compiled modules of the model. */
function modules(): Module[] {
  const root = new URL('../model/', import.meta.url);
  return readdirSync(root, { recursive: true })
    .map((name) => String(name).split(sep).join('/'))
    .filter((path) => path.endsWith('.js'))
    .map((path) => ({ path: `model/${path}`, text: readFileSync(new URL(path, root), 'utf8') }));
}

let modulesRead: readonly Module[] | undefined;

/** The kernels that a kernel stands on, and itself. */
function versions(design: Design | undefined): string[] {
  return design === undefined ? [] : [design.id.replace(/^linux-/, ''), ...versions(design.base)];
}

/** The newest of the kernel's modules that has the text, or one that all kernels share. */
function moduleWith(text: string, design: Design): Module {
  modulesRead ??= modules();
  const having = modulesRead.filter((module) => module.text.includes(text));
  for (const version of versions(design)) {
    const found = having.find(({ path }) => path.startsWith(`model/linux/${version}/`));
    if (found !== undefined) return found;
  }
  const shared = having.find(({ path }) => !/^model\/(linux|designs)\//.test(path)) ?? having[0];
  if (shared !== undefined) return shared;
  throw new Error(`no module of ${design.id} has ${text.slice(0, 60)}`);
}

/** By the `@kernel` tag right above the function, or at the head of its module. */
function sourceOf(name: FunctionName, above: string): KernelRef {
  const own = /\/\*\*(?:(?!\*\/)[\s\S])*\*\/\s*(?:export )?(?:const \w+ = )?$/.exec(above)?.[0] ?? '';
  const [, tree = '', file = '', symbol = cName(name)] =
    /@kernel (\S+) (\S+) (\w+)/.exec(own) ?? /@kernel (\S+) ([^\s;]+)/.exec(above) ?? [];
  return { tree, file, symbol };
}

/** Names that the top level of a module declares or imports. */
function namesOf({ text }: Module): Set<string> {
  const declared = [...text.matchAll(/^(?:export )?(?:function|const|let|class) (\w+)/gm)].map(([, name]) => name);
  const imported = [...text.matchAll(/^import (?:\* as (\w+)|\{([^}]*)\})/gm)].flatMap(([, all, some = '']) =>
    all === undefined ? some.split(',').map((part) => part.trim().replace(/^\w+ as /, '')) : [all],
  );
  return new Set([...declared, ...imported]);
}

/** As the type of the table has them: a kernel may leave out one at the end that it does not look at. */
function paramsOf(name: FunctionName): string[] {
  types ??= ['functions', 'wait'].map((module) =>
    readFileSync(new URL(`../model/${module}.d.ts`, import.meta.url), 'utf8'),
  );
  const list = new RegExp(`^ +${name}\\((.*)\\): `, 'm').exec(types.join('\n'))?.[1];
  if (list === undefined) throw new Error(`no type of ${name}() is installed`);
  return [...list.replace(/\([^()]*\)/g, '').matchAll(/(?:^|,)\s*(\w+)\??:/g)].map(([, param]) => param);
}

let types: readonly string[] | undefined;

/** `exported` are the names that `iovcheck` exports. */
export function baseFunction(design: Design, name: FunctionName, exported: ReadonlySet<string>): BaseFunction {
  const text = String(design.functions[name]);
  const module = moduleWith(text, design);
  const own = namesOf(module);
  const used = [...new Set(text.match(/(?<![.\w'])[A-Za-z]\w*/g))].filter((word) => own.has(word) && word !== name);
  // What speaks of itself, or of its like by its own name, is a part of a closure.
  const isAlone = !new RegExp(`(?<![.\\w])${name}\\b`).test(text.replace(`function ${name}`, ''));
  const isWhole = isAlone && used.every((word) => exported.has(word));
  return {
    name,
    params: paramsOf(name),
    module: module.path.replace(/\.js$/, ''),
    source: sourceOf(name, module.text.slice(0, module.text.indexOf(text))),
    text: isWhole ? text : undefined,
    imports: isWhole ? used : [],
  };
}
