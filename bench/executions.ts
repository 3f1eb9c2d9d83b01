/**
 * Executions a second of the CLI of jsfuzz and of the coverage engine on one target, in
 * turns: without bins for the model's state and with them, by the inputs that each engine
 * makes for itself, and by those that jsfuzz made. An execution is one input, run from the
 * initial state; none takes more than 200 ops.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instrumentedBuild } from '../cli/instrument.js';
import { makeTarget } from '../cli/jsfuzz-target.js';
import { measureCli } from './jsfuzz.js';
import { measureSession } from './sessions.js';

/** It breaks nothing, so that jsfuzz goes on. */
const DESIGN = 'pipe-iter-2016-repaired';
const SCENARIO = 'pipe-iter';

export interface ExecutionRow {
  readonly name: string;
  /** Medians: a second by the clock, and a second of CPU. */
  readonly executions: number;
  readonly perCpu: number;
  readonly stepsPerRun: number;
  /** To those of jsfuzz, round by round. */
  readonly ratio: number;
  readonly cpuRatio: number;
}

interface Sample {
  readonly executions: number;
  readonly perCpu: number;
  readonly stepsPerRun: number;
}

const NAMES = [
  'jsfuzz, its CLI',
  'engine, bins off, the inputs of jsfuzz',
  'engine, bins on, the inputs of jsfuzz',
  'engine, bins off, its own inputs',
  'engine, bins on, its own inputs',
] as const;

async function round(
  target: string,
  build: string,
  bounds: Parameters<typeof measureSession>[0]['world']['bounds'],
): Promise<Sample[]> {
  const ref = { name: DESIGN, url: null, without: [] };
  const cli = await measureCli(target);
  const out: Sample[] = [cli];
  for (const inputs of [cli.inputs, []]) {
    for (const hasBins of [false, true]) {
      const world = { ref, onBase: false, scenario: SCENARIO, bounds, seed: 1, hasBins } as const;
      out.push(await measureSession({ build, world, inputs }));
    }
  }
  return out;
}

export async function measureExecutions(
  rounds: number,
  median: (values: readonly number[]) => number,
): Promise<ExecutionRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iovcheck-bench-'));
  try {
    const options = { scenario: SCENARIO, bounds: 'default', without: [], known: false };
    const { world } = await makeTarget(DESIGN, options, folder);
    const build = await instrumentedBuild({ name: DESIGN, url: null, without: [] });
    const all: Sample[][] = [];
    for (let n = 0; n < rounds; n++) {
      all.push(await round(join(folder, `${DESIGN}.${SCENARIO}.cjs`), build, world.bounds));
      process.stderr.write(`executions: round ${n + 1} of ${rounds} is done\n`);
    }
    return NAMES.map((name, i) => {
      const of = (figure: (sample: Sample, cli: Sample) => number): number =>
        median(all.map((samples) => figure(samples[i], samples[0])));
      return {
        name,
        executions: of(({ executions }) => executions),
        perCpu: of(({ perCpu }) => perCpu),
        stepsPerRun: of(({ stepsPerRun }) => stepsPerRun),
        ratio: of((sample, cli) => sample.executions / cli.executions),
        cpuRatio: of((sample, cli) => sample.perCpu / cli.perCpu),
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
