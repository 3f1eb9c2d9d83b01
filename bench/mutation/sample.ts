import type { Mutant } from './build.js';

/** Every n-th of each file; statements that are left out are counted apart. */
export function sample(mutants: readonly Mutant[], every: number): Mutant[] {
  const counts = new Map<string, number>();
  return mutants.filter(({ file, isStatement }) => {
    const key = `${file} ${isStatement}`;
    const n = counts.get(key) ?? 0;
    counts.set(key, n + 1);
    return n % every === 0;
  });
}
