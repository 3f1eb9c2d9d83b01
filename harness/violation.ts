/** What the judge says of a step. */

/** What became of an op. */
export const Step = {
  /** Not enabled here. */
  Disabled: 0,
  /** Its choice was never met; the state is spoilt and must be loaded again. */
  Idle: 1,
  /** Taken, and every invariant holds. */
  Taken: 2,
  /** Taken; soft invariants broke, are marked, and the path goes on. */
  Violated: 3,
  /** Taken; the path ends here. */
  Fatal: 4,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/** The class of a violation: which rule, at which call, in which function. */
export interface ViolationClass {
  readonly invariant: string;
  readonly op: string;
  readonly function: string;
}

export interface Found extends ViolationClass {
  readonly severity: 'soft' | 'fatal';
  readonly explanation: string;
  /** Slots from the oldest to mark in a drawing; -1 marks the iterator. */
  readonly marks: readonly number[];
  /** Which of several pipes they are on; the first where absent. */
  readonly pipe?: number;
}

export function classKey(c: ViolationClass): string {
  return `${c.invariant} ${c.op} ${c.function}`;
}
