/** `iovcheck report`: what was found before, shown without searching again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageData } from '#iov/reports/html/data.js';
import { parseResults } from '#iov/reports/json-schema.js';
import { Folder, designText, iovcheck, linesOf, tiny } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const at = (name: string): string => join(folder.path, name);

/** The data in a page. */
function pageIn(name: string): PageData {
  const html = readFileSync(at(`${name}/index.html`), 'utf8');
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/.exec(html) ?? [];
  return JSON.parse(json) as PageData;
}

describe('of a saved result', () => {
  beforeAll(async () => {
    const { out } = await tiny('packet-2012', '--json', '--traces', at('out'), '--reporter', `html:${at('searched')}`);
    folder.write('result.json', out);
  });

  test('says what the check said', async () => {
    const searched = await tiny('packet-2012');
    const run = await iovcheck(['report', at('result.json')]);
    expect(run.status).toBe(0);
    expect(linesOf(run.out).slice(0, -1)).toEqual(linesOf(searched.out).slice(0, -1));
    expect(linesOf(run.out).at(-1)).toBe('1 report, 2 violations; exit 0.');
  });

  test('has the same runs, facts and patches in a page', async () => {
    await iovcheck(['report', at('result.json'), '--reporter', `html:${at('page')}`]);
    const [[now], [then]] = [pageIn('page').results, pageIn('searched').results];
    const shown = ({ violations }: PageData['results'][number]): unknown =>
      violations.map(({ run, facts, patches, explanation, length }) => ({ run, facts, patches, explanation, length }));
    expect(shown(now)).toEqual(shown(then));
    expect(now.reached).toEqual(then.reached);
  });

  test('on another design says that it no longer breaks', async () => {
    const run = await iovcheck(['report', at('result.json'), '--on', 'packet-2012-repaired']);
    expect(run.status).toBe(2);
    expect(run.err).toMatch(/result\.json: a trace no longer breaks .*; check the design again/);
  });
});

describe('of traces', () => {
  test('shows what each breaks', async () => {
    const names = folder.list('out').map((name) => at(`out/${name}`));
    const run = await iovcheck(['report', ...names, '--reporter', `html:${at('traces')}`]);
    expect(run.status).toBe(0);
    const found = pageIn('traces').results.flatMap(({ violations }) => violations.map(({ invariant }) => invariant));
    expect(found).toEqual(['returns-what-it-promised', 'packet-boundaries']);
  });

  test('that break nothing is a run all the same', async () => {
    const trace = ['# iovcheck trace v1', 'design: linux-6.1', 'scenario: packet', 'bounds: tiny', ''];
    folder.write('quiet.trace', `${[...trace, 'pwrite fd=w size=1', 'pread size=1', 'end'].join('\n')}\n`);
    const run = await iovcheck(['report', at('quiet.trace'), '--reporter', `html:${at('quiet')}`]);
    expect(run.status).toBe(0);
    expect(run.out).toContain('no violation; exit 0.');
    expect(pageIn('quiet').results[0].quiet?.steps.map(({ call }) => call)).toEqual([
      '',
      'pwrite fd=w size=1',
      'pread size=1',
    ]);
  });

  test('of a user’s design is found beside the trace', async () => {
    folder.write('mine.ts', designText('pipeRead: (k, n) => n'));
    await iovcheck(['check', 'mine.ts', '--bounds', 'tiny', '--quiet', '--traces', 'mine'], { cwd: folder.path });
    const [first] = folder.list('mine');
    const run = await iovcheck(['report', `mine/${first}`, '--reporter', 'html:my-page'], { cwd: folder.path });
    expect(run.status).toBe(0);
    const [{ violations }] = pageIn('my-page').results;
    const added = violations[0].patches.flatMap(({ lines }) => lines.filter(({ sign }) => sign === '+'));
    expect(added.map(({ text }) => text)).toContain('pipeRead = (k, n) => n');
  });
});

test('a file that is not there is refused with what to write', async () => {
  const run = await iovcheck(['report', at('absent.json')]);
  expect(run.status).toBe(2);
  expect(run.err).toMatch(/absent\.json: it can not be read \(ENOENT\); name a file of check --json/);
});

test.each([
  ['{ "version": 1', /^a: this is no JSON document of one check; 'iovcheck check/],
  ['{ "version": 7, "results": [] }', /^a: this is JSON, and no result of version 1 \(its version is 7\)/],
  ['{}', /its version is not there/],
  ['{ "version": 1, "results": [{}] }', /^a: the result can not be read: results\.0\./],
])('%s is no result', (text, message) => {
  expect(() => parseResults(text, 'a')).toThrow(message);
});
