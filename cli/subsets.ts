/**
 * The smallest sets that have a property: all sets are tried by size as long as there are few, then what is
 * left is made smaller by delta debugging (A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing
 * input", 2002).
 */

/** Sets that are tried before delta debugging takes over. */
const ALL_MAX = 128;

export interface Smallest<T> {
  readonly set: readonly T[];
  /** `minimum`: every smaller set was tried. `1-minimal`: none of it can be left out. */
  readonly word: 'minimum' | '1-minimal';
}

/** All sets of `size` of the items, in their order. */
export function combinations<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((first, n) => combinations(items.slice(n + 1), size - 1).map((rest) => [first, ...rest]));
}

/** Sets of `size` of n items. */
function count(n: number, size: number): number {
  let ways = 1;
  for (let i = 0; i < size; i++) ways = (ways * (n - i)) / (i + 1);
  return Math.round(ways);
}

/** Leaves out parts of half the set, then of a quarter, down to single items, as long as `has` stays true. */
async function reduce<T>(all: readonly T[], has: (set: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let best = all;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length; ) {
      const smaller = [...best.slice(0, at), ...best.slice(at + size)];
      if (smaller.length > 0 && (await has(smaller))) best = smaller;
      else at += size;
    }
  }
  // A part that could not go alone may go after another went.
  for (const item of best) {
    const smaller = best.filter((other) => other !== item);
    if (smaller.length > 0 && (await has(smaller))) return reduce(smaller, has);
  }
  return best;
}

/**
 * For each key the smallest set of `items` that has it; the set of all of them is known to have each. `keysOf` is asked
 * for many sets at once, and never twice for one.
 */
export async function smallestSets<T>(
  items: readonly T[],
  keys: readonly string[],
  keysOf: (set: readonly T[]) => Promise<ReadonlySet<string>>,
): Promise<Map<string, Smallest<T>>> {
  const asked = new Map<string, Promise<ReadonlySet<string>>>();
  const ask = (set: readonly T[]): Promise<ReadonlySet<string>> => {
    const name = set.map((item) => items.indexOf(item)).join();
    const known = asked.get(name) ?? (set.length === items.length ? Promise.resolve(new Set(keys)) : keysOf(set));
    asked.set(name, known);
    return known;
  };
  const found = new Map<string, Smallest<T>>();
  let tried = 0;
  let size = 1;
  for (; size <= items.length && found.size < keys.length; size++) {
    tried += count(items.length, size);
    if (tried > ALL_MAX && size < items.length) break;
    const sets = combinations(items, size);
    const having = await Promise.all(sets.map(ask));
    for (const key of keys) {
      const n = having.findIndex((set) => set.has(key));
      if (n >= 0 && !found.has(key)) found.set(key, { set: sets[n], word: 'minimum' });
    }
  }
  for (const key of keys) {
    if (found.has(key)) continue;
    const set = await reduce(items, async (smaller) => (await ask(smaller)).has(key));
    // Sets of fewer than `size` were all tried.
    found.set(key, { set, word: set.length <= size ? 'minimum' : '1-minimal' });
  }
  return found;
}
