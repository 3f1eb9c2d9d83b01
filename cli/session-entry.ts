/**
 * The entry of the build that the coverage engine instruments: everything behind it,
 * Kernel and design included, is a copy of its own. Only numbers and text cross it.
 */
import { Heartbeat } from '../check/heartbeat.js';
import type { Session } from '../fuzz/coverage/session.js';
import { createSession as create } from '../fuzz/coverage/session.js';
import { Runner } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import type { DesignModule, DesignRef } from './load.js';
import { loadDesign } from './load.js';

export interface SessionWorld {
  readonly ref: DesignRef;
  readonly onBase: boolean;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  readonly seed: number;
  readonly hasBins: boolean;
  /** Classes that are passed over. */
  readonly known?: readonly string[];
  /** Of a heartbeat: where the run leaves what it is at. */
  readonly memory?: SharedArrayBuffer;
}

export async function createSession(world: SessionWorld, module?: DesignModule): Promise<Session> {
  const named = await loadDesign(world.ref, module);
  const design = world.onBase && named.base !== undefined ? named.base : named;
  const runner = new Runner(design, world.bounds, world.scenario);
  if (world.memory !== undefined) new Heartbeat(world.memory).follow(runner);
  return create(runner, world.seed, world.hasBins, world.known);
}
