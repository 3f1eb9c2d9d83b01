/** `--engine coverage`, as it is used: one of ours, a file of a user's, one that hangs. */
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const COVERAGE = ['--engine', 'coverage', '--bounds', 'tiny', '--quiet'];

function checkFile(text: string, env: Record<string, string> = {}): ReturnType<typeof iovcheck> {
  folder.write('mine.ts', text);
  const more = ['--budget', '20000-steps', './mine.ts'];
  return iovcheck(['check', ...COVERAGE, ...more], { cwd: folder.path, env });
}

describe.sequential('--engine coverage', () => {
  test('says the same in the same bytes', async () => {
    const run = (seed: string): ReturnType<typeof iovcheck> =>
      iovcheck(['check', 'packet-2012', ...COVERAGE, '--budget', '30000-steps', '--seed', seed]);
    const [a, b, c] = await Promise.all([run('4'), run('4'), run('5')]);
    expect(a.status).toBe(1);
    expect(a.out).toContain('engine      coverage, seed 4');
    expect(a.out).toContain('packet-boundaries: pwrite, in pipe_write()');
    expect(a.out).toContain('2 steps, shortest (within the bounds there is no shorter one)');
    expect(b.out).toBe(a.out);
    expect(c.out).not.toBe(a.out);
  });

  test('proves nothing where it finds nothing', async () => {
    const { status, out } = await iovcheck(['check', 'linux-3.3', ...COVERAGE, '--budget', '20000-steps']);
    expect(status).toBe(0);
    expect(out).toContain('linux-3.3, packet: budget-spent');
    expect(out).toMatch(/nothing was found, and nothing is\s+proved/);
    expect(out).toMatch(/searched {4}20\d{3} steps\n/);
  });

  test('tells how far it is', async () => {
    const args = ['check', 'linux-3.3', ...COVERAGE.slice(0, -1), '--budget', '3s'];
    const { err } = await iovcheck(args, { env: { IOVCHECK_PROGRESS_SECONDS: '1' } });
    expect(err).toMatch(
      /linux-3\.3, packet, coverage: .* runs, .*\/s, .* steps, .*\/s, \d+ bins, the last new \d+ s ago, \d+ inputs kept, 0 classes/,
    );
  });
});

describe.sequential('--engine coverage, over a file of a user,', () => {
  test('takes its types', async () => {
    const { status, out, err } = await checkFile(
      designText('pipeRead: (k, size): number => (size === 3 ? (-5 as number) : functions.pipeRead(k, size))'),
    );
    expect(err).toBe('');
    expect(status).toBe(1);
    expect(out).toContain('returns-what-it-promised: pread, in pipe_read()');
    expect(out).toMatch(/1 {2}pread size=3/);
  });

  test('survives a design that hangs, and knows where', async () => {
    const loop =
      'pipeRead(k, totalLen) { while (k.pipe.nrbufs > 0) n = 1 - n; return functions.pipeRead(k, totalLen); }';
    const { status, out } = await checkFile(designText(loop, '', 'let n = 0;'), { IOVCHECK_HANG_SECONDS: '1' });
    expect(status).toBe(1);
    expect(out).toContain('every-loop-ends: pread, in pipe_read()');
    expect(out).toContain('raw (as it was found, not minimised)');
  });

  test('names a design that keeps state outside Kernel', async () => {
    const { status, err } = await checkFile(
      designText('setfl: (k, filp, arg) => (++n % 3 === 0 ? 0 : functions.setfl(k, filp, arg))', '', 'let n = 0;'),
    );
    expect(status).toBe(2);
    expect(err).toMatch(/design 'mine' keeps state outside Kernel: fcntl_setfl/);
  });

  test.each([
    ['does not parse', 'const a: = 3;\n', 'mine.ts:1:10: Unexpected token'],
    ['throws while it is loaded', "throw new Error('boo');\n", 'loading it threw Error: boo'],
    ['ends its thread', 'process.exit(3);\n', 'take process.exit() out'],
  ])('gives one sentence for a file that %s', async (_what, text, sentence) => {
    const { status, err } = await checkFile(text);
    expect(err).toContain(sentence);
    expect(status).toBe(2);
  });
});
