import { parseBounds } from '#iov/harness/bounds-text.js';
import { resolveOp } from '#iov/harness/op-text.js';
import { Path } from '#iov/harness/replay.js';
import { Runner, Step } from '#iov/harness/runner.js';
import type { Design } from '#iov/model/design.js';
import { formatReturn } from '#iov/model/errno.js';
import type { ScenarioName } from '#iov/model/scenario.js';

/** Two slots of four bytes, and every length: said in full, so that a trace here does not hang on what `default` is. */
export const TWO_SLOTS = 'page=4,ring=2,files=2,lengths=all,segments=all,stale=flags';

/** What became of the ops of a trace: the runner as they left it, what each returned, what the last one broke. */
export interface Played {
  readonly runner: Runner;
  readonly returns: readonly string[];
  readonly broken: readonly string[];
}

/** Takes the ops of `lines` one after another; each must be enabled, and only the last may be fatal. */
export function play(design: Design, scenario: ScenarioName, bounds: string, lines: readonly string[]): Played {
  const runner = new Runner(design, parseBounds(bounds), scenario);
  const path = new Path(runner);
  const returns = lines.map((line) => {
    const n = resolveOp(runner, line);
    if (typeof n !== 'number') throw new Error(n.problem);
    const step = path.take(n);
    if (step === Step.Disabled || step === Step.Idle) throw new Error(`'${line}' can not be taken here`);
    return formatReturn(path.ret);
  });
  return { runner, returns, broken: path.found.map(({ invariant }) => invariant) };
}

/** The used slots of the ring, oldest first, as `ops offset+len flags`. */
export function slots({ runner }: Played): string[] {
  const { ring } = runner.w;
  const names = ['NULL', 'anon', 'packet', 'page_cache', 'default'];
  return Array.from({ length: ring.used(runner.k) }, (_, j) => {
    const { ops, offset, len, flags } = ring.slot(runner.k, j);
    return `${names[ops]} ${offset}+${len} 0x${flags.toString(16)}`;
  });
}
