/** Where in a user's file something is: the line of a function that it overrides. */
import { readFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { cName } from '../model/functions.js';
import { ALL_FUNCTION_NAMES } from '../model/function-names.js';
import type { Account, ViolationAccount } from '../reports/account.js';
import type { Place } from '../reports/github.js';

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return []; // It was read a minute ago, and is gone: then there is no line to name.
  }
}

/** From 1; undefined where the file has no such function. */
export function lineOfFunction(lines: readonly string[], cFunction: string): number | undefined {
  const names = ALL_FUNCTION_NAMES.filter((name) => cName(name) === cFunction);
  // A method or a property of its own, and no call of the base's.
  const begins = new RegExp(`(?:^|[{,]|\\bfunction|\\bconst)\\s*(?:${names.join('|')})\\s*[(:=,]`);
  const at = names.length === 0 ? -1 : lines.findIndex((line) => begins.test(line));
  return at < 0 ? undefined : at + 1;
}

/** Of a violation: the override that is at fault, else where the design begins. */
export function placeIn(account: Account, { violation }: ViolationAccount): Place | undefined {
  if (!account.isFile) return undefined;
  const { name } = account;
  const path = isAbsolute(name) ? relative(process.cwd(), name) : name.replace(/^(\.\/)+/, '');
  const lines = linesOf(name);
  const design = lines.findIndex((line) => line.includes('defineDesign(')) + 1;
  const line = lineOfFunction(lines, violation.class.function) ?? (design > 0 ? design : undefined);
  return { path: path.replaceAll('\\', '/'), ...(line === undefined ? {} : { line }) };
}
