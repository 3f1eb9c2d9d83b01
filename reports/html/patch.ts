/** What a design has changed of a function, as a reviewer reads a patch. */
import { diffLines } from 'diff';
import { minifySync } from 'rolldown/utils';
import { unguarded } from '../../harness/guard.js';
import type { Design } from '../../model/design.js';
import type { FunctionName } from '../../model/functions.js';
import { cName } from '../../model/functions.js';
import type { Patch } from './data.js';

/** The text of a function in one way of writing, whoever wrote it: tabs, as in the kernel, and no comments. */
export function codeOf(fn: object): string {
  const text = Function.prototype.toString.call(unguarded(fn));
  // A method of an object literal is an expression only inside of one.
  const isMethod = /^(?!function\b|async\b|\()\w+\s*\(/.test(text);
  const wrapped = isMethod ? `x = { ${text} };` : `x = ${text};`;
  const { code, errors } = minifySync('function.js', wrapped, {
    compress: false,
    mangle: false,
    codegen: { removeWhitespace: false },
  });
  if (errors.length > 0) return text;
  const body = code.trim().replace(/^x = /, '').replace(/;$/, '');
  return isMethod ? body.replace(/^\{\s*/, '').replace(/\s*\}$/, '') : body;
}

/** `name` of a table, written as a function of its name whatever form it has, so that two forms compare. */
function listing(design: Design, name: FunctionName): string {
  const code = codeOf(design.functions[name]);
  return code
    .replace(/^function\s*\w*\s*\(/, `${name}(`)
    .replace(/^\w+\s*\(/, `${name}(`)
    .replace(/^\(/, `${name} = (`);
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

/** The function as `design` has it, beside what its base has; undefined where it is no function of the design's own. */
export function patchOf(design: Design, name: FunctionName): Patch | undefined {
  if (!design.patched.includes(name)) return undefined;
  const { base } = design;
  const before = base?.present.has(name) === true ? `${listing(base, name)}\n` : '';
  const parts = diffLines(before, `${listing(design, name)}\n`);
  return {
    name: `${cName(name)}()`,
    from: before === '' ? 'not there' : (base?.id ?? ''),
    to: design.id,
    lines: parts.flatMap(({ added, removed, value }) => {
      const sign = added ? ('+' as const) : removed ? ('-' as const) : (' ' as const);
      return linesOf(value).map((text) => ({ sign, text }));
    }),
  };
}

/** A design that changes more functions than this is a kernel version, and no patch that one reads. */
const PATCH_MAX = 40;

/** Every function that the design has changed; none where it is a whole kernel version. */
export function patchesOf(design: Design): Patch[] {
  if (design.base === undefined || design.patched.length > PATCH_MAX) return [];
  return design.patched.flatMap((name) => patchOf(design, name) ?? []);
}

/** The functions behind a C name, as far as they are the design's own. */
export function patchesAt(design: Design, fn: string): Patch[] {
  return design.patched.filter((name) => cName(name) === fn).flatMap((name) => patchOf(design, name) ?? []);
}
