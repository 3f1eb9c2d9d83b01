/**
 * A small choice of sets that together have all that all of them have. The smallest one is
 * out of reach (set cover is NP-hard): greedy, at most ln n times as many, then without those
 * that the others make needless.
 */

/** Who has each element. */
function holders(sets: readonly (readonly number[])[], isCovered: (element: number) => boolean): Map<number, number[]> {
  const out = new Map<number, number[]>();
  sets.forEach((set, n) => {
    for (const element of new Set(set)) {
      if (isCovered(element)) continue;
      const list = out.get(element);
      if (list === undefined) out.set(element, [n]);
      else list.push(n);
    }
  });
  return out;
}

/** Without each set whose elements are all in others, the last chosen first. */
function withoutNeedless(chosen: readonly number[], of: ReadonlyMap<number, readonly number[]>): number[] {
  const left = new Set(chosen);
  const elements = new Map<number, number[]>();
  const times = new Map<number, number>();
  for (const [element, list] of of) {
    for (const n of list) {
      if (!left.has(n)) continue;
      times.set(element, (times.get(element) ?? 0) + 1);
      const own = elements.get(n);
      if (own === undefined) elements.set(n, [element]);
      else own.push(element);
    }
  }
  for (const n of chosen.toReversed()) {
    const own = elements.get(n) ?? [];
    if (!own.every((element) => (times.get(element) ?? 0) > 1)) continue;
    left.delete(n);
    for (const element of own) times.set(element, (times.get(element) ?? 0) - 1);
  }
  return chosen.filter((n) => left.has(n));
}

/**
 * Indices of the sets, the one that adds most first; among equals the earlier one. What is
 * `covered` already need not be. At most `most` of them, and then not all is covered.
 */
export function cover(
  sets: readonly (readonly number[])[],
  covered: ReadonlySet<number> = new Set(),
  most = Number.POSITIVE_INFINITY,
): number[] {
  const of = holders(sets, (element) => covered.has(element));
  const gain = new Int32Array(sets.length);
  for (const list of of.values()) for (const n of list) gain[n]++;
  const open = new Map(of);
  const chosen: number[] = [];
  while (open.size > 0) {
    const best = gain.indexOf(gain.reduce((a, b) => Math.max(a, b), 0));
    chosen.push(best);
    for (const element of sets[best]) {
      for (const n of open.get(element) ?? []) gain[n]--;
      open.delete(element);
    }
  }
  return withoutNeedless(chosen, of).slice(0, most);
}
