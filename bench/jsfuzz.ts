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
  readonly stepsPerRun: number;
  /** Its inputs in their order, each as base64. */
  readonly inputs: readonly string[];
}

/** Stands between it and the target, and leaves at the end what was run. */
function shim(target: string, out: string): string {
  return `const { writeFileSync } = require('node:fs');
const { fuzz, stepsTaken } = require(${JSON.stringify(target)});
const inputs = [];
process.on('exit', () => writeFileSync(${JSON.stringify(out)}, JSON.stringify({ steps: stepsTaken(), inputs })));
exports.fuzz = (bytes) => { inputs.push(bytes.toString('base64')); fuzz(bytes); };
`;
}

/** Its own counts, with the time at which each was read. */
class Pulses {
  readonly seen: { readonly ms: number; readonly runs: number }[] = [];
  private rest = '';

  take(data: Buffer): void {
    const lines = (this.rest + String(data)).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const runs = Number(/^#(\d+) PULSE/.exec(line)?.[1] ?? 0);
      if (runs > 0) this.seen.push({ ms: performance.now(), runs });
    }
  }

  get rate(): number {
    const [first, last] = [this.seen[0], this.seen.at(-1)];
    if (first === undefined || last === undefined || last === first)
      throw new Error('bench: jsfuzz said too little of how far it is');
    return (1e3 * (last.runs - first.runs)) / (last.ms - first.ms);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function measureCli(target: string): Promise<CliMeasure> {
  const folder = mkdtempSync(join(tmpdir(), 'iovcheck-bench-'));
  const [path, out] = [join(folder, 'target.cjs'), join(folder, 'out.json')];
  writeFileSync(path, shim(target, out));
  const cli = createRequire(import.meta.url).resolve('jsfuzz/build/src/index.js');
  const group = new Group([cli, relative(process.cwd(), path), '--no-versifier'], ['ignore', 'pipe', 'ignore']);
  try {
    const pulses = new Pulses();
    group.child.stdout?.on('data', (data: Buffer) => pulses.take(data));
    for (let s = 0; pulses.seen.length === 0 && s < LOAD_SECONDS; s++) await sleep(1000);
    await sleep(1000 * SECONDS);
    group.signal('SIGINT');
    await group.ended;
    const { steps, inputs } = JSON.parse(readFileSync(out, 'utf8')) as { steps: number; inputs: string[] };
    return { executions: pulses.rate, stepsPerRun: steps / inputs.length, inputs };
  } finally {
    group.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
