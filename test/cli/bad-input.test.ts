import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, iovcheck, tiny } from './run.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = new Folder();
afterAll(() => folder.remove());

const HEAD = '# iovcheck trace v1\ndesign: packet-2012\nscenario: packet\nbounds: tiny\n\n';

describe('a command line', () => {
  test.each([
    [['bogus'], "unknown command 'bogus'"],
    [[], 'name a command'],
    [['check'], 'name a design or a file'],
    [['check', 'packet-2012', '--bonds', 'tiny'], 'did you mean --bounds?'],
    [['check', 'packet-2013'], "did you mean 'packet-2012'?"],
    [['check', 'packet-2012', '--scenario', 'paket'], "did you mean 'packet'?"],
    [['check', 'packet-2012', '--engine', 'randm'], "did you mean 'random'?"],
    [['check', 'packet-2012', '--bounds', 'ring=3'], 'a power of two from 1 to 16'],
    [['check', 'packet-2012', '--bounds', 'ring=32'], 'out of range'],
    [['check', 'packet-2012', '--bounds', 'rings=2'], "there is no 'rings'"],
    [['check', 'packet-2012', '--bounds', 'huge'], "'huge' is no name"],
    [['check', 'packet-2012', '--bounds', 'ring=1,tiny'], 'write one name, and first, e.g. tiny,ring=2'],
    [['check', 'packet-2012', '--bounds', 'tiny,deep'], "'deep' stands for all bounds"],
    [['check', 'packet-2012', '--budget', 'long'], 'write seconds, minutes, steps or runs'],
    [['check', 'packet-2012', '--budget', '0s'], 'this is no budget'],
    [['check', 'packet-2012', '--seed', 'x'], 'write a whole number'],
    [['check', 'packet-2012', '--workers', '0'], 'write a whole number from 1'],
    [['check', 'packet-2012', '--memory', 'much'], 'e.g. --memory 8G'],
    [['check', 'packet-2012', '--reporter', 'xml'], 'There are text, json, ndjson'],
    [['check', 'packet-2012', '--reporter', 'json:'], 'write a path after the colon'],
    [['check', 'packet-2012', '--json', '--ndjson'], 'goes to stdout already'],
    [['check', 'packet-2012', '--without', 'x'], "has no fix 'x'"],
    [['check', 'packet-2012-repaired', '--without', 'x'], 'its fixes are: no-merge-into-stream'],
    [['list', 'designz'], 'Allowed choices are designs'],
    [['replay', 'gone.trace'], 'gone.trace: it can not be read (ENOENT)'],
  ])('%j gets one sentence, and exit 2', async (args, sentence) => {
    const { status, err } = await iovcheck([...args, ...(args[0] === 'check' ? ['--quiet'] : [])]);
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });
});

describe('a trace', () => {
  test.each([
    ['with an unknown op', `${HEAD}pwrit fd=w size=1\nend\n`, "t.trace:6: there is no op 'pwrit'"],
    ['with a wrong argument', `${HEAD}pwrite fd=w size=99\nend\n`, 't.trace:6:'],
    ['from the future', HEAD.replace('v1', 'v7'), 'this trace is version 7'],
    ['that was cut off', `${HEAD}pwrite fd=w size=1\n`, 'the trace was cut off'],
    ['that is empty', '', 'the file is empty'],
    ['with bounds out of range', `${HEAD.replace('tiny', 'ring=3')}pwrite fd=w size=1\nend\n`, 'a power of two'],
    [
      'of a design that does not exist',
      `${HEAD.replace('packet-2012', 'nope')}pwrite fd=w size=1\nend\n`,
      "there is no design 'nope'",
    ],
    ['whose op can not be taken there', `${HEAD}pwrite fd=w size=1\nread_iter_return\nend\n`, 't.trace'],
  ])('%s gets one sentence, and exit 2', async (_what, text, sentence) => {
    folder.write('t.trace', text);
    for (const command of ['replay', 'minimize']) {
      const { status, err } = await iovcheck([command, 't.trace'], { cwd: folder.path });
      expect(err).toContain(sentence);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
      expect(status).toBe(2);
    }
  });

  test('that breaks nothing can not be minimised', async () => {
    folder.write('fine.trace', `${HEAD}pwrite fd=w size=1\nend\n`);
    const { status, err } = await iovcheck(['minimize', 'fine.trace'], { cwd: folder.path });
    expect(status).toBe(2);
    expect(err).toContain('violates nothing');
    expect((await iovcheck(['replay', 'fine.trace'], { cwd: folder.path })).status).toBe(0);
  });

  test('that is longer than needed is made smaller', async () => {
    folder.write(
      'long.trace',
      `${HEAD}pwrite fd=w size=2\npread size=2\npwrite fd=w size=2\npwrite fd=wd size=2\nend\n`,
    );
    const { status, out } = await iovcheck(['minimize', 'long.trace'], { cwd: folder.path });
    expect(status).toBe(0);
    expect(out).toContain('minimality: 1-minimal');
    expect(out).toContain('\n\npwrite fd=w size=1\npwrite fd=wd size=1\nend\n');
  });
});

describe('an output that can not be written', () => {
  test.each([
    ['--traces', '/proc/nope'],
    ['--reporter', 'json:/proc/nope/deep/out.json'],
  ])('%s %s is named, and the findings are printed', async (option, value) => {
    const { status, out, err } = await tiny('packet-2012', option, value);
    expect(status).toBe(2);
    expect(err).toMatch(/^iovcheck: \/proc\/nope.*\(E\w+\); name another place with --\w+/);
    expect(out).toContain('packet-boundaries');
    expect(out).toMatch(/1 error; exit 2\.\n$/);
  });

  /** A process whose stdout is `fd`, or a pipe that is closed after the first bytes. */
  function withStdout(args: readonly string[], fd: number | 'pipe'): Promise<{ status: number | null; err: string }> {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', fd, 'pipe'], timeout: 60_000 });
    let err = '';
    child.stderr?.on('data', (data) => (err += String(data)));
    child.stdout?.once('data', () => child.stdout?.destroy());
    return new Promise((resolve) => {
      child.on('close', (status) => resolve({ status, err }));
    });
  }

  test('a reader of stdout that leaves ends it quietly', async () => {
    expect(await withStdout(['list', 'ops'], 'pipe')).toEqual({ status: 0, err: '' });
    const check = ['check', 'linux-3.3', 'packet-2012', '--bounds', 'tiny', '--quiet'];
    expect(await withStdout(check, 'pipe')).toEqual({ status: 1, err: '' });
  });

  test('a full disk under stdout is named', async () => {
    const fd = openSync('/dev/full', 'w');
    const { status, err } = await withStdout(['list', 'ops'], fd);
    closeSync(fd);
    expect(status).toBe(2);
    expect(err).toBe('iovcheck: stdout can not be written (ENOSPC); send it elsewhere\n');
  });

  test('a folder is no design file, and none of our folders is made', async () => {
    const { status, err } = await tiny(join(folder.path, '.'));
    expect(status).toBe(2);
    expect(err).toContain('this is no file');
  });
});
