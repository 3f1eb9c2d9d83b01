/** The searches of `check()`: on this thread for an object, in threads for what has a name. */
import { fileURLToPath } from 'node:url';
import { Heartbeat } from '../check/heartbeat.js';
import { UsageError } from '../harness/bounds-text.js';
import { guardDesign } from '../harness/guard.js';
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';
import type { CheckOptions as ApiOptions } from './api.js';
import { Errors, runAll } from './check.js';
import type { NamedDesign } from './designs.js';
import { resolveDesign } from './designs.js';
import { runSearch } from './engines.js';
import { explain } from './explain.js';
import { Jobs } from './jobs.js';
import type { DesignRef } from './load.js';
import { IN_PROCESS, factsOf } from './load.js';
import type { CheckOptions } from './options.js';
import { parseOptions } from './options.js';
import type { Plan } from './plan.js';
import { plan } from './plan.js';
import type { Report, Search } from './protocol.js';

export { resultToJson } from '../reports/json.js';

function optionsOf(options: ApiOptions, scenario: ScenarioName | undefined): CheckOptions {
  const { bounds, budget, memory, workers, seed = 1, engine = 'exhaustive', without = [] } = options;
  return parseOptions({
    engine,
    seed: String(seed),
    without,
    reporter: [],
    quiet: true,
    ...(scenario === undefined ? {} : { scenario }),
    ...(bounds === undefined ? {} : { bounds }),
    ...(budget === undefined ? {} : { budget }),
    ...(memory === undefined ? {} : { memory }),
    ...(workers === undefined ? {} : { workers: String(workers) }),
  });
}

/** What goes wrong is thrown, the first of it. */
class Thrown extends Errors {
  private first: Error | undefined;

  override add(isUsage: boolean, message: string): void {
    this.first ??= isUsage ? new UsageError(message) : new Error(message);
  }

  check(): void {
    if (this.first !== undefined) throw this.first;
  }
}

async function inThreads(planned: Plan, options: CheckOptions): Promise<Report[]> {
  const errors = new Thrown();
  const found = await runAll(planned, new Jobs(), options, errors, () => {});
  errors.check();
  return found.slice(0, planned.shown.length).flatMap(({ report }) => report ?? []);
}

async function here(planned: Plan, design: Design): Promise<Report[]> {
  const reports: Report[] = [];
  for (const { search } of planned.shown) {
    const heartbeat = new Heartbeat();
    const { classes, tally } = await runSearch(search, design, heartbeat);
    reports.push(explain(search, design, classes, tally, heartbeat));
  }
  return reports;
}

/** The design of an object, watched like one of a file; one of ours is trusted. */
function inProcess(design: Design, { without = [], engine }: ApiOptions): { named: NamedDesign; design: Design } {
  if (engine === 'coverage' || engine === 'all') {
    throw new UsageError(
      `engine ${engine}: coverage runs an instrumented build of a design, which only a file has; name the file of '${design.id}' by its path`,
    );
  }
  const less = without.length === 0 ? design : design.without(without);
  const isOurs = DESIGNS.includes(design);
  const ref: DesignRef = { name: design.id, url: isOurs ? null : IN_PROCESS, without };
  return { named: { ref, facts: factsOf(less) }, design: isOurs ? less : guardDesign(less) };
}

function withTexts(planned: Plan): Plan {
  const wanted = (search: Search): Search => ({ ...search, wantsTexts: true });
  return {
    shown: planned.shown.map((p) => ({ ...p, search: wanted(p.search) })),
    searches: planned.searches.map(wanted),
  };
}

export async function searchAll(design: Design | string | URL, options: ApiOptions): Promise<Report[]> {
  const { scenario } = options;
  const scenarios = scenario === undefined || typeof scenario === 'string' ? [scenario] : scenario;
  const parsed = scenarios.map((name) => optionsOf(options, name));
  const name = design instanceof URL ? fileURLToPath(design) : design;
  const reports: Report[] = [];
  if (typeof name === 'string') {
    const named = await resolveDesign(name, options.without ?? []);
    for (const p of parsed) reports.push(...(await inThreads(withTexts(plan([named], p, false)), p)));
  } else {
    const { named, design: own } = inProcess(name, options);
    for (const p of parsed) reports.push(...(await here(withTexts(plan([named], p, false)), own)));
  }
  return reports;
}
