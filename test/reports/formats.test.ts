/** What each format says of the same results: never another verdict than the text and the exit status. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder, designText } from '../cli/run.js';
import type { Written } from './formats.js';
import { FORMATS, HOSTILE, written } from './formats.js';
import { kunitStates, testCases } from './read.js';

const folder = new Folder();
afterAll(() => folder.remove());

const TINY = ['--bounds', 'tiny'];

let found: Written;
let clean: Written;
let cut: Written;
let known: Written;
let hostile: Written;

beforeAll(async () => {
  folder.write('hostile.ts', HOSTILE);
  folder.write('mine.ts', designText('pipeWrite(k, ...rest) {\n return functions.pipeWrite(k, ...rest) + 1; },'));
  [found, clean, cut, known, hostile] = await Promise.all([
    written(folder, 'found', ['packet-2012', 'linux-3.3', ...TINY]),
    written(folder, 'clean', ['linux-3.3', ...TINY]),
    written(folder, 'cut', ['linux-3.3', '--budget', '100-steps', ...TINY]),
    written(folder, 'known', ['linux-4.10', '--scenario', 'packet', '--known', ...TINY]),
    written(folder, 'hostile', ['./hostile.ts', './mine.ts', ...TINY]),
  ]);
});

describe('what is written', () => {
  test.each(FORMATS.filter((format) => format !== 'json'))(
    '%s, of a design that breaks two rules and one that breaks none',
    async (format) => {
      await expect(found.of(format)).toMatchFileSnapshot(`golden/packet-2012.${format}`);
    },
  );

  test('leaves the text on stdout as it was', () => {
    expect(found.status).toBe(1);
    expect(found.out).toMatch(/2 searches, 2 violations; exit 1\.\n$/);
    expect(found.err).toBe('');
  });

  test('has no time in it, and is the same whatever the number of workers', async () => {
    const again = await written(folder, 'again', ['packet-2012', 'linux-3.3', ...TINY, '--workers', '1']);
    for (const format of FORMATS) expect(again.of(format)).toBe(found.of(format));
  });
});

describe('junit', () => {
  test('has a suite a search and a test a rule', () => {
    const cases = testCases(found.of('junit'));
    expect(new Set(cases.map(({ suite }) => suite))).toEqual(new Set(['packet-2012, packet', 'linux-3.3, packet']));
    const failed = cases.filter(({ state }) => state === 'failure');
    expect(failed.map(({ name }) => name)).toEqual(['packet-boundaries', 'returns-what-it-promised']);
    expect(failed[0].text).toContain('pwrite fd=wd size=1');
  });

  test('fails nothing where nothing broke', () => {
    expect(clean.status).toBe(0);
    expect(new Set(testCases(clean.of('junit')).map(({ state }) => state))).toEqual(new Set(['passed']));
  });

  test('skips what a search that was cut short does not prove, and says so', () => {
    expect(cut.status).toBe(3);
    const cases = testCases(cut.of('junit'));
    expect(new Set(cases.map(({ state }) => state))).toEqual(new Set(['skipped']));
    expect(cases[0].text).toContain('budget of 100 steps is spent; nothing is proved');
  });

  test('with --known fails nothing that is known, and shows it', () => {
    expect(known.status).toBe(0);
    const cases = testCases(known.of('junit'));
    expect(cases.filter(({ state }) => state === 'failure')).toEqual([]);
    expect(cases.map(({ text }) => text).join('\n')).toMatch(/not counted \(known, F-\d+ in docs\/findings\.md\)/);
  });
});

describe('ktap', () => {
  const lines = (run: Written): string[] => run.of('ktap').split('\n');

  test('begins with its version and a plan, and each subtest too', () => {
    expect(lines(found).slice(0, 5)).toEqual([
      'KTAP version 1',
      '1..2',
      '  KTAP version 1',
      '  # Subtest: packet-2012, packet',
      '  1..20',
    ]);
    for (const line of lines(hostile)) expect(line).toMatch(/^ *(KTAP version 1|1\.\.\d+|# ?.*|#|(not )?ok \d+ .*)?$/);
  });

  test('is not ok where a rule broke, and skips what is not proved', () => {
    expect(lines(found)).toContain('  not ok 8 packet-boundaries');
    expect(lines(found)).toContain('not ok 1 packet-2012, packet');
    expect(lines(found)).toContain('ok 2 linux-3.3, packet');
    expect(lines(cut)).toContain('ok 1 linux-3.3, packet # SKIP budget-spent, nothing is proved');
    expect(lines(known).filter((line) => /^ *not ok/.test(line))).toEqual([]);
  });

  test('is what kunit.py parse takes it for', ({ skip }) => {
    const states = kunitStates(found.of('ktap'));
    if (states === undefined) skip('kunit.py is not here; apt-get install -y linux-source-6.12 python3');
    expect(states).toContain('[FAILED] packet-boundaries');
    expect(states).toContain('Testing complete. Ran 40 tests: passed: 38, failed: 2');
    expect(kunitStates(cut.of('ktap'))).toContain('Testing complete. Ran 20 tests: skipped: 20');
    expect(kunitStates(hostile.of('ktap'))).toMatch(/Ran 41 tests: passed: \d+, failed: \d+\n/);
  });
});

describe('github', () => {
  const lines = (run: Written): string[] => run.of('github').trimEnd().split('\n');

  test('is one error a violation, its lines in one', () => {
    expect(lines(found)).toHaveLength(2);
    expect(lines(found)[1]).toMatch(/^::error title=packet-boundaries%3A pwrite%2C in pipe_write\(\)/);
    expect(lines(found)[1]).toContain('%0A   1  pwrite fd=w size=1   = 1%0A');
    expect(clean.of('github')).toBe('');
  });

  test('shows a violation of a file in the file, at the function that is at fault', () => {
    const own = lines(hostile).filter((line) => line.includes('(mine%2C packet)'));
    expect(own.length).toBeGreaterThan(0);
    for (const line of own) expect(line).toMatch(/^::error file=mine\.ts,line=6,title=/);
  });

  test('warns where nothing is proved, and only notes what is known', () => {
    expect(lines(cut)).toEqual([
      '::warning title=linux-3.3%2C packet%3A budget-spent::no: the budget of 100 steps is spent; nothing was found, and nothing is proved',
    ]);
    for (const line of lines(known)) expect(line).toMatch(/^::notice title=.*::Not counted: known, F-\d+/);
  });

  test('lets no word of a design become a command of its own', () => {
    for (const line of lines(hostile)) expect(line).toMatch(/^::error file=(hostile|mine)\.ts,line=\d+,title=[^:]*::/);
  });
});

describe('words that are meant to break a format', () => {
  test('leave junit well formed', () => {
    const cases = testCases(hostile.of('junit'));
    const failed = cases.filter(({ suite, state }) => suite === 'hostile, packet' && state === 'failure');
    expect(failed.map(({ name }) => name)).toEqual(['a]]>%::<b>']);
    expect(hostile.of('junit')).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
  });

  test('leave ktap its plan', () => {
    const results = hostile.of('ktap').match(/^(not )?ok \d+/gm);
    expect(results).toEqual(['not ok 1', 'not ok 2']);
  });
});
