/**
 * Undo of an op whose state was saved: of the image that was loaded before it, only the words that differ from the one
 * that was saved are taken apart again. Most ops change a few words out of ten.
 *
 * A word that is the same says that its fields are what they were, where a value can be told from its bits alone. It
 * can not where less is saved than there is (`(x - R) & 3`), nor where a name is saved that may be another one than was
 * loaded (slots, pages): those fields are loaded each time.
 */
import type { Field } from './field.js';
import type { Ghost } from './ghost.js';
import type { Kernel } from './kernel.js';

/** Back to the image at `from[at]`; the state as it is was saved at `saved[to]`. */
export type Undo = (k: Kernel, g: Ghost, from: Int32Array, at: number, saved: Int32Array, to: number) => void;

/** A variable as it is, a flag, a number with a bias, a page or a vector. */
const WHOLE = /^([\w.[\]]+|\([\w.[\]]+ (\? 1 : 0|\+ \d+)\)|\(([\w.[\]]+) === null \? 0 : \3\.(canon|index) \+ 1\))$/;

/** Reached through no slot, page or pipe, which may have other names; nor is it such a name. */
const hasNoName = ({ get }: Field): boolean => /^\(?[kg]\./.test(get) && !/canon|\bR\b/.test(get);

/** Whether equal bits are an equal value, and that value is all that is loaded. */
function isTold(field: Field, isRenamed: boolean): boolean {
  return WHOLE.test(field.get) && field.set.split(' = ').length === 2 && (!isRenamed || hasNoName(field));
}

/** Those first whose words may differ in names alone, so that the others have words of their own. */
export function inOrder(fields: readonly Field[]): Field[] {
  // An image lies the same with symmetry on and off, so that one can be loaded where the other was saved.
  return [...fields].sort((a, b) => Number(isTold(a, true)) - Number(isTold(b, true)));
}

/** How the generated code takes field `f` out of a word `w`. */
export const take = (f: Field, shift: number): string => `v = (w >>> ${shift}) & ${2 ** f.bits - 1}; ${f.set};`;

/** Code that undoes word `n`, which has these fields. */
export function undoWord(n: number, fields: readonly [field: Field, shift: number][], isRenamed: boolean): string {
  const lines = (list: typeof fields): string => list.map(([f, shift]) => take(f, shift)).join('\n');
  const told = fields.filter(([f]) => isTold(f, isRenamed));
  const others = fields.filter(([f]) => !isTold(f, isRenamed));
  const load = `w = from[at + ${n}];\n${lines(others)}`;
  return told.length === 0 ? load : `${load}\nif (w !== saved[to + ${n}]) {\n${lines(told)}\n}`;
}
