/** An op's text, looked up in the op table; arguments may stand in any order. */
import type { ArgSpec, OpSpec } from '../model/op.js';
import { formatOp, namesOf } from '../model/op.js';
import { OPS } from '../model/ops/ops.js';
import { nearest } from './nearest.js';
import type { Runner } from './runner.js';

/** What is wrong with an op's text, and what to write: one sentence. */
export interface Problem {
  readonly problem: string;
}

const indices = new WeakMap<Runner, Map<string, number>>();

/** Index of the first instance with that very text; undefined if there is none. */
export function opIndex(runner: Runner, text: string): number | undefined {
  let map = indices.get(runner);
  if (map === undefined) {
    map = new Map();
    for (let n = runner.ops.length - 1; n >= 0; n--) map.set(runner.ops[n].text, n);
    indices.set(runner, map);
  }
  return map.get(text);
}

export function resolveOp(runner: Runner, text: string): number | Problem {
  const exact = opIndex(runner, text);
  if (exact !== undefined) return exact;
  const [name, ...words] = text.trim().split(/\s+/);
  const specs = [...new Set(runner.ops.map((op) => op.spec))].filter((spec) => spec.name === name);
  if (specs.length === 0) return { problem: noSuchOp(runner, name) };
  // One name may have two specs; the one that knows all the arguments is meant.
  const results = specs.map((spec) => resolveWith(runner, spec, words));
  return results.find((result) => typeof result === 'number') ?? results[0];
}

function noSuchOp(runner: Runner, name: string): string {
  const { design, scenario } = runner.w;
  if (OPS.some((op) => op.name === name)) {
    return `the op '${name}' does not exist in design ${design.id}, scenario ${scenario.name} with these bounds; see iovcheck list ops`;
  }
  const meant = nearest(name, new Set(runner.ops.map((op) => op.spec.name)));
  return `there is no op '${name}'; did you mean '${meant}'? See iovcheck list ops`;
}

/** Values as a reader would write them: `1, 3 or 4`, long lists with their middle left out. */
function list(values: readonly string[]): string {
  const short = values.length > 12 ? [...values.slice(0, 8), '...', ...values.slice(-2)] : values;
  return short.length < 2 ? short.join('') : `${short.slice(0, -1).join(', ')} or ${short.at(-1)}`;
}

function valuesOf(runner: Runner, arg: ArgSpec): string {
  const values = arg.values(runner.w).filter((v) => v !== arg.omit || arg.names !== undefined);
  return values.length === 0
    ? 'nothing: leave it out'
    : list(values.map((v) => namesOf(arg, runner.w)?.[v] ?? String(v)));
}

function readValue(runner: Runner, arg: ArgSpec, text: string): number | undefined {
  return arg.values(runner.w).find((v) => (namesOf(arg, runner.w)?.[v] ?? String(v)) === text || String(v) === text);
}

function resolveWith(runner: Runner, spec: OpSpec, words: readonly string[]): number | Problem {
  const args: (number | undefined)[] = spec.args.map(() => undefined);
  const names = spec.args.map((arg) => arg.name);
  for (const word of words) {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(word) ?? [];
    if (key === undefined)
      return { problem: `'${word}' is no argument; write name=value, e.g. ${example(runner, spec)}` };
    const at = names.indexOf(key);
    if (at < 0) {
      const has =
        names.length === 0 ? 'it has none' : `did you mean '${nearest(key, names)}'? It has ${names.join(', ')}`;
      return { problem: `${spec.name} has no argument '${key}'; ${has}` };
    }
    if (args[at] !== undefined) return { problem: `${spec.name}: the argument '${key}' stands there twice; keep one` };
    args[at] = readValue(runner, spec.args[at], value);
    if (args[at] === undefined) {
      return {
        problem: `${spec.name}: ${word} is not within the bounds; ${key} may be ${valuesOf(runner, spec.args[at])}`,
      };
    }
  }
  return complete(runner, spec, args);
}

/** Puts in what may be left out, and looks the op up. */
function complete(runner: Runner, spec: OpSpec, args: readonly (number | undefined)[]): number | Problem {
  const missing = spec.args.find((arg, n) => args[n] === undefined && arg.omit === undefined);
  if (missing !== undefined) {
    return {
      problem: `${spec.name} needs ${missing.name}; it may be ${valuesOf(runner, missing)}, e.g. ${example(runner, spec)}`,
    };
  }
  const full = spec.args.map((arg, n) => args[n] ?? arg.omit ?? 0);
  return (
    opIndex(runner, formatOp(spec, full, runner.w)) ?? {
      problem: `${formatOp(spec, full, runner.w)} is not within the bounds; see iovcheck list ops`,
    }
  );
}

function example(runner: Runner, spec: OpSpec): string {
  return runner.ops.find((op) => op.spec === spec)?.text ?? spec.name;
}
