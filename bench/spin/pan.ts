/** A Promela model made, compiled and run: apt packages spin and gcc, and time for what a process took. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate } from './generate.js';
import type { Model } from './models.js';

/** Where the models are; this file is in dist/bench/spin. */
const MODELS_DIR = fileURLToPath(new URL('../../../bench/spin/', import.meta.url));

export interface Mode {
  readonly name: string;
  /** Flags of gcc, beside -DSAFETY. */
  readonly gcc: readonly string[];
  /** Arguments of pan. */
  readonly pan: readonly string[];
  /** pan refuses hidden variables in this mode: scratch is state. */
  readonly isVisible?: boolean;
}

export interface Counted {
  readonly states: number;
  readonly edges: number;
}

export interface Cost {
  /** Seconds. */
  readonly user: number;
  readonly wall: number;
  /** Peak, in bytes. */
  readonly rss: number;
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`bench: ${command} ends with ${status}: ${(stderr || stdout).slice(0, 2000)}`);
  return stdout;
}

/** Whether a program is there. */
export function has(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore' }).status === 0;
}

/** '' where Spin can be run, else what is missing, and what to do. */
export function missing(): string {
  const absent = [
    ...(has('spin', '-V') ? [] : ['spin']),
    ...(has('gcc', '--version') ? [] : ['gcc']),
    ...(existsSync('/usr/bin/time') ? [] : ['time']),
  ];
  const are = absent.length === 1 ? 'is' : 'are';
  return absent.length === 0 ? '' : `${absent.join(', ')} ${are} not installed: apt-get install -y spin gcc time`;
}

export function spinVersion(): string {
  return /Spin Version (\S+)/.exec(run('spin', ['-V'], '.'))?.[1] ?? 'unknown';
}

export function gccVersion(): string {
  return run('gcc', ['-dumpfullversion'], '.').trim();
}

/** The folder in `root` with the compiled model, changed if asked for; what was compiled before is there still. */
export function compile(
  model: Model,
  bounds: string,
  mode: Mode,
  root: string,
  change: (text: string) => string = (text) => text,
): string {
  const generated = generate(model, bounds);
  const names = readdirSync(MODELS_DIR).filter((name) => name.endsWith('.pml'));
  const texts = names.map((name) => ({ name, text: change(readFileSync(join(MODELS_DIR, name), 'utf8')) }));
  const hash = createHash('sha256').update(JSON.stringify([generated, mode.gcc, mode.isVisible, texts]));
  const dir = join(root, `${model.name}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(join(dir, 'pan'))) return dir;
  mkdirSync(dir, { recursive: true });
  for (const { name, text } of texts) writeFileSync(join(dir, name), text);
  writeFileSync(join(dir, 'bounds.pml'), generated.bounds);
  writeFileSync(join(dir, 'options.pml'), generated.options);
  run('spin', [...(mode.isVisible === true ? ['-DVISIBLE'] : []), '-a', `${model.name}.pml`], dir);
  run('gcc', [...mode.gcc, '-w', '-DSAFETY', '-o', 'pan', 'pan.c'], dir);
  return dir;
}

/** What pan counted; throws where it found an error, or did not search everything. */
export function counted(output: string): Counted {
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? Number.NaN);
  const states = number(/^\s*([\d.e+]+) states, stored/m);
  // The one that makes the initial state is counted as well.
  const edges = number(/^\s*([\d.e+]+) transitions/m) - 1;
  if (!/errors: 0$/m.test(output) || /max search depth too small|Search not completed/.test(output))
    throw new Error(`bench: pan says: ${output.slice(0, 2000)}`);
  return { states, edges };
}

export function pan(dir: string, mode: Mode): Counted {
  return counted(run('./pan', mode.pan, dir));
}

/** Runs a command by GNU time. */
export function timed(command: string, args: readonly string[], cwd: string): { output: string; cost: Cost } {
  const to = join(cwd, 'time.txt');
  const output = run('/usr/bin/time', ['-q', '-f', '%U %e %M', '-o', to, command, ...args], cwd);
  const [user, wall, kilobytes] = readFileSync(to, 'utf8').trim().split(' ').map(Number);
  return { output, cost: { user, wall, rss: 1024 * kilobytes } };
}
