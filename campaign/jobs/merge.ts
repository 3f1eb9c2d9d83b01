/** What the jobs of a lane have come to, put together: what was learned, and what is broken. */
import type { CheckResult, Violation } from '../../harness/result.js';
import { classKey } from '../../harness/violation.js';
import type { Done, Finding, Job, Learned } from './job.js';
import { keyOf } from './job.js';
import type { Searches, Space } from './plan.js';

/** Results by the key of their job. */
export type Results = ReadonlyMap<string, Done>;

/** Runs of other jobs in the order of the plan, each that adds a bin. */
export function mergeLearned(done: readonly Done[]): { inputs: Learned[]; bins: ReadonlySet<number> } {
  const bins = new Set<number>();
  const inputs: Learned[] = [];
  for (const { learned = [] } of done) {
    for (const { ops, bins: all } of learned) {
      const fresh = all.filter((bin) => !bins.has(bin));
      if (fresh.length === 0) continue;
      for (const bin of fresh) bins.add(bin);
      inputs.push({ ops, bins: fresh });
    }
  }
  return { inputs, bins };
}

export function doneOf(jobs: readonly Job[], results: Results): Done[] {
  return jobs.flatMap((job) => results.get(keyOf(job)) ?? []);
}

/** A violation, and the job that found it. */
export interface Sighting {
  readonly violation: Violation;
  readonly job: Job;
  /** It may be made small: nothing hung on the way. */
  readonly isSound: boolean;
}

const RANK = { shortest: 0, '1-minimal': 1, raw: 2 } as const;

/** Which of two sightings of one class is told: the better word, then fewer calls, then a fixed order. */
function isBetter(a: Sighting, b: Sighting): boolean {
  // What a correct caller meets is no misuse, however short a careless one is.
  if (a.violation.misuse !== b.violation.misuse) return b.violation.misuse;
  const by = (s: Sighting): number => RANK[s.violation.minimality];
  if (by(a) !== by(b)) return by(a) < by(b);
  if (a.violation.steps !== b.violation.steps) return a.violation.steps < b.violation.steps;
  const text = ({ violation, job }: Sighting): string => `${violation.trace.join('\n')}\n${job.bounds}`;
  return text(a) < text(b);
}

/** Ops up to which every run of a space was tried: by each of its parts. */
export function triedIn({ jobs }: Space, results: Results): number {
  const tried = jobs.map((job) => {
    const result = results.get(keyOf(job))?.result;
    if (result === undefined) return 0;
    return result.exhausted ? Number.POSITIVE_INFINITY : (result.proof?.levels.length ?? 0);
  });
  return Math.min(...tried);
}

function sightingsOf({ job, result }: Done, tried: number): Sighting[] {
  return (result?.violations ?? []).map((violation) => {
    // A part knows its own runs alone: a shorter one may begin with another prefix.
    const isRaw = job.part !== undefined && violation.minimality === 'shortest' && violation.steps > tried + 1;
    const isSound = job.engine === 'exhaustive' || result?.cutShort === '' || violation.severity === 'soft';
    return { violation: isRaw ? { ...violation, minimality: 'raw' } : violation, job, isSound };
  });
}

/** Each class that the jobs have found, by its key: the best of its sightings. */
export function classesOf(of: Searches, more: readonly Job[], results: Results): Map<string, Sighting> {
  const best = new Map<string, Sighting>();
  const take = (done: Done, tried: number): void => {
    for (const sighting of sightingsOf(done, tried)) {
      const key = classKey(sighting.violation.class);
      const old = best.get(key);
      const isAfterAll = old?.violation.afterOthers !== false && sighting.violation.afterOthers;
      const winner = old === undefined || isBetter(sighting, old) ? sighting : old;
      best.set(key, { ...winner, violation: { ...winner.violation, afterOthers: isAfterAll } });
    }
  };
  for (const space of of.spaces) {
    const tried = triedIn(space, results);
    for (const done of doneOf(space.jobs, results)) take(done, tried);
  }
  for (const done of doneOf([...of.samples, ...more], results)) take(done, 0);
  return best;
}

export function findingOf({ violation }: Sighting): Finding {
  const { class: cls, severity, trace, afterOthers } = violation;
  return { class: cls, severity, ops: trace, isAfterOthers: afterOthers };
}

/** The parts of a space as one result of it; undefined while one of them is missing. */
export interface SpaceResult {
  readonly space: Space;
  readonly results: readonly CheckResult[];
  readonly isWhole: boolean;
  /** Why the first part that was not searched to its end was not. */
  readonly cutShort: string;
}

export function spaceResult(space: Space, results: Results): SpaceResult {
  const done = doneOf(space.jobs, results);
  const all = done.flatMap(({ result }) => result ?? []);
  const cut = all.find(({ exhausted }) => !exhausted);
  const missing = space.jobs.length - all.length;
  return {
    space,
    results: all,
    isWhole: missing === 0 && cut === undefined,
    cutShort: cut?.cutShort ?? (missing === 0 ? '' : 'a part has no result'),
  };
}
