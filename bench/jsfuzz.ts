/** The CLI of jsfuzz on one of our targets: executions a second by its own count, and the inputs that it made. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Group } from '../cli/jsfuzz-process.js';

/** Between two lines of it that say how far it is there are three seconds. */
const SECONDS = 7;
const LOAD_SECONDS = 90;

export interface CliMeasure {
  /** Executions a second, by its lines; loading and the first of these left out. */
  readonly executions: number;
  /** The same by CPU time of both of its processes. */
  readonly perCpu: number;
  readonly stepsPerRun: number;
  /** Its inputs in their order, each as base64. */
  readonly inputs: readonly string[];
}

/** Stands between it and the target, and leaves at the end what was run. */
function shim(target: string, out: string, pid: string): string {
  return `const { writeFileSync } = require('node:fs');
const { fuzz, stepsTaken } = require(${JSON.stringify(target)});
const inputs = [];
writeFileSync(${JSON.stringify(pid)}, String(process.pid));
process.on('exit', () => writeFileSync(${JSON.stringify(out)}, JSON.stringify({ steps: stepsTaken(), inputs })));
exports.fuzz = (bytes) => { inputs.push(bytes.toString('base64')); fuzz(bytes); };
`;
}

/** Seconds of CPU that a process has had, in user and in system mode: the eleventh and twelfth behind its name. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Pulse {
  readonly ms: number;
  readonly cpu: number;
  readonly runs: number;
}

/** Its own counts, with the time at which each was read. */
class Pulses {
  readonly seen: Pulse[] = [];
  private rest = '';
  private readonly cpu: () => number;

  constructor(cpu: () => number) {
    this.cpu = cpu;
  }

  take(data: Buffer): void {
    const lines = (this.rest + String(data)).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const runs = Number(/^#(\d+) PULSE/.exec(line)?.[1] ?? 0);
      if (runs > 0) this.seen.push({ ms: performance.now(), cpu: this.cpu(), runs });
    }
  }

  get rates(): { executions: number; perCpu: number } {
    const [first, last] = [this.seen[0], this.seen.at(-1)];
    if (first === undefined || last === undefined || last === first)
      throw new Error('bench: jsfuzz said too little of how far it is');
    const runs = last.runs - first.runs;
    return { executions: (1e3 * runs) / (last.ms - first.ms), perCpu: runs / (last.cpu - first.cpu) };
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function measureCli(target: string): Promise<CliMeasure> {
  const folder = mkdtempSync(join(tmpdir(), 'iovcheck-bench-'));
  const [path, out] = [join(folder, 'target.cjs'), join(folder, 'out.json')];
  const pid = join(folder, 'pid');
  writeFileSync(path, shim(target, out, pid));
  const cli = createRequire(import.meta.url).resolve('jsfuzz/build/src/index.js');
  const group = new Group([cli, relative(process.cwd(), path), '--no-versifier'], ['ignore', 'pipe', 'ignore']);
  try {
    const manager = group.child.pid ?? 0;
    const pulses = new Pulses(() => cpuSeconds(manager) + cpuSeconds(Number(readFileSync(pid, 'utf8'))));
    group.child.stdout?.on('data', (data: Buffer) => pulses.take(data));
    for (let s = 0; pulses.seen.length === 0 && s < LOAD_SECONDS; s++) await sleep(1000);
    await sleep(1000 * SECONDS);
    group.signal('SIGINT');
    await group.ended;
    const { steps, inputs } = JSON.parse(readFileSync(out, 'utf8')) as { steps: number; inputs: string[] };
    return { ...pulses.rates, stepsPerRun: steps / inputs.length, inputs };
  } finally {
    group.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
