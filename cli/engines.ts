/** Runs one search in a worker: the engine, its budget, and what watches it. */
import { frontierTraces } from '../campaign/frontier.js';
import type { ClassFound } from '../check/explore.js';
import { Explorer } from '../check/explore.js';
import { openKeep } from '../check/kept.js';
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { realiseBefore } from '../check/realise.js';
import type { RandomClass } from '../fuzz/random.js';
import { findAsymmetry } from '../harness/alike.js';
import { UsageError } from '../harness/bounds-text.js';
import { findImpurity } from '../harness/purity.js';
import type { Proof } from '../harness/result.js';
import { Runner } from '../harness/runner.js';
import type { Design } from '../model/design.js';
import { symmetriesOf } from '../model/symmetry.js';
import { handedOver } from './handed-over.js';
import type { RawClass, Search, Tally } from './protocol.js';
import { teamOf } from './team.js';
import { deadClass, isOfDesign, post, watch } from './watch.js';

/** States that the sample of a random run is taken from. */
const SAMPLE_STEPS = 20_000;
const SAMPLE_BYTES = 1 << 28;

/** Why a search that was asked to end did so, in words. */
class Budget {
  private readonly until: number;
  private readonly heartbeat: Heartbeat;
  private readonly search: Search;
  private readonly start = performance.now();

  constructor(search: Search, heartbeat: Heartbeat) {
    this.search = search;
    this.heartbeat = heartbeat;
    this.until = this.start + 1000 * search.seconds;
  }

  isOver(): boolean {
    return this.heartbeat.isStopped || performance.now() >= this.until;
  }

  get seconds(): number {
    return (performance.now() - this.start) / 1000;
  }

  /** The engine's own reason where it was not us who ended it. */
  reason(cutShort: string): string {
    if (cutShort === '') return '';
    if (this.heartbeat.isStopped) return 'it was interrupted';
    return this.isOver() ? `the budget of ${this.search.seconds} s is spent` : cutShort;
  }
}

export interface Found {
  readonly classes: readonly RawClass[];
  readonly tally: Tally;
  /** Of engine coverage: what it has learned beyond its seeds. */
  readonly kept?: readonly (readonly string[])[];
  readonly keptBins?: readonly (readonly number[])[];
  /** Of a search that was cut short: traces to what it did not go on from. */
  readonly frontier?: readonly (readonly number[])[];
}

function tallyOf(runner: Runner, search: Search, heartbeat: Heartbeat, budget: Budget, cutShort: string): Tally {
  const { states, edges, depth } = heartbeat.read();
  const isExhaustive = search.engine === 'exhaustive';
  return {
    stats: { states, edges: isExhaustive ? edges : 0, depth, steps: edges },
    isExhausted: isExhaustive && cutShort === '',
    cutShort,
    seconds: budget.seconds,
    reached: runner.reached.table(),
    unreached: runner.reached.missing(),
  };
}

function proofOf(runner: Runner, explorer: Explorer): Proof {
  const { bounds, design, scenario } = runner.w;
  const judged = runner.invariants.filter(({ needs }) => needs?.(runner.k.needs) !== false);
  return {
    levels: explorer.triedLevels,
    invariants: judged.map(({ id }) => id),
    symmetry: symmetriesOf(bounds, design.ring, scenario),
    reductions: runner.merges?.names ?? [],
  };
}

function exhaustive(runner: Runner, search: Search, heartbeat: Heartbeat): Found {
  // What made a search end as it did may have spoilt the very objects of the kernel.
  const fresh = (): Runner => new Runner(runner.w.design, search.bounds, search.scenario);
  const budget = new Budget(search, heartbeat);
  const classes: ClassFound[] = [];
  const watched = watch(heartbeat);
  const explorer = new Explorer(
    runner,
    {
      memoryBytes: search.memoryBytes,
      steps: search.steps,
      isOver: () => budget.isOver(),
      ...(search.keep === undefined ? {} : { keep: openKeep(search.keep.dir, search.keep.identity) }),
      team: teamOf(search, search.threads ?? 1, (memory) => post({ kind: 'member', memory })),
      ...(search.depth === undefined ? {} : { depth: search.depth }),
      ...(search.share === undefined ? {} : { part: search.share }),
    },
    {
      ...watched.hooks,
      onProgress: (states, edges, depth, frontier) => heartbeat.note(states, edges, depth, frontier),
      busy: (isBusy) => heartbeat.busy(isBusy),
      onClass: (found) => {
        // The engine goes on to correct isAfterOthers in this very object.
        classes.push(found);
        tell(runner, { ...found, minimality: 'shortest' });
      },
    },
  );
  let cutShort = '';
  try {
    const result = explorer.run();
    cutShort = budget.reason(result.cutShort);
    heartbeat.note(result.states, result.edges, result.depth, 0);
  } catch (error) {
    const path = heartbeat.path(watched.columns());
    const real = path !== undefined && isOfDesign(error) ? realiseBefore(fresh(), path) : path;
    const dead = deadClass(error, runner, real, search.ref);
    classes.push(dead);
    cutShort = `${dead.class.op} can not go on`;
  }
  const tally = { ...tallyOf(runner, search, heartbeat, budget, cutShort), proof: proofOf(runner, explorer) };
  // What made the search end as it did may have spoilt the very objects of the kernel.
  if (!classes.some((found: RawClass | ClassFound) => 'dead' in found)) purity(runner, explorer, search, heartbeat);
  const frontier = search.isLeading === true && cutShort !== '' ? frontierTraces(explorer) : [];
  return { classes: classes.map((found) => ({ ...found, minimality: 'shortest' as const })), tally, frontier };
}

/** A user's design may keep state of its own; ours are held to it by the tests. */
function purity(runner: Runner, explorer: Explorer, search: Search, heartbeat: Heartbeat): void {
  if (search.ref.url === null) return;
  heartbeat.enter(Phase.Replaying);
  heartbeat.follow(runner, true);
  let impurity: string | undefined;
  try {
    impurity = findImpurity(runner, explorer.store) ?? findAsymmetry(runner, explorer.store);
  } catch (error) {
    // It was judged as a violation by the search.
    if (!isOfDesign(error)) throw error;
  }
  if (impurity !== undefined) throw new UsageError(`${search.ref.name}: ${impurity}`);
}

/** The same for an engine that keeps no states. */
function samplePurity(search: Search, heartbeat: Heartbeat, design: Design): void {
  if (search.ref.url === null) return;
  const sample = new Runner(design, search.bounds, search.scenario);
  const limits = { memoryBytes: SAMPLE_BYTES, steps: SAMPLE_STEPS, isOver: () => heartbeat.isStopped };
  const explorer = new Explorer(sample, limits, watch(heartbeat).hooks);
  try {
    explorer.run();
  } catch (error) {
    // The engine will come to it as well.
    if (isOfDesign(error)) return;
    throw error;
  }
  purity(sample, explorer, search, heartbeat);
  heartbeat.enter(Phase.Searching);
}

/** Nothing that was found is lost where the thread ends badly. */
function tell(runner: Runner, found: RawClass): void {
  post({ kind: 'class', found, ops: found.path.map((n) => runner.ops[n].text) });
}

/** Runs an engine that keeps no states; `run` hands over each class as it is found. */
function sampled(
  runner: Runner,
  search: Search,
  heartbeat: Heartbeat,
  run: (budget: Budget, onClass: (found: RandomClass) => void) => void,
): Found {
  const budget = new Budget(search, heartbeat);
  const classes: RawClass[] = [];
  let cutShort = '';
  try {
    run(budget, (found) => {
      classes.push(found);
      tell(runner, found);
    });
    if (heartbeat.isStopped) cutShort = 'it was interrupted';
  } catch (error) {
    const dead = deadClass(error, runner, heartbeat.path(undefined), search.ref);
    classes.push(dead);
    cutShort = `${dead.class.op} can not go on`;
  }
  return { classes, tally: tallyOf(runner, search, heartbeat, budget, cutShort) };
}

async function random(runner: Runner, search: Search, heartbeat: Heartbeat): Promise<Found> {
  const { runRandom } = await import('../fuzz/random.js');
  heartbeat.follow(runner);
  return sampled(runner, search, heartbeat, (budget, onClass) => {
    const result = runRandom(runner, {
      seed: search.seed,
      steps: search.steps,
      runs: search.runs,
      isOver: () => budget.isOver(),
      onProgress: (steps) => heartbeat.note(0, steps, 0, 0),
      onClass,
      ...(search.shared === undefined ? {} : { shared: search.shared }),
    });
    heartbeat.note(0, result.steps, 0, 0);
  });
}

async function coverage(runner: Runner, search: Search, heartbeat: Heartbeat): Promise<Found> {
  const { openCoverage } = await import('./coverage.js');
  const engine = await openCoverage(runner, search, heartbeat);
  const { classes, tally } = sampled(runner, search, heartbeat, (budget, onClass) =>
    engine.run(() => budget.isOver(), onClass),
  );
  const { steps } = engine.session;
  const { table, missing } = engine.session.reached();
  const { inputs: kept, bins: keptBins } = engine.kept();
  return {
    classes,
    kept,
    keptBins,
    tally: { ...tally, stats: { states: 0, edges: 0, depth: 0, steps }, reached: table, unreached: missing },
  };
}

export async function runSearch(search: Search, design: Design, heartbeat: Heartbeat): Promise<Found> {
  const runner = new Runner(design, search.bounds, search.scenario);
  heartbeat.enter(Phase.Searching);
  switch (search.engine) {
    case 'exhaustive':
      return exhaustive(runner, search, heartbeat);
    case 'random':
      samplePurity(search, heartbeat, design);
      return handedOver(await random(runner, search, heartbeat), search, design, heartbeat);
    case 'coverage':
      samplePurity(search, heartbeat, design);
      return handedOver(await coverage(runner, search, heartbeat), search, design, heartbeat);
    case 'corpus':
      return (await import('./settle.js')).settle(runner, search, design, heartbeat);
  }
}
