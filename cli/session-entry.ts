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
import type { Counted } from '../oracle/tree/design.js';
import type { Design } from '../model/design.js';

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

/** The design of a place; where the C of a tree stands in it, it counts its edges. */
async function designOf(
  { ref, onBase }: SessionWorld,
  module?: DesignModule,
): Promise<Partial<Counted> & { readonly design: Design }> {
  const { tree, ...own } = ref;
  const named = await loadDesign(own, module);
  // The base of a tree's design is what the tree is put on.
  if (tree !== undefined && !onBase) {
    const { countedDesign } = await import('../oracle/tree/design.js');
    const { openTree } = await import('../oracle/tree/source.js');
    return countedDesign(openTree(tree.name, tree.ours, tree.changed), named);
  }
  return { design: tree === undefined && onBase && named.base !== undefined ? named.base : named };
}

export async function createSession(world: SessionWorld, module?: DesignModule): Promise<Session> {
  const { design, edgesOf } = await designOf(world, module);
  const runner = new Runner(design, world.bounds, world.scenario);
  if (world.memory !== undefined) new Heartbeat(world.memory).follow(runner);
  return create(runner, world.seed, world.hasBins, world.known, edgesOf?.(runner.k));
}
