/** The plugin for vitest: what passes here, and, in a run of its own, what has to fail. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test as plain } from 'vitest';
import { defineDesign, linux33, linux612 } from '#iov/index.js';
import { test } from '#iov/vitest/index.js';
import { Folder } from '../cli/run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const good = defineDesign({ id: 'good', title: 'as 3.3', source: [], base: linux33, scenarios: ['packet'] });
const bad = defineDesign({ ...good, id: 'bad', base: linux33, override: { setfl: () => -22 } });

describe('matchers', () => {
  test('hold a design to the rules', async () => {
    await expect(good).toSatisfyInvariants();
    await expect(bad).not.toSatisfyInvariants();
    await expect(bad).not.toHaveNoCounterexample();
  });

  test('tell a proof from a search that was cut short', async () => {
    await expect(good).toHaveNoCounterexample({ budget: '10-steps' });
    await expect(expect(good).toSatisfyInvariants({ budget: '10-steps' })).rejects.toThrow(
      /^good, packet: the search was cut short: .*; give it a larger budget, or smaller bounds$/,
    );
  });

  test('say what a design should have broken', async () => {
    await expect(expect(good).not.toSatisfyInvariants()).rejects.toThrow('no rule is broken by good, packet');
  });

  test('take ids as well, and engines that sample', async () => {
    const options = { scenario: 'packet', engine: 'random', budget: '2000-steps' } as const;
    await expect('linux-3.3').toHaveNoCounterexample(options);
    await expect('packet-2012').not.toHaveNoCounterexample(options);
  });
});

describe('toDifferFrom', () => {
  test('tells a design from another, by what a caller sees', async () => {
    await expect(bad).toDifferFrom(linux33);
    await expect(good).not.toDifferFrom(linux33);
    await expect('linux-4.10').not.toDifferFrom('linux-4.8', { scenario: 'packet' });
  });

  test('shows the shortest run to a difference that is not to be there, and what both do in it', async () => {
    const message = await expect(bad)
      .not.toDifferFrom('linux-3.3')
      .then(
        () => '',
        (error: Error) => error.message,
      );
    expect(message).toMatch(/^linux-3\.3 and bad have a difference:\n\nfcntl_setfl\(\): another error/);
    expect(message).toMatch(/1 {2}fcntl_setfl fd=w flags=\w+\n[\s\S]*returns +0 +-EINVAL +<==/);
    expect(message).not.toContain('again');
  });

  test('says where there is none, and takes no search for a proof that was cut short', async () => {
    const none = 'no difference was found: linux-3.3 and good, packet';
    await expect(expect(good).toDifferFrom(linux33)).rejects.toThrow(none);
    const short = { budget: '10-steps' };
    const words = 'linux-3.3 and good, packet: the search was cut short: ';
    await expect(expect(good).not.toDifferFrom(linux33, short)).rejects.toThrow(words);
    await expect(expect(good).toDifferFrom(linux33, short)).rejects.toThrow(`${none}\n${words}`);
  });
});

let seen = 0;
test.design('a design is a test', good);
test.design(
  'a design has what its base has',
  linux612,
  { scenario: 'splice', except: 'base' },
  ({ results, counterexamples }) => {
    seen = results[0].violations.length - counterexamples.length;
  },
);
test('what a run came to is handed on', () => {
  expect(seen).toBeGreaterThan(0);
});

interface Ran {
  readonly testResults: readonly {
    readonly assertionResults: readonly { title: string; status: string; failureMessages: string[] }[];
  }[];
}

/** A run of test/vitest/failing.ts, as both reporters tell it. */
async function failing(): Promise<{ json: Ran; junit: string }> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const bin = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
  const xml = join(folder.path, 'junit.xml');
  const json = join(folder.path, 'failing.json');
  const files = [`--outputFile.json=${json}`, `--outputFile.junit=${xml}`];
  const reporters = ['--reporter=json', '--reporter=junit', ...files];
  const args = [bin, 'run', '--config', 'test/vitest/failing.config.ts', ...reporters];
  const run = promisify(execFile)(process.execPath, args, {
    cwd: root,
    env: { ...process.env, CI: '', NO_COLOR: '1' },
  });
  await run.catch(() => {}); // exit 1: its tests fail
  return { json: JSON.parse(readFileSync(json, 'utf8')) as Ran, junit: readFileSync(xml, 'utf8') };
}

plain('a design that breaks a rule fails, says how, and its traces are attached', async () => {
  const { json, junit } = await failing();
  const [one, two] = json.testResults[0].assertionResults;
  expect([one.status, two.status]).toEqual(['failed', 'failed']);
  expect(one.failureMessages[0]).toMatch(/^Counterexample: bad has a counterexample:\n\nreturns-what-it-promised: /);
  expect(one.failureMessages[0]).toContain('1  fcntl_setfl fd=w flags=O_NONBLOCK  = -EINVAL');
  expect(two.failureMessages[0]).toContain('bad has 3 counterexamples:');
  expect(two.failureMessages[0]).toMatch(/and these:\n {2}[\w-]+ at .*, \d steps? \(packet\)/);
  expect(junit).toContain('bad.packet.exhaustive.01.returns-what-it-promised.fcntl_setfl.trace');
});
