/** The test that the README shows: it fails with the design that the README shows, and passes with the flags set. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { Folder } from '../cli/run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = new Folder();
afterAll(() => folder.remove());

function example(name: string): string {
  const [, after] = readFileSync(join(root, 'README.md'), 'utf8').split(`<!-- example: ${name} -->`);
  return /```ts\n([\s\S]*?)```/.exec(after)?.[1] ?? '';
}

function project(name: string, design: string): void {
  mkdirSync(join(folder.path, name));
  writeFileSync(join(folder.path, name, 'my-design.ts'), design);
  writeFileSync(join(folder.path, name, 'my-design.test.ts'), example('my-design.test.ts'));
}

interface Ran {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { status: string; failureMessages: string[] }[];
  }[];
}

test('the test of the README', async () => {
  const design = example('my-design.ts');
  project('posted', design);
  project('repaired', design.replace('buf.len = size;', 'buf.len = size;\n      buf.flags = 0;'));
  folder.write('package.json', '{ "private": true }');
  mkdirSync(join(folder.path, 'node_modules'));
  for (const [name, to] of [
    ['iovcheck', '.'],
    ['vitest', 'node_modules/vitest'],
  ]) {
    symlinkSync(join(root, to), join(folder.path, 'node_modules', name));
  }
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json'];
  const run = promisify(execFile)(process.execPath, args, { cwd: folder.path, env: { ...process.env, CI: '' } });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  const { testResults } = JSON.parse(stdout) as Ran;
  const of = (name: string): Ran['testResults'][number]['assertionResults'] =>
    testResults.find((file) => file.name.includes(`/${name}/`))?.assertionResults ?? [];
  expect(of('repaired').map(({ status }) => status)).toEqual(['passed', 'passed', 'passed']);
  expect(of('posted').map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
  expect(of('posted')[0].failureMessages[0]).toContain('page-cache-written-only-by-writers');
});
