/** What a campaign has come to, as far as it is: the same from the same results, in whatever order they came. */
import type { Violation } from '../../harness/result.js';
import type { ScenarioName } from '../../model/scenario.js';
import { baseHas } from '../../harness/verdict.js';
import { baseOf, stageOf } from './course.js';
import type { Job, Outcome } from './job.js';
import { jobText, keyOf } from './job.js';
import type { Results } from './merge.js';
import { classesOf, doneOf, mergeLearned, spaceResult } from './merge.js';
import type { Lane, Plan, Space } from './plan.js';

export interface SummaryFinding {
  readonly violation: Violation;
  readonly bounds: string;
  readonly engine: Job['engine'];
  readonly seed: number;
  /** A careless caller breaks it in the base as well: it says nothing of the design. */
  readonly isOfBase: boolean;
}

/** One space, searched by one job or by several. */
export interface SummarySpace {
  readonly bounds: string;
  readonly parts: number;
  readonly prefix: number;
  /** Of the parts together, or of those that are done; where there are several, some states are in more than one. */
  readonly states: number;
  readonly edges: number;
  readonly isDone: boolean;
  /** Every state within the bounds was visited. */
  readonly isWhole: boolean;
  readonly isViolated: boolean;
  /** It was searched to the end, and not one run comes to rest: rules that are judged at rest were not. */
  readonly isRestless: boolean;
  readonly cutShort: string;
}

export interface SummaryCoverage {
  readonly bounds: string;
  readonly bins: number;
  readonly inputs: number;
  readonly rounds: number;
  readonly runs: number;
  readonly isDone: boolean;
}

export interface SummaryLane {
  readonly design: string;
  readonly scenario: ScenarioName;
  readonly jobs: { readonly known: number; readonly done: number };
  readonly isOver: boolean;
  readonly findings: readonly SummaryFinding[];
  readonly spaces: readonly SummarySpace[];
  readonly coverage: readonly SummaryCoverage[];
  /** Steps that engines took which keep no states. */
  readonly steps: number;
  readonly errors: readonly { readonly job: string; readonly error: NonNullable<Outcome['error']> }[];
}

export interface Summary {
  readonly name: string;
  readonly lanes: readonly SummaryLane[];
  readonly jobs: { readonly known: number; readonly done: number };
  readonly isOver: boolean;
}

function spaceOf(space: Space, results: Results): SummarySpace {
  const { results: all, isWhole, cutShort } = spaceResult(space, results);
  const sum = (of: (stats: { states: number; edges: number }) => number): number =>
    all.reduce((total, { stats }) => total + of(stats), 0);
  return {
    bounds: space.bounds,
    parts: space.jobs.length,
    prefix: space.jobs[0].part?.ops ?? 0,
    states: sum(({ states }) => states),
    edges: sum(({ edges }) => edges),
    isDone: doneOf(space.jobs, results).length === space.jobs.length,
    isWhole,
    isViolated: all.some(({ violations }) => violations.length > 0),
    isRestless: isWhole && all.every(({ unreached }) => unreached.includes('a quiescent state')),
    cutShort,
  };
}

function inOrder(a: SummaryFinding, b: SummaryFinding): number {
  const text = ({ violation: { class: c } }: SummaryFinding): string => `${c.invariant} ${c.op} ${c.function}`;
  return a.violation.steps - b.violation.steps || (text(a) < text(b) ? -1 : 1);
}

function laneOf(lane: Lane, results: Results): SummaryLane {
  const stage = stageOf(lane, results);
  const jobs = stage.jobs.map(({ job }) => job);
  const done = doneOf(jobs, results);
  const base = baseOf(lane, results);
  const later = [...stage.rounds.flat(), ...stage.settle].map(({ job }) => job);
  const coverage = lane.chains.map((chain, n): SummaryCoverage => {
    const of = doneOf(
      stage.rounds[n].map(({ job }) => job),
      results,
    );
    const { bins, inputs } = mergeLearned(of);
    const isDone = of.length === chain.rounds * chain.jobs.length;
    return {
      bounds: chain.jobs[0].bounds,
      bins: bins.size,
      inputs: inputs.length,
      rounds: chain.rounds,
      runs: chain.jobs.length,
      isDone,
    };
  });
  return {
    design: lane.design,
    scenario: lane.scenario,
    jobs: { known: new Set(jobs.map(keyOf)).size, done: new Set(done.map(({ key }) => key)).size },
    isOver: stage.isOver,
    findings: [...classesOf(lane, later, results).values()]
      .map(({ violation, job: { bounds, engine, seed } }) => ({
        violation,
        bounds,
        engine,
        seed,
        isOfBase: violation.misuse && baseHas(base, violation),
      }))
      .sort(inOrder),
    spaces: lane.spaces.map((space) => spaceOf(space, results)),
    coverage,
    steps: done.reduce((sum, { job, result }) => {
      const isSampled = job.onBase !== true && (job.engine === 'random' || job.engine === 'coverage');
      return sum + (isSampled ? (result?.stats.steps ?? 0) : 0);
    }, 0),
    errors: done.flatMap(({ job, error }) => (error === undefined ? [] : [{ job: jobText(job), error }])),
  };
}

export function summarise(plan: Plan, results: Results): Summary {
  const lanes = plan.lanes.map((lane) => laneOf(lane, results));
  const sum = (of: (lane: SummaryLane) => number): number => lanes.reduce((total, lane) => total + of(lane), 0);
  return {
    name: plan.name,
    lanes,
    jobs: { known: sum(({ jobs }) => jobs.known), done: sum(({ jobs }) => jobs.done) },
    isOver: lanes.every(({ isOver }) => isOver),
  };
}
