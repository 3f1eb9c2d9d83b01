/**
 * Loops over rules and over op instances, written out as straight code with one call site
 * each. A loop that calls `list[n].holds(...)` is megamorphic and never inlined; written
 * out, judging an edge costs a third less and listing the enabled ops half (npm run bench).
 */
import type { Invariant, Judged, When } from '../invariants/invariant.js';
import { isPending } from '../model/callers/callers.js';
import type { Ghost } from '../model/ghost.js';
import type { Kernel } from '../model/kernel.js';
import type { OpInstance, OpSpec, World } from '../model/op.js';

/** Bits of the rules that do not hold, out of those not in `broken`. */
export type HoldAll = (s: Judged, broken: number) => number;

/** A rule, or its part about the step, and its bit. */
export interface RulePart {
  readonly rule: Invariant;
  readonly isStep: boolean;
  readonly bit: number;
}

/** Which states each moment is; see {@link When}. */
const MOMENTS: Readonly<Record<When, string>> = {
  'every-step': 'true',
  query: 's.spec.isQuery === true',
  settled: 'k.caller.kind === 0 || !isPending(k)',
  unlocked: 'k.caller.kind === 0',
  'iterator-sane': 'k.iter.active && !isPending(k)',
};

export function unrollRules(list: readonly RulePart[]): HoldAll {
  const names = list.map((_, n) => `i${n}`);
  const lines = Object.entries(MOMENTS).map(([when, condition]) => {
    const rules = list.map(({ rule, isStep, bit }, n) =>
      rule.when === when
        ? `if ((broken & ${bit}) === 0 && !i${n}.${isStep ? 'stepHolds' : 'holds'}(s)) found |= ${bit};\n`
        : '',
    );
    return rules.join('') === '' ? '' : `if (${condition}) {\n${rules.join('')}}\n`;
  });
  const body = `return (s, broken) => {\nconst { k } = s;\nlet found = 0;\n${lines.join('')}return found;\n};\n//# sourceURL=rules`;
  return new Function('isPending', ...names, body)(isPending, ...list.map(({ rule }) => rule)) as HoldAll;
}

/** Writes the numbers of the enabled instances `first..end` to `out`; returns how many. */
export type ListEnabled = (k: Kernel, g: Ghost, w: World, out: Int32Array) => number;

function unrollEnabled(spec: OpSpec, args: Int32Array, list: readonly number[]): ListEnabled {
  // Instances that set the run's mark are looked at only while it is free.
  const markAt = spec.args.findIndex((arg) => arg.name === 'mark');
  const isMarked = (n: number): boolean => markAt >= 0 && args[4 * n + markAt] >= 0;
  const plain = Int32Array.from(list.filter((n) => !isMarked(n)));
  const marked = Int32Array.from(list.filter(isMarked));
  const test =
    spec.allowed === undefined ? 'true' : 'spec.allowed(k, g, w, args[a], args[a + 1], args[a + 2], args[a + 3])';
  const loop = (of: string): string => `for (let i = 0; i < ${of}.length; i++) {
      const n = ${of}[i], a = 4 * n;
      if (${test}) out[count++] = n;
    }`;
  const body = `return (k, g, w, out) => { // ${spec.name} ${list[0]}
    if (!spec.ready(k, g, w)) return 0;
    let count = 0;
    ${loop('plain')}
    ${marked.length === 0 ? '' : `if (g.isMarkFree) ${loop('marked')}`}
    return count;
  };
//# sourceURL=enabled`;
  return new Function('spec', 'args', 'plain', 'marked', body)(spec, args, plain, marked) as ListEnabled;
}

/** One op spec with the range of its instances, so that `ready` is asked once. */
export interface Group {
  readonly spec: OpSpec;
  readonly first: number;
  readonly end: number;
  /** Lists the enabled instances. */
  readonly enabled: ListEnabled;
}

/** 1 for each instance that is never taken in this world. `args`: four a row. */
export function neverTaken(w: World, ops: readonly OpInstance[], args: Int32Array): Uint8Array {
  return Uint8Array.from(ops, ({ spec }, n) => {
    const [a, b, c, d] = args.subarray(4 * n, 4 * n + 4);
    return spec.never?.(w, a, b, c, d) === true ? 1 : 0;
  });
}

/** Consecutive instances of one spec. */
export function groupOps(ops: readonly OpInstance[], args: Int32Array, never: Uint8Array): Group[] {
  const out: Group[] = [];
  for (let first = 0; first < ops.length; ) {
    const { spec } = ops[first];
    let end = first;
    while (end < ops.length && ops[end].spec === spec) end++;
    const list: number[] = [];
    for (let n = first; n < end; n++) if (never[n] === 0) list.push(n);
    out.push({ spec, first, end, enabled: unrollEnabled(spec, args, list) });
    first = end;
  }
  return out;
}
