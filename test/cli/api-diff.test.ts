/** `diff()`, the function that the package exports. */
import type { Design } from '#iov/index.js';
import { defineDesign, diff, linux33 } from '#iov/index.js';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const OVERRIDE = 'setfl: () => -22';
const tiny = { bounds: 'tiny' } as const;

function design(override: Parameters<typeof defineDesign>[0]['override'] = {}): Design {
  return defineDesign({ id: 'mine', title: 'of a user', source: [], base: linux33, scenarios: ['packet'], override });
}

describe('diff()', () => {
  test('of a file comes to what the command line comes to, and of an object to the same', async () => {
    const path = folder.write('mine.ts', designText(OVERRIDE));
    const ofFile = await diff('linux-3.3', new URL(`file://${path}`), tiny);
    const { out } = await iovcheck(['diff', 'linux-3.3', path, '--bounds', 'tiny', '--json', '--quiet']);
    expect({ version: 1, results: ofFile.results }).toEqual(JSON.parse(out));
    const ofObject = await diff(linux33, design({ setfl: () => -22 }), tiny);
    expect(ofObject.differences.map(({ difference }) => difference)).toEqual(ofFile.results[0].differences);
    expect(ofFile.differences.map(({ file, trace }) => [file.endsWith('error.fcntl_setfl.trace'), trace])).toEqual([
      [true, expect.stringContaining('\nfcntl_setfl fd=w ')],
    ]);
    expect(ofFile.text).toContain(`again       iovcheck diff linux-3.3 ${path}`);
    expect(ofObject.text).not.toContain('again');
  });

  test('says what was cut short, and nothing of what has differed', async () => {
    const options = { ...tiny, scenario: 'packet', budget: '10-steps' } as const;
    expect((await diff('linux-4.8', 'linux-4.10', options)).cutShort).toEqual([
      expect.stringMatching(/^linux-4\.8 and linux-4\.10, packet: the search was cut short: .*10/),
    ]);
    const first = await diff(linux33, design({ setfl: () => -22 }), { ...tiny, first: true });
    expect([first.differences.length, first.cutShort]).toEqual([1, []]);
  });

  test('takes several scenarios, and takes out a fix', async () => {
    const { results } = await diff('linux-4.8', 'linux-4.8', { ...tiny, scenario: ['splice', 'packet'] });
    expect(results.map(({ scenario, verdict }) => [scenario, verdict])).toEqual([
      ['splice', 'no-difference'],
      ['packet', 'no-difference'],
    ]);
    const without = { ...tiny, without: ['no-merge-into-stream'] };
    const repaired = await diff('packet-2012-repaired', 'packet-2012-repaired', without);
    expect(repaired.results[0].verdict).toBe('differ');
  });

  test('throws where a function of an object can not go on, or of a file does not return', async () => {
    const path = folder.write('hangs.ts', designText('pipeRead: (k, size) => { while (size > 1); return 0; }'));
    onTestFinished(() => void delete process.env.IOVCHECK_HANG_SECONDS);
    process.env.IOVCHECK_HANG_SECONDS = '0.5';
    await expect(diff('linux-3.3', path, tiny)).rejects.toThrow(/The last call does not return in .*hangs\.ts/);
    await expect(diff('linux-3.3', 'linux-6.2', tiny)).rejects.toThrow("did you mean 'linux-6.1'?");
  });
});
