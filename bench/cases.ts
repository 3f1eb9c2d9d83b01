/** What is measured: each case is one engine on one design within bounds. */
import { Explorer } from '../check/explore.js';
import { Classes } from '../fuzz/classes.js';
import { runFastCheck } from '../fuzz/fast-check.js';
import { runLoop } from '../fuzz/loop.js';
import { namedBounds } from '../harness/bounds-text.js';
import { Runner } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import type { NAMED_BOUNDS } from '../model/bounds.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';

type Engine = 'exhaustive' | 'tight loop' | 'fast-check';

export interface Case {
  readonly name: string;
  readonly engine: Engine;
  readonly design: string;
  readonly scenario: ScenarioName;
  readonly bounds: keyof typeof NAMED_BOUNDS;
  readonly contents?: 'off';
  /** Name of the case that this one is set against. */
  readonly against?: string;
}

export const CASES: readonly Case[] = [
  { name: 'packet', engine: 'exhaustive', design: 'packet-2012', scenario: 'packet', bounds: 'default' },
  { name: 'tiny', engine: 'exhaustive', design: 'linux-4.10', scenario: 'pipe-iter', bounds: 'tiny' },
  { name: 'large', engine: 'exhaustive', design: 'linux-4.10', scenario: 'pipe-iter', bounds: 'default' },
  { name: 'clean', engine: 'exhaustive', design: 'pipe-iter-2016-repaired', scenario: 'pipe-iter', bounds: 'deep' },
  { name: 'iov-iter', engine: 'exhaustive', design: 'linux-6.12', scenario: 'iov-iter', bounds: 'default' },
  { name: 'extract', engine: 'exhaustive', design: 'linux-6.12', scenario: 'extract', bounds: 'default' },
  { name: 'fork-dma', engine: 'exhaustive', design: 'linux-6.12', scenario: 'fork-dma', bounds: 'default' },
  { name: 'blocking', engine: 'exhaustive', design: 'linux-6.12', scenario: 'blocking', bounds: 'default' },
  {
    name: 'large-off',
    engine: 'exhaustive',
    design: 'linux-4.10',
    scenario: 'pipe-iter',
    bounds: 'default',
    contents: 'off',
    against: 'large',
  },
  { name: 'loop-packet', engine: 'tight loop', design: 'packet-2012', scenario: 'packet', bounds: 'default' },
  {
    name: 'loop-clean',
    engine: 'tight loop',
    design: 'pipe-iter-2016-repaired',
    scenario: 'pipe-iter',
    bounds: 'default',
  },
  { name: 'loop', engine: 'tight loop', design: 'linux-4.10', scenario: 'pipe-iter', bounds: 'default' },
  {
    name: 'loop-off',
    engine: 'tight loop',
    design: 'linux-4.10',
    scenario: 'pipe-iter',
    bounds: 'default',
    contents: 'off',
    against: 'loop',
  },
  {
    name: 'loop-2016',
    engine: 'tight loop',
    design: 'pipe-iter-2016',
    scenario: 'pipe-iter',
    bounds: 'default',
    against: 'loop',
  },
  {
    name: 'fc-packet',
    engine: 'fast-check',
    design: 'packet-2012',
    scenario: 'packet',
    bounds: 'default',
    against: 'loop-packet',
  },
  { name: 'fc', engine: 'fast-check', design: 'linux-4.10', scenario: 'pipe-iter', bounds: 'default', against: 'loop' },
];

/** What a case counts, always the same, and in which unit it is fast. */
export interface Counts {
  readonly unit: 'edges' | 'steps';
  /** Edges or steps. */
  readonly done: number;
  readonly states: number;
  readonly classes: number;
}

/** Ops of one run of the tight loop. */
const STEPS = 500_000;
const SEED = 1;

function newRunner(c: Case): Runner {
  const design = DESIGNS.find(({ id }) => id === c.design);
  if (design === undefined) throw new Error(`bench: there is no design '${c.design}'`);
  const bounds: Bounds = { ...namedBounds(c.bounds, SCENARIOS[c.scenario]), contents: c.contents ?? '3' };
  return new Runner(design, bounds, c.scenario);
}

/** Runs a case once, from scratch. */
export function runCase(c: Case): Counts {
  const runner = newRunner(c);
  const isOver = (): boolean => false;
  if (c.engine === 'exhaustive') {
    const result = new Explorer(runner, { memoryBytes: 8e9, steps: Number.POSITIVE_INFINITY, isOver }).run();
    return { unit: 'edges', done: result.edges, states: result.states, classes: result.classes.length };
  }
  const classes = new Classes(runner);
  const { steps } =
    c.engine === 'tight loop'
      ? runLoop(runner, { seed: SEED, steps: STEPS, isOver }, classes)
      : runFastCheck(runner, { seed: SEED, numRuns: 2000, maxCommands: 200 }, classes);
  return { unit: 'steps', done: steps, states: 0, classes: classes.size };
}
