import { Heartbeat, Phase } from '#iov/check/heartbeat.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { replay } from '#iov/harness/replay.js';
import { Runner } from '#iov/harness/runner.js';
import { opIndex } from '#iov/harness/op-text.js';
import { design } from '#iov/model/designs/packet-2012.js';
import { describe, expect, test } from 'vitest';

const OPS = ['pwrite fd=w size=1', 'pwrite fd=wd size=1', 'pread size=1'];

function runnerAndOps(): { runner: Runner; ops: number[] } {
  const runner = new Runner(design, parseBounds('tiny'), 'packet');
  return { runner, ops: OPS.map((text) => opIndex(runner, text) ?? -1) };
}

describe('a heartbeat', () => {
  test('has no path before there is one', () => {
    const heartbeat = new Heartbeat();
    expect(heartbeat.path(undefined)).toBeUndefined();
    heartbeat.enter(Phase.Loading);
    expect(heartbeat.path(undefined)).toBeUndefined();
  });

  test('reads the path of a search from the columns of its store', () => {
    const heartbeat = new Heartbeat();
    heartbeat.enter(Phase.Searching);
    const columns = { parent: Int32Array.of(-1, 0, 1), op: Uint16Array.of(0, 7, 9) };
    heartbeat.beat(2, 11);
    expect(heartbeat.path(columns)).toEqual([7, 9, 11]);
    heartbeat.beat(0, 3);
    expect(heartbeat.path(columns)).toEqual([3]);
  });

  test('is seen from another thread', () => {
    const heartbeat = new Heartbeat();
    const watcher = new Heartbeat(heartbeat.memory);
    heartbeat.enter(Phase.Searching);
    heartbeat.beat(0, 1);
    heartbeat.note(10, 20, 3, 4, 1.5);
    expect(watcher.beats).toBe(2);
    expect(watcher.read()).toEqual({ states: 10, edges: 20, depth: 3, frontier: 4, quiet: 1.5 });
    watcher.stop();
    expect(heartbeat.isStopped).toBe(true);
  });

  test('follows a runner, and does not count an op that is run again only to be looked at', () => {
    const heartbeat = new Heartbeat();
    const { runner, ops } = runnerAndOps();
    heartbeat.enter(Phase.Replaying);
    heartbeat.follow(runner);
    const { steps } = replay(runner, ops.slice(0, 2));
    expect(steps[1].found.map(({ invariant }) => invariant)).toContain('packet-boundaries');
    // Both ops were taken, the second several times over; a third would stand behind them.
    expect(heartbeat.path(undefined)?.slice(0, 2)).toEqual(ops.slice(0, 2));
    expect(heartbeat.path(undefined)).toHaveLength(3);
    runner.reset();
    expect(heartbeat.path(undefined)).toHaveLength(1);
    runner.step(ops[2]);
    expect(heartbeat.path(undefined)?.[0]).toBe(ops[2]);
  });
});
