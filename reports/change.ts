/** What a change of a kernel's tree adds to what is broken, what it takes away, and what it leaves. */
import type { CheckResult, Violation } from '../harness/result.js';
import type { Colour } from './later.js';
import { plural, where } from './later.js';
import { wrap } from './wrap.js';

/** `adds 1 class, takes away 2, leaves 9`; '' where no change was checked. */
export function changeText({ violations, gone }: CheckResult): string {
  if (gone === undefined) return '';
  const old = violations.filter(({ isOld }) => isOld === true).length;
  return `adds ${plural(violations.length - old, 'class', 'classes')}, takes away ${gone.length}, leaves ${old}`;
}

const line = (cls: string, at: string, width: number): string[] => wrap(`${cls}: ${at}`, width, '  ');

/** Classes that were there before, a line each, and those that are gone. */
export function restText(result: CheckResult, width: number, colour: Colour): string {
  const { violations, gone = [], exhausted } = result;
  const old = violations.filter(({ isOld }) => isOld === true);
  const block = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : [[colour('bold', title), ...rows].join('\n')];
  const knownAs = (v: Violation): string => (v.known === null ? '' : `; known, ${v.known}`);
  return [
    ...block(
      'broken before the change as well:',
      old.flatMap((v) => line(v.class.invariant, `${where(v)}${knownAs(v)}`, width)),
    ),
    ...block(
      exhausted ? 'gone with the change:' : 'not found any more, by a search that is not complete:',
      gone.flatMap((cls) => line(cls.invariant, where({ class: cls }), width)),
    ),
  ].join('\n\n');
}
