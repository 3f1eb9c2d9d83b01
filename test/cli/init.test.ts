/** `iovcheck init`: what it makes is a design that can be checked, and a test that passes. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { baseFunction } from '#iov/cli/base-function.js';
import { init } from '#iov/cli/init.js';
import { designText, exportName } from '#iov/cli/init-text.js';
import * as library from '#iov/index.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { Folder, iovcheck } from './run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const folders: Folder[] = [];
afterAll(() => folders.forEach((folder) => folder.remove()));

/** A project that has installed iovcheck, and vitest perhaps. */
function project(hasVitest: boolean): string {
  const folder = new Folder();
  folders.push(folder);
  folder.write('package.json', '{ "private": true, "type": "module" }');
  const modules = join(folder.path, 'node_modules');
  mkdirSync(join(modules, '@types'), { recursive: true });
  symlinkSync(root, join(modules, 'iovcheck'));
  if (hasVitest) symlinkSync(join(root, 'node_modules/vitest'), join(modules, 'vitest'));
  return folder.path;
}

async function typecheck(folder: string, module: 'nodenext' | 'bundler'): Promise<string> {
  const compilerOptions = {
    target: 'es2022',
    module: module === 'bundler' ? 'esnext' : module,
    moduleResolution: module,
    strict: true,
    noUnusedLocals: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  return run(process.execPath, [tsc, '-p', folder]).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
}

describe('what init makes', () => {
  test('is checked, and its test passes', async () => {
    const folder = project(true);
    const made = await iovcheck(['init', 'mine', '--base', 'linux-3.3', '--override', 'pipe_write'], { cwd: folder });
    expect(made.err).toBe('');
    expect(made.out).toContain('iovcheck check ./mine.ts --bounds tiny');
    const checked = await iovcheck(['check', './mine.ts', '--bounds', 'tiny', '--quiet'], { cwd: folder });
    expect(checked.out).toContain('mine, packet: ');
    expect(checked.status).toBeLessThan(2);
    const { stdout } = await run(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run'], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' },
    });
    expect(stdout).toMatch(/Tests +1 passed/);
    expect(await typecheck(folder, 'bundler')).toBe('');
  });

  test('is JavaScript where that is asked for, with a test of Node where there is no vitest', async () => {
    const folder = project(false);
    expect(await init('mine', { base: 'linux-3.3', override: ['setfl'], js: true, test: 'node' }, folder)).toContain(
      'node --test',
    );
    expect(readFileSync(join(folder, 'mine.mjs'), 'utf8')).toContain('setfl(');
    const { stdout } = await run(process.execPath, ['--test', 'mine.test.mjs'], { cwd: folder });
    expect(stdout).toMatch(/pass 1/);
  });
});

describe.sequential('what init refuses', () => {
  test.each([
    [['Mine'], 'Mine: this is no name of a design'],
    [['./mine.ts'], './mine.ts: this is no name of a design'],
    [['linux-6.1'], 'linux-6.1: iovcheck has a design of that name'],
    [['a', '--base', 'linux-6.11'], "--base linux-6.11: did you mean 'linux-6.1'?"],
    [['a', '--override', 'pipe_reed'], "linux-6.12 has no such function; did you mean 'pipe_read'?"],
    [['a', '--override', 'pipeReed'], "did you mean 'pipeRead'?"],
    [['a', '--test', 'jest'], '--test jest: write vitest, or node'],
  ])('%j', async (args, sentence) => {
    const folder = project(false);
    const { status, err, out } = await iovcheck(['init', ...args], { cwd: folder });
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
    expect(readdirSync(folder)).toEqual(['node_modules', 'package.json']);
  });

  test('to write over a file', async () => {
    const folder = project(false);
    const options = { base: 'linux-3.3', override: [], test: 'node' };
    writeFileSync(join(folder, 'mine.test.mjs'), 'mine');
    await expect(init('mine', options, folder)).rejects.toThrow('mine.test.mjs: this file is there already');
    expect(readFileSync(join(folder, 'mine.test.mjs'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).not.toContain('mine.ts');
  });
});

test('each function of each kernel is something to begin with', async () => {
  const folder = project(true);
  const exported = new Set(Object.keys(library));
  const kernels = DESIGNS.filter(({ id }) => Object.hasOwn(library, exportName(id)));
  expect(kernels.length).toBeGreaterThan(7);
  for (const base of kernels) {
    const overrides = [...base.present].map((name) => baseFunction(base, name, exported));
    const file = `of-${base.id}.ts`;
    writeFileSync(join(folder, file), designText({ id: `of-${base.id}`, base, overrides, scenarios: [], file }));
  }
  expect(await typecheck(folder, 'nodenext')).toBe('');
});
