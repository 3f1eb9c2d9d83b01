/** Random runs for tests: ops chosen by numbers, so that fast-check can make and shrink them. */
import type { Runner } from '#iov/harness/runner.js';
import { Step } from '#iov/harness/runner.js';
import { Path } from '#iov/harness/replay.js';
import type { Bounds } from '#iov/model/bounds.js';
import { DEFAULT_BOUNDS } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';

/** Bounds that stay what they are, whatever the named ones become. */
export const TWO_SLOTS: Bounds = {
  ...DEFAULT_BOUNDS,
  page: 4,
  ring: 2,
  files: 1,
  lengths: 'edge',
  segments: 'edge',
  contents: '3',
  callers: 'correct',
  stale: 'flags',
  oom: 'on',
  headbits: 0,
  follow: 1,
};
export const ONE_SLOT: Bounds = { ...TWO_SLOTS, ring: 1 };

export function designNamed(id: string): Design {
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`no design ${id}`);
  return design;
}

function rotate<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}

/** Takes an enabled op for each number; `look` sees the state after each. */
export function walk(runner: Runner, choices: readonly number[], look: () => void = () => undefined): number[] {
  const path = new Path(runner);
  const taken: number[] = [];
  for (const choice of choices) {
    // The next group that is ready from there on, and in it the next instance that is allowed.
    const ready = rotate(runner.groups, choice).find(({ spec }) => runner.isReady(spec));
    if (ready === undefined) return taken;
    const instances = Array.from({ length: ready.end - ready.first }, (_, i) => ready.first + i);
    const n = rotate(instances, choice).find((i) => runner.isAllowed(i));
    if (n === undefined) continue;
    const step = path.take(n, look);
    if (step === Step.Idle) continue;
    taken.push(n);
    if (step === Step.Fatal) return taken;
  }
  return taken;
}
