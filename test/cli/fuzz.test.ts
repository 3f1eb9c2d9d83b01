/** `iovcheck fuzz`, as it is used. */
import { resultSchema } from '#iov/reports/json-schema.js';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const fuzz = (...args: string[]): ReturnType<typeof iovcheck> => iovcheck(['fuzz', ...args, '--quiet']);

describe.sequential('fuzz', () => {
  test('begins with a short search, goes on by chance and by coverage, and hands over what it finds', async () => {
    const args = ['linux-5.8', '--scenario', 'pipe-iter', '--bounds', 'tiny', '--budget', '40000-steps', '--json'];
    const [a, b] = [await fuzz(...args), await fuzz(...args, '--workers', '1')];
    expect(a.status).toBe(1);
    expect(b.out).toBe(a.out);
    const [short, random, coverage] = resultSchema.parse(JSON.parse(a.out)).results;
    expect([short.engine, random.engine, coverage.engine]).toEqual(['exhaustive', 'random', 'coverage']);
    expect(short.exhausted).toBe(false);
    expect(short.stats.steps).toBeLessThan(4100);
    expect(random.stats.steps).toBe(40_000);
    const traces = [random, coverage].flatMap(({ violations }) => violations);
    expect(traces.length).toBeGreaterThan(8);
    expect(traces.every(({ minimality }) => minimality === 'shortest')).toBe(true);
  });

  test('exits 0 where its budget is spent on nothing: the short search does not count as cut short', async () => {
    const { status, out } = await fuzz('linux-3.3', '--scenario', 'packet', '--budget', '300-runs');
    expect(out).toContain('linux-3.3, packet: exhausted');
    expect(status).toBe(0);
    const small = await fuzz('linux-4.8', '--scenario', 'sendfile', '--budget', '3000-steps');
    expect(small.out).toContain('linux-4.8, sendfile: budget-spent');
    expect(small.out).toMatch(/3 searches, no violation, 2 budgets spent, which proves nothing; exit 0\.\n$/);
    expect(small.status).toBe(0);
  });

  test('has nothing to do where the short search came to its end', async () => {
    const { status, out } = await fuzz('packet-2012', '--budget', '1000-runs');
    expect(out).toContain('complete    yes: the frontier is empty');
    expect(out).toMatch(/\n1 search, 2 violations; exit 1\.\n$/);
    expect(status).toBe(1);
  });
});

describe.sequential('fuzz, on its way,', () => {
  test('survives a file that hangs, and takes a budget in runs', async () => {
    const loop = 'pipeRead(k, n) { while (n === 3 && k.pipe.nrbufs > 0); return functions.pipeRead(k, n); }';
    const path = folder.write('mine.ts', designText(loop));
    const { status, out } = await iovcheck(['fuzz', path, '--budget', '200-runs', '--quiet'], {
      env: { IOVCHECK_HANG_SECONDS: '1' },
    });
    expect(status).toBe(1);
    expect(out).toContain('every-loop-ends: pread, in pipe_read()');
  });

  test('says what it does not take', async () => {
    const [check, engine, help] = await Promise.all([
      iovcheck(['check', 'linux-3.3', '--budget', '10-runs']),
      iovcheck(['fuzz', 'linux-3.3', '--engine', 'random']),
      iovcheck(['fuzz', '--help']),
    ]);
    expect(check.err).toContain('the exhaustive engine makes no runs; write steps or seconds');
    expect(engine.err).toContain("unknown option '--engine'");
    expect([check.status, engine.status, help.status]).toEqual([2, 2, 0]);
    expect(help.out.replaceAll(/\s+/g, ' ')).toContain('a minute or two');
  });
});

test('with --engine all, coverage begins where the exhaustive search had to stop', async () => {
  const last = async (...args: string[]): Promise<unknown> => {
    const { out } = await iovcheck([
      'check',
      '--bounds',
      'tiny',
      '--budget',
      '20000-steps',
      '--json',
      '--quiet',
      ...args,
    ]);
    return resultSchema.parse(JSON.parse(out)).results.at(-1);
  };
  const cut = ['linux-5.8', '--scenario', 'pipe-iter'];
  expect(await last(...cut, '--engine', 'all')).not.toEqual(await last(...cut, '--engine', 'coverage'));
  const whole = ['packet-2012', '--scenario', 'packet'];
  expect(await last(...whole, '--engine', 'all')).toEqual(await last(...whole, '--engine', 'coverage'));
});

test('a trace that is not proved shortest says what was tried', async () => {
  const args = ['--scenario', 'pipe-iter', '--bounds', 'deep', '--engine', 'random', '--budget', '20000-steps'];
  const { out } = await iovcheck(['check', 'linux-6.1', ...args, '--quiet']);
  expect(out).toMatch(
    /1-minimal \(no op can go, and no argument can shrink\); every run of\s+\d steps? or fewer was\s+tried/,
  );
});
