/** One search of each engine, and what it took to find each thing that is looked for. */
import { Explorer } from '../../check/explore.js';
import type { RandomClass, Spent } from '../../fuzz/random.js';
import { runRandom } from '../../fuzz/random.js';
import type { ViolationClass } from '../../harness/runner.js';
import { Runner } from '../../harness/runner.js';
import type { Place } from './places.js';
import { boundsAt, designNamed } from './places.js';

/** Bytes that the states of one exhaustive search may take. */
export const MEMORY_BYTES = 4e9;

/**
 * What a row is about: a rule that breaks in a call. Which function is to blame is left out
 * where it can be: that is found by running the call again, and engines that come by other
 * ways blame others.
 */
export interface Target {
  readonly invariant: string;
  readonly op: string;
  /** Where the base breaks the rule in the same call, by another function. */
  readonly function?: string;
}

export function isTarget(target: Target, found: ViolationClass): boolean {
  const { invariant, op, function: fn = found.function } = target;
  return invariant === found.invariant && op === found.op && fn === found.function;
}

export function runnerAt(place: Place, onBase = false): Runner {
  const design = designNamed(place.design);
  return new Runner(onBase ? (design.base ?? design) : design, boundsAt(place), place.scenario);
}

/** A class as the exhaustive engine came to it. */
export interface Sighting {
  readonly class: ViolationClass;
  /** Steps of the shortest trace. */
  readonly shortest: number;
  /** Another rule had broken on every path to it. */
  readonly isAfterOthers: boolean;
  /** States and edges until it was seen first. */
  readonly states: number;
  readonly edges: number;
  readonly seconds: number;
}

export interface Exhausted {
  readonly states: number;
  readonly edges: number;
  readonly isExhausted: boolean;
  readonly sightings: readonly Sighting[];
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** Searches until so many edges were taken, or all that is `wanted` was seen. */
export function exhaust(runner: Runner, steps: number, wanted?: readonly Target[]): Exhausted {
  const start = performance.now();
  let left = wanted ?? [];
  const isOver = (): boolean => wanted !== undefined && left.length === 0;
  const seen: Pick<Sighting, 'states' | 'edges' | 'seconds'>[] = [];
  const explorer = new Explorer(
    runner,
    { memoryBytes: MEMORY_BYTES, steps, isOver },
    {
      onClass(found, edges) {
        seen.push({ states: explorer.store.size, edges, seconds: secondsSince(start) });
        left = left.filter((target) => !isTarget(target, found.class));
      },
    },
  );
  const { states, edges, isExhausted, classes } = explorer.run();
  const sightings = classes.map(
    ({ class: named, path, isAfterOthers }, n): Sighting => ({
      class: named,
      shortest: path.length,
      isAfterOthers,
      ...seen[n],
    }),
  );
  return { states, edges, isExhausted, sightings };
}

/** What was seen of a target; undefined where it was not. */
export function sightingOf(target: Target, sightings: readonly Sighting[]): Sighting | undefined {
  const seen = sightings.filter(({ class: named }) => isTarget(target, named));
  if (seen.length === 0) return undefined;
  // The first one; a later class of it may need nothing else to break, or have as short a trace.
  const shortest = Math.min(...seen.map((s) => s.shortest));
  return { ...seen[0], shortest, isAfterOthers: seen.every((s) => s.isAfterOthers) };
}

/** What an engine that draws had spent when it told of a target; `trace`: the steps of what it told. */
export interface Hit extends Spent {
  readonly trace: number;
  readonly seconds: number;
}

/** A search by chance: ends when it is over, or its own budget is spent. */
export type Hunt = (isOver: () => boolean, onClass: (found: RandomClass, spent: Spent) => void) => void;

export function randomHunt(runner: Runner, seed: number, steps: number): Hunt {
  return (isOver, onClass) => {
    runRandom(runner, { seed, steps, isOver, onClass });
  };
}

/** What each target took, in their order; null where it was not found. Ends when all are. */
export function hunt(run: Hunt, targets: readonly Target[]): (Hit | null)[] {
  const start = performance.now();
  const hits = new Map<Target, Hit>();
  run(
    () => hits.size === targets.length,
    (found, { runs, steps }) => {
      const hit = { runs, steps, trace: found.path.length, seconds: secondsSince(start) };
      for (const target of targets) if (!hits.has(target) && isTarget(target, found.class)) hits.set(target, hit);
    },
  );
  return targets.map((target) => hits.get(target) ?? null);
}
