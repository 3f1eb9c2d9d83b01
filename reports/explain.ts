/** `iovcheck explain`: which calls and arguments of a trace matter, which facts break the rule, and which step made each. */
import type { Fact } from '../harness/facts.js';
import { factsOf } from '../harness/facts.js';
import type { NeededArg, NeededOp } from '../harness/needed.js';
import { neededOps } from '../harness/needed.js';
import type { Runner, ViolationClass } from '../harness/runner.js';
import { namesOf } from '../model/op.js';
import type { ArgSpec } from '../model/op.js';
import { COLUMNS } from './draw.js';
import { factText } from './fact-text.js';
import { wrap } from './wrap.js';

/** Values that stand in a list; longer ones are ranges. */
const LISTED = 4;

function wordOf(runner: Runner, arg: ArgSpec, value: number): string {
  return namesOf(arg, runner.w)?.[value] ?? (value === arg.omit ? 'none' : String(value));
}

/** `1, 2 or 4`, `1 to 6`. */
function listOf(runner: Runner, arg: ArgSpec, { works, all }: NeededArg): string {
  const words = works.map((value) => wordOf(runner, arg, value));
  if (words.length <= LISTED)
    return words.length === 1 ? words[0] : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  const first = all.indexOf(works[0]);
  const isRange = works.every((value, n) => all[first + n] === value);
  return isRange
    ? `${words[0]} to ${words[words.length - 1]}`
    : `${words.slice(0, LISTED).join(', ')} and ${words.length - LISTED} more`;
}

function argText(runner: Runner, spec: ArgSpec, arg: NeededArg): string {
  // A choice that is not made, and can not be, is no news.
  if (arg.all.length < 2 || (arg.value === spec.omit && arg.works.length === 1)) return '';
  if (arg.works.length === arg.all.length) return `${spec.name}: any`;
  if (arg.works.length === 1) return `${spec.name}: only ${wordOf(runner, spec, arg.value)}`;
  return `${spec.name}: ${listOf(runner, spec, arg)}`;
}

function opLines(runner: Runner, { op, isNeeded, args }: NeededOp, number: number): string[] {
  const { spec, text } = runner.ops[op];
  const head = `${String(number).padStart(4)}  ${text}${isNeeded ? '' : '   (not needed)'}`;
  const words = args.map((arg, a) => argText(runner, spec.args[a], arg)).filter((t) => t !== '');
  return [head, ...(words.length === 0 ? [] : wrap(words.join('; '), COLUMNS, '      '))];
}

/** Margin, and the step that made a fact. */
const STEP_WIDTH = 12;

/** Rows of one subject and one step on one line. */
function factLines(runner: Runner, facts: readonly Fact[]): string[] {
  const rows = new Map<string, { subject: string; texts: string[]; since: number }>();
  for (const fact of facts) {
    const { subject, text } = factText(runner, fact);
    const key = `${subject} ${fact.since}`;
    const row = rows.get(key) ?? { subject, texts: [], since: fact.since };
    if (!row.texts.includes(text)) row.texts.push(text);
    rows.set(key, row);
  }
  const list = [...rows.values()];
  const wide = Math.max(0, ...list.map(({ subject }) => subject.length));
  return list.flatMap(({ subject, texts, since }) => {
    const indent = ' '.repeat(STEP_WIDTH + wide + 2);
    const [first, ...rest] = wrap(texts.join(', '), COLUMNS, indent);
    const from = since === 0 ? 'start' : `step ${since}`;
    return [`    ${from.padEnd(8)}${subject.padEnd(wide)}  ${first.trimStart()}`, ...rest];
  });
}

const NO_FACTS = 'Nothing has to be there first: the last step breaks it in the initial state.';

/** Facts under a heading. */
function section(runner: Runner, heading: string, facts: readonly Fact[]): string[] {
  return facts.length === 0 ? [] : ['', heading, '', ...factLines(runner, facts)];
}

export function explainText(runner: Runner, ops: readonly number[], cls: ViolationClass): string {
  const needed = neededOps(runner, ops, cls);
  const facts = factsOf(runner, ops, cls);
  const { design, scenario } = runner.w;
  return `${[
    ...wrap(`${cls.invariant}: ${cls.op}, in ${cls.function}(); ${design.id}, ${scenario.name}`, COLUMNS, ''),
    '',
    ...(facts === undefined ? [] : [...wrap(facts.explanation, COLUMNS, '  '), '']),
    'Which calls it needs, and which values of their arguments break it as well:',
    '',
    ...needed.flatMap((op, n) => opLines(runner, op, n + 1)),
    ...(facts === undefined || facts.after.length + facts.before.length > 0 ? [] : ['', NO_FACTS]),
    ...section(runner, 'What breaks the rule in the state after the last step, and since when:', facts?.after ?? []),
    ...section(runner, 'What the last step has to find in the state before it:', facts?.before ?? []),
  ].join('\n')}\n`;
}
