/** Who is at fault, and what makes it go away, in words. */
import type { Violation } from '../harness/result.js';
import type { Invariant } from '../invariants/invariant.js';
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import { cName } from '../model/functions.js';
import { OPS } from '../model/ops/ops.js';
import { formatRef } from '../model/source.js';

export const sources = (list: Invariant['source']): string => list.map(formatRef).join('; ');

/** What a fix in the repaired sibling does about it. */
export function fixText(fix: string, design: Design): string {
  const sibling = DESIGNS.find((d) => d.repairs === design.id);
  const what = sibling?.fixes?.[fix];
  return `${fix}${what === undefined ? '' : `: ${what}`}${sibling === undefined ? '' : ` (${sibling.id})`}`;
}

/** The design of the chain that has written the function last. */
export function authorOf(name: string, design: Design): Design | undefined {
  for (let d: Design | undefined = design; d !== undefined; d = d.base) {
    if (d.patched.some((fn) => cName(fn) === name)) return d;
  }
  return undefined;
}

/** The table has the names of 4.8; in the kernels of iov_iter_get_pages2() its functions end in a 2. */
export function shownFunction({ class: { op, function: fn } }: Pick<Violation, 'class'>): string {
  return op === 'iov_iter_get_pages2' && fn.startsWith('iov_iter_get_pages') ? `${fn}2` : fn;
}

/** What a design says of where a function is: by its name, else whole files, else all that it says of itself. */
export function refsOf(name: string, { source }: Design): Design['source'] {
  const named = source.filter(({ symbol }) => symbol.split(/\W+/).includes(name));
  if (named.length > 0) return named;
  const files = source.filter(({ symbol }) => symbol === '');
  return files.length > 0 ? files : source;
}

/** A function of the design; where a device or a process acted, what it met was done by an earlier call. */
export function faultRow(v: Violation, design: Design): [string, string] {
  const { op, function: fn } = v.class;
  const isCall = fn !== op || OPS.some((spec) => spec.name === op && spec.fn !== null);
  if (!isCall) return ['seen at', `${op}: no call of the kernel; what it met was done by an earlier one`];
  const name = `${shownFunction(v)}()`;
  const author = authorOf(fn, design);
  if (author === undefined) return ['at fault', name];
  if (author !== design) return ['at fault', `${name}, as ${author.id} has it`];
  return ['at fault', `${name}, of ${sources(refsOf(fn, design)) || 'the design'}`];
}
