/** What each format says of the same results: never another verdict than the text and the exit status. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder, designText } from '../cli/run.js';
import type { Written } from './formats.js';
import { FORMATS, HOSTILE, written } from './formats.js';
import { kunitStates, testCases } from './read.js';
import { sarifProblems } from './sarif-schema.js';

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

describe('sarif', () => {
  interface Run {
    readonly invocations: readonly { readonly exitCode: number; readonly executionSuccessful: boolean }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly level: string;
      readonly locations: readonly { readonly physicalLocation?: unknown }[];
      readonly suppressions?: readonly { readonly justification: string }[];
      readonly partialFingerprints: Readonly<Record<string, string>>;
    }[];
    readonly properties: { readonly searches: readonly { readonly verdict: string; readonly complete: string }[] };
  }
  const runOf = (run: Written): Run => (JSON.parse(run.of('sarif')) as { runs: Run[] }).runs[0];

  test('keeps to its schema, whatever was found', () => {
    for (const run of [found, clean, cut, known, hostile]) expect(sarifProblems(run.of('sarif'))).toEqual([]);
  });

  test('has a result a violation, at the function of the kernel that is at fault', () => {
    const { results, invocations } = runOf(found);
    expect(results.map(({ ruleId, level }) => `${ruleId} ${level}`)).toEqual([
      'returns-what-it-promised error',
      'packet-boundaries error',
    ]);
    expect(results[1].locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'fs/pipe.c', uriBaseId: 'LINUX' },
    });
    expect(invocations).toMatchObject([{ exitCode: 1, executionSuccessful: true }]);
  });

  test('puts a violation of a file at the line of the override', () => {
    const own = runOf(hostile).results.filter(({ partialFingerprints }) =>
      Object.values(partialFingerprints).some((print) => print.startsWith('mine ')),
    );
    expect(own.length).toBeGreaterThan(0);
    for (const { locations } of own)
      expect(locations[0].physicalLocation).toMatchObject({
        artifactLocation: { uri: 'mine.ts' },
        region: { startLine: 6 },
      });
  });

  test('suppresses what is known, and says what was not proved', () => {
    for (const { level, suppressions } of runOf(known).results) {
      expect(level).toBe('note');
      expect(suppressions).toMatchObject([{ justification: expect.stringMatching(/^known, F-\d+/) as string }]);
    }
    expect(runOf(cut)).toMatchObject({ results: [], invocations: [{ exitCode: 3, executionSuccessful: true }] });
    expect(runOf(cut).properties.searches[0].complete).toMatch(/nothing is proved$/);
  });
});

describe('a mail', () => {
  test('says in its subject what was found, or that nothing was', () => {
    expect(found.of('email')).toMatch(/^Subject: \[iovcheck\] packet-2012:\s+returns-what-it-promised broken/);
    expect(clean.of('email')).toMatch(/^Subject: \[iovcheck\] linux-3\.3: no rule is broken within the bounds\n/);
    expect(cut.of('email')).toMatch(/^Subject: \[iovcheck\] linux-3\.3: nothing was found, and nothing is\s+proved\n/);
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

  test('leave markdown no markup of theirs', () => {
    const text = hostile.of('markdown');
    expect(text.match(/<\/?details>/g)).toHaveLength(2 * (text.match(/<summary>/g) ?? []).length);
    const outside = text.replaceAll(/^(`{3,})\w*\n[\s\S]*?\n\1$/gm, '');
    expect(outside).not.toMatch(/<b>(?! *&|[^<]*<\/b>)|^(`{3,})/m);
    for (const line of outside.split('\n')) if (line.startsWith('|')) expect(line.split(/(?<!\\)\|/)).toHaveLength(6);
  });

  test('leave a mail its columns, and no control character', () => {
    for (const run of [found, clean, cut, known, hostile]) {
      expect(
        run
          .of('email')
          .split('\n')
          .filter((line) => line.length > 72),
      ).toEqual([]);
      expect(run.of('email')).not.toMatch(/[^\P{Cc}\n]|\p{Cs}/u);
    }
  });
});
