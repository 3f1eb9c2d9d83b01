/**
 * The facts of a state that break a rule: field by field everything is set back to what it was at the start, as long as
 * the rule breaks just as it did, in the same words. What can not be set back is a fact, and so is what was as at the
 * start but may not become anything else.
 *
 * A rule about the state is asked of the state in which it broke. A rule about a step is asked by taking the step again,
 * from the state before it.
 */
import type { Invariant } from '../invariants/invariant.js';
import { pack, unpack } from '../model/image.js';
import type { Field } from '../model/fields.js';
import { Path, plainCodec } from './replay.js';
import type { Runner, ViolationClass } from './runner.js';

/** A field that has to be as it is. */
export interface Fact {
  readonly path: string;
  readonly value: number;
  /** Number of the step that made it so, from 1; 0: it is so from the start. */
  readonly since: number;
}

export interface Facts {
  /** What broke, in words. */
  readonly explanation: string;
  /** Of the state after the last op; none of a rule that looks at the step alone. */
  readonly after: readonly Fact[];
  /** Of the state that the last op was taken in. */
  readonly before: readonly Fact[];
}

/** States of a run as values of fields: before the first op, and after each. */
interface History {
  readonly fields: readonly Field[];
  /** As each op has left it, before anything is adopted. */
  readonly after: readonly (readonly number[])[];
  /** As the next op finds it. */
  readonly before: readonly (readonly number[])[];
}

function historyOf(runner: Runner, ops: readonly number[]): History {
  const codec = plainCodec(runner);
  const image = new Int32Array(runner.words);
  const read = (): number[] => {
    for (const page of runner.k.pages) page.canon = page.pfn;
    codec.save(runner.k, runner.g, image, 0);
    return unpack(codec.fields, image);
  };
  const path = new Path(runner);
  const before = [read()];
  const after = [before[0]];
  for (const op of ops) {
    path.take(op, () => after.push(read()));
    before.push(read());
  }
  return { fields: codec.fields, after, before };
}

/** Asks a rule of a state given by its values; undefined where it holds, else what is wrong in words. */
type Ask = (values: readonly number[]) => string | undefined;

/** The state after the op, with the scratch that the op has left. */
function askAfter(runner: Runner, history: History, op: number, invariant: Invariant, pipe: number): Ask {
  const image = new Int32Array(runner.words);
  const from = new Int32Array(runner.words);
  pack(history.fields, history.before[history.before.length - 2], from);
  return (values) => {
    runner.load(from, 0);
    runner.take(op);
    pack(history.fields, values, image);
    // Not runner.load(): the scratch of the step is still asked for.
    plainCodec(runner).load(runner.k, runner.g, image, 0);
    return attempt(() => {
      runner.usePipe(pipe);
      const text = invariant.holds(runner.judged) ? undefined : invariant.explain(runner.judged);
      runner.usePipe(0);
      return text;
    });
  };
}

/** The state before the op, from which it is taken again. */
function askBefore(runner: Runner, history: History, op: number, invariant: Invariant): Ask {
  const image = new Int32Array(runner.words);
  return (values) => {
    pack(history.fields, values, image);
    return attempt(() => {
      runner.load(image, 0);
      runner.take(op);
      if (!runner.broken.includes(invariant)) return undefined;
      return runner.describe(() => '').find((found) => found.invariant === invariant.id)?.explanation;
    });
  };
}

/** A state that is put together may be none that any function was made for. */
function attempt(ask: () => string | undefined): string | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** What no reader asks for: which rules broke before, and who wrote first. */
const isAside = (path: string): boolean => /^g\.(broken|breaks|writer|isMarkFree|fileMark)$/.test(path);

/** Other values that a field may have: all of them, or of a wide one those beside it, none, and each bit the other way. */
function others(value: number, bits: number): number[] {
  const max = 2 ** bits - 1;
  if (bits <= 8) return Array.from({ length: max + 1 }, (_, v) => v).filter((v) => v !== value);
  const list = [
    0,
    value - 1,
    value + 1,
    ...Array.from({ length: Math.min(bits, 31) }, (_, b) => (value ^ (1 << b)) >>> 0),
  ];
  return [...new Set(list)].filter((v) => v !== value && v >= 0 && v <= max);
}

/** A slot in use, and what is owed: where nothing may be set back, and something else could have been written. */
function isOfUse(path: string, kept: ReadonlySet<string>): boolean {
  const [, slot] = /^(.*bufs\[\d+\]|[st]\d+)\./.exec(path) ?? [];
  if (slot === undefined) return /^g\.(kinds?|n|ns)\b/.test(path);
  const number = /\d+(?=\]?$)/.exec(slot)?.[0] ?? '';
  return kept.has(slotKey(slot, number));
}

const slotKey = (slot: string, number: string): string =>
  `${slot.startsWith('t') || slot.startsWith('pipes[1]') ? 'B' : 'A'}${number}`;

/** Slots that a fact is about. */
function slotsOf(paths: readonly string[]): Set<string> {
  return new Set(
    paths.flatMap((path) => {
      const [, slot, a, b] = /^((?:pipe|pipes\[1\])\.bufs\[(\d+)\]|[st](\d+))\./.exec(path) ?? [];
      return slot === undefined ? [] : [slotKey(slot, a ?? b)];
    }),
  );
}

/** Sets back what can be set back, except what is pinned; returns the values that are left. */
function setBack(
  values: readonly number[],
  start: readonly number[],
  isPinned: readonly boolean[],
  isSame: (v: readonly number[]) => boolean,
): number[] {
  let best = [...values];
  for (let size = best.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length; at += size) {
      const candidate = best.map((v, n) => (n >= at && n < at + size && !isPinned[n] ? start[n] : v));
      if (candidate.some((v, n) => v !== best[n]) && isSame(candidate)) best = candidate;
    }
  }
  return best;
}

/** The step since which a field has the value that it has in the end. */
function since(states: readonly (readonly number[])[], n: number): number {
  let at = states.length - 1;
  while (at > 0 && states[at - 1][n] === states[states.length - 1][n]) at--;
  return at;
}

/** Why `cls` breaks in the last of `ops`; undefined where it does not. */
export function factsOf(runner: Runner, ops: readonly number[], cls: ViolationClass): Facts | undefined {
  const invariant = runner.invariants.find(({ id }) => id === cls.invariant);
  if (invariant === undefined) return undefined;
  const history = historyOf(runner, ops);
  const op = ops[ops.length - 1];
  const judges = typeof invariant.judges === 'function' ? invariant.judges(runner.k.needs) : invariant.judges;
  const pipes = invariant.severity === 'soft' && judges !== 'step' ? runner.k.pipes.map((_, p) => p) : [];
  const end = history.after[history.after.length - 1];
  const states = history.before.slice(0, -1);
  const last = states[states.length - 1];
  const ask = askBefore(runner, history, op, invariant);
  const words = ask(last);
  const before = words === undefined ? [] : reduce(history.fields, states, last, ask, words);
  for (const pipe of pipes) {
    const askState = askAfter(runner, history, op, invariant, pipe);
    const explanation = askState(end);
    if (explanation === undefined) continue;
    return {
      explanation: words ?? explanation,
      after: reduce(history.fields, history.after, end, askState, explanation),
      before,
    };
  }
  return words === undefined ? undefined : { explanation: words, after: [], before };
}

function reduce(
  fields: readonly Field[],
  states: readonly (readonly number[])[],
  end: readonly number[],
  ask: Ask,
  explanation: string,
): Fact[] {
  const isSame = (values: readonly number[]): boolean => ask(values) === explanation;
  const [start] = states;
  const isSet = fields.map(({ path }, n) => !isAside(path) && end[n] !== start[n]);
  const slots = slotsOf(fields.filter((_, n) => isSet[n]).map(({ path }) => path));
  // With another value there, and all else as it is, the rule holds, or breaks in other words.
  const isPinned = fields.map(
    ({ path, bits }, n) =>
      (isSet[n] || (!isAside(path) && isOfUse(path, slots))) &&
      others(end[n], bits).some((v) => !isSame(end.with(n, v))),
  );
  const least = setBack(end, start, isPinned, isSame);
  return fields.flatMap(({ path }, n): Fact[] =>
    isPinned[n] || (isSet[n] && least[n] !== start[n]) ? [{ path, value: end[n], since: since(states, n) }] : [],
  );
}
