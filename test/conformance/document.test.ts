/** docs/conformance.md says what is there: its programs run, and the cases that it names exist. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CASES } from './cases.js';

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const text = readFileSync(at('docs/conformance.md'), 'utf8');

/** The kernel's cases, of its newest file that has ITER_FOLIOQ; and those of the RFC of 2023 that are no benchmarks. */
const KERNEL_CASES = [
  ...['kvec', 'bvec', 'folioq', 'xarray', 'ubuf', 'iovec'].flatMap((flavour) => [
    `iov_kunit_copy_to_${flavour}`,
    `iov_kunit_copy_from_${flavour}`,
    `iov_kunit_extract_pages_${flavour}`,
  ]),
  ...['kvec', 'bvec', 'folioq', 'xarray', 'ubuf'].map((flavour) => `iov_kunit_iter_to_sg_${flavour}`),
];

function example(name: string): string {
  const [, after = ''] = text.split(`<!-- example: ${name} -->`);
  const [, block = ''] = /```js\n([\s\S]*?)```/.exec(after) ?? [];
  if (block === '') throw new Error(`docs/conformance.md has no example ${name}`);
  return block.replace("from 'iovcheck'", `from '${at('dist/index.js').href}'`);
}

/** Runs a program of the document; it throws where one of its assertions does not hold. */
async function run(program: string): Promise<void> {
  await import(`data:text/javascript;base64,${Buffer.from(program).toString('base64')}`);
}

test.each(['extract-pages-kvec', 'rounded-down'])('%s runs', async (name) => {
  await run(example(name));
});

test('a program that does not hold is seen', async () => {
  const wrong = example('extract-pages-kvec').replace(
    'assert.equal(extractAll(linux63), 0)',
    'assert.equal(extractAll(linux63), 1)',
  );
  await expect(run(wrong)).rejects.toThrow('Expected values to be strictly equal');
});

/** Rows of the table of cases: what stands between backticks, by column. */
const rows = (text.split('## Which case is where')[1] ?? '')
  .split('\n')
  .filter((line) => /^\| (`|tools)/.test(line))
  .map((line) => line.split('|').map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name)));

test('each of the kernel cases has a row, and there is no other', () => {
  expect(rows.flatMap(([, kernel]) => kernel).sort()).toEqual([...KERNEL_CASES].sort());
});

test('each case of a row exists', () => {
  const names = new Set(CASES.map(({ name }) => name));
  const named = rows.flatMap(([, , cases]) => cases);
  expect(named.length).toBeGreaterThanOrEqual(rows.length);
  expect(named.filter((name) => !names.has(name))).toEqual([]);
});

test('each call of the table is one of the Lab', async () => {
  const { Lab, linux612 } = await import('#iov/index.js');
  const lab = new Lab(linux612, { pageSize: 16, pages: 2 });
  const calls = [...text.matchAll(/`lab\.(\w+)/g)].map(([, name]) => name);
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter((name) => !(name in lab))).toEqual([]);
});
