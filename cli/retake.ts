/** In a worker: takes a path again, to see whether its last op returns. */
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { realiseBefore } from '../check/realise.js';
import { Runner } from '../harness/runner.js';
import { designOf } from './load.js';
import type { Task } from './protocol.js';

export async function retake(
  { place, ops, isSearchs }: Extract<Task, { kind: 'retake' }>,
  heartbeat: Heartbeat,
): Promise<true> {
  const runner = new Runner(await designOf(place.ref, place.onBase), place.bounds, place.scenario);
  const real = isSearchs ? realiseBefore(runner, ops) : ops;
  heartbeat.enter(Phase.Replaying);
  heartbeat.follow(runner);
  runner.reset();
  for (const op of real) {
    runner.step(op);
    if (runner.broken.length > 0 && runner.k.fatal === '') runner.adopt();
  }
  return true;
}
