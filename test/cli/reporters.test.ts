/** `--reporter`: which formats go where, and what a mistake in it is told. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { UsageError } from '#iov/harness/bounds-text.js';
import { lineOfFunction } from '#iov/cli/place.js';
import { parseReporters } from '#iov/cli/reporter-options.js';
import { PATIENT } from '../reports/formats.js';
import type { Ended } from './run.js';
import { Folder, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

function tiny(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return iovcheck(['check', '--bounds', 'tiny', '--quiet', ...args], { env: { ...PATIENT, ...env } });
}

function places(reporter: readonly string[], more: { json?: boolean } = {}): string[] {
  return parseReporters({ reporter, ...more }).map(({ kind, path }) => `${kind} ${path ?? '-'}`);
}

describe('formats', () => {
  test('are the text where none is named, and beside files', () => {
    expect(places([])).toEqual(['text -']);
    expect(places(['junit:a.xml', 'ktap:b/c'])).toEqual(['text -', 'junit a.xml', 'ktap b/c']);
    expect(places(['text:a'])).toEqual(['text a']);
  });

  test('have stdout one at a time', () => {
    expect(places(['ktap'])).toEqual(['ktap -']);
    expect(places(['junit:a:b'], { json: true })).toEqual(['junit a:b', 'json -']);
    expect(() => places(['ktap', 'junit'])).toThrow(
      '--reporter junit: ktap goes to stdout already; give one of them a path, e.g. --reporter junit:out',
    );
    expect(() => places(['text'], { json: true })).toThrow(UsageError);
  });

  test('of GitHub stand behind the text, and behind nothing else', () => {
    expect(places(['github'])).toEqual(['text -', 'github -']);
    expect(places(['text', 'github'])).toEqual(['text -', 'github -']);
    expect(places(['github', 'junit:a'])).toEqual(['text -', 'github -', 'junit a']);
    expect(() => places(['github'], { json: true })).toThrow('--reporter json: github goes to stdout already');
    expect(places(['github:a'], { json: true })).toEqual(['github a', 'json -']);
  });

  test('that are none are told, with the nearest', () => {
    expect(() => places(['junti'])).toThrow("--reporter junti: did you mean 'junit'? There are text, json, ndjson");
    expect(() => places(['ktap:'])).toThrow('--reporter ktap:: write a path after the colon, e.g. ktap:out.ktap');
  });
});

test('what was not checked at all fails in every format, with the reason', async () => {
  const formats = ['junit', 'sarif', 'github', 'markdown', 'email'];
  const at = (kind: string): string => join(folder.path, `none.${kind}`);
  const { status, out } = await tiny([
    'packet-2013',
    '--reporter',
    'ktap',
    ...formats.flatMap((kind) => ['--reporter', `${kind}:${at(kind)}`]),
  ]);
  expect(status).toBe(2);
  expect(out).toContain('\nnot ok 1 exit status\n');
  for (const text of [out, ...formats.map((kind) => readFileSync(at(kind), 'utf8'))]) {
    expect(text).toMatch(/there is no design (&apos;|')packet-2013/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('1 error; exit 2.');
  }
});

describe('in a job of GitHub', () => {
  test('annotations stand behind the text, where no format is named', async () => {
    const { status, out } = await tiny(['packet-2012'], { GITHUB_ACTIONS: 'true' });
    expect(status).toBe(1);
    expect(out).toMatch(/\n1 search, 2 violations; exit 1\.\n::error title=.*\n::error title=.*\n$/);
  });

  test('nothing is added to a format that is named', async () => {
    const { out } = await tiny(['linux-3.3', '--json'], { GITHUB_ACTIONS: 'true' });
    expect(() => JSON.parse(out) as unknown).not.toThrow();
  });
});

test('a file that can not be written is in the status of all that are', async () => {
  const junit = join(folder.path, 'junit.xml');
  const files = ['--reporter', `junit:${junit}`, '--reporter', 'ktap:/proc/nope/out.ktap'];
  const { status, out, err } = await tiny(['linux-3.3', ...files]);
  expect(status).toBe(2);
  expect(err).toContain(
    '/proc/nope/out.ktap: it can not be written (ENOENT); name another place with --reporter ktap:PATH',
  );
  expect(out).toContain('no violation, 1 error; exit 2.');
  expect(readFileSync(junit, 'utf8')).toMatch(
    /<error message="\/proc\/nope\/out\.ktap: it can not .* exit 2\." type="exit 2"\/>/,
  );
});

test('the line of a function in a file is that of the override, not of a call', () => {
  const lines = [
    'const { functions } = base;',
    'functions.pipeRead(k);',
    '  override: { pipeRead(k) {',
    '  },',
    'pushPage: f,',
  ];
  expect(lineOfFunction(lines, 'pipe_read')).toBe(3);
  expect(lineOfFunction(lines, 'push_page')).toBe(5);
  expect(lineOfFunction(lines, 'pipe_write')).toBeUndefined();
  expect(lineOfFunction(lines, 'no_such_function')).toBeUndefined();
});
