/** What was found before, in every scenario, in the formats that have a shape to keep. */
import type { Account } from '#iov/reports/account.js';
import { emailText } from '#iov/reports/email.js';
import { junitText } from '#iov/reports/junit.js';
import { markdownText } from '#iov/reports/markdown.js';
import { sarifText } from '#iov/reports/sarif.js';
import { describe, expect, test } from 'vitest';
import { accountOfKept, conclusionOf, kept } from './accounts.js';
import { sarifProblems } from './sarif-schema.js';

const all = kept(/.*/).map((one) => ({ name: one.name, account: accountOfKept(one) }));
const accounts = all.map(({ account }) => account);
const nowhere = (): undefined => undefined;

test('there is something of every scenario', () => {
  expect(new Set(accounts.map(({ result }) => result.scenario)).size).toBeGreaterThan(9);
});

describe('a mail', () => {
  const mail = (account: Account): string[] => emailText([account], conclusionOf([account])).split('\n');

  test('has no line of more than 72 columns', () => {
    const long = accounts.flatMap(mail).filter((line) => line.length > 72);
    expect(long).toEqual([]);
  });

  test('has a subject, and a command that is one line to a shell', () => {
    for (const account of accounts) {
      const lines = mail(account);
      const text = lines.join('\n');
      expect(text).toMatch(/^Subject: \[iovcheck\]\s+\S+:\s+\S+\s+broken\s+in\s+\S+\n\n/);
      const command = /^reproduce:\s+(iovcheck(?:.*\\\n)*.*)$/m.exec(text)?.[1] ?? '';
      expect(command.replaceAll(/ \\\n {2}/g, ' ').replaceAll('\\\n', '')).toBe(account.again);
    }
  });

  test('names the commits of a bug that mainline had', () => {
    const tee = all.find(({ name }) => name.startsWith('tee-merge'));
    const text = tee === undefined ? '' : mail(tee.account).join('\n');
    expect(text).toContain('\nFixes: 70524490ee2e\nFixes: 7c77f0b3f920\n');
    expect(text).toContain('This bug was in mainline; a0ce2f0aa6ad took it out.');
  });
});

describe('SARIF', () => {
  test('keeps to the schema of OASIS', () => {
    expect(sarifProblems(sarifText(accounts, conclusionOf(accounts), '0.1.0', nowhere))).toEqual([]);
  });

  test('that does not is seen', () => {
    const text = sarifText(accounts.slice(0, 1), conclusionOf(accounts), '0.1.0', nowhere);
    expect(sarifProblems(text.replace('"level": "error"', '"level": "bad"'))).not.toEqual([]);
    expect(sarifProblems(text.replace('"executionOrder": 1', '"executionOrder": "1"'))).not.toEqual([]);
  });
});

test('JUnit has times where they were asked for, and nowhere else', () => {
  const [one] = accounts;
  const text = (timing: object): string => {
    const timed = { ...one, result: { ...one.result, ...timing } };
    return junitText([timed], conclusionOf([timed]));
  };
  expect(text({})).not.toContain('time');
  expect(text({ timing: { seconds: 1.5, edgesPerSecond: 7 } })).toMatch(/<testsuite name="[^"]*" time="1\.5"/);
});

test('a comment has room for what GitHub takes, and says what it leaves out', () => {
  const text = markdownText(accounts, conclusionOf(accounts));
  expect(text.length).toBeLessThan(65_536 * 2);
  const [one] = accounts;
  const many = { ...one, violations: Array.from({ length: 200 }, () => one.violations[0]) };
  const full = markdownText([many], conclusionOf([one]));
  expect(full.length).toBeLessThan(65_536);
  expect(full).toContain('Also found, and left out here because a comment has not more room:');
});
