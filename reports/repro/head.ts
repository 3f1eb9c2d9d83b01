/** The comment at the head of a reproducer: what it is about, and how it was made. */
import { knownFor } from '../../harness/verdict.js';
import type { Trace } from '../../harness/trace.js';
import type { ViolationClass } from '../../harness/runner.js';
import type { Invariant } from '../../invariants/invariant.js';
import type { Design } from '../../model/design.js';
import { faultRow, sources } from '../fault.js';
import { wrap } from '../wrap.js';

/** What a reproducer is made of. */
export interface Subject {
  readonly design: Design;
  readonly trace: Trace;
  readonly cls: ViolationClass;
  readonly rule: Invariant;
  /** The version of iovcheck, and the command that made it. */
  readonly version: string;
  readonly command: string;
}

const WIDTH = 76;

/** Plain ASCII, as kernel files are. */
export const ascii = (text: string): string => text.replaceAll('’', "'").replace(/[^\x20-\x7e]/g, '?');

/** `F-8 (docs/findings.md of iovcheck)`, or the commits that the design names. */
function reference({ design, trace, cls }: Subject): string {
  const known = knownFor(design.expect.known ?? [], cls, trace.scenario);
  if (known !== undefined) return `${known.finding} of iovcheck's docs/findings.md`;
  return sources(design.source) || 'none';
}

/** A comment of the kernel's form; an empty string is an empty line. */
export function comment(paragraphs: readonly string[]): string[] {
  const lines = paragraphs.flatMap((text) => (text === '' ? [''] : wrap(ascii(text), WIDTH, '')));
  return ['/*', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */'];
}

export function headOf(subject: Subject, more: readonly string[]): string[] {
  const { design, trace, cls, rule } = subject;
  const [what, where] = faultRow(violationOf(subject), design);
  return [
    '// SPDX-License-Identifier: GPL-2.0-or-later',
    ...comment([
      `${rule.id}, broken by ${design.id} at ${cls.op}`,
      '',
      rule.statement,
      `Where it is broken: ${rule.why.charAt(0).toLowerCase()}${rule.why.slice(1)}`,
      '',
      `Design: ${design.id}, ${design.title}.`,
      `${what === 'at fault' ? 'At fault' : 'Seen at'}: ${where}.`,
      `Rule: ${sources(rule.source)}.`,
      `Reference: ${reference(subject)}.`,
      `Trace: scenario ${trace.scenario}, page=${trace.bounds.page}, ring=${trace.bounds.ring}.`,
      '',
      ...more,
      '',
      `Made by iovcheck ${subject.version}:`,
      `  ${subject.command}`,
    ]),
    '',
  ];
}

/** As the reports want it. */
function violationOf({ cls, trace }: Subject): Parameters<typeof faultRow>[0] {
  return {
    class: cls,
    severity: 'soft',
    misuse: false,
    steps: trace.ops.length,
    minimality: 'raw',
    trace: trace.ops,
    explanation: '',
    fixedBy: null,
    known: null,
    afterOthers: false,
  };
}
