/**
 * A path whose last op must not be taken again: it never returned, or ended its search. On
 * such a runner that op dies at its first call of a kernel function, so that everything
 * that replays, judges and draws a trace works on it as on any other.
 */
import type { Runner } from '../harness/runner.js';
import { Step } from '../harness/runner.js';
import type { KernelFunctions } from '../model/functions.js';
import { ALL_FUNCTION_NAMES } from '../model/function-names.js';
import type { FatalRule, Kernel } from '../model/kernel.js';

export interface DeadEnd {
  readonly path: readonly number[];
  readonly rule: FatalRule;
  readonly function: string;
  readonly why: string;
}

function dying(end: DeadEnd): KernelFunctions {
  const die = (k: Kernel): never => k.die(end.rule, end.function, end.why);
  return Object.fromEntries(ALL_FUNCTION_NAMES.map((name) => [name, die])) as unknown as KernelFunctions;
}

/** Where a run stands, and what it has come through. */
class Track {
  readonly ops: number[] = [];
  /** An op is run again only to see what it calls. */
  isAgain = false;

  /** Whether taking `n` now is the last op of `path`. */
  meets(path: readonly number[], n: number): boolean {
    const before = this.isAgain ? this.ops.slice(0, -1) : this.ops;
    return path.length === before.length + 1 && path.at(-1) === n && before.every((op, i) => op === path[i]);
  }
}

export function closeDeadEnds(runner: Runner, ends: readonly DeadEnd[]): void {
  if (ends.length === 0) return;
  const tables = ends.map((end) => ({ path: end.path, functions: dying(end) }));
  const track = new Track();
  const take = runner.take.bind(runner);
  const reset = runner.reset.bind(runner);
  const withTrace = runner.withTrace.bind(runner);
  runner.reset = () => {
    track.ops.length = 0;
    reset();
  };
  runner.withTrace = (table, n) => {
    track.isAgain = true;
    const step = withTrace(table, n);
    track.isAgain = false;
    return step;
  };
  runner.take = (n) => {
    const dead = tables.find(({ path }) => track.meets(path, n));
    const { fn } = runner.k;
    if (dead !== undefined) runner.k.fn = dead.functions;
    const step = take(n);
    runner.k.fn = fn;
    if (!track.isAgain && step !== Step.Idle) track.ops.push(n);
    return step;
  };
}
