/** `iovcheck campaign run` from outside: the same bytes for any number of workers, and after a kill. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planOf, readCampaign } from '#iov/cli/campaign-file.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ended } from './run.js';
import { designText, Folder, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const spec = {
  name: 'small',
  designs: ['packet-2012', 'linux-3.3'],
  searches: [
    { engine: 'exhaustive', bounds: ['tiny'], designs: ['linux-3.3'], split: { ops: 1, parts: 2 } },
    { engine: 'random', designs: ['packet-2012'], steps: 3000 },
    { engine: 'coverage', designs: ['packet-2012'], runs: 150, rounds: 2 },
  ],
};
const file = folder.write('small.campaign.json', JSON.stringify(spec));
const dirOf = (name: string): string => join(folder.path, name);
const journalOf = (name: string): string => join(dirOf(name), 'jobs.ndjson');

function run(name: string, ...args: string[]): Promise<Ended> {
  return iovcheck(['campaign', 'run', file, '--dir', dirOf(name), '--quiet', ...args], {
    env: { IOVCHECK_LOCK_SECONDS: '2' },
  });
}

const plain = ({ out }: Ended, name: string): string => out.replaceAll(dirOf(name), 'DIR');

let first: Ended;
beforeAll(async () => {
  first = await run('one', '--workers', '1');
}, 60_000);

describe('iovcheck campaign run', () => {
  test('says what is broken, proved and covered', () => {
    expect(first.err).toBe('');
    expect(first.status).toBe(1);
    expect(first.out).toContain(
      'packet-2012, packet: 2 classes\n      1  shortest   returns-what-it-promised at fcntl',
    );
    expect(first.out).toContain('linux-3.3, packet: ');
    expect(first.out).toMatch(
      /Proved: .*\n\n {2}linux-3\.3, packet: \d+ states, [\d ]+ edges, in 2 parts by the first call/,
    );
    expect(first.out).toMatch(/Covered\n\n {2}packet-2012, packet: \d+ bins, met by \d+ runs \(1 seed, 2 rounds\)/);
    expect(first.out).toMatch(/6 jobs, 2 violations, 1 space searched to the end, 1 without a violation; exit 1\.\n$/);
  });

  test('leaves traces that replay', async () => {
    const { out, status } = await iovcheck(['corpus', 'replay', join(dirOf('one'), 'traces')]);
    expect(status).toBe(1);
    expect(out).toContain('2 traces');
  });

  test('prints the same with another number of workers', async () => {
    expect(plain(await run('two', '--workers', '3'), 'two')).toBe(plain(first, 'one'));
  });

  test('that is done has nothing more to do', async () => {
    const before = readFileSync(journalOf('one'), 'utf8').split('\n').length;
    expect((await run('one')).out).toBe(first.out);
    // One line that says that it was asked.
    expect(readFileSync(journalOf('one'), 'utf8').split('\n')).toHaveLength(before + 1);
  });

  test('goes on after a kill, and comes to the same', async () => {
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const args = ['campaign', 'run', file, '--dir', dirOf('killed'), '--quiet', '--workers', '1'];
    const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const lines = (): number =>
      existsSync(journalOf('killed')) ? readFileSync(journalOf('killed'), 'utf8').split('\n').length - 1 : 0;
    while (lines() < 3 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGKILL');
    await ended;
    const left = lines();
    expect(left).toBeLessThan(7);
    const again = await run('killed');
    expect(plain(again, 'killed')).toBe(plain(first, 'one'));
    expect(lines()).toBe(7 + 1);
  });

  test('runs only what is new of a campaign that was changed', async () => {
    const searches = [...spec.searches, { engine: 'random', designs: ['linux-3.3'], steps: 1000 }];
    const more = folder.write('more.campaign.json', JSON.stringify({ ...spec, searches }));
    const before = readFileSync(journalOf('two'), 'utf8').split('\n').length;
    const { out } = await iovcheck(['campaign', 'run', more, '--dir', dirOf('two'), '--quiet']);
    expect(out).toContain('7 jobs, 2 violations');
    expect(readFileSync(journalOf('two'), 'utf8').split('\n')).toHaveLength(before + 2);
  });
});

describe('a campaign in TypeScript, over a design of a user', () => {
  test('is run', async () => {
    folder.write('mine.ts', designText('pipeWrite(k, a, b) { return functions.pipeWrite(k, a, b); }'));
    const text = `import { defineCampaign } from 'iovcheck';
      export const campaign = defineCampaign({
        name: 'mine', designs: ['./mine.ts'], searches: [{ engine: 'exhaustive', bounds: ['tiny'] }],
      });`;
    const mine = folder.write('mine.campaign.ts', text);
    const { out, err, status } = await iovcheck(['campaign', 'run', mine, '--dir', dirOf('mine'), '--quiet']);
    expect(err).toBe('');
    expect(out).toContain('./mine.ts, packet: ');
    expect(status).toBe(0);
  });
});

describe('the campaign over every design', () => {
  test('plans jobs for each of them', async () => {
    const path = fileURLToPath(new URL('../../examples/every-design.campaign.json', import.meta.url));
    const { plan } = await planOf(await readCampaign(path), path);
    expect(new Set(plan.lanes.map(({ design }) => design))).toEqual(new Set(DESIGNS.map(({ id }) => id)));
    const codes = plan.lanes.map(({ design, spaces }) => `${design} ${spaces[0].jobs[0].code}`);
    expect(new Set(codes.map((code) => code.split(' ')[1])).size).toBe(new Set(codes).size);
  }, 60_000);
});

describe('what can not be run is said in a sentence', () => {
  test.each([
    ['no.json', undefined, 'no.json: it can not be read (ENOENT)'],
    ['bad.json', '{', 'bad.json: this is no JSON'],
    ['none.ts', 'export const other = 1;', "none.ts: it exports nothing named 'campaign'"],
    ['stray.json', JSON.stringify({ ...spec, designs: ['linux-6.11'] }), "there is no design 'linux-6.11'"],
    ['key.json', JSON.stringify({ ...spec, serches: 1 }), "did you mean 'searches'"],
  ])('%s', async (name, text, sentence) => {
    if (text !== undefined) folder.write(name, text);
    const { err, status, out } = await iovcheck(['campaign', 'run', name], { cwd: folder.path });
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
