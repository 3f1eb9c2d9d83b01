/**
 * The contract of every design: an image that loses nothing, no state outside it, nothing
 * read from the stale fields of a released slot, nothing of its expectation left over.
 */

import { Explorer } from '#iov/check/explore.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { findImpurity } from '#iov/harness/purity.js';
import { Runner, Step } from '#iov/harness/runner.js';
import { INVARIANTS } from '#iov/invariants/invariants.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { Kernel } from '#iov/model/kernel.js';
import { PipeBufOps } from '#iov/model/kernel.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import type { Search } from '../search.js';
import { search } from '../search.js';

const PAIRS = DESIGNS.flatMap((design) => design.scenarios.map((scenario) => ({ id: design.id, design, scenario })));

const BOUNDS = 'tiny,contents=off';

/** Edges of the search that most tests look at the states of. */
const STEPS = 40_000;

/** What a search does not reach that goes on until it has reached everything. */
function missingAtLast(design: Design, scenario: ScenarioName): string[] {
  const runner = new Runner(design, parseBounds(BOUNDS, undefined, SCENARIOS[scenario]), scenario);
  const isOver = (): boolean => runner.reached.missing().length === 0;
  new Explorer(runner, { memoryBytes: 2e9, steps: Number.POSITIVE_INFINITY, isOver }).run();
  return runner.reached.missing();
}

/** Other values in the fields that bounds.stale=flags drops. */
function litter(k: Kernel, seed: number): void {
  for (const [n, buf] of k.pipe.bufs.entries()) {
    if (buf.ops !== PipeBufOps.Null) continue;
    buf.page = seed === 0 ? null : k.pages[(seed + n) % k.pages.length];
    buf.offset = seed % k.pageSize;
    buf.len = (seed * 3 + n) % k.pageSize;
  }
}

/** Takes one op from a littered state; what it returns and leaves, stale fields dropped again. */
function effect(runner: Runner, from: Int32Array, at: number, op: number, seed: number): string {
  runner.load(from, at);
  litter(runner.k, seed);
  const step = runner.take(op);
  if (step === Step.Idle || step === Step.Fatal) return String(step);
  const image = new Int32Array(runner.words);
  runner.save(image, 0);
  return [step, runner.judged.ret, ...image].join();
}

/** States of a search that are saved otherwise than they were, of each seventh. */
function unlikeSaved({ runner, explorer, states }: Search): number[] {
  const arena = explorer.store.images();
  const again = new Int32Array(runner.words);
  const wrong: number[] = [];
  for (let s = 0; s < states; s += 7) {
    const at = s * runner.words;
    runner.load(arena, at);
    if (!runner.save(again, 0) || again.some((word, w) => word !== arena[at + w])) wrong.push(s);
  }
  return wrong;
}

describe.each(PAIRS)('$id, $scenario', ({ design, scenario }) => {
  const found = search(design, scenario, BOUNDS, STEPS);
  // Before others take ops with the same runner.
  const missing = found.runner.reached.missing();

  test('loads what it has saved', () => {
    expect(unlikeSaved(found)).toEqual([]);
  });

  test('keeps no state outside the image', () => {
    expect(findImpurity(found.runner, found.explorer.store)).toBeUndefined();
  });

  test.skipIf(!SCENARIOS[scenario].needs.pipe)('reads no stale field of a released slot but its flags', () => {
    const { explorer, states } = found;
    const runner = new Runner(design, parseBounds(BOUNDS, undefined, SCENARIOS[scenario]), scenario);
    const arena = explorer.store.images();
    const enabled = new Int32Array(runner.opCount);
    const wrong: string[] = [];
    for (let s = 0; s < states; s += 11) {
      const at = s * runner.words;
      runner.load(arena, at);
      const ops = runner.groups.flatMap((group) => [
        ...enabled.subarray(0, group.enabled(runner.k, runner.g, runner.w, enabled)),
      ]);
      for (const op of ops)
        if (effect(runner, arena, at, op, 1) !== effect(runner, arena, at, op, 0))
          wrong.push(`${s}: ${runner.ops[op].text}`);
    }
    expect(wrong).toEqual([]);
  });

  test('reaches every op, a quiet pipe and a full ring', () => {
    expect(missing.length === 0 ? missing : missingAtLast(design, scenario)).toEqual([]);
  });

  test('expects only invariants that exist', () => {
    const ids = INVARIANTS.map((i) => i.id);
    for (const e of [...(design.expect.violates ?? []), ...(design.expect.known ?? [])])
      expect(ids).toContain(e.invariant);
  });
});
