/** check --checkpoint and --resume: a search that outlives its run comes to what an undisturbed one comes to. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, iovcheck, linesOf, tiny } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

let folders = 0;
const fresh = (): string => join(folder.path, `search-${folders++}`);

/** Some levels, and classes of violations. */
const BOUNDS = 'tiny,segs=1';
const SEARCH = ['extract-rfc-2022', '--scenario', 'extract', '--bounds', BOUNDS];

function check(...args: string[]): ReturnType<typeof iovcheck> {
  return iovcheck(['check', '--quiet', ...args], { env: { IOVCHECK_LOCK_SECONDS: '2' } });
}

/** The same in one go. */
const wholeRun = check(...SEARCH);

/** Levels that the checkpoint in a folder has behind it; -1 where there is none. */
function triedIn(dir: string): number {
  try {
    const { state } = JSON.parse(readFileSync(join(dir, 'checkpoint.json'), 'utf8')) as { state: { tried: number } };
    return state.tried;
  } catch {
    return -1;
  }
}

/** Runs the search in a folder, and sends a signal as soon as some levels are kept. */
function signalled(dir: string, signal: NodeJS.Signals): Promise<{ status: number | null; out: string; err: string }> {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'check', ...SEARCH, '--quiet', '--checkpoint', dir]);
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (err += String(data)));
  const look = setInterval(() => {
    if (triedIn(dir) < 3) return;
    clearInterval(look);
    child.kill(signal);
  }, 5);
  return new Promise((resolve) => {
    child.on('close', (status) => {
      clearInterval(look);
      resolve({ status, out, err });
    });
  });
}

describe('a search that is kept', () => {
  test('goes on after Ctrl-C, and comes to the same', async () => {
    const whole = await wholeRun;
    const dir = fresh();
    const first = await signalled(dir, 'SIGINT');
    expect(first.status).toBe(130);
    expect(first.out).toContain(`The search can go on: repeat the command line with --resume ${dir}.`);
    const second = await check(...SEARCH, '--resume', dir);
    expect([second.status, second.err]).toEqual([whole.status, '']);
    expect(second.out).toBe(whole.out);
    // What is done stays done.
    const third = await check(...SEARCH, '--resume', dir);
    expect(third.out).toBe(whole.out);
  });

  test('goes on after a budget, which counts from its begin', async () => {
    const whole = await tiny('packet-2012');
    const dir = fresh();
    const first = await tiny('packet-2012', '--checkpoint', dir, '--budget', '2000-steps');
    expect(first.out).toContain('the budget of 2000 steps is spent');
    expect(first.out).toContain(`--resume ${dir}`);
    const again = await tiny('packet-2012', '--resume', dir, '--budget', '2000-steps');
    expect(again.out).toBe(first.out);
    const rest = await tiny('packet-2012', '--resume', dir, '--workers', '2');
    expect(rest.out).toBe(whole.out);
  });

  test('begins where there is nothing to go on from, if it is told both', async () => {
    const dir = fresh();
    const whole = await tiny('linux-3.3');
    for (let n = 0; n < 2; n++) {
      expect((await tiny('linux-3.3', '--checkpoint', dir, '--resume', dir)).out).toBe(whole.out);
    }
  });

  test('comes to the same after three kills', async () => {
    const url = new URL('../../scripts/kills.mjs', import.meta.url).href;
    const { killAndResume } = (await import(url)) as {
      killAndResume(options: {
        kills: number;
        seed: number;
        bounds: string;
      }): Promise<{ kills: number; problems: string[] }>;
    };
    const seed = Number(process.env.IOV_TEST_SEED ?? 1);
    expect(await killAndResume({ kills: 3, seed, bounds: BOUNDS })).toMatchObject({ kills: 3, problems: [] });
  }, 300_000);
});

describe('a checkpoint is refused', () => {
  test('that is of another design, bounds or scenario, or of other code', async () => {
    const dir = fresh();
    await tiny('linux-3.3', '--checkpoint', dir);
    const said = async (...args: string[]): Promise<string> => {
      const { status, err, out } = await check(...args, '--resume', dir);
      expect([status, out]).toEqual([2, '']);
      expect(linesOf(err)).toHaveLength(1);
      return err;
    };
    expect(await said('packet-2012', '--bounds', 'tiny')).toContain(
      'the checkpoint is of another search, with design linux-3.3 (here packet-2012); another code of the design; repeat',
    );
    expect(await said('linux-3.3', '--bounds', 'tiny,page=2')).toContain('with bounds page=4 (here page=2); repeat');
    expect(await said('linux-4.8', '--scenario', 'pipe-iter', '--bounds', 'tiny')).toContain(
      'scenario packet (here pipe-iter)',
    );
    const header = join(dir, 'checkpoint.json');
    const text = readFileSync(header, 'utf8');
    writeFileSync(header, text.replace('"version":1', '"version":2'));
    expect(await said('linux-3.3', '--bounds', 'tiny')).toContain('this checkpoint is version 2');
    writeFileSync(header, text.slice(0, 100));
    expect(await said('linux-3.3', '--bounds', 'tiny')).toContain('checkpoint.json was cut off');
    writeFileSync(header, text);
    writeFileSync(join(dir, 'rows.column'), 'x');
    expect(await said('linux-3.3', '--bounds', 'tiny')).toContain('rows.column has 1 bytes of');
  });

  test('where there is one already, or none', async () => {
    const dir = fresh();
    const none = await tiny('linux-3.3', '--resume', dir);
    expect([none.status, none.err]).toEqual([2, expect.stringContaining(`${dir}: there is no checkpoint`)]);
    await tiny('linux-3.3', '--checkpoint', dir);
    const again = await tiny('linux-3.3', '--checkpoint', dir);
    expect([again.status, again.err]).toEqual([2, expect.stringContaining(`go on from it with --resume ${dir}`)]);
    const nowhere = await tiny('linux-3.3', '--checkpoint', '/dev/null/here');
    expect([nowhere.status, nowhere.err]).toEqual([2, expect.stringContaining('this folder can not be made')]);
  });

  test('while another run writes there, and not after one that was killed', async () => {
    const dir = fresh();
    mkdirSync(join(dir, 'lock'), { recursive: true });
    // Nobody keeps this lock fresh: it counts as left behind after a while.
    const { status, err } = await check('linux-3.3', '--bounds', 'tiny', '--checkpoint', dir);
    expect(status).toBe(0);
    expect(err).toContain(`${dir}: waiting up to 2 s for its lock`);
    const { lock } = await import('proper-lockfile');
    const release = await lock(dir, { lockfilePath: join(dir, 'lock'), stale: 2000 });
    const held = await check('linux-3.3', '--bounds', 'tiny', '--resume', dir);
    await release();
    expect([held.status, held.out]).toEqual([2, '']);
    expect(held.err).toContain('another run writes there; wait for it, or name another folder');
  });

  test.each([
    [['linux-3.3', 'packet-2012', '--checkpoint', 'x'], 'a checkpoint is of one search, and here are 2'],
    [['linux-3.3', '--engine', 'random', '--resume', 'x'], '--resume: only the engine exhaustive goes on'],
    [['linux-3.3', '--engine', 'all', '--checkpoint', 'x'], '--checkpoint: only the engine exhaustive goes on'],
    [['linux-3.3', '--checkpoint', 'x', '--resume', 'y'], 'write --checkpoint y beside it'],
  ])('by %j', async (args, sentence) => {
    const { status, err } = await tiny(...args);
    expect([status, err]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
