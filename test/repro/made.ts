/** Reproducers of the traces in corpus/regressions. */
import { readdirSync, readFileSync } from 'node:fs';
import { Runner } from '#iov/harness/runner.js';
import type { Trace } from '#iov/harness/trace.js';
import { parseTrace, resolveOps } from '#iov/harness/trace.js';
import { INVARIANTS } from '#iov/invariants/invariants.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { Kind } from '#iov/reports/repro/kinds.js';
import { reproOf } from '#iov/reports/repro/repro.js';
import { Unreachable } from '#iov/reports/repro/unreachable.js';

export const CORPUS = new URL('../../corpus/regressions/', import.meta.url);
export const files = readdirSync(CORPUS).sort();

export interface Taken {
  readonly design: Design;
  readonly trace: Trace;
  readonly runner: Runner;
  readonly ops: readonly number[];
}

/** A trace on its design, or on the one that is named. */
export function taken(file: string, id?: string): Taken {
  const trace = parseTrace(readFileSync(new URL(file, CORPUS), 'utf8'), file);
  const design = DESIGNS.find((d) => d.id === (id ?? trace.design));
  if (design === undefined) throw new Error(`${file}: its design is gone`);
  const runner = new Runner(design, trace.bounds, trace.scenario);
  return { design, trace, runner, ops: resolveOps(runner, trace, file) };
}

/** The reproducer, or the sentence that says why there is none. */
export function made(file: string, kind: Kind): string {
  const { design, trace, runner, ops } = taken(file);
  const cls = trace.violates;
  const rule = INVARIANTS.find(({ id }) => id === cls?.invariant);
  if (cls === undefined || rule === undefined) throw new Error(`${file} names no rule`);
  const subject = { design, trace, cls, rule, version: '0', command: `iovcheck repro my.trace --as ${kind}` };
  try {
    return reproOf(kind, subject, runner, ops);
  } catch (error) {
    if (error instanceof Unreachable) return error.message;
    throw error;
  }
}

export const isText = (text: string): boolean => text.startsWith('// SPDX-License-Identifier');

/** Lines that no kernel file may have: too wide, no ASCII, blanks at the end, two empty lines. */
export function oddLines(text: string): string[] {
  const wide = (line: string): number => line.replaceAll('\t', ' '.repeat(8)).length;
  const lines = text.split('\n');
  return lines.filter((line, n) => {
    const isTwice = line === '' && n > 0 && lines[n - 1] === '' && n < lines.length - 1;
    return wide(line) > 100 || /[^\t\x20-\x7e]|\s$|^ {8}/.test(line) || isTwice;
  });
}
