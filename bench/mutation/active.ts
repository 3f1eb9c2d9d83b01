/** Which mutants are switched on. Part of the mutated build alone, where the text of each mutant asks here. */

/** Hits of the active mutants within one op after which the op is taken to run for ever. */
const HITS_MAX = 20_000;

/** An op that does not end while its mutant is active. */
export class Endless extends Error {}

/** The active mutant of the kernel's functions, and that of the judge; -1 for none. */
export let kernelMutant = -1;
export let judgeMutant = -1;
let hits = 0;

/** Which mutants' places were executed; counted in the build for that alone. */
export const covered = new Uint8Array(1 << 16);

export function activate(kernel: number, judge: number): void {
  kernelMutant = kernel;
  judgeMutant = judge;
  hits = 0;
}

/** A new op begins. */
export function calm(): void {
  hits = 0;
}

/** Counts a hit of the active mutant. */
export function hit(): true {
  if (++hits > HITS_MAX) throw new Endless('it does not end');
  return true;
}

export function cover(...ids: number[]): void {
  for (const id of ids) covered[id] = 1;
}
