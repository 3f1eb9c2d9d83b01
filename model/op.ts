/**
 * One step that a caller may take, and the rules around it. The op table (ops/) is the
 * only place that knows how an op is chosen, printed, applied and accounted for.
 */
import type { Bounds } from './bounds.js';
import type { Design } from './design.js';
import type { FunctionName } from './functions.js';
import type { Ghost } from './ghost.js';
import type { Kernel } from './kernel.js';
import type { RingView } from './ring.js';
import type { Scenario } from './scenario.js';

/** What an op table is made for. */
export interface World {
  readonly design: Design;
  readonly bounds: Bounds;
  readonly scenario: Scenario;
  readonly ring: RingView;
  /** Names of Kernel.vecs. */
  readonly vecTexts: readonly string[];
}

/** By value. */
export type Names = Readonly<Record<number, string>>;

/** The names of an argument's values in this world. */
export function namesOf(arg: ArgSpec, w: World): Names | undefined {
  return typeof arg.names === 'function' ? arg.names(w) : arg.names;
}

export interface ArgSpec {
  readonly name: string;
  /** Values within the bounds, ascending. */
  values(w: World): readonly number[];
  /** Symbolic names of values, as they stand in a trace. */
  readonly names?: Names | ((w: World) => Names);
  /** A value that is left out of the printed op. */
  readonly omit?: number;
}

/** How far a call has come. */
export interface Reach {
  readonly ret: number;
  /** Behind the last byte of the user's buffer that it wanted, and that it got. */
  readonly wanted: number;
  readonly copied: number;
  /** Allocations that it has asked for. */
  readonly allocations: number;
  /** Tasks that were about to run when it woke some, over all its wake-ups. */
  readonly woken: number;
}

/**
 * The same call without the choice of an instance. Until a choice is met the two are one: nothing but the copy, the
 * allocation or the wake-up that it lies in wait for looks at it. So one that the plain call does not reach is idle.
 */
export interface Plain {
  /** Of another spec, where that is not the same. */
  readonly spec?: OpSpec;
  args(args: readonly number[]): readonly number[];
  isMet(reach: Reach, args: readonly number[]): boolean;
}

/** Arguments are at most four small integers; absent ones are 0. */
export interface OpSpec {
  /** C spelling of the call. */
  readonly name: string;
  /** One line for `iovcheck list ops`. */
  readonly help: string;
  readonly args: readonly ArgSpec[];
  /** The design's function that the op enters; null where the caller or the device acts. */
  readonly fn: FunctionName | null;
  /** Misuse that a design may answer with BUG(), where its contract says so. */
  readonly mayBug?: boolean;
  /** The op changes nothing: judged by comparing images. */
  readonly isQuery?: boolean;
  /** Whether the op exists in this world. */
  exists(w: World): boolean;
  /** Whether any instance may be taken in this state. */
  ready(k: Kernel, g: Ghost, w: World): boolean;
  /** Whether these arguments may be taken, given `ready`, and that they are not `never` taken. */
  allowed?(k: Kernel, g: Ghost, w: World, a: number, b: number, c: number, d: number): boolean;
  /** Arguments that are taken in no state of this world; asked once. */
  never?(w: World, a: number, b: number, c: number, d: number): boolean;
  /** Calls the kernel; returns what the C returns, 0 for void. */
  apply(k: Kernel, w: World, a: number, b: number, c: number, d: number): number;
  /** The op's choice (a fault, a failing allocation, a mark) was never met: not a step of its own. */
  isIdle?(k: Kernel, ret: number, a: number, b: number, c: number, d: number): boolean;
  /** Of a spec with choices, so that a search need not make calls that come to nothing. */
  readonly plain?: Plain;
  /** What the judge now knows to be owed, from arguments and the reported return alone. */
  account?(g: Ghost, k: Kernel, w: World, ret: number, a: number, b: number, c: number, d: number): void;
  /** The promise about the return value: '' if kept, else what was promised. Judged before `account`. */
  promise?(g: Ghost, k: Kernel, w: World, ret: number, a: number, b: number, c: number, d: number): string;
}

/** An op with its arguments. */
export interface OpInstance {
  readonly spec: OpSpec;
  readonly args: readonly number[];
  readonly text: string;
}

/** `copy_to_iter bytes=3 mark=1` */
export function formatOp(spec: OpSpec, args: readonly number[], w: World): string {
  const parts = spec.args.flatMap((arg, n) => {
    const value = args[n];
    if (value === arg.omit) return [];
    return [`${arg.name}=${namesOf(arg, w)?.[value] ?? value}`];
  });
  return [spec.name, ...parts].join(' ');
}

/** Every instance of the ops that exist in this world, in the order of the op table. */
export function opInstances(ops: readonly OpSpec[], w: World): OpInstance[] {
  const out: OpInstance[] = [];
  for (const spec of ops) {
    if (!spec.exists(w)) continue;
    let rows: number[][] = [[]];
    for (const arg of spec.args) rows = rows.flatMap((row) => arg.values(w).map((v) => [...row, v]));
    for (const args of rows) out.push({ spec, args, text: formatOp(spec, args, w) });
  }
  return out;
}
