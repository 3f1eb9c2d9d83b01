/**
 * Designs of a user's about page extraction, on the command line: whatever a function of them does to pages, lists and
 * references is a violation, or one sentence; never a crash of ours.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { resultSchema } from '#iov/reports/json-schema.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ended } from './run.js';
import { Folder, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

/** One page of each kind, so that a search takes no second. */
const SMALL = 'tiny,vpages=1,segs=1';

let files = 0;

/** 6.12 with some functions of its own. */
function write(override: string, before = '', rest = ''): string {
  return folder.write(
    `design-${files++}.ts`,
    `import { defineDesign, linux612, getPage, putPage, kvfreeArray, Page } from 'iovcheck';
const f = linux612.functions;
${before}
export const design = defineDesign({
  id: 'mine', title: 'of a user', source: [], base: linux612, override: { ${override} }, ${rest}
});
`,
  );
}

function check(designs: string | string[], scenario: string, bounds = SMALL, ...more: string[]): Promise<Ended> {
  const env = { IOVCHECK_HANG_SECONDS: '1' };
  return iovcheck(['check', ...[designs].flat(), '--scenario', scenario, '--bounds', bounds, '--quiet', ...more], {
    env,
  });
}

/** A call of the base, and then something else. */
const after = (name: string, more: string): string =>
  `${name}(k, i, m, n) { const ret = f.${name}(k, i, m, n); if (ret > 0) { ${more} } return ret; }`;
const KVEC = 'iovIterExtractKvecPages';
const USER = 'iovIterExtractUserPages';

/** What it does, the override, and what the report says. */
const WRONG: readonly (readonly [what: string, override: string, said: string])[] = [
  ['throws', `${USER}() { throw new TypeError('oh'); }`, 'threw TypeError: oh.'],
  ['returns nothing', `${USER}: () => undefined as never`, 'returned undefined, not an integer.'],
  ['answers neither yes nor no', 'iovIterExtractWillPin: () => 7 as never', 'returned 7, not true or false.'],
  ['lists undefined', after(KVEC, 'k.pagesArray[0] = undefined as never;'), 'what no kernel can go on from'],
  ['lists something else', after(KVEC, 'k.pagesArray[0] = {} as never;'), 'what no kernel can go on from'],
  [
    'lists a page of its own making',
    after(KVEC, "k.pagesArray[0] = new Page(0, '', 'its own', k.pageSize);"),
    'Entry 0 is its own, from offset 0 on; the buffer goes on in K0',
  ],
  [
    'makes the list of the caller longer',
    `${KVEC}(k, i, m) { k.pagesArrayMax = 1e9; return f.${KVEC}(k, i, m, 100); }`,
    'no page arrays are allocated, the caller owns one.',
  ],
  ['loses count', after(KVEC, 'i.count = -5;'), 'count is -5; it has to be 0.'],
  ['never returns', `${KVEC}() { for (;;); }`, 'it was ended from outside'],
  [
    'hands a bio entries that it has no room for',
    'bioIovIterGetPages(k, i) { const ret = f.bioIovIterGetPages(k, i); k.request.nr = 99; return ret; }',
    'what no kernel can go on from',
  ],
];

describe('a function that', () => {
  let said: string[] = [];

  beforeAll(async () => {
    const designs = WRONG.map(([, override]) => write(override));
    const { status, out, err } = await check(designs, 'extract', SMALL, '--json', '--workers', '2');
    expect(status).toBe(1);
    expect(err).toBe('');
    const { results } = resultSchema.parse(JSON.parse(out));
    said = results.map(({ violations }) => violations.map((v) => v.explanation).join('\n'));
    expect(said).toHaveLength(WRONG.length);
  });

  test.each(WRONG.map(([what, , words], n) => [what, words, n] as const))('%s is a violation', (_what, words, n) => {
    expect(said[n]).toContain(words);
  });
});

describe('who holds what is printed where', () => {
  const LEDGER = '  who holds what, step by step:';

  const LEAK = 'unpinUserPage() {}';
  const TWICE = "unpinUserPage(k, p) { f.unpinUserPage(k, p); putPage(k, p, 'x'); }";
  const REFERENCE = after(KVEC, "getPage(k, k.pagesArray[0], 'x');");

  test.each([
    ['extract', SMALL, [LEAK, TWICE, REFERENCE], ['17 -> 17', '17 -> 0', '1 -> 2']],
    ['fork-dma', 'tiny', [LEAK, TWICE], ['17 -> 17', '17 -> 0']],
  ])('%s: a pin leaks, a page is put twice, a reference leaks', async (scenario, bounds, overrides, changes) => {
    const designs = overrides.map((override) => write(override));
    const { status, out, err } = await check(designs, scenario, bounds);
    const reports = out.split(/^mine, /m).slice(1);
    expect(reports).toHaveLength(designs.length);
    reports.forEach((report, n) => {
      const ledgers = report.split(LEDGER).slice(1);
      const isShown = new RegExp(`${changes[n]} .*<== \\d+ for \\d+`);
      expect(ledgers.some((text) => isShown.test(text.split('\n\n')[0]))).toBe(true);
    });
    expect(err).toBe('');
    expect(status).toBe(1);
  });
});

describe('one sentence, and exit 2, for a design', () => {
  const rest = "scenarios: ['extract'],";
  const add = (functions: string, contract = ''): string =>
    folder.write(
      `added-${files++}.ts`,
      `import { defineDesign, linux61 } from 'iovcheck';
export const design = defineDesign({ id: 'mine', title: 'm', source: [], base: linux61, ${rest} ${contract}
  ${functions} });`,
    );

  const CASES: readonly (readonly [what: string, file: string, sentence: string])[] = [
    [
      'that keeps state outside the kernel',
      write(`${KVEC}: (k, i, m, p) => (++n % 3 === 0 ? 0 : f.${KVEC}(k, i, m, p))`, 'let n = 0;'),
      "design 'mine' keeps state outside Kernel: iov_iter_extract_pages",
    ],
    [
      'that exchanges the functions',
      write(`${KVEC}(k, i, m, n) { k.fn = { ...k.fn, unpinUserPage() {} }; return f.${KVEC}(k, i, m, n); }`),
      'state outside Kernel',
    ],
    [
      'that leaves no number in a field',
      write('iovIterExtractBvecPages(k, i) { i.iovOffset = NaN; return 0; }'),
      'leaves iter.iovOffset = NaN after iov_iter_extract_pages',
    ],
    [
      'that overrides what its base has not',
      add('override: { iovIterExtractPages: () => 0 },'),
      'put it under add.functions',
    ],
    [
      'that does not say how pages are held',
      add('add: { functions: { iovIterExtractPages: () => 0 } },'),
      'add iovIterExtractWillPin or iovIterExtractMode',
    ],
    [
      'that does not promise how pages are held',
      add('add: { functions: { iovIterExtractPages: () => 0, iovIterExtractWillPin: () => true } },'),
      'add contract.extract',
    ],
  ];

  let lines: string[] = [];

  beforeAll(async () => {
    const designs = CASES.map(([, file]) => file);
    const { status, err } = await check(designs, 'extract', 'tiny,segs=1', '--workers', '2');
    expect(status).toBe(2);
    lines = err.trimEnd().split('\n');
    expect(lines).toHaveLength(CASES.length);
  });

  test.each(CASES)('%s', (_what, file, sentence) => {
    expect(lines.find((line) => line.includes(`${file}: `))).toContain(sentence);
  });
});

describe('one sentence, and exit 2, for', () => {
  test.each([
    ['linux-6.12', 'extract', 'vpages=9', 'write a whole number from 1 to 4'],
    ['linux-6.12', 'extract', 'bias=3', 'write a power of two from 2 to 64'],
    ['linux-6.12', 'extract', 'cow=foo', 'write cow=mapcount or cow=refcount or cow=exclusive'],
    ['linux-6.12', 'extract', 'order=2', 'write a whole number from 0 to 1'],
    ['linux-6.12', 'extract', 'refbits=1', 'write refbits=2 or more, or 0'],
    ['linux-6.12', 'extract', 'refbits=2,order=1', 'write refbits=3 or more, or 0'],
    ['linux-6.1', 'pipe-iter', 'vpages=2', "vpages means nothing in the scenario 'pipe-iter'"],
    ['linux-6.1', 'fork-dma', 'tiny,ring=2', "ring means nothing in the scenario 'fork-dma'"],
    ['linux-3.3', 'extract', 'tiny', "has none of the functions that the scenario 'extract' calls"],
    ['packet-2012', 'fork-dma', 'tiny', "has none of the functions that the scenario 'fork-dma' calls"],
  ])('%s, %s, %s', async (design, scenario, bounds, sentence) => {
    const { status, err } = await check(design, scenario, bounds);
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });
});

describe('extract-rfc-2022', () => {
  const args = ['check', 'extract-rfc-2022', '--bounds', 'tiny,segs=1', '--quiet'];

  test('is told in the same bytes by one worker and by two', async () => {
    const [one, two] = await Promise.all([
      iovcheck([...args, '--workers', '1']),
      iovcheck([...args, '--workers', '2']),
    ]);
    expect(one.out).toBe(two.out);
    expect(one.status).toBe(1);
  });

  test('leaves traces that replay, and cannot be made shorter', async () => {
    const traces = join(folder.path, 'traces');
    mkdirSync(traces);
    const { out } = await iovcheck([...args, '--scenario', 'extract', '--traces', traces]);
    const names = readdirSync(traces).filter((name) => /dma-target|use-after-free|page-list/.test(name));
    expect(names).toHaveLength(3);
    for (const name of names) {
      const path = join(traces, name);
      expect(out.includes(`replay ${path}`) || name.includes('use-after-free')).toBe(true);
      const [replayed, minimized] = await Promise.all([iovcheck(['replay', path]), iovcheck(['minimize', path])]);
      expect(replayed.status).toBe(1);
      expect(replayed.out).toContain(`broken: ${name.includes('page-list') ? 'page-list' : 'dma-target'}`);
      expect(minimized.status).toBe(0);
    }
  });

  test('fits the published schema, by either engine', async () => {
    const runs = [[], ['--engine', 'random', '--budget', '40000-steps']];
    for (const more of runs) {
      const { out, status } = await iovcheck([...args, '--scenario', 'extract', '--json', ...more]);
      const [result] = resultSchema.parse(JSON.parse(out)).results;
      expect(result.violations.map((v) => v.class.invariant)).toContain('dma-target-stays-allocated');
      expect(status).toBe(1);
    }
  });
});

test('an iterator over memory moves back in a saved trace, beside the one over a pipe', async () => {
  const path = folder.write(
    'back.trace',
    `# iovcheck trace v1
design: linux-6.1
scenario: extract
bounds: tiny

iov_iter_init vec=iovec:[0+2] direction=READ count=full
iov_iter_advance size=1
iov_iter_revert unroll=1
iov_iter_get_pages2 maxsize=1 maxpages=1
done
release_pages
iov_iter_pipe count=2
iov_iter_get_pages maxsize=2 maxpages=1
iov_iter_revert unroll=1
end
`,
  );
  const { status, out } = await iovcheck(['replay', path]);
  expect(out).toContain('9 of 9 steps; nothing is broken.');
  expect(status).toBe(0);
});

test('a report has no line that is too long but its titles and commands', async () => {
  const { out } = await check('extract-rfc-2022', 'extract', 'tiny,segs=1');
  const long = out.split('\n').filter((line) => line.length > 78);
  expect(long.filter((line) => !/^[a-z-]+: \w+(, in \w+)?\(\)$/.test(line))).toEqual([]);
  expect(out).toContain('p0 (free), listed only');
  expect(out).not.toContain('the caller holds p0');
});
