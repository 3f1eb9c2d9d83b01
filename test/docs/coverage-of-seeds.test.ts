import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ALL_FUNCTION_NAMES } from '#iov/model/function-names.js';
import { OPS } from '#iov/model/ops/ops.js';

/** The hunks of the documents, which are not in the repository. */
const HUNKS_000 = [
  'fs/splice.c @@ -524,7 +524,7 @@',
  'include/linux/splice.h @@ -85,4 +85,5 @@',
  'include/linux/uio.h @@ -13,6 +13,7 @@',
  'include/linux/uio.h @@ -23,6 +24,7 @@',
  'include/linux/uio.h @@ -33,8 +35,12 @@',
  'include/linux/uio.h @@ -64,7 +70,7 @@',
  'include/linux/uio.h @@ -94,6 +100,8 @@',
  'include/linux/uio.h @@ -109,7 +117,7 @@',
  'lib/iov_iter.c @@ -3,8 +3,11 @@',
  'lib/iov_iter.c @@ -290,6 +293,93 @@',
  'lib/iov_iter.c @@ -356,9 +446,98 @@',
  'lib/iov_iter.c @@ -374,6 +553,10 @@',
  'lib/iov_iter.c @@ -389,6 +572,10 @@',
  'lib/iov_iter.c @@ -409,14 +596,20 @@',
  'lib/iov_iter.c @@ -427,8 +620,34 @@',
  'lib/iov_iter.c @@ -443,6 +662,11 @@',
  'lib/iov_iter.c @@ -455,8 +679,51 @@',
  'lib/iov_iter.c @@ -466,6 +733,8 @@',
  'lib/iov_iter.c @@ -501,6 +770,19 @@',
  'lib/iov_iter.c @@ -509,6 +791,11 @@',
  'lib/iov_iter.c @@ -525,6 +812,11 @@',
  'lib/iov_iter.c @@ -537,6 +829,47 @@',
  'lib/iov_iter.c @@ -547,6 +880,8 @@',
  'lib/iov_iter.c @@ -582,6 +917,37 @@',
  'lib/iov_iter.c @@ -594,6 +960,8 @@',
  'lib/iov_iter.c @@ -635,6 +1003,10 @@',
  'lib/iov_iter.c @@ -673,6 +1045,10 @@',
  'lib/iov_iter.c @@ -712,7 +1088,20 @@',
  'lib/iov_iter.c @@ -737,6 +1126,10 @@',
];
const HUNKS_002 = [
  'fs/pipe.c @@ -346,6 +346,16 @@',
  'fs/pipe.c @@ -407,6 +417,13 @@',
  'fs/pipe.c @@ -459,6 +476,11 @@',
  'fs/pipe.c @@ -593,6 +615,11 @@',
  'fs/pipe.c @@ -1013,7 +1040,7 @@',
  'fs/pipe.c @@ -1057,7 +1084,7 @@',
  'include/linux/pipe_fs_i.h @@ -6,6 +6,7 @@',
];
const STATEMENTS_001 = 23;
/** Behind two statements of the message; those of behaviour taken apart. */
const HUNKS_003: readonly (readonly [hunk: string, parts: number])[] = [
  ['fs/splice.c @@ -330,17 +330,70 @@', 7],
  ['fs/splice.c @@ -349,6 +402,11 @@', 1],
  ['fs/splice.c @@ -782,7 +840,7 @@', 1],
  ['fs/splice.c @@ -790,8 +848,12 @@', 1],
  ['fs/splice.c @@ -875,7 +937,7 @@', 1],
  ['fs/splice.c @@ -992,6 +1054,76 @@', 8],
  ['fs/splice.c @@ -1023,7 +1155,7 @@', 1],
  ['include/linux/fs.h @@ -3169,6 +3169,8 @@', 1],
  ['include/linux/pipe_fs_i.h @@ -72,6 +72,15 @@', 1],
  ['include/linux/splice.h @@ -26,6 +26,17 @@', 1],
  ['io_uring/splice.c @@ -28,7 +28,7 @@', 1],
  ['io_uring/splice.c @@ -111,12 +111,15 @@', 1],
];
/** Taken apart by function, behind the statements of the message. */
const HUNKS_004 = ['include/linux/uio.h @@ -354,4 +354,30 @@', 'lib/iov_iter.c @@ -1898,3 +1898,336 @@'];
const ROWS_004 = { message: 6, hunks: [5, 25] };

interface Row {
  readonly id: string;
  /** What follows the number. */
  readonly what: string;
  readonly functions: readonly string[];
  readonly ops: readonly string[];
  readonly evidence: string;
}

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);

function rowsOf(text: string): Row[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\| (\d{3}-\d{2}) (.*) \|$/.exec(line);
    if (match === null) return [];
    const [what, functions, ops, evidence] = match[2].split(' | ');
    return [{ id: match[1], what: what.replaceAll('`', ''), functions: codes(functions), ops: codes(ops), evidence }];
  });
}

const isFunction = (name: string): boolean => (ALL_FUNCTION_NAMES as readonly string[]).includes(name);

/** `model/kernel.ts PipeBufOps`: a file of the model that speaks of it. */
function isInModel(name: string): boolean {
  const [, path, word] = /^(model\/\S+\.ts) (\w+)$/.exec(name) ?? [];
  return path !== undefined && existsSync(at(path)) && new RegExp(`\\b${word}\\b`).test(readFileSync(at(path), 'utf8'));
}

const isOp = (name: string): boolean => OPS.some((op) => op.name === name);

/** What is wrong with a row's test, or with its reason. */
function checkEvidence({ id, functions, ops, evidence }: Row): string[] {
  if (evidence?.startsWith('out, because ')) return [];
  const [, path] = /^\[[^\]]+\]\(\.\.\/(test\/\S+\.test\.ts)\)$/.exec(evidence ?? '') ?? [];
  if (path === undefined) return [`${id} has neither a test nor a reason`];
  if (!existsSync(at(path))) return [`${id}: there is no ${path}`];
  const complaints = readFileSync(at(path), 'utf8').includes(`'${id}`)
    ? []
    : [`${id}: no test of ${path} is named by it`];
  if (functions.length === 0) complaints.push(`${id} names no function`);
  if (ops.length === 0) complaints.push(`${id} names no op`);
  return complaints;
}

function checkRow(row: Row): string[] {
  return [
    ...row.functions.filter((f) => !isFunction(f) && !isInModel(f)).map((f) => `${row.id}: there is no function ${f}`),
    ...row.ops.filter((op) => !isOp(op)).map((op) => `${row.id}: there is no op ${op}`),
    ...checkEvidence(row),
  ];
}

const rows = rowsOf(readFileSync(at('docs/coverage-of-seeds.md'), 'utf8'));
const of = (seed: string): Row[] => rows.filter(({ id }) => id.startsWith(`${seed}-`));

describe('the tables', () => {
  test('have each hunk of seed 000, in order', () => {
    expect(HUNKS_000).toHaveLength(29);
    expect(of('000').map(({ what }) => what)).toEqual(HUNKS_000);
  });

  test('have each statement of seed 001', () => {
    expect(of('001')).toHaveLength(STATEMENTS_001);
  });

  test('have each hunk of seed 002, in order', () => {
    expect(HUNKS_002).toHaveLength(7);
    expect(of('002').map(({ what }) => what)).toEqual(HUNKS_002);
  });

  test('have the message of seed 003, and each part of its hunks, in order', () => {
    const parts = of('003').map(({ what }) => what);
    const heads = HUNKS_003.flatMap(([hunk, n]) => Array.from({ length: n }, () => `${hunk}, `));
    expect(HUNKS_003).toHaveLength(12);
    expect(parts).toHaveLength(2 + heads.length);
    for (const what of parts.slice(0, 2)) expect(what).toMatch(/^the message: /);
    heads.forEach((head, n) => {
      expect(parts[2 + n].startsWith(head), parts[2 + n]).toBe(true);
    });
  });

  test('have the message of seed 004, and each part of its hunks, in order', () => {
    const parts = of('004').map(({ what }) => what);
    expect(parts.filter((what) => what.startsWith('the message: '))).toHaveLength(ROWS_004.message);
    HUNKS_004.forEach((hunk, n) => {
      expect(parts.filter((what) => what.startsWith(`${hunk}, `))).toHaveLength(ROWS_004.hunks[n]);
    });
    expect(parts).toHaveLength(ROWS_004.message + ROWS_004.hunks[0] + ROWS_004.hunks[1]);
  });

  test('number their rows', () => {
    for (const seed of ['000', '001', '002', '003', '004']) {
      expect(of(seed).map(({ id }) => id)).toEqual(of(seed).map((_, n) => `${seed}-${String(n + 1).padStart(2, '0')}`));
    }
    expect(rows).toHaveLength(29 + STATEMENTS_001 + 7 + of('003').length + of('004').length);
  });

  test('name functions, ops and tests that exist', () => {
    expect(rows.flatMap(checkRow)).toEqual([]);
  });

  test('are held to it by each test that they name', () => {
    const named = ['000', '001', '002', '003', '004'].flatMap((seed) => {
      const text = readFileSync(at(`test/docs/seed-${seed}.test.ts`), 'utf8');
      return [...text.matchAll(/'(\d{3}-\d{2})/g)].map(([, id]) => id);
    });
    const tested = rows.filter(({ evidence }) => evidence.startsWith('[')).map(({ id }) => id);
    expect([...new Set(named)].sort()).toEqual(tested);
  });
});

describe('a row that is wrong is seen', () => {
  test.each([
    ['| 000-01 a | `nextIdx` | `pread` | |', 'neither a test nor a reason'],
    ['| 000-01 a | `nextIdx` | `pread` | later |', 'neither a test nor a reason'],
    ['| 000-01 a | `nextIndex` | `pread` | out, because b |', 'no function nextIndex'],
    [
      '| 000-01 a | `model/kernel.ts NoSuchWord` | `pread` | out, because b |',
      'no function model/kernel.ts NoSuchWord',
    ],
    ['| 000-01 a | `model/no.ts Kernel` | `pread` | out, because b |', 'no function model/no.ts Kernel'],
    ['| 000-01 a | `nextIdx` | `read` | out, because b |', 'no op read'],
    ['| 000-01 a | `nextIdx` | `pread` | [t](../test/docs/no.test.ts) |', 'there is no test/docs/no.test.ts'],
    ['| 000-02 a | `nextIdx` | `pread` | [t](../test/docs/seed-000.test.ts) |', 'is named by it'],
    ['| 000-01 a | – | `pread` | [t](../test/docs/seed-000.test.ts) |', 'names no function'],
    ['| 000-01 a | `nextIdx` | – | [t](../test/docs/seed-000.test.ts) |', 'names no op'],
  ])('%s', (line, complaint) => {
    expect(rowsOf(line).flatMap(checkRow)).toEqual([expect.stringContaining(complaint)]);
  });
});
