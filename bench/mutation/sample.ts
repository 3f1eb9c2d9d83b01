import type { Mutant } from './build.js';

/** Every n-th of each file. */
export function sample(mutants: readonly Mutant[], every: number): Mutant[] {
  const counts = new Map<string, number>();
  return mutants.filter(({ file }) => {
    const n = counts.get(file) ?? 0;
    counts.set(file, n + 1);
    return n % every === 0;
  });
}
