/** The course of a campaign: which jobs are ready, from what was done so far; the same from the same, in any order. */
import type { Violation } from '../../harness/result.js';
import { classKey } from '../../harness/violation.js';
import type { Done, Input, Job } from './job.js';
import { contentHash, keyOf } from './job.js';
import type { Results, Sighting } from './merge.js';
import { classesOf, doneOf, findingOf, mergeLearned } from './merge.js';
import type { Chain, Lane, Plan, Searches } from './plan.js';

/** A job, and what it begins with. */
export interface Ready {
  readonly job: Job;
  readonly input?: Input;
}

function withInput(job: Job, input: Input): Ready {
  return { job: { ...job, input: contentHash(input) }, input };
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The rounds of a chain that are known by now: each begins with what all rounds before it have learned. */
function roundsOf({ jobs, rounds }: Chain, results: Results): Ready[][] {
  const out: Ready[][] = [jobs.map((job) => ({ job }))];
  const known = new Set<string>();
  const all: Done[] = [];
  for (let round = 2; round <= rounds; round++) {
    const last = out[out.length - 1];
    const done = doneOf(
      last.map(({ job }) => job),
      results,
    );
    if (done.length < last.length) break;
    all.push(...done);
    for (const { result } of done) for (const v of result?.violations ?? []) known.add(classKey(v.class));
    const { inputs } = mergeLearned(all);
    const input = { seeds: inputs.map(({ ops }) => ops), known: [...known].sort(byText) };
    out.push(jobs.map((job) => withInput({ ...job, round }, input)));
  }
  return out;
}

/** One job for each world in which the best trace of a class is, where nobody knows whether it is shortest. */
function settling(lane: Lane, classes: ReadonlyMap<string, Sighting>): Ready[] {
  const worlds = new Map<string, { job: Job; open: [key: string, sighting: Sighting][] }>();
  for (const [key, sighting] of classes) {
    const { job, violation, isSound } = sighting;
    if (violation.minimality === 'shortest' || !isSound) continue;
    const world = worlds.get(job.bounds) ?? { job, open: [] };
    world.open.push([key, sighting]);
    worlds.set(job.bounds, world);
  }
  return [...worlds]
    .sort(([a], [b]) => byText(a, b))
    .map(([bounds, { job, open }]) => {
      const findings = open.sort(([a], [b]) => byText(a, b)).map(([, sighting]) => findingOf(sighting));
      const { version, spec, design, code, memory } = job;
      // As many edges as the engine that found it took calls, which take about as long.
      const steps = Math.max(...open.map(([, sighting]) => sighting.job.steps ?? 0), SETTLE_STEPS);
      const like = { version, spec, design, code, scenario: lane.scenario, bounds, memory, steps };
      return withInput({ ...like, engine: 'corpus', seed: 1 }, { findings });
    });
}

const SETTLE_STEPS = 200_000;

/** How far a lane is. */
export interface Stage {
  /** Every job that is known by now. */
  readonly jobs: readonly Ready[];
  /** Rounds of coverage, by chain. */
  readonly rounds: readonly (readonly Ready[])[];
  readonly settle: readonly Ready[];
  readonly isOver: boolean;
}

function isAll(jobs: readonly Ready[], results: Results): boolean {
  return jobs.every(({ job }) => results.has(keyOf(job)));
}

/** All but what is made small. */
interface Searched {
  readonly jobs: readonly Ready[];
  readonly rounds: readonly (readonly Ready[])[];
  readonly isOver: boolean;
}

function searchedOf({ spaces, samples, chains }: Searches, results: Results): Searched {
  const byRound = chains.map((chain) => roundsOf(chain, results));
  const rounds = byRound.map((of) => of.flat());
  const search = [...spaces.flatMap(({ jobs }) => jobs), ...samples].map((job) => ({ job }));
  const jobs: Ready[] = [...search, ...rounds.flat()];
  return { jobs, rounds, isOver: byRound.every((of, n) => of.length === chains[n].rounds) && isAll(jobs, results) };
}

const jobsOf = (ready: readonly (readonly Ready[])[]): Job[] => ready.flat().map(({ job }) => job);

/** What careless callers break in the base of a lane, as far as it is known. */
export function baseOf({ base }: Lane, results: Results): Violation[] {
  if (base === undefined) return [];
  const { rounds } = searchedOf(base, results);
  return [...classesOf(base, jobsOf(rounds), results).values()].map(({ violation }) => violation);
}

export function stageOf(lane: Lane, results: Results): Stage {
  const { rounds, ...own } = searchedOf(lane, results);
  const base = lane.base === undefined ? { jobs: [], isOver: true } : searchedOf(lane.base, results);
  const isSearched = own.isOver && base.isOver;
  const settle = isSearched ? settling(lane, classesOf(lane, jobsOf(rounds), results)) : [];
  const jobs = [...own.jobs, ...base.jobs, ...settle];
  return { jobs, rounds, settle, isOver: isSearched && isAll(settle, results) };
}

/** Keeps the results, and knows what comes next. */
export class Course {
  readonly plan: Plan;
  readonly results = new Map<string, Done>();
  /** Jobs that were handed out or are done. */
  private readonly begun = new Set<string>();
  private readonly laneOf = new Map<string, Lane[]>();

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** What can be begun now and was not yet. */
  start(done: Iterable<Done> = []): Ready[] {
    for (const one of done) this.results.set(one.key, one);
    return this.plan.lanes.flatMap((lane) => this.fresh(lane));
  }

  /** A job is done; what can be begun since. False for one that was done already. */
  take(done: Done): Ready[] | false {
    if (this.results.has(done.key)) return false;
    this.results.set(done.key, done);
    return (this.laneOf.get(done.key) ?? []).flatMap((lane) => this.fresh(lane));
  }

  private fresh(lane: Lane): Ready[] {
    const out: Ready[] = [];
    let before = -1;
    // What was done by an earlier run opens what comes behind it.
    for (let stage = stageOf(lane, this.results); stage.jobs.length > before; stage = stageOf(lane, this.results)) {
      before = stage.jobs.length;
      for (const ready of stage.jobs) {
        const key = keyOf(ready.job);
        const lanes = this.laneOf.get(key) ?? [];
        if (!lanes.includes(lane)) this.laneOf.set(key, [...lanes, lane]);
        if (this.begun.has(key)) continue;
        this.begun.add(key);
        if (!this.results.has(key)) out.push(ready);
      }
    }
    return out;
  }

  /** Jobs that are known by now, and of these the ones that are done. */
  get counts(): { readonly known: number; readonly done: number } {
    let done = 0;
    for (const key of this.begun) if (this.results.has(key)) done++;
    return { known: this.begun.size, done };
  }
}
