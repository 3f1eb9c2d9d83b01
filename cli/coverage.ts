/** One search by the coverage engine: the instrumented session leads, the plain runner tells. */
import { learned, newBins } from '../campaign/corpus/bins-of.js';
import type { Heartbeat } from '../check/heartbeat.js';
import { byteMutator } from '../fuzz/coverage/bytes.js';
import type { CoverageObject } from '../fuzz/coverage/flat.js';
import { flatten } from '../fuzz/coverage/flat.js';
import type { CoverageProgress } from '../fuzz/coverage/explore.js';
import { Coverage } from '../fuzz/coverage/explore.js';
import type { Session } from '../fuzz/coverage/session.js';
import { LENGTH_MAX } from '../fuzz/coverage/session.js';
import type { RandomClass } from '../fuzz/classes.js';
import { Prng } from '../fuzz/prng.js';
import { opIndex } from '../harness/op-text.js';
import type { Runner } from '../harness/runner.js';
import { COVERAGE } from './instrument.js';
import type { Search } from './protocol.js';
import type { SessionWorld } from './session-entry.js';

/** What an instrumented build exports. */
interface Build {
  open(world: SessionWorld): Promise<Session>;
}

export interface CoverageRun {
  readonly session: Session;
  run(isOver: () => boolean, onClass: (found: RandomClass, runs: number) => void): void;
  /** What the run has learned beyond its seeds, as the ops of traces, and which bins each of them adds. */
  kept(): { readonly inputs: string[][]; readonly bins: number[][] };
}

/** Ops of seeds, from other bounds perhaps: those that there are here. */
function opsOf(runner: Runner, seeds: Search['seeds']): number[][] {
  return (seeds ?? []).map((ops) => ops.flatMap((text) => opIndex(runner, text) ?? []));
}

/** The run counts inputs since it met something new; who watches it wants seconds. */
function noteTo(heartbeat: Heartbeat): (progress: CoverageProgress) => void {
  let newest = -1;
  let at = performance.now();
  return ({ bins, steps, corpus, runs, sinceNew }) => {
    if (runs - sinceNew !== newest) at = performance.now();
    newest = runs - sinceNew;
    heartbeat.note(bins, steps, corpus, runs, (performance.now() - at) / 1000);
  };
}

interface Loaded {
  readonly build: Build;
  /** Those of this build alone. */
  readonly counters: CoverageObject;
}

/** What this thread has loaded, by its text. */
const builds = new Map<string, Loaded>();

async function loaded(url: string): Promise<Loaded> {
  const known = builds.get(url);
  if (known !== undefined) return known;
  const world = globalThis as unknown as Record<string, CoverageObject | undefined>;
  // Of another build: what is not there can not bear on what this one does.
  world[COVERAGE] = undefined;
  const build = (await import(url)) as Build;
  const one = { build, counters: world[COVERAGE] ?? {} };
  builds.set(url, one);
  return one;
}

/** What it has to know of a search. */
export type CoverageSearch = Pick<
  Search,
  'ref' | 'onBase' | 'scenario' | 'bounds' | 'build' | 'seed' | 'steps' | 'runs' | 'seeds' | 'frontier' | 'shared'
>;

export async function openCoverage(runner: Runner, search: CoverageSearch, heartbeat: Heartbeat): Promise<CoverageRun> {
  if (search.build === undefined) throw new Error('a search by coverage needs an instrumented build');
  const { build, counters } = await loaded(search.build);
  const { ref, onBase, scenario, bounds, seed, steps, runs = Number.POSITIVE_INFINITY, frontier = [] } = search;
  const known = search.shared?.known ?? [];
  const { memory } = heartbeat;
  const session = await build.open({ ref, onBase, scenario, bounds, seed, hasBins: true, known, memory });
  const code = flatten(counters);
  const bytes = await byteMutator(new Prng(seed ^ 0xb17e5), session.opCount, LENGTH_MAX);
  const seeds = opsOf(runner, search.seeds);
  let corpus: readonly Int32Array[] = [];
  heartbeat.follow(runner);
  return {
    session,
    run(isOver, onClass) {
      const onProgress = noteTo(heartbeat);
      const options = {
        seed,
        steps,
        runs,
        isOver,
        seeds: [...seeds, ...frontier],
        bytes,
        code,
        onProgress,
        onClass,
        ...(search.shared === undefined ? {} : { shared: search.shared }),
      };
      ({ corpus } = new Coverage(session, runner, options).run());
    },
    kept() {
      if (search.seeds === undefined) return { inputs: [], bins: [] };
      const inputs = learned(runner, seeds, corpus);
      return {
        inputs: inputs.map((ops) => Array.from(ops, (n) => runner.ops[n].text)),
        bins: search.shared === undefined ? [] : newBins(runner, seeds, inputs),
      };
    },
  };
}
