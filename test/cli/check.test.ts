import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { resultSchema } from '#iov/reports/json-schema.js';
import type { JsonDocument } from '#iov/reports/json.js';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, iovcheck, tiny } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

describe('check', () => {
  test('finds what packet-2012 breaks, and says how', async () => {
    const { status, out, err } = await tiny('packet-2012');
    expect(status).toBe(1);
    expect(out).toContain('packet-boundaries');
    expect(out).toContain('pwrite fd=wd size=1');
    expect(out).toContain('seed 1');
    expect(out).toMatch(/1 search, \d+ violations; exit 1\.\n$/);
    expect(err).toBe('');
  });

  test('proves that 3.3 breaks nothing within the bounds', async () => {
    const { status, out } = await tiny('linux-3.3');
    expect(status).toBe(0);
    expect(out).toMatch(/exhausted.*1 search, no violation; exit 0\.\n$/s);
  });

  test('prints the same bytes whatever the number of workers, in the order of the command line', async () => {
    const designs = ['packet-2012', 'linux-3.3', 'packet-2012-repaired'];
    const [one, three] = await Promise.all([tiny('--workers', '1', ...designs), tiny('--workers', '3', ...designs)]);
    expect(three.out).toBe(one.out);
    const at = designs.map((design) => one.out.indexOf(`${design}, packet:`));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at).not.toContain(-1);
  });

  test('without a named fix, finds what the fix is for', async () => {
    const { status, out } = await tiny('packet-2012-repaired', '--without', 'no-merge-into-stream');
    expect(status).toBe(1);
    expect(out).toMatch(/fixed by\s+no-merge-into-stream/);
  });
});

describe('the end of a check', () => {
  test('says that a search was cut short', async () => {
    const { status, out } = await tiny('linux-3.3', '--budget', '100-steps');
    expect(status).toBe(3);
    expect(out).toContain('budget-spent');
    expect(out).toContain('budget of 100 steps is spent');
    expect(out).toContain('1 search, no violation, 1 cut short; exit 3.');
  });

  test('ends a search whose seconds are over', async () => {
    const { status, out } = await iovcheck([
      'check',
      'linux-6.1',
      '--scenario',
      'all',
      '--bounds',
      'deep',
      '--quiet',
      '--budget',
      '0.5s',
    ]);
    expect([1, 3]).toContain(status);
    expect(out).toContain('the budget of 0.5 s is spent');
  });

  test('ends a search that fills its memory', async () => {
    const { out } = await iovcheck([
      'check',
      'linux-6.1',
      '--scenario',
      'packet',
      '--bounds',
      'deep',
      '--quiet',
      '--memory',
      '2M',
    ]);
    expect(out).toMatch(/--memory/);
  });

  test('runs both engines, which find the same classes', async () => {
    const args = ['packet-2012', '--engine', 'all', '--budget', '50000-steps', '--json'];
    const [a, b] = await Promise.all([tiny(...args), tiny(...args, '--workers', '1')]);
    expect(b.out).toBe(a.out);
    const [exhaustive, random] = (JSON.parse(a.out) as JsonDocument).results;
    expect([exhaustive.engine, random.engine]).toEqual(['exhaustive', 'random']);
    const names = ({ violations }: typeof random): string[] =>
      violations.map((v) => Object.values(v.class).join(' ')).sort();
    expect(names(random)).toEqual(names(exhaustive));
    // Each was handed over, and proved.
    expect(random.violations.every((v) => v.minimality === 'shortest')).toBe(true);
  });

  test('a random run that finds nothing proves nothing, and exits 0', async () => {
    const { status, out } = await tiny('linux-3.3', '--engine', 'random', '--budget', '20000-steps', '--seed', '7');
    expect(status).toBe(0);
    expect(out).toContain('budget-spent');
    expect(out).toContain('seed 7');
  });

  test('compares with the known violations of a design', async () => {
    const { status, out } = await tiny('packet-2012', '--known');
    expect(status).toBe(1);
    expect(out).toContain(
      'packet-2012, packet: packet-boundaries at pwrite, in pipe_write() is not among its known violations.',
    );
    expect((await tiny('linux-3.3', '--known')).status).toBe(0);
  });

  test('with careless callers compares with the base', async () => {
    const { out } = await iovcheck(['check', 'packet-2012', '--json', '--quiet', '--bounds', 'tiny,callers=careless']);
    const [result] = (JSON.parse(out) as JsonDocument).results;
    expect(result.bounds.callers).toBe('careless');
    expect(result.violations.every((v) => !v.misuse)).toBe(true);
  });
});

describe('--json', () => {
  test('is one document of the published shape, with nothing in it that changes', async () => {
    const [a, b] = await Promise.all([tiny('packet-2012', '--json'), tiny('packet-2012', '--json')]);
    expect(b.out).toBe(a.out);
    const document = resultSchema.parse(JSON.parse(a.out));
    expect(document.results).toHaveLength(1);
    const [result] = document.results;
    expect(result).toMatchObject({
      design: 'packet-2012',
      scenario: 'packet',
      engine: 'exhaustive',
      seed: 1,
      verdict: 'violated',
      exhausted: true,
    });
    expect(result.timing).toBeUndefined();
    const merged = result.violations.find((v) => v.class.invariant === 'packet-boundaries');
    expect(merged).toMatchObject({ steps: 2, minimality: 'shortest', fixedBy: 'no-merge-into-stream', misuse: false });
    expect(merged?.trace).toEqual(['pwrite fd=w size=1', 'pwrite fd=wd size=1']);
  });

  test('has times where they are asked for', async () => {
    const { out } = await tiny('linux-3.3', '--json', '--timing');
    const document = resultSchema.parse(JSON.parse(out));
    expect(document.results[0].timing?.seconds).toBeGreaterThan(0);
  });

  test('is a line a search with --ndjson', async () => {
    const { out } = await tiny('linux-3.3', 'packet-2012', '--ndjson');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; design: string });
    expect(lines.map(({ type, design }) => [type, design])).toEqual([
      ['result', 'linux-3.3'],
      ['result', 'packet-2012'],
    ]);
  });

  test('is as the schema in docs says', async () => {
    const { schemaText } = await import('#iov/reports/json-schema.js');
    const published = readFileSync(new URL('../../docs/result.schema.json', import.meta.url), 'utf8');
    expect(published, 'run: npm run schema').toBe(schemaText());
  });
});

describe('--reporter', () => {
  test('writes to files, beside the text on stdout', async () => {
    const json = join(folder.path, 'new', 'out.json');
    const text = join(folder.path, 'out.txt');
    const { status, out } = await tiny(
      'packet-2012',
      '--reporter',
      `json:${json}`,
      '--reporter',
      `text:${text}`,
      '--reporter',
      'text',
    );
    expect(status).toBe(1);
    expect(readFileSync(text, 'utf8')).toBe(out);
    expect(resultSchema.parse(JSON.parse(readFileSync(json, 'utf8'))).results).toHaveLength(1);
  });
});

describe('--traces', () => {
  test('writes a file a violation, which replay and minimize read', async () => {
    const traces = join(folder.path, 'traces');
    mkdirSync(traces);
    const { out } = await tiny('packet-2012', '--traces', traces);
    const files = readdirSync(traces).sort();
    expect(files.length).toBeGreaterThan(1);
    const name = files.find((file) => file.includes('packet-boundaries')) ?? '';
    const path = join(traces, name);
    expect(out).toContain(`iovcheck replay ${path}`);
    const [replayed, minimized, elsewhere] = await Promise.all([
      iovcheck(['replay', path]),
      iovcheck(['minimize', path]),
      iovcheck(['replay', path, '--on', 'packet-2012-repaired']),
    ]);
    expect(replayed.status).toBe(1);
    expect(replayed.out).toContain('2 of 2 steps; broken: packet-boundaries.');
    expect(minimized.status).toBe(0);
    expect(minimized.out).toBe(readFileSync(path, 'utf8'));
    expect(elsewhere.status).toBe(0);
    expect(elsewhere.out).toContain('nothing is broken; the trace says that it breaks packet-boundaries');
  });

  test('name the fixes that were taken out', async () => {
    const traces = join(folder.path, 'without');
    await tiny('packet-2012-repaired', '--without', 'no-merge-into-stream', '--traces', traces);
    const [name] = readdirSync(traces);
    const { status, out } = await iovcheck(['replay', join(traces, name)]);
    expect(status).toBe(1);
    expect(out).toContain('without no-merge-into-stream');
  });
});

describe('signals', () => {
  test('the first ends the search with what it has', async () => {
    const { status, out, err } = await iovcheck(
      ['check', 'pipe-iter-2016', '--scenario', 'all', '--bounds', 'deep', '--quiet'],
      { signals: [['SIGINT', 3000]] },
    );
    expect(status).toBe(130);
    expect(err).toContain('press Ctrl-C again');
    expect(out).toMatch(/it was interrupted.*interrupted; exit 130\.\n$/s);
  });
});
