/** `check()`, the function that the package exports. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Design } from '#iov/index.js';
import { check, defineDesign, linux33 } from '#iov/index.js';
import { resultSchema } from '#iov/reports/json-schema.js';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

function design(override: Parameters<typeof defineDesign>[0]['override'] = {}): Design {
  return defineDesign({ id: 'mine', title: 'of a user', source: [], base: linux33, scenarios: ['packet'], override });
}

describe('check()', () => {
  test('comes to what the command line comes to', async () => {
    const run = await check('packet-2012', { bounds: 'tiny' });
    const { out } = await iovcheck(['check', 'packet-2012', '--bounds', 'tiny', '--json', '--quiet']);
    expect({ version: 1, results: run.results }).toEqual(resultSchema.parse(JSON.parse(out)));
    expect(run.counterexamples.map(({ violation }) => violation)).toEqual(run.results[0].violations);
    expect(run.cutShort).toEqual([]);
  });

  test('of a file and of an object comes to the same', async () => {
    folder.write('mine.ts', designText('setfl: () => -22'));
    const options = { bounds: 'tiny' } as const;
    const ofFile = await check(new URL(`file://${folder.path}/mine.ts`), options);
    const ofObject = await check(design({ setfl: () => -22 }), options);
    expect(ofObject.results).toEqual(ofFile.results);
    expect(ofFile.counterexamples.map(({ file, trace }) => [file, trace.includes('fcntl_setfl')])).toEqual([
      ['mine.packet.exhaustive.01.returns-what-it-promised.fcntl_setfl.trace', true],
    ]);
    expect(ofFile.counterexamples[0].text).toContain(`again       iovcheck check ${folder.path}/mine.ts`);
    expect(ofObject.counterexamples[0].text).not.toContain('again');
  });

  test('leaves out what the base breaks as well', async () => {
    const of = async (id: string): Promise<string[]> => {
      const run = await check(id, { scenario: 'packet', bounds: 'tiny', except: 'base' });
      expect(run.results[0].verdict).toBe('violated');
      return run.counterexamples.map(({ violation }) => violation.class.invariant);
    };
    expect(await of('linux-6.1')).toEqual([]);
    expect(await of('packet-2012')).toEqual(['returns-what-it-promised', 'packet-boundaries']);
  });

  test('leaves out what is known', async () => {
    const options = { scenario: 'packet', bounds: 'tiny', except: 'known' } as const;
    expect((await check('linux-6.1', options)).counterexamples).toEqual([]);
    expect((await check('packet-2012', options)).counterexamples).toHaveLength(2);
  });

  test('says what was cut short', async () => {
    const run = await check(design(), { bounds: 'tiny', budget: '10-steps' });
    expect(run.cutShort).toEqual([expect.stringMatching(/^mine, packet: the search was cut short: .*10/)]);
  });

  test('finds what a function of an object throws', async () => {
    const run = await check(design({ setfl: () => Number.NaN }), { bounds: 'tiny' });
    expect(run.counterexamples.map(({ violation }) => violation.explanation)).toEqual([
      'setfl() of the design returned NaN, not an integer.',
    ]);
  });

  test.each([
    ['a design', 'linux-6.2', {}, "there is no design 'linux-6.2'; did you mean 'linux-6.1'?"],
    ['a bound', 'linux-3.3', { bounds: 'huge' }, 'huge'],
    ['a budget', 'linux-3.3', { budget: 'much' }, '--budget much: this is no budget'],
    ['a file', './gone.ts', {}, './gone.ts: there is no such file'],
    ['an engine', design(), { engine: 'coverage' }, "name the file of 'mine' by its path"],
  ] as const)('throws where %s can not be used', async (_what, checked, options, sentence) => {
    await expect(check(checked, options)).rejects.toThrow(sentence);
  });

  test('throws what a file does that is no design', async () => {
    const path = folder.write(
      'late.ts',
      designText('setfl(k, filp, arg) { Promise.reject(new Error("oh")); return 0; }'),
    );
    await expect(check(path, { bounds: 'tiny' })).rejects.toThrow('it let a promise go');
  });
});
