/** The coverage engine is led by the edges of a tree's C: what it finds, and that it repeats. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Heartbeat } from '#iov/check/heartbeat.js';
import { openCoverage } from '#iov/cli/coverage.js';
import { treeNamed } from '#iov/cli/designs.js';
import { instrumentedBuild } from '#iov/cli/instrument.js';
import type { DesignRef } from '#iov/cli/load.js';
import { loadDesign } from '#iov/cli/load.js';
import { EDGE, kindOfBin } from '#iov/fuzz/coverage/bins.js';
import type { Session } from '#iov/fuzz/coverage/session.js';
import { ANY, createSession, LENGTH_MAX } from '#iov/fuzz/coverage/session.js';
import { Prng } from '#iov/fuzz/prng.js';
import { namedBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { absent, edit, scratchTree, treeOf } from './trees.js';

async function refOf(dir: string): Promise<DesignRef> {
  const { tree, baseline } = await treeNamed(dir);
  return { name: baseline, url: null, without: [], tree };
}

const boundsIn = (scenario: ScenarioName) => namedBounds('deep', SCENARIOS[scenario]);

async function runnerOf(ref: DesignRef, scenario: ScenarioName): Promise<Runner> {
  return new Runner(await loadDesign(ref), boundsIn(scenario), scenario);
}

interface Place {
  readonly ref: DesignRef;
  readonly scenario: ScenarioName;
  readonly seed: number;
}

let build = '';

interface Covered {
  readonly session: Session;
  /** The input that was the first to break the rule; 0 for none. */
  readonly foundAt: number;
  readonly kept: readonly string[][];
}

/** As the command line does it: until `rule` is broken, or so many inputs. */
async function byCoverage({ ref, scenario, seed }: Place, runs: number, rule = ''): Promise<Covered> {
  const search = {
    ref,
    onBase: false,
    scenario,
    bounds: boundsIn(scenario),
    build,
    seed,
    steps: Infinity,
    runs,
    seeds: [],
  };
  const engine = await openCoverage(await runnerOf(ref, scenario), search, new Heartbeat());
  let foundAt = 0;
  engine.run(
    () => foundAt > 0,
    ({ class: { invariant, op } }, run) => {
      if (`${invariant} ${op}` === rule) foundAt = run;
    },
  );
  return { session: engine.session, foundAt, kept: engine.kept().inputs };
}

/** Walks by chance until `rule` is broken, or so many: which it was, 0 for none. */
async function byRandom({ ref, scenario, seed }: Place, runs: number, rule: string): Promise<number> {
  const session = createSession(await runnerOf(ref, scenario), seed, false);
  const prng = new Prng(seed + 7);
  const program = new Int32Array(LENGTH_MAX).fill(ANY);
  for (let run = 1; run <= runs; run++) {
    session.run(program, 1 + prng.below(LENGTH_MAX));
    if (session.news.some((key) => key.startsWith(`${rule} `))) return run;
  }
  return 0;
}

/** Edges that one walk takes. */
function edgesOf(session: Session): number {
  session.run(new Int32Array(LENGTH_MAX).fill(ANY), LENGTH_MAX, 1);
  return session.met.subarray(0, session.binsMet).filter((bin) => kindOfBin(bin) === EDGE).length;
}

/** With another compiler, and so with other edges, another run is the first. */
const RUNS_MAX = 10_000;

const why = absent('6.1');

describe.skipIf(why !== '')(`the edges of the C of 6.1${why}`, () => {
  beforeAll(async () => {
    build = await instrumentedBuild(await refOf(treeOf('6.1').dir));
  });

  test('are bins beside those of the state, and a run repeats', async () => {
    const place: Place = { ref: await refOf(treeOf('6.1').dir), scenario: 'packet', seed: 3 };
    const [one, two] = [await byCoverage(place, 300), await byCoverage(place, 300)];
    const edges = edgesOf(one.session);
    expect(edges).toBeGreaterThan(30);
    expect(edgesOf(two.session)).toBe(edges);
    expect(one.kept.length).toBeGreaterThan(30);
    expect(two.kept).toEqual(one.kept);
  });

  test('are none where no C is run', async () => {
    const place: Place = { ref: { name: 'linux-6.1', url: null, without: [] }, scenario: 'packet', seed: 3 };
    const { session } = await byCoverage(place, 10);
    expect(edgesOf(session)).toBe(0);
    expect(session.binsMet).toBeGreaterThan(10);
  });

  test('lead to a mistake behind several conditions sooner than chance does', async () => {
    const dir = scratchTree('6.1');
    const npages = 'int iov_iter_npages(const struct iov_iter *i, int maxpages)\n{\n';
    const wrong = 'i->iov_offset == 3 && i->count == 4 && iov_iter_is_bvec(i) && i->data_source && maxpages == 5';
    edit(dir, 'lib/iov_iter.c', npages, `${npages}\tif (${wrong})\n\t\treturn 1;\n`);
    const place: Place = { ref: await refOf(dir), scenario: 'iov-iter', seed: 5 };
    const rule = 'queries-match-their-definition iov_iter_npages';
    const { foundAt } = await byCoverage(place, RUNS_MAX, rule);
    expect(foundAt).toBeGreaterThan(0);
    expect(await byRandom(place, 4 * foundAt, rule)).toBe(0);
  });
});
