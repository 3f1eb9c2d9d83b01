import type { Needs } from '../model/bounds.js';
import type { FunctionName } from '../model/functions.js';
import type { Ghost } from '../model/ghost.js';
import type { Kernel } from '../model/kernel.js';
import type { OpSpec, World } from '../model/op.js';
import type { KernelRef } from '../model/source.js';

/** When an invariant is judged. */
export type When =
  /** After every op. */
  | 'every-step'
  /** No request is open between get_pages and the move of the original iterator. */
  | 'settled'
  /** Settled, and an iterator exists. */
  | 'iterator-sane'
  /** Nobody holds the pipe's lock. */
  | 'unlocked'
  /** After an op that only asks. */
  | 'query';

/**
 * What a rule looks at. `state`: nothing but what the image of the state holds, so that a state that was judged once
 * need not be judged again. `step`: also the op, its return value or scratch of it. `both`: it has a part of each.
 */
export type Judges = 'state' | 'step' | 'both';

/** Scenarios with open files (model/files.ts). */
export const hasFiles = (needs: Needs): boolean => needs.openFiles === true || needs.inodes === true;

/** Rules about what pages hold, which is scratch of one op where pages are lent (model/lent.ts). */
export const unlessLent =
  (judges: Judges) =>
  (needs: Needs): Judges =>
    needs.lends === true ? 'step' : judges;

/** What the judge looks at: the state after an op, and the op. */
export interface Judged {
  readonly k: Kernel;
  readonly g: Ghost;
  readonly w: World;
  spec: OpSpec;
  args: readonly number[];
  ret: number;
  /** What the op's promise was, if it was not kept; '' otherwise. */
  unkept: string;
  /** A query changed the state. */
  hasQueryChanged: boolean;
  /** A choice that was never met is a step all the same, and then this one was: where two designs take the same op (harness/pair.ts). */
  keepsIdle?: boolean;
  wasIdle?: boolean;
}

/** One rule, one file; the file's name is its id. */
export interface Invariant {
  readonly id: string;
  /** The rule in one sentence, in kernel words. */
  readonly statement: string;
  /** What goes wrong for a user where it is broken. */
  readonly why: string;
  readonly source: readonly KernelRef[];
  readonly when: When;
  readonly judges: Judges | ((needs: Needs) => Judges);
  /** `fatal`: the path ends here. `soft`: recorded, and the search goes on. */
  readonly severity: 'soft' | 'fatal';
  /** Functions that answer for it even where a callee made the last change. */
  readonly blames?: readonly FunctionName[];
  /** Whether there is anything to judge in a scenario of these needs; in each where absent. */
  needs?(needs: Needs): boolean;
  holds(s: Judged): boolean;
  /** Of a rule that judges both: the part about the step. With scratch cleared, `holds` is about the state alone. */
  stepHolds?(s: Judged): boolean;
  /** The facts that break it, one sentence. Only called where it does not hold. */
  explain(s: Judged): string;
  /** Slots of the ring (from the oldest) that the drawing marks; -1 marks the iterator. */
  marks?(s: Judged): number[];
}
/** `1 byte`, `2 bytes`, `no bytes`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n === 0 ? 'no' : n} ${n === 1 ? one : many}`;
}
