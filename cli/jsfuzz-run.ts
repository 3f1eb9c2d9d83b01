/**
 * Runs the CLI of jsfuzz, and tells what it does not: it ends with 0 and without a crash
 * file where a target exits, throws later, or returns a promise that is no native one.
 *
 * Between it and the target stands a file that awaits the target, so that what it promises
 * is a crash like any other, and that leaves the last input where the process ends.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { UsageError } from '../harness/bounds-text.js';
import { Group } from './jsfuzz-process.js';

/** After SIGINT it ends with the next input; one that hangs has no next. */
const GRACE_MS = 3000;

export interface RunOptions {
  readonly corpus: readonly string[];
  /** From the first execution on: until then it instruments. Infinity for none. */
  readonly seconds: number;
  /** After so many seconds an input is taken to hang; looked at every three. */
  readonly timeout: number;
  readonly versifier: boolean;
  onLine(line: string): void;
}

export interface Ran {
  /** `died`: the worker is gone and left no crash file. */
  readonly kind: 'stopped' | 'crash' | 'died' | 'failed';
  readonly executions: number;
  /** The input at fault, where it is known. */
  readonly bytes?: Buffer;
  /** jsfuzz killed the target, which had not returned. */
  readonly hasTimedOut: boolean;
  /** How the process that should have gone on ended. */
  readonly code: number | NodeJS.Signals;
}

function cliPath(): string {
  try {
    return createRequire(import.meta.url).resolve('jsfuzz/build/src/index.js');
  } catch (error) {
    throw new UsageError('jsfuzz is not installed; install it: npm install jsfuzz', { cause: error });
  }
}

function shimText(target: string, last: string): string {
  return `const { writeFileSync } = require('node:fs');
const { fuzz } = require(${JSON.stringify(target)});
let last;
process.on('exit', () => last !== undefined && writeFileSync(${JSON.stringify(last)}, last));
exports.fuzz = async (bytes) => { last = bytes; await fuzz(bytes); };
`;
}

/** What the instrumenter of jsfuzz says of its own dependencies, two lines each. */
class Noise {
  private isNext = false;

  has(line: string): boolean {
    const isFirst = line.startsWith('Transformation error for ');
    const is = isFirst || this.isNext;
    this.isNext = isFirst;
    return is;
  }
}

function onLines(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  const noise = new Noise();
  let rest = '';
  const each = (line: string): void => {
    if (!noise.has(line)) take(line);
  };
  stream?.on('data', (data: Buffer) => {
    const lines = (rest + String(data)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) each(line);
  });
  stream?.on('end', () => rest !== '' && each(rest));
}

export class JsfuzzRun {
  private readonly folder = mkdtempSync(join(tmpdir(), 'iovcheck-jsfuzz-'));
  private readonly options: RunOptions;
  private readonly group: Group;
  private executions = 0;
  private isStopped = false;
  private hasCrash = false;
  private hasExited = false;
  private hasTimedOut = false;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(target: string, options: RunOptions) {
    const cli = cliPath();
    this.options = options;
    const shim = join(this.folder, 'target.cjs');
    writeFileSync(shim, shimText(target, this.pathOf('last')));
    const flags = [
      ...(options.versifier ? [] : ['--no-versifier']),
      `--timeout=${options.timeout}`,
      `--exact-artifact-path=${this.pathOf('crash')}`,
    ];
    // It joins the target to the present folder, even where that is absolute.
    const args = [cli, relative(process.cwd(), shim), ...options.corpus, ...flags];
    this.group = new Group(args, ['ignore', 'pipe', 'pipe']);
    for (const stream of [this.group.child.stdout, this.group.child.stderr]) onLines(stream, (line) => this.take(line));
  }

  private pathOf(name: 'last' | 'crash'): string {
    return join(this.folder, name);
  }

  private later(ms: number, what: () => void): void {
    this.timers.push(setTimeout(what, ms));
  }

  private startClock(): void {
    const { seconds } = this.options;
    if (Number.isFinite(seconds)) this.later(1000 * seconds, () => this.stop());
  }

  private take(line: string): void {
    const [, n] = /^#(\d+) /.exec(line) ?? [];
    if (this.executions === 0 && Number(n) > 0) this.startClock();
    if (n !== undefined) this.executions = Number(n);
    if (line.startsWith('timeout reached.')) this.hasTimedOut = true;
    if (line === 'Worker exited') this.hasExited = true;
    if (line.startsWith('crash was written to ')) this.hasCrash = true;
    else this.options.onLine(line);
  }

  /** Ends it: gently first, which it hears only between two inputs. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.group.signal('SIGINT');
    this.later(GRACE_MS, () => this.group.kill());
  }

  async done(): Promise<Ran> {
    const code = await this.group.ended;
    for (const timer of this.timers) clearTimeout(timer);
    const { executions, hasTimedOut } = this;
    const end = { executions, hasTimedOut, code };
    const read = (name: 'last' | 'crash'): { bytes?: Buffer } =>
      existsSync(this.pathOf(name)) ? { bytes: readFileSync(this.pathOf(name)) } : {};
    try {
      if (this.hasCrash) return { kind: 'crash', ...end, ...read('crash') };
      if (this.isStopped) return { kind: 'stopped', ...end };
      if (this.hasExited) return { kind: 'died', ...end, ...read('last') };
      return { kind: 'failed', ...end };
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
