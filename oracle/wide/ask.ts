/** Puts questions to a tree: one process for all, and one of its own for each (c/wide_main.c). */
import { spawnSync } from 'node:child_process';
import type { Tree } from '../tree/source.js';
import { SOURCE } from '../tree/source.js';
import { buildWide } from './build.js';
import { FLAVOURS } from './place.js';
import type { Question } from './questions.js';
import { CALL_NAMES, questions } from './questions.js';
import type { Answer } from './rules.js';

const ENDED = ['bug', 'oops', 'endless', 'unasked'] as const;
/** How a question ended without an answer; `unasked`: its call did not end at two questions before it. */
export type Ended = (typeof ENDED)[number];

export type Outcome = Answer | Ended;

/** `known`: wrong, as an entry of docs/findings.md says that it is. */
export type Judgement = 'right' | 'known' | 'wrong';

export interface Asked {
  readonly question: Question;
  readonly outcome: Outcome;
  readonly judgement: Judgement;
}

/** In the order of c/wide.c. */
function lineOf({ call, iter, args, faults }: Question): string {
  const { flavour, segs, skip, count } = iter;
  const head = [CALL_NAMES.indexOf(call), FLAVOURS.indexOf(flavour), skip, count, args[0] ?? 0, args[1] ?? 0];
  return [...head, faults ? 1 : 0, segs.length, ...segs.flatMap(({ base, len }) => [base, len])].join(' ');
}

function outcomeOf(line: string): Outcome {
  const ended = ENDED.find((word) => word === line);
  if (ended !== undefined) return ended;
  const [ret, count, at, moved, warns] = line.split(' ').map(BigInt);
  return { ret, count, at, moved, warns };
}

const isSame = (a: Outcome, b: Answer): boolean =>
  typeof a === 'object' && (Object.keys(b) as (keyof Answer)[]).every((key) => a[key] === b[key]);

function judge({ expected, known }: Question, outcome: Outcome): Judgement {
  if (isSame(outcome, expected)) return 'right';
  return known !== undefined && isSame(outcome, known.answer) ? 'known' : 'wrong';
}

const ORDER: readonly Judgement[] = ['right', 'known', 'wrong'];

/** Whether the one answers worse than the other. */
export const isWorse = (a: Asked, b: Asked): boolean => ORDER.indexOf(a.judgement) > ORDER.indexOf(b.judgement);

const textOf = ({ files }: Tree): string => (files.get('include/linux/uio.h') ?? '') + (files.get(SOURCE) ?? '');

/** Every question that the tree can be asked, in order; `beside`: and another tree as well. */
export function askTree(tree: Tree, beside = tree): Asked[] {
  const texts = [textOf(tree), textOf(beside)];
  const all = questions((name) => texts.every((text) => text.includes(name)));
  const input = `${all.map(lineOf).join('\n')}\n`;
  const { status, stdout, error } = spawnSync(buildWide(tree), { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error !== undefined) throw error;
  const lines = stdout.trimEnd().split('\n');
  if (status !== 0 || lines.length !== all.length)
    throw new Error(`the program of 64 bits ended with ${status} after ${lines.length} of ${all.length} answers`);
  return all.map((question, k) => {
    const outcome = outcomeOf(lines[k]);
    return { question, outcome, judgement: judge(question, outcome) };
  });
}
