/** The coverage engine on the same target, in a thread of its own: by its own inputs, or by given ones. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { COVERAGE } from '../cli/instrument.js';
import type { SessionWorld } from '../cli/session-entry.js';
import { byteMutator } from '../fuzz/coverage/bytes.js';
import { decodeOps } from '../fuzz/coverage/encoding.js';
import { Coverage } from '../fuzz/coverage/explore.js';
import type { CoverageObject } from '../fuzz/coverage/flat.js';
import { flatten } from '../fuzz/coverage/flat.js';
import type { Session } from '../fuzz/coverage/session.js';
import { LENGTH_MAX } from '../fuzz/coverage/session.js';
import { Prng } from '../fuzz/prng.js';
import { Runner } from '../harness/runner.js';
import { DESIGNS } from '../model/designs/designs.js';
import { inThread } from './in-thread.js';

/** Steps of one run of the engine, and how long it is repeated. */
const STEPS = 300_000;
const MEASURE_MS = 1500;

export interface SessionCase {
  readonly build: string;
  readonly world: Omit<SessionWorld, 'memory'>;
  /** To be run as they are, each as base64; the engine makes its own where there are none. */
  readonly inputs: readonly string[];
}

export interface SessionMeasure {
  readonly executions: number;
  /** By CPU time. */
  readonly perCpu: number;
  readonly stepsPerRun: number;
}

interface Build {
  open(world: SessionWorld): Promise<Session>;
}

function opsOf(input: string, opCount: number): number[] {
  const to = new Int32Array(LENGTH_MAX);
  return [...to.subarray(0, decodeOps(Buffer.from(input, 'base64'), opCount, to))];
}

async function measure({ build, world, inputs }: SessionCase): Promise<SessionMeasure> {
  const { open } = (await import(build)) as Build;
  const design = DESIGNS.find(({ id }) => id === world.ref.name);
  if (design === undefined) throw new Error(`bench: there is no design '${world.ref.name}'`);
  const plain = new Runner(design, world.bounds, world.scenario);
  const code = flatten((globalThis as unknown as Record<string, CoverageObject>)[COVERAGE]);
  const hasInputs = inputs.length > 0;
  const once = async (): Promise<{ ms: number; cpu: number; runs: number; steps: number }> => {
    const session = await open(world);
    const bytes = await byteMutator(new Prng(world.seed), session.opCount, LENGTH_MAX);
    const seeds = inputs.map((input) => opsOf(input, session.opCount));
    const limits = hasInputs
      ? { steps: Number.POSITIVE_INFINITY, runs: seeds.length }
      : { steps: STEPS, runs: Infinity };
    const coverage = new Coverage(session, plain, {
      seed: world.seed,
      isOver: () => false,
      seeds,
      bytes,
      code,
      ...limits,
    });
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const { runs, steps } = coverage.run();
    const { user, system } = process.cpuUsage(cpu);
    return { ms: performance.now() - start, cpu: (user + system) / 1e6, runs, steps };
  };
  // The first one is mostly V8 compiling.
  await once();
  const sum = { ms: 0, cpu: 0, runs: 0, steps: 0 };
  while (sum.ms < MEASURE_MS) {
    const { ms, cpu, runs, steps } = await once();
    sum.ms += ms;
    sum.cpu += cpu;
    sum.runs += runs;
    sum.steps += steps;
  }
  return { executions: (1e3 * sum.runs) / sum.ms, perCpu: sum.runs / sum.cpu, stepsPerRun: sum.steps / sum.runs };
}

export function measureSession(c: SessionCase): Promise<SessionMeasure> {
  return inThread(import.meta.url, c);
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
if (!isMainThread) parentPort?.postMessage(await measure(workerData as SessionCase));
