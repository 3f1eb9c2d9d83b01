/** `iovcheck diff` as its user runs it: what it prints, and what it exits with. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { diffSchema, diffSchemaText } from '#iov/reports/diff-json.js';
import { designOf } from '../search.js';
import { designText, Folder, iovcheck, linesOf } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const diff = (...args: string[]): ReturnType<typeof iovcheck> =>
  iovcheck(['diff', ...args, '--bounds', 'tiny', '--quiet']);

describe('iovcheck diff', () => {
  test('says that there is no difference, and exits 0', async () => {
    const { status, out } = await diff('linux-4.8', 'linux-4.10', '--scenario', 'packet');
    expect(status).toBe(0);
    expect(linesOf(out)[0]).toBe('linux-4.8 and linux-4.10, packet: no difference');
    expect(linesOf(out).at(-1)).toBe('1 comparison, no difference; exit 0.');
  });

  test('of a design of a user: the run, both returns, and what differs marked; exit 1', async () => {
    const mine = folder.write('mine.ts', designText('pipeRead: (k, size) => Math.min(1, functions.pipeRead(k, size))'));
    const { status, out } = await diff('linux-3.3', mine, '--traces', `${folder.path}/out`);
    expect(status).toBe(1);
    expect(out).toContain('pread(): another return value (return-value)');
    expect(out).toMatch(/^ {4}returns +2 +1 +<==$/m);
    const [name] = folder.list('out');
    const replayed = await iovcheck(['replay', `${folder.path}/out/${name}`, '--on', mine]);
    expect(replayed.out).toContain('2  pread size=2 = 1');
  });

  test('cut short before anything was found, exits 3; by chance, 0', async () => {
    const short = await diff('linux-4.8', 'linux-4.10', '--scenario', 'packet', '--budget', '10-steps');
    expect([short.status, linesOf(short.out)[0]]).toEqual([3, 'linux-4.8 and linux-4.10, packet: budget-spent']);
    const random = ['--engine', 'random', '--budget', '1000-steps'];
    const chance = await diff('linux-4.8', 'linux-4.10', '--scenario', 'packet', ...random);
    expect([chance.status, linesOf(chance.out)[0]]).toEqual([0, 'linux-4.8 and linux-4.10, packet: budget-spent']);
  });

  test('takes scenarios side by side, and prints the same in their order', async () => {
    const both = ['linux-4.8', 'linux-4.10', '--first'];
    const [one, two] = await Promise.all([diff(...both, '--workers', '1'), diff(...both, '--workers', '2')]);
    expect(two.out).toBe(one.out);
    expect([...two.out.matchAll(/^linux-4\.8 and linux-4\.10, ([\w-]+): /gm)].map(([, name]) => name)).toEqual(
      designOf('linux-4.8').scenarios.filter((name) => designOf('linux-4.10').scenarios.includes(name)),
    );
  });

  test('writes several formats, Markdown for a comment among them', async () => {
    const at = (name: string): string => `${folder.path}/${name}`;
    const reporters = ['--reporter', `markdown:${at('a/comment.md')}`, '--reporter', `json:${at('diff.json')}`];
    const mine = folder.write('mine.ts', designText('pipeRead: (k, size) => Math.min(1, functions.pipeRead(k, size))'));
    const { status, out } = await diff('linux-3.3', mine, ...reporters);
    expect([status, linesOf(out).at(-1)]).toEqual([1, '1 comparison, 1 difference; exit 1.']);
    expect(diffSchema.parse(JSON.parse(readFileSync(at('diff.json'), 'utf8'))).results).toHaveLength(1);
    const comment = readFileSync(at('a/comment.md'), 'utf8');
    expect(comment).toContain('## iovcheck diff: 1 comparison, 1 difference; exit 1.\n');
    expect(comment).toContain('| packet | **they differ** | 1 class | yes: the frontier is empty;');
    expect(comment).toContain('<summary><b>pread(): another return value</b> (2 steps, shortest)</summary>');
    expect(comment).toMatch(/```text\n[\s\S]* returns +2 +1 +<==\n[\s\S]*```\n/);
    expect(comment).toMatch(/```sh\niovcheck diff linux-3\.3 .*mine\.ts --scenario packet --bounds tiny\n```\n$/);
    const unwritten = await diff('linux-3.3', mine, '--reporter', 'json:/proc/nope/diff.json');
    expect([unwritten.status, unwritten.err]).toEqual([2, expect.stringContaining('/proc/nope')]);
  });

  test('prints JSON of the published form', async () => {
    const { out, status } = await diff('linux-3.3', 'linux-4.8', '--json');
    expect(status).toBe(1);
    const { results } = diffSchema.parse(JSON.parse(out));
    expect(results[0].differences.map((d) => d.class)).toContainEqual({ op: 'pipe2', kind: 'error' });
    expect(results[0].onlyB).toContain('pwrite');
    const published = readFileSync(new URL('../../docs/diff.schema.json', import.meta.url), 'utf8');
    expect(published, 'run: npm run schema').toBe(diffSchemaText());
  });

  test.each(['exhaustive', 'random'])('a call that does not come back in one of them is told, %s', async (engine) => {
    const mine = folder.write(
      'hangs.ts',
      designText('pipeRead: (k, size) => { while (size > 1); return functions.pipeRead(k, size); }'),
    );
    const { status, out } = await iovcheck(
      ['diff', 'linux-3.3', mine, '--bounds', 'tiny', '--quiet', '--engine', engine],
      {
        env: { IOVCHECK_HANG_SECONDS: '0.5' },
      },
    );
    expect(status).toBe(1);
    expect(out).toContain(`The last call does not return in ${mine}; it was ended from outside.`);
  });

  test.each([
    [['linux-3.3', 'linux-6.12'], 'name one with --scenario'],
    [['linux-3.3', 'linux-4.9'], "there is no design 'linux-4.9'"],
    [['linux-3.3', 'linux-4.8', '--engine', 'coverage'], 'diff knows exhaustive and random'],
    [['linux-3.3', 'linux-4.8', '--budget', '10-runs'], 'diff counts steps'],
    [['linux-3.3', 'linux-4.8', '--reporter', 'junit'], 'There are text, json, markdown'],
    [['linux-3.3', 'linux-4.8', '--workers', '0'], 'write a whole number from 1'],
    [['linux-4.10', 'linux-6.1', '--scenario', 'pipe-iter', '--lockstep'], 'leave --lockstep out'],
    [['linux-3.3', 'linux-4.8', '--scenario', 'extract'], 'has none of the functions'],
  ])('%j exits 2 with one sentence', async (args, sentence) => {
    const { status, err, out } = await diff(...args);
    expect([status, out]).toEqual([2, '']);
    expect(linesOf(err)).toEqual([expect.stringContaining(sentence)]);
  });
});
