/** `check --watch`: a verdict at each save, of the file and of what it imports. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

class Watch {
  out = '';
  err = '';
  private readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(...args: string[]) {
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const env = { ...process.env, CI: '', NO_COLOR: '1' };
    this.child = spawn(process.execPath, [main, 'check', ...args, '--bounds', 'tiny', '--watch'], {
      cwd: folder.path,
      env,
      timeout: 100_000,
    });
    this.child.stdout?.on('data', (data) => (this.out += String(data)));
    this.child.stderr?.on('data', (data) => (this.err += String(data)));
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  /** What stderr says from here to the end of the next check. */
  async next(change: () => void = () => {}): Promise<string> {
    const from = this.err.length;
    change();
    await expect.poll(() => this.err.slice(from), { timeout: 60_000, interval: 20 }).toMatch(/ s; watching\n$/);
    return this.err.slice(from);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

test('a save of the file, or of what it imports, is checked; an error of syntax is shown', async () => {
  const part = (value: string): void => void folder.write('part.ts', `export const RET: number = ${value};\n`);
  part('0');
  folder.write('mine.ts', designText('setfl: () => RET', '', "import { RET } from './part.ts';"));
  const watch = new Watch('./mine.ts', '--quiet');
  const first = await watch.next();
  expect(first).toMatch(/^watching \.\/mine\.ts, 2 files with what it imports; Ctrl-C quits\n/);
  expect(watch.out).toContain('mine, packet: exhausted');
  expect(await watch.next(() => part('-22'))).toMatch(/^\npart\.ts has changed\n\d+\.\d\d s; watching\n$/);
  expect(watch.out).toContain('mine, packet: violated: 1 class');
  expect(await watch.next(() => part(';'))).toContain('part.ts:1:28: Unexpected token; correct it and try again');
  await watch.next(() => part('0'));
  await watch.next(() => void folder.write('mine.ts', designText('setfl: () => -22')));
  expect([...watch.out.matchAll(/^mine, packet: (\w+)/gm)].map(([, word]) => word)).toEqual([
    'exhausted',
    'violated',
    'exhausted',
    'violated',
  ]);
  watch.kill('SIGTERM');
  expect(await watch.ended).toBe(143);
});

/** script(1) of util-linux gives a command a terminal, and hands it what comes in by a pipe. */
const hasTerminal = spawnSync('script', ['--version']).status === 0;

test.skipIf(!hasTerminal)(
  'on a terminal, Enter checks again, and q quits with the last status (where there is script(1))',
  async () => {
    folder.write('mine.ts', designText('setfl: () => -22'));
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const command = `'${process.execPath}' '${main}' check ./mine.ts --bounds tiny --quiet --watch`;
    const env = { ...process.env, CI: '', NO_COLOR: '1' };
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder.path, env, timeout: 100_000 });
    let seen = '';
    child.stdout.on('data', (data) => (seen += String(data)));
    const ended = new Promise((resolve) => child.on('close', resolve));
    const checks = (): number => seen.match(/ s; watching/g)?.length ?? 0;
    for (const [n, key] of ['\r', 'x\r', 'q'].entries()) {
      await expect.poll(checks, { timeout: 60_000, interval: 20 }).toBe(n + 1);
      child.stdin.write(key);
    }
    expect(await ended).toBe(1);
    expect(checks()).toBe(3);
    expect(seen).toContain('1 file with what it imports; q quits, Enter checks again');
    expect(seen.match(/mine, packet: violated: 1 class/g)).toHaveLength(3);
  },
);

describe('what can not be watched', () => {
  test.each([
    [['linux-3.3'], 'none of the designs is a file'],
    [['./mine.ts', '--certificate', 'x.json'], 'it can not be combined with --certificate'],
  ])('%j', async (args, sentence) => {
    const { status, err } = await iovcheck(['check', ...args, '--watch'], { cwd: folder.path });
    expect(status).toBe(2);
    expect(err).toContain(sentence);
  });
});
