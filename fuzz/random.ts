/* STUB of cli's author, to be overwritten by the random engine's. */
import type { Runner, ViolationClass } from '../harness/runner.js';
export interface RandomOptions { seed: number; steps: number; isOver: () => boolean; onProgress?: (steps: number) => void }
export function runRandom(_runner: Runner, _opts: RandomOptions): { steps: number; classes: { class: ViolationClass; severity: 'soft' | 'fatal'; path: number[]; minimality: '1-minimal'; isAfterOthers: boolean }[] } {
  return { steps: 0, classes: [] };
}
