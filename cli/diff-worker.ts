/** In a worker: takes two designs side by side, and says in what they differ. */
import type { Parting } from '../check/pairs.js';
import { PairSearch } from '../check/pairs.js';
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import type { PairPath } from '../fuzz/pairs.js';
import { runPairWalks } from '../fuzz/pairs.js';
import { UsageError } from '../harness/bounds-text.js';
import type { Difference, DiffResult } from '../harness/diff-result.js';
import { diffVerdict } from '../harness/diff-result.js';
import { Pair } from '../harness/pair.js';
import { shownPair, walkPair } from '../harness/pair-walk.js';
import { formatTrace } from '../harness/trace.js';
import type { Minimality } from '../harness/result.js';
import type { Design } from '../model/design.js';
import type { DiffOptions } from '../reports/diff.js';
import { renderDiff, renderDifference } from '../reports/diff.js';
import type { DesignRef } from './load.js';
import { fullName, loadDesign } from './load.js';
import type { DiffJob, DiffReport, PairCalls } from './protocol.js';
import { colourFor } from './render.js';
import { isOfDesign, post } from './watch.js';

/** A difference as an engine has found it. */
interface Raw extends Parting {
  readonly minimality: Minimality;
}

interface Searched {
  readonly raw: readonly Raw[];
  readonly stats: DiffResult['stats'];
  readonly isExhausted: boolean;
  readonly cutShort: string;
}

async function designsOf({ refs }: DiffJob): Promise<[Design, Design]> {
  return [await loadDesign(refs[0]), await loadDesign(refs[1])];
}

function exhaustive(pair: Pair, job: DiffJob, heartbeat: Heartbeat, isOver: () => boolean): Searched {
  const { steps, memoryBytes, isFirstOnly } = job;
  const { partings, states, edges, depth, isExhausted, cutShort } = new PairSearch(
    pair,
    { steps, memoryBytes, isFirstOnly, isOver },
    {
      beat: (state, op) => heartbeat.beat(state, op),
      onProgress: (...figures) => heartbeat.note(...figures),
      onGrow: ({ parent, op }) => post({ kind: 'columns', columns: { parent, op } }),
    },
  ).run();
  const raw = partings.map((parting) => ({ ...parting, minimality: 'shortest' as const }));
  return { raw, stats: { states, edges, depth }, isExhausted, cutShort };
}

function byChance(pair: Pair, job: DiffJob, heartbeat: Heartbeat, isOver: () => boolean): Searched {
  const { seed, steps, isFirstOnly } = job;
  const onProgress = (edges: number): void => heartbeat.note(0, edges, 0, 0);
  const onPath = (path: PairPath): void => heartbeat.follow(path);
  const { partings, steps: edges } = runPairWalks(pair, { seed, steps, isFirstOnly, isOver, onProgress, onPath });
  const raw = partings.map((parting) => ({ ...parting, minimality: '1-minimal' as const }));
  return { raw, stats: { states: 0, edges, depth: 0 }, isExhausted: false, cutShort: '' };
}

function explainOne(shown: Pair, { op, kind, path, minimality }: Raw): Difference {
  const end = walkPair(shown, path);
  const trace = path.map((n) => shown.ops[n].text);
  if (end?.kind === undefined) throw new Error(`the trace of ${kind} at ${op} does not replay: ${trace.join('; ')}`);
  const { a, b, contrasts } = end;
  return { class: { op, kind }, steps: path.length, minimality, trace, a, b, contrasts };
}

function tracesOf(job: DiffJob, result: DiffResult): DiffReport['traces'] {
  const { refs, scenario, bounds } = job;
  return result.differences.map((d, n) => {
    const of = [result.a, result.b, scenario, String(n + 1).padStart(2, '0'), d.class.kind, d.class.op];
    const text = formatTrace({ design: fullName(refs[0]), scenario, bounds, ops: d.trace });
    return { file: `${of.join('.').replace(/[^\w.-]/g, '_')}.trace`, text };
  });
}

/** A design is told by its id; a tree by the design that it is put on, and its version. */
function nameOf(ref: DesignRef, { id }: Design): string {
  return fullName(ref.tree === undefined ? { ...ref, name: id } : ref);
}

function reportOf(job: DiffJob, designs: readonly [Design, Design], searched: Searched, seconds: number): DiffReport {
  const [a, b] = designs;
  const { bounds, scenario, engine, seed, isLockstep } = job;
  const shown = shownPair(a, b, bounds, scenario, isLockstep);
  const raw = searched.raw.toSorted((x, y) => x.path.length - y.path.length);
  const { stats, isExhausted, cutShort } = searched;
  const result: DiffResult = {
    a: nameOf(job.refs[0], a),
    b: nameOf(job.refs[1], b),
    scenario,
    bounds,
    engine,
    seed,
    lockstep: isLockstep,
    verdict: diffVerdict(raw.length, isExhausted),
    exhausted: isExhausted,
    cutShort,
    differences: raw.map((found) => explainOne(shown, found)),
    onlyA: shown.onlyA,
    onlyB: shown.onlyB,
    stats,
    ...(job.isTimed ? { timing: { seconds, edgesPerSecond: Math.round(stats.edges / seconds) } } : {}),
  };
  const options: DiffOptions = {
    pair: shown,
    names: [result.a, result.b],
    titles: [a.title, b.title],
    colour: colourFor(job.hasColour),
    command: job.command,
  };
  const texts = result.differences.map((d, n) => renderDifference(d, raw[n].path, options));
  return { result, text: renderDiff(result, texts, options), texts, traces: tracesOf(job, result) };
}

/** On this thread; throws {@link UsageError} where one of the two can not go on. */
export function diffDesigns(job: DiffJob, designs: readonly [Design, Design], heartbeat: Heartbeat): DiffReport {
  const start = performance.now();
  const until = start + 1000 * job.seconds;
  const isOver = (): boolean => heartbeat.isStopped || performance.now() >= until;
  try {
    const pair = new Pair(...designs, job.bounds, job.scenario, { isLockstep: job.isLockstep });
    heartbeat.enter(Phase.Searching);
    const search = job.engine === 'random' ? byChance : exhaustive;
    const searched = search(pair, job, heartbeat, isOver);
    const seconds = (performance.now() - start) / 1000;
    heartbeat.enter(Phase.Replaying);
    heartbeat.busy(true);
    return reportOf(job, designs, searched, seconds);
  } catch (error) {
    const names = job.refs.filter(({ url }) => url !== null).map(({ name }) => name);
    if (error instanceof UsageError || !isOfDesign(error) || names.length === 0) throw error;
    throw new UsageError(`${names.join(' or ')}: ${error.message}; iovcheck check shows the run to it`, {
      cause: error,
    });
  }
}

export async function runDiff(job: DiffJob, heartbeat: Heartbeat): Promise<DiffReport> {
  return diffDesigns(job, await designsOf(job), heartbeat);
}

/** A path of the search as numbers of each side's own op table, and in words. */
export async function pairCalls(job: DiffJob, path: readonly number[]): Promise<PairCalls> {
  const pair = new Pair(...(await designsOf(job)), job.bounds, job.scenario, { isLockstep: job.isLockstep });
  const ops = path.map((n) => pair.ops[n]);
  return { texts: ops.map(({ text }) => text), a: ops.map(({ a }) => a), b: ops.map(({ b }) => b) };
}
