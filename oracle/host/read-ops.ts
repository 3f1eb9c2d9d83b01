/** Ops of a trace, as both sides of lockstep take them; one that no program can make is told apart from one that is misspelt. */
import { UsageError } from '../../harness/bounds-text.js';
import { nearest } from '../../harness/nearest.js';
import type { ArgSpec, OpSpec } from '../../model/op.js';
import { namesOf } from '../../model/op.js';
import { OPS } from '../../model/ops/ops.js';
import { callOf, whyNot } from './calls.js';
import type { Lockstep, Row } from './lockstep.js';

function readValue(lockstep: Lockstep, arg: ArgSpec, text: string): number | undefined {
  const { w } = lockstep.reference;
  const names = Object.entries(namesOf(arg, w) ?? {});
  const named = names.find(([, name]) => name === text)?.[0];
  const value = Number(named ?? text);
  return Number.isInteger(value) && arg.values(w).includes(value) ? value : undefined;
}

/** The arguments that the words give, or what is wrong with them. */
function argsOf(lockstep: Lockstep, spec: OpSpec, words: readonly string[]): number[] | string {
  const given = new Map(words.map((word) => [word.split('=', 1)[0], word.slice(word.indexOf('=') + 1)]));
  const args: number[] = [];
  for (const arg of spec.args) {
    const text = given.get(arg.name);
    given.delete(arg.name);
    if (text === undefined && arg.omit === undefined) return `it needs ${arg.name}`;
    const value = text === undefined ? arg.omit : readValue(lockstep, arg, text);
    if (value === undefined) return `${arg.name}=${text} is not within the bounds`;
    args.push(value);
  }
  const [unknown] = given.keys();
  return unknown === undefined ? args : `it has no argument '${unknown}'`;
}

function readOp(lockstep: Lockstep, text: string): Row | string {
  const [name, ...words] = text.split(/\s+/);
  const { specs } = lockstep.reference;
  const named = specs.filter((spec) => spec.name === name);
  if (named.length === 0) {
    const known = OPS.find((spec) => spec.name === name);
    if (known === undefined) {
      const meant = nearest(name, new Set(specs.map((spec) => spec.name)));
      return `there is no op '${name}'; did you mean '${meant}'? See iovcheck list ops`;
    }
    return callOf(known) === undefined
      ? `'${text}' can not be made by a program: ${whyNot(known, [])}`
      : `the op '${name}' does not exist in the scenario ${lockstep.scenario} of ${lockstep.reference.design.id}`;
  }
  // One name may have two specs: the one that knows all the arguments is meant.
  const read = named.map((spec) => ({ spec, args: argsOf(lockstep, spec, words) }));
  const fits = read.filter(({ args }) => typeof args !== 'string');
  if (fits.length === 0) return `'${text}': ${String(read[0].args)}; see iovcheck list ops`;
  for (const { spec, args } of fits) {
    const n = lockstep.ops.findIndex((op) => op.spec === spec);
    const list = [...(args as number[])];
    const mark = spec.args.findIndex((arg) => arg.name === 'mark');
    if (mark >= 0) list[mark] = -1; // each byte has contents of its own
    if (n >= 0 && whyNot(spec, list) === '') return [n, list[0] ?? 0, list[1] ?? 0, list[2] ?? 0, list[3] ?? 0];
  }
  const reasons = fits.map(({ spec, args }) => whyNot(spec, args as number[]));
  return `'${text}' can not be made by a program: ${reasons[0]}`;
}

/** Throws {@link UsageError} with the step that is wrong. */
export function readOps(lockstep: Lockstep, ops: readonly string[], name: string): Row[] {
  return ops.map((text, n) => {
    const row = readOp(lockstep, text);
    if (typeof row !== 'string') return row;
    throw new UsageError(`${name}, step ${n + 1}: ${row}`);
  });
}
