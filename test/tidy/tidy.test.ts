import { describe, expect, test } from 'vitest';
import { SLOWEST } from '../slowest.js';
import * as checks from './checks.js';
import { readRepository } from './repository.js';
import type { SourceFile } from './syntax.js';

/** Files that are allowed 300 lines or more, and why. */
const LONG_FILES: checks.Allowed = {
  'model/kernel.ts': 'all mutable state of the model is found in one place',
  'model/designs/pipe-iter-2016.ts': 'one design, one file: each hunk of seed 000',
};

/** Functions that are allowed 50 lines or more, and why. */
const LONG_FUNCTIONS: checks.Allowed = {
  'model/image.ts makeCodec': 'save and load close over one list of fields, and allocate nothing',
};

const all = readRepository();
const sources = all.filter(({ path }) => /\.tsx?$/.test(path));

function snippet(path: string, text: string): SourceFile[] {
  return [{ path, text }];
}

describe('imports', () => {
  test('point one way', () => {
    expect(checks.checkImports(sources)).toEqual([]);
  });

  test.each([
    ['model/a.ts', "import { b } from '../harness/b.js';", 'model may not import harness'],
    ['model/ops/a.ts', "import type { B } from '../../invariants/b.js';", 'model may not import invariants'],
    ['check/a.ts', "export { b } from '../fuzz/b.js';", 'check may not import fuzz'],
    ['harness/a.ts', "export * from '../cli/b.js';", 'harness may not import cli'],
    ['reports/a.ts', "const b = await import('../cli/b.js');", 'reports may not import cli'],
    ['harness/a.ts', "let b: import('../check/b.js').B;", 'harness may not import check'],
    ['harness/a.ts', "import { b } from '#iov/model/b.js';", 'relative path'],
    ['cli/a.ts', "import { b } from '../test/b.js';", 'nothing imports from test'],
    ['model/a.ts', "import fc from 'fast-check';", 'imports nothing that is not ours'],
    ['invariants/a.ts', "import { readFileSync } from 'node:fs';", 'imports nothing that is not ours'],
    ['elsewhere/a.ts', '', 'has no place in the order'],
  ])('%s may not say %s', (path, text, complaint) => {
    expect(checks.checkImports(snippet(path, text))).toEqual([expect.stringContaining(complaint)]);
  });

  test('may skip a layer on the way down', () => {
    expect(
      checks.checkImports(snippet('cli/a.ts', "import { b } from '../model/b.js';\nimport pc from 'picocolors';")),
    ).toEqual([]);
  });

  test('do not go round', () => {
    expect(checks.checkCycles(sources)).toEqual([]);
  });

  test('that go round are seen, type imports aside', () => {
    const ring = (first: string): SourceFile[] => [
      { path: 'model/a.ts', text: first },
      { path: 'model/x/b.ts', text: "import { c } from './c.js';" },
      { path: 'model/x/c.ts', text: "export { a } from '../a.js';" },
    ];
    expect(checks.checkCycles(ring("import { b } from './x/b.js';"))).toEqual([
      expect.stringContaining('model/a.ts -> model/x/b.ts -> model/x/c.ts -> model/a.ts'),
    ]);
    expect(checks.checkCycles(ring("import type { b } from './x/b.js';"))).toEqual([]);
  });
});

describe('model and invariants', () => {
  test('are pure', () => {
    expect(checks.checkPurity(sources)).toEqual([]);
  });

  test.each([
    'const now = new Date();',
    'const r = Math.random();',
    "const r = Math['random']();",
    'const t = performance.now();',
    'console.log(1);',
    'const e = { process };',
  ])('%s is not pure', (text) => {
    expect(checks.checkPurity(snippet('model/a.ts', text))).toEqual([expect.stringContaining('is pure')]);
    expect(checks.checkPurity(snippet('cli/a.ts', text))).toEqual([]);
  });

  test('may speak of a date, and have a member of that name', () => {
    expect(
      checks.checkPurity(snippet('model/a.ts', "/* Date */ const a = { process: 'Date' }; a.process; Math.max(1, 2);")),
    ).toEqual([]);
  });
});

describe('length', () => {
  test('of files', () => {
    expect(checks.checkFileLength(sources, 300, LONG_FILES)).toEqual([]);
  });

  test('of files is measured, and an allowance is needed', () => {
    const long = snippet('model/a.ts', 'a;\n'.repeat(300));
    expect(checks.checkFileLength(long, 300, {})).toEqual(['model/a.ts has 300 lines; files stay under 300']);
    expect(checks.checkFileLength(long, 300, { 'model/a.ts': 'why' })).toEqual([]);
    expect(checks.checkFileLength(snippet('model/a.ts', 'a;\n'.repeat(299)), 300, { 'model/a.ts': 'why' })).toEqual([
      expect.stringContaining('take it off the list'),
    ]);
  });

  test('of functions', () => {
    expect(checks.checkFunctionLength(sources, 50, LONG_FUNCTIONS)).toEqual([]);
  });

  test.each([
    ['function f() {\n', '}', 'f'],
    ['const f = () => {\n', '};', 'f'],
    ['const table = { f(k) {\n', '} };', 'f'],
    ['class A { f() {\n', '} }', 'f'],
    ['const table = (fix) => ({ f: (k) => {\n', '} });', 'f'],
    ["test('x', () => {\n", '});', 'a function'],
  ])('of functions is measured: %s', (head, tail, name) => {
    const long = snippet('model/a.ts', head + 'a;\n'.repeat(48) + tail);
    expect(checks.checkFunctionLength(long, 50, {})).toEqual([
      `model/a.ts:1 ${name} has 50 lines; functions stay under 50`,
    ]);
    expect(checks.checkFunctionLength(long, 50, { [`model/a.ts ${name}`]: 'why' })).toEqual([]);
    expect(checks.checkFunctionLength(snippet('model/a.ts', head + 'a;\n'.repeat(47) + tail), 50, {})).toEqual([]);
  });

  test('of a table of functions does not matter', () => {
    expect(
      checks.checkFunctionLength(
        snippet('model/a.ts', `const t = (fix) => ({\n${'f: () => 1,\n'.repeat(60)}});`),
        50,
        {},
      ),
    ).toEqual([]);
  });
});

describe('words', () => {
  test('leave no test out', () => {
    expect(checks.checkTestsRun(sources.filter(({ path }) => path.startsWith('test/')))).toEqual([]);
  });

  test.each(['only', 'skip', 'todo'])('that leave tests out are seen: .%s', (word) => {
    expect(checks.checkTestsRun(snippet('test/a.test.ts', `\ntest.${word}('x', () => {});`))).toEqual([
      expect.stringContaining('test/a.test.ts:2 leaves tests out'),
    ]);
    expect(checks.checkTestsRun(snippet('test/a.test.ts', `describe.concurrent.${word}('x', () => {});`))).toHaveLength(
      1,
    );
    expect(checks.checkTestsRun(snippet('test/a.test.ts', `list.${word}(1);`))).toEqual([]);
  });

  test('put nothing off', () => {
    expect(checks.checkMarks(all.filter(({ path }) => path !== 'package-lock.json'))).toEqual([]);
  });

  test.each([
    ['TO', 'DO'],
    ['FIX', 'ME'],
    ['X', 'XX'],
    ['HA', 'CK'],
  ])('that put things off are seen: %s%s', (a, b) => {
    expect(checks.checkMarks(snippet('docs/a.md', `first ${a}${b}: finish`))).toEqual([
      `docs/a.md:1 puts work off: ${a}${b}`,
    ]);
  });

  test('name no machine and no registry', () => {
    expect(checks.checkPlaces(all)).toEqual([]);
  });

  test.each([
    ['/', 'work/main/model'],
    ['see "/', 'root/x"'],
    ['cd /', 'home/me/x'],
    ['file:///', 'home/me/x'],
    ['../', 'shared/design.md'],
    ['https://regis', 'try.npmjs.org/vitest'],
    ['registry', '=https://example.org/npm'],
    ['"resolved"', ': "https://example.org/a.tgz"'],
    ['http://', 'localhost:4873/vitest'],
  ])('that name one are seen: %s%s', (a, b) => {
    expect(checks.checkPlaces(snippet('a.json', a + b))).toHaveLength(1);
  });

  test('that only look like a place are none', () => {
    const text =
      'fs/root/a.c docs/work/x ./home/x sha512-a/work/b== omit-lockfile-registry-resolved=true https://lore.kernel.org/home/x';
    expect(checks.checkPlaces(snippet('a.md', text))).toEqual([]);
  });
});

describe('names', () => {
  test('of exports and files say what is there', () => {
    expect(checks.checkExports(sources)).toEqual([]);
  });

  test('that say nothing are seen', () => {
    expect(checks.checkExports(snippet('model/a.ts', 'export default function f() {}'))).toHaveLength(1);
    expect(checks.checkExports(snippet('model/utils.ts', 'export const a = 1;'))).toHaveLength(1);
    expect(checks.checkExports(snippet('vitest.config.ts', 'export default {};'))).toEqual([]);
  });
});

describe('tests', () => {
  const missing = (names: readonly string[]): string[] => {
    const there = new Set(all.map(({ path }) => path));
    return names.filter((name) => !there.has(`test/${name}.test.ts`));
  };

  test('that begin first are there', () => {
    expect(missing(SLOWEST)).toEqual([]);
    expect(missing(['tidy/tidy', 'tidy/gone'])).toEqual(['tidy/gone']);
  });
});

describe('the kernel', () => {
  test('is cited where it is restated', () => {
    expect(checks.checkCitations(sources)).toEqual([]);
  });

  test('that is not cited is missed', () => {
    expect(checks.checkCitations(snippet('model/linux/4.8/a.ts', 'export const a = 1; // @kernel'))).toHaveLength(1);
    expect(checks.checkCitations(snippet('model/designs/a.ts', 'source: []'))).toHaveLength(1);
    expect(checks.checkCitations(snippet('model/linux/4.8/a.ts', '/** @kernel 4.8 fs/pipe.c pipe_read */'))).toEqual(
      [],
    );
    expect(
      checks.checkCitations(snippet('model/designs/a.ts', "source: [{ tree: '4.8', file: 'fs/pipe.c', symbol: '' }]")),
    ).toEqual([]);
  });
});
