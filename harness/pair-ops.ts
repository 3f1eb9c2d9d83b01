/** Calls of two designs, matched by their text: op tables differ, and so do the numbers of ops. */
import type { OpInstance, OpSpec } from '../model/op.js';
import type { Runner } from './runner.js';

/** A call that both designs know, by its number in the op table of each. */
export interface PairOp {
  readonly text: string;
  readonly spec: OpSpec;
  readonly a: number;
  readonly b: number;
  /** It has a choice of the world in it (a fault, a failing allocation, a mark), which need not be met. */
  readonly isChoice: boolean;
}

/** What became of an op that both did alike. */
export const Both = {
  /** Its choice was met by neither: no step of its own. */
  Idle: 0,
  /** A question, which left the state as it was. */
  Asked: 1,
  Moved: 2,
  /** Both broke the same rules. */
  Violated: 3,
  /** Neither came back. */
  Dead: 4,
} as const;
export type Both = (typeof Both)[keyof typeof Both];

/** An argument that stands for no choice where it is left out: -1. */
const isChosen = ({ spec, args }: OpInstance): boolean =>
  spec.args.some(({ omit }, n) => omit !== undefined && omit < 0 && args[n] !== omit);

const textsOf = (runner: Runner): Set<string> =>
  new Set(runner.ops.filter((_, n) => runner.never[n] === 0).map(({ text }) => text));

/** Names of ops, each once, that the other one does not have, or not with all of these arguments. */
export function opsOfOne(from: Runner, to: Runner): string[] {
  const other = textsOf(to);
  const texts = from.ops.filter(({ text }, n) => from.never[n] === 0 && !other.has(text));
  return [...new Set(texts.map(({ spec }) => spec.name))];
}

/** The calls of both, in the order of A's table. Those that are never taken are not among them. */
export function sharedOps(a: Runner, b: Runner): PairOp[] {
  // Of two instances with one text one is never taken: a failing allocation that is left out.
  const indexB = new Map(b.ops.flatMap(({ text }, n) => (b.never[n] === 0 ? [[text, n]] : [])));
  return a.ops.flatMap((op, n) => {
    const { text, spec } = op;
    const m = indexB.get(text) ?? -1;
    return m >= 0 && a.never[n] === 0 ? [{ text, spec, a: n, b: m, isChoice: isChosen(op) }] : [];
  });
}
