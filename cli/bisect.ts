/** `iovcheck bisect`: which of a design's functions bring what its base does not have. */
import { UsageError } from '../harness/bounds-text.js';
import { nearest } from '../harness/nearest.js';
import type { Violation } from '../harness/result.js';
import { Status } from '../harness/verdict.js';
import type { FunctionName } from '../model/functions.js';
import type { ScenarioName } from '../model/scenario.js';
import { bisectText } from './bisect-text.js';
import { Errors } from './check.js';
import type { NamedDesign } from './designs.js';
import { resolveDesign } from './designs.js';
import { onInterrupt } from './interrupt.js';
import { Jobs } from './jobs.js';
import { limited } from './limited.js';
import type { CheckOptions } from './options.js';
import { parseOptions, workersFor } from './options.js';
import { complain, print } from './output.js';
import { plan } from './plan.js';
import { Progress } from './progress.js';
import type { Search } from './protocol.js';
import type { Smallest } from './subsets.js';
import { smallestSets } from './subsets.js';

export interface RawBisectOptions {
  readonly scenario?: string;
  readonly bounds: string;
  readonly class?: string;
  readonly budget?: string;
  readonly memory?: string;
  readonly workers?: string;
  readonly without: readonly string[];
  readonly quiet?: boolean;
}

/** What a scenario came to. */
export interface Bisected {
  readonly scenario: ScenarioName;
  readonly classes: readonly { readonly violation: Violation; readonly smallest: Smallest<FunctionName> }[];
  /** Why the search of the whole design ended early; '' if it did not. */
  readonly cutShort: string;
  /** Mixes that were searched, in part only, and not at all: the base has no such function, or one of them threw. */
  readonly mixes: number;
  readonly partly: number;
  readonly broken: number;
}

/** The rule and the op; the function at fault is another one in another mix. */
const keyOf = ({ class: cls }: Violation): string => `${cls.invariant} ${cls.op}`;

function optionsOf(raw: RawBisectOptions): CheckOptions {
  const { class: _class, ...rest } = raw;
  return parseOptions({ engine: 'exhaustive', seed: '1', reporter: [], ...rest });
}

/** One of each rule and op, the shortest; what only follows from another is left to it where there is any other. */
function broughtBy(violations: readonly Violation[], wanted: string | undefined): Violation[] {
  const brought = violations.filter((v) => v.ofBase !== true);
  const first = brought.filter((v, n) => brought.findIndex((other) => keyOf(other) === keyOf(v)) === n);
  if (wanted !== undefined) return first.filter(({ class: cls }) => cls.invariant === wanted || cls.op === wanted);
  const own = first.filter((v) => !v.afterOthers);
  return own.length > 0 ? own : first;
}

class Bisection {
  private readonly design: NamedDesign;
  private readonly options: CheckOptions;
  private readonly jobs: Jobs;
  private readonly raw: RawBisectOptions;
  /** Rules and ops of classes that were met, for a misspelt --class. */
  readonly met = new Set<string>();
  steps = 0;

  constructor(design: NamedDesign, raw: RawBisectOptions, jobs: Jobs) {
    this.design = design;
    this.raw = raw;
    this.options = optionsOf(raw);
    this.jobs = jobs;
  }

  get searches(): Search[] {
    return plan([this.design], this.options, false).shown.map(({ search }) => search);
  }

  /** The classes of one mix. */
  private async classesOf(search: Search, only: readonly FunctionName[], tally: Mixes): Promise<ReadonlySet<string>> {
    tally.mixes++;
    const [job] = this.jobs.start([{ ...search, ref: { ...search.ref, only } }], 1);
    const { report } = await job;
    this.steps += report?.result.stats.steps ?? 0;
    if (report === undefined) tally.broken++;
    else if (!report.result.exhausted && report.result.violations.length === 0) tally.partly++;
    return new Set((report?.result.violations ?? []).filter((v) => v.ofBase !== true).map(keyOf));
  }

  async scenario(search: Search, errors: Errors): Promise<Bisected> {
    const [job] = this.jobs.start([search], 1);
    const { report, error } = await job;
    if (error !== undefined) errors.add(error.isUsage, error.message);
    this.steps += report?.result.stats.steps ?? 0;
    const violations = report?.result.violations ?? [];
    for (const { class: cls } of violations) this.met.add(cls.invariant).add(cls.op);
    const brought = broughtBy(violations, this.raw.class);
    const tally = { mixes: 0, partly: 0, broken: 0 };
    const names = this.design.facts.patched;
    const found = await smallestSets(
      names,
      brought.map(keyOf),
      queued(this.options, (set) => this.classesOf(search, set, tally)),
    );
    return {
      scenario: search.scenario,
      classes: brought.flatMap((violation) => {
        const smallest = found.get(keyOf(violation));
        return smallest === undefined ? [] : [{ violation, smallest }];
      }),
      cutShort: report?.result.cutShort ?? '',
      ...tally,
    };
  }
}

interface Mixes {
  mixes: number;
  partly: number;
  broken: number;
}

/** As many at a time as there are workers. */
function queued<A, R>(options: CheckOptions, run: (set: A) => Promise<R>): (set: A) => Promise<R> {
  const take = limited(workersFor(Number.MAX_SAFE_INTEGER, options.workers));
  return (set) => take(() => run(set));
}

export async function bisect(name: string, raw: RawBisectOptions): Promise<number> {
  const design = await resolveDesign(name, raw.without);
  if (!design.facts.hasBase)
    throw new UsageError(`${name}: it has no base that could be without what it has; name another design`);
  if (design.facts.patched.length === 0)
    throw new UsageError(`${name}: it overrides no function; there is nothing to take apart`);
  const jobs = new Jobs();
  const errors = new Errors();
  const bisection = new Bisection(design, raw, jobs);
  const { searches } = bisection;
  const interrupt = onInterrupt(() => jobs.stop());
  const progress = new Progress(jobs, searches.length, raw.quiet === true);
  const out: Bisected[] = [];
  for (const search of searches) {
    out.push(await bisection.scenario(search, errors));
    progress.step();
  }
  progress.finish(bisection.steps);
  const signal = interrupt.done();
  const count = out.reduce((sum, { classes }) => sum + classes.length, 0);
  if (count === 0 && raw.class !== undefined && bisection.met.size > 0 && !bisection.met.has(raw.class)) {
    throw new UsageError(
      `--class ${raw.class}: nothing of that name is broken; did you mean '${nearest(raw.class, bisection.met)}'?`,
    );
  }
  print(bisectText(design, out));
  if (signal !== undefined) {
    complain('interrupted: what was not searched is not told');
    return Status[signal];
  }
  if (errors.internal > 0) return Status.Internal;
  if (errors.usage > 0) return Status.Usage;
  if (count > 0) return Status.Violated;
  return out.some(({ cutShort }) => cutShort !== '') ? Status.CutShort : Status.Ok;
}
