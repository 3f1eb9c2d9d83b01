/** Config files: where they are found, what they come to, and what is said where one can not be used. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { configSchemaText } from '#iov/cli/config-schema.js';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());
const sub = join(folder.path, 'sub');
mkdirSync(sub);
folder.write('mine.ts', designText(''));

const NAMES = ['iovcheck.config.ts', 'iovcheck.config.mjs', 'iovcheck.config.json', 'package.json', 'other.json'];
beforeEach(() => NAMES.forEach((name) => rmSync(join(folder.path, name), { force: true })));

async function printed(args: readonly string[] = [], cwd = folder.path): Promise<unknown> {
  const { out, err } = await iovcheck(['check', ...args, '--print-config'], { cwd });
  return err === '' ? JSON.parse(out) : err;
}

const DEFAULTS = { engine: 'exhaustive', seed: '1' };

describe.sequential('a config file', () => {
  test('says what is checked, and the command line says otherwise', async () => {
    folder.write(
      'iovcheck.config.ts',
      `import { defineConfig } from 'iovcheck';
      const bounds: string = 'tiny';
      export default defineConfig({ designs: ['./mine.ts'], bounds, quiet: true });`,
    );
    const { status, out, err } = await iovcheck(['check'], { cwd: folder.path });
    expect([status, err]).toEqual([0, '']);
    expect(out).toContain('mine, packet: exhausted');
    const other = await iovcheck(['check', 'linux-3.3', '--scenario', 'packet', '--json'], { cwd: folder.path });
    expect(JSON.parse(other.out)).toMatchObject({ results: [{ design: 'linux-3.3', bounds: { page: 4, ring: 1 } }] });
  });

  test('is found from a folder below, and its paths are seen from where it is', async () => {
    const config = { designs: ['./mine.ts', 'linux-3.3'], corpus: 'kept', reporters: ['text', 'json:out.json'] };
    folder.write('iovcheck.config.json', JSON.stringify(config));
    expect(await printed([], sub)).toEqual({
      file: '../iovcheck.config.json',
      designs: ['../mine.ts', 'linux-3.3'],
      ...DEFAULTS,
      corpus: '../kept',
      reporters: ['text', 'json:../out.json'],
    });
  });
});

describe.sequential('a config file, too,', () => {
  test('is a key of package.json, or the file that is named, or JavaScript', async () => {
    folder.write('package.json', '{ "iovcheck": { "seed": 7, "workers": 2 } }');
    expect(await printed(['a'])).toEqual({
      file: 'package.json',
      designs: ['a'],
      ...DEFAULTS,
      seed: '7',
      workers: '2',
    });
    expect(await printed(['a', '--seed', '8'])).toMatchObject({ seed: '8', workers: '2' });
    folder.write('other.json', '{ "known": true }');
    expect(await printed(['a', '--config', 'other.json'])).toMatchObject({
      file: 'other.json',
      known: true,
      seed: '1',
    });
    folder.write('iovcheck.config.mjs', "export default { engine: 'random' };");
    expect(await printed(['a'])).toMatchObject({ file: 'iovcheck.config.mjs', engine: 'random' });
  });

  test('is not there: nothing changes, and something has to be named', async () => {
    expect(await printed(['a'])).toEqual({ file: null, designs: ['a'], ...DEFAULTS });
    const { status, err } = await iovcheck(['check'], { cwd: folder.path });
    expect([status, err]).toEqual([
      2,
      'iovcheck: name a design or a file, or list designs in iovcheck.config.ts; iovcheck list designs shows ours\n',
    ]);
  });
});

describe.sequential('a config file that can not be used', () => {
  test.each([
    [
      '{ "boundz": "tiny" }',
      "iovcheck.config.json: there is no key 'boundz'; did you mean 'bounds'? There are designs,",
    ],
    [
      '{ "seed": "x" }',
      'iovcheck.config.json: seed: expected number, received string; docs/config.schema.json has its form',
    ],
    ['{ "scenario": "pipe" }', 'iovcheck.config.json: scenario: Invalid option: expected one of "pipe-iter"|'],
    ['{ "designs": ', 'iovcheck.config.json: this is no JSON (SyntaxError: '],
    ['{ "bounds": "huge", "designs": ["linux-3.3"] }', 'huge'],
  ])('that can not be used is told in a sentence: %s', async (text, sentence) => {
    folder.write('iovcheck.config.json', text);
    const { status, err } = await iovcheck(['check', '--quiet'], { cwd: folder.path });
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });

  test.each([
    [
      'export const a = 1;',
      'iovcheck.config.ts: it has no default export; write: export default defineConfig({ ... })',
    ],
    ["throw new Error('oh');", 'iovcheck.config.ts: loading it threw Error: oh; correct it and try again'],
    ['export default {', 'iovcheck.config.ts:1:'],
  ])('that is code, too: %s', async (text, sentence) => {
    folder.write('iovcheck.config.ts', text);
    expect(await printed(['a'])).toContain(sentence);
  });

  test('that is named and is not there', async () => {
    expect(await printed(['a', '--config', 'gone.json'])).toBe(
      'iovcheck: --config gone.json: there is no such file; name one, or leave --config out\n',
    );
  });
});

test('the published schema is that of the code', () => {
  expect(readFileSync('docs/config.schema.json', 'utf8')).toBe(configSchemaText());
});
