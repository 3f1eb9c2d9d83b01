/** One target, hunted by the coverage engine and by random walks: executions until it is found. */
import type { ExploreResult } from '../check/explore.js';
import { Explorer } from '../check/explore.js';
import { Heartbeat } from '../check/heartbeat.js';
import { openCoverage } from '../cli/coverage.js';
import { instrumentedBuild } from '../cli/instrument.js';
import { ANY, LENGTH_MAX, createSession } from '../fuzz/coverage/session.js';
import { Prng } from '../fuzz/prng.js';
import { parseBounds } from '../harness/bounds-text.js';
import type { ViolationClass } from '../harness/runner.js';
import { Runner } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import { headBits } from '../model/bounds.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';

/** Edges of the exhaustive search that says how short a trace can be. */
const EDGES_MAX = 6_000_000;
const MEMORY_BYTES = 1e9;

export interface Target {
  readonly design: string;
  readonly scenario: ScenarioName;
  readonly bounds: string;
  readonly invariant: string;
  /** Any op, where absent. */
  readonly op?: string;
  /** It breaks where head has come to its end and begins at 0 again. */
  readonly wraps?: true;
}

export interface Hunt {
  /** Counted from 1; 0: not found in as many as there might be. */
  readonly runs: number;
  /** Ops of its trace, 1-minimal; 0 where none was made. */
  readonly steps: number;
  /** Processor time of the search, the build aside. */
  readonly seconds: number;
}

const NOT_FOUND: Omit<Hunt, 'seconds'> = { runs: 0, steps: 0 };

function boundsOf({ bounds, scenario }: Target): Bounds {
  return parseBounds(bounds, undefined, SCENARIOS[scenario]);
}

function runnerOf(target: Target): Runner {
  const design = DESIGNS.find(({ id }) => id === target.design);
  if (design === undefined) throw new Error(`there is no design ${target.design}`);
  return new Runner(design, boundsOf(target), target.scenario);
}

function isIt({ invariant, op }: Target, c: ViolationClass): boolean {
  return c.invariant === invariant && (op === undefined || c.op === op);
}

const cpuSeconds = (): number => process.cpuUsage().user / 1e6;

/** As `check --engine coverage` does it: the build with counters leads, the plain one tells. */
export async function byCoverage(target: Target, seed: number, most: number): Promise<Hunt> {
  const search = {
    ref: { name: target.design, url: null, without: [] },
    onBase: false,
    scenario: target.scenario,
    bounds: boundsOf(target),
    build: await buildOf(target.design),
    seed,
    steps: Number.POSITIVE_INFINITY,
    runs: most,
  };
  const engine = await openCoverage(runnerOf(target), search, new Heartbeat());
  const start = cpuSeconds();
  let hunt = { ...NOT_FOUND, seconds: 0 };
  engine.run(
    () => hunt.runs > 0,
    (found, runs) => {
      if (hunt.runs > 0 || !isIt(target, found.class)) return;
      hunt = { runs, steps: found.path.length, seconds: cpuSeconds() - start };
    },
  );
  return hunt.runs > 0 ? hunt : { ...NOT_FOUND, seconds: cpuSeconds() - start };
}

const builds = new Map<string, Promise<string>>();

function buildOf(name: string): Promise<string> {
  const build = builds.get(name) ?? instrumentedBuild({ name, url: null, without: [] });
  builds.set(name, build);
  return build;
}

/**
 * Walks of the tight loop, as long as those that coverage begins with nothing: 1 to 200 ops,
 * each by a taste of its own. No trace is made.
 */
export function byRandom(target: Target, seed: number, most: number): Hunt {
  const session = createSession(runnerOf(target), seed, false);
  const prng = new Prng(seed + 7);
  const program = new Int32Array(LENGTH_MAX).fill(ANY);
  const start = cpuSeconds();
  for (let runs = 1; runs <= most; runs++) {
    session.run(program, 1 + prng.below(LENGTH_MAX));
    const isFound = session.news.some((key) => {
      const [invariant, op, fn] = key.split(' ');
      return isIt(target, { invariant, op, function: fn });
    });
    if (isFound) return { runs, steps: 0, seconds: cpuSeconds() - start };
  }
  return { ...NOT_FOUND, seconds: cpuSeconds() - start };
}

/** How short a trace can be. */
export interface Shortest {
  readonly steps: number;
  /** It is one; else none is shorter. */
  readonly isFound: boolean;
}

/**
 * Head comes round behind 2^headbits buffers, and one op moves it by a ring of them at most.
 * Where that does not say enough, a breadth-first search does.
 */
export function shortest(target: Target): Shortest {
  const { ring } = boundsOf(target);
  if (target.wraps) return { steps: Math.floor((2 ** headBits(boundsOf(target)) - ring) / ring), isFound: false };
  let found: ExploreResult['classes'][number] | undefined;
  const limits = { memoryBytes: MEMORY_BYTES, steps: EDGES_MAX, isOver: () => found !== undefined };
  const { depth } = new Explorer(runnerOf(target), limits, {
    onClass(c) {
      if (isIt(target, c.class)) found ??= c;
    },
  }).run();
  return found === undefined ? { steps: depth + 1, isFound: false } : { steps: found.path.length, isFound: true };
}
