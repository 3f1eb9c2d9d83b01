/** The built command line as a child process, and a folder of its own for each test file. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Signals to send, one after the other, each when something holds or after so many milliseconds of processor time. */
  readonly signals?: readonly (readonly [NodeJS.Signals, number | (() => boolean)])[];
}

/** Milliseconds of processor time that a process has taken: on a busy machine these come late, and the clock's do not. */
function busyFor(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const TICK_MS = 10;
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}

async function send(child: ChildProcess, signals: Options['signals'] = []): Promise<void> {
  const { pid } = child;
  for (const [signal, when] of signals) {
    const isTime = (): boolean => (typeof when === 'function' ? when() : pid === undefined || busyFor(pid) >= when);
    while (child.exitCode === null && child.signalCode === null && !isTime()) await setTimeout(50);
    child.kill(signal);
  }
}

export function iovcheck(args: readonly string[], options: Options = {}): Promise<Ended> {
  return command('main', args, options);
}

/** A command of cli/ by the name of its file. */
export function command(name: string, args: readonly string[], options: Options = {}): Promise<Ended> {
  const path = fileURLToPath(new URL(`../../dist/cli/${name}.js`, import.meta.url));
  const env = { ...process.env, CI: '', GITHUB_ACTIONS: '', NO_COLOR: '1', ...options.env };
  const child = spawn(process.execPath, [path, ...args], { cwd: options.cwd, env, timeout: 100_000 });
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (err += String(data)));
  return new Promise((resolve, reject) => {
    child.on('close', (status) => resolve({ status, out, err }));
    send(child, options.signals).catch(reject);
  });
}

/** `check` with bounds that take a second. */
export function tiny(...args: string[]): Promise<Ended> {
  return iovcheck(['check', '--bounds', 'tiny', '--quiet', ...args]);
}

export const linesOf = (text: string): string[] => text.trimEnd().split('\n');

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'iovcheck-'));

  write(name: string, text: string): string {
    const path = join(this.path, name);
    writeFileSync(path, text);
    return path;
  }

  writeBytes(name: string, bytes: Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, bytes);
    return path;
  }

  /** What stands in a folder of it. */
  list(name: string): string[] {
    return readdirSync(join(this.path, name)).sort();
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A design of a user's on 3.3, which is quick to search. */
export function designText(override: string, rest = '', before = ''): string {
  return `import { defineDesign, linux33 } from 'iovcheck';
const { functions } = linux33;
${before}
export const design = defineDesign({
  id: 'mine', title: 'of a user', source: [], base: linux33, scenarios: ['packet'],
  override: { ${override} }, ${rest}
});
`;
}
