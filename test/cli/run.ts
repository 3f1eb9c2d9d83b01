/** The built command line as a child process, and a folder of its own for each test file. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Signals to send, each with the milliseconds after the start. */
  readonly signals?: readonly (readonly [NodeJS.Signals, number])[];
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
  for (const [signal, after] of options.signals ?? []) setTimeout(() => child.kill(signal), after);
  return new Promise((resolve) => {
    child.on('close', (status) => resolve({ status, out, err }));
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
