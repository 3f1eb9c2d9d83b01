/** What ops on one of two pipes share: A is pipe 0, B is pipe 1. Between two ops A is the one that is looked at. */
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import type { ArgSpec, World } from '../op.js';

const PIPES: Readonly<Record<number, string>> = { 0: 'A', 1: 'B' };
export const pipeArg = (name: string): ArgSpec => ({ name, names: PIPES, values: () => [0, 1] });

export const hasPipes = (w: World): boolean => w.scenario.pipes === true && w.design.present.has('doSplicePipes');

/** Functions and rules look at pipe `p` now. */
export function use(k: Kernel, g: Ghost, p: number): void {
  k.usePipe(p);
  g.select(p);
}

/** The op is on pipe `p`, and takes from pipe `from`, if from any. */
export function enter(k: Kernel, p: number, from = -1): void {
  k.out.on = p;
  k.out.from = from;
  k.usePipe(p);
}

/** Asks something of pipe `p` between two ops. */
export function ask<T>(k: Kernel, p: number, question: () => T): T {
  k.usePipe(p);
  const answer = question();
  k.usePipe(0);
  return answer;
}
