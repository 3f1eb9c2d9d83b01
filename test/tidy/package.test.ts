import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkInstallScripts, checkPinned } from './package-checks.js';

function read(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')) as Record<string, unknown>;
}

describe('dependencies', () => {
  test('are pinned', () => {
    expect(checkPinned(read('package.json'))).toEqual([]);
  });

  test.each(['^1.0.0', '~1.0.0', '1', 'latest', '>=1.0.0', 'git+ssh://example.org/a.git', 'file:../a'])(
    'that float are seen: %s',
    (version) => {
      expect(checkPinned({ devDependencies: { a: version } })).toEqual([
        `devDependencies: a is '${version}'; write one exact version`,
      ]);
    },
  );

  test('run nothing when installed', () => {
    const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };
    expect(checkInstallScripts(read('package-lock.json'), allowScripts)).toEqual([]);
  });

  test('that run something when installed are seen', () => {
    const lock = { packages: { 'node_modules/a': { hasInstallScript: true }, 'node_modules/b': {} } };
    expect(checkInstallScripts(lock)).toEqual(['node_modules/a has an install script']);
    expect(checkInstallScripts(lock, { a: false })).toEqual(['node_modules/a has an install script']);
  });

  test('are optional where their script is refused', () => {
    const lock = { packages: { 'node_modules/a': { hasInstallScript: true, optional: true } } };
    expect(checkInstallScripts(lock)).toHaveLength(1);
    expect(checkInstallScripts(lock, { a: true })).toHaveLength(1);
    expect(checkInstallScripts(lock, { a: false })).toEqual([]);
  });
});

describe('the packed files', () => {
  const needed = [
    'package.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.js',
    'oracle/tree/c/runtime.c',
    'oracle/tree/c/pipe.c',
    'oracle/tree/c/wide.c',
    'oracle/tree/c/include/iov/kernel.h',
    'dist/vitest/index.js',
    'dist/vitest/index.d.ts',
  ];

  async function check(files: readonly string[]): Promise<string[]> {
    const url = new URL('../../scripts/check-pack.mjs', import.meta.url).href;
    const module = (await import(url)) as { checkPackedFiles(files: readonly string[]): string[] };
    return module.checkPackedFiles(files);
  }

  test('are those that users need', async () => {
    expect(await check([...needed, 'dist/model/a.d.ts', 'docs/tour.md'])).toEqual([]);
  });

  test.each(['dist/test/a.js', 'dist/bench/bench.js', 'dist/model/a.js.map', 'model/a.ts', '.ci/run'])(
    'that users do not need are seen: %s',
    async (path) => {
      expect(await check([...needed, path])).toEqual([`${path}: users do not need it`]);
    },
  );

  test.each(needed)('that are missing are seen: %s', async (path) => {
    expect(await check(needed.filter((other) => other !== path))).toEqual([`${path}: is missing`]);
  });
});
