/** The comparisons of `diff()`: on this thread where one of the two is an object, else in a thread of its own. */
import { fileURLToPath } from 'node:url';
import { Heartbeat } from '../check/heartbeat.js';
import { UsageError } from '../harness/bounds-text.js';
import { guardDesign } from '../harness/guard.js';
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';
import type { DiffOptions as ApiOptions } from './api-diff.js';
import type { NamedDesign } from './designs.js';
import { resolveDesign } from './designs.js';
import type { DiffOptions } from './diff-options.js';
import { parseDiffOptions } from './diff-options.js';
import { diffJobs } from './diff-plan.js';
import { Comparisons } from './diff-run.js';
import { diffDesigns } from './diff-worker.js';
import { IN_PROCESS, factsOf, loadDesign } from './load.js';
import type { DiffJob, DiffReport } from './protocol.js';

export { diffResultToJson } from '../reports/diff-json.js';

/** A side of the comparison; `design` where it is an object. */
interface Side {
  readonly named: NamedDesign;
  readonly design?: Design;
}

function optionsOf(options: ApiOptions, scenario: ScenarioName | undefined): DiffOptions {
  const { bounds, budget, memory, engine = 'exhaustive', seed = 1, without = [], lockstep, first } = options;
  return parseDiffOptions({
    engine,
    seed: String(seed),
    without,
    quiet: true,
    ...(scenario === undefined ? {} : { scenario }),
    ...(bounds === undefined ? {} : { bounds }),
    ...(budget === undefined ? {} : { budget }),
    ...(memory === undefined ? {} : { memory }),
    ...(lockstep === undefined ? {} : { lockstep }),
    ...(first === undefined ? {} : { first }),
  });
}

async function sideOf(design: Design | string | URL, without: readonly string[]): Promise<Side> {
  if (typeof design === 'string' || design instanceof URL) {
    const name = design instanceof URL ? fileURLToPath(design) : design;
    return { named: await resolveDesign(name, without) };
  }
  const less = without.length === 0 ? design : design.without(without);
  const isOurs = DESIGNS.includes(design);
  const ref = { name: design.id, url: isOurs ? null : IN_PROCESS, without };
  return { named: { ref, facts: factsOf(less) }, design: isOurs ? less : guardDesign(less) };
}

const loaded = async ({ named, design }: Side): Promise<Design> => design ?? loadDesign(named.ref);

/** A comparison that does not come to an end tells so by a sentence alone; a test is to hear of it. */
async function inThread(job: DiffJob): Promise<DiffReport> {
  const reports: DiffReport[] = [];
  await new Comparisons(true).run([job], 1, ({ report, text }) => {
    if (report === undefined) throw new UsageError(text.trim().replaceAll(/\s*\n\s*/g, '; '));
    reports.push(report);
  });
  return reports[0];
}

export async function diffAll(
  a: Design | string | URL,
  b: Design | string | URL,
  options: ApiOptions,
): Promise<DiffReport[]> {
  const { scenario } = options;
  const scenarios = scenario === undefined || typeof scenario === 'string' ? [scenario] : scenario;
  const parsed = scenarios.map((name) => optionsOf(options, name));
  const sides = [await sideOf(a, []), await sideOf(b, options.without ?? [])] as const;
  const isHere = sides.some(({ design }) => design !== undefined);
  // An object has no name that a command line could have.
  const names = isHere ? undefined : sides.map(({ named }) => named.ref.name);
  const jobs = parsed.flatMap((p) => diffJobs([sides[0].named, sides[1].named], p, names, false));
  const reports: DiffReport[] = [];
  for (const job of jobs) {
    if (isHere) reports.push(diffDesigns(job, [await loaded(sides[0]), await loaded(sides[1])], new Heartbeat()));
    else reports.push(await inThread(job));
  }
  return reports;
}
