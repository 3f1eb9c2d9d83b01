/** `npm run jsfuzz` on small targets: each thing that the CLI of jsfuzz gets wrong, and what it gets right. */
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Ended } from './run.js';
import { Folder, command, linesOf } from './run.js';

/** A folder for each test: jsfuzz leaves its coverage in the present one. */
let folder = new Folder();
const folders: Folder[] = [];
beforeEach(() => {
  folder = new Folder();
  folders.push(folder);
});
afterAll(() => {
  for (const used of folders) used.remove();
});

type Options = Parameters<typeof command>[2];

function jsfuzz(args: readonly string[], options: Options = {}): Promise<Ended> {
  return command('jsfuzz', [...args, '--quiet'], { cwd: folder.path, ...options });
}

/** Runs a target with this body for at most a second or two. */
function fuzz(body: string, ...more: readonly string[]): Promise<Ended> {
  folder.write('t.cjs', `exports.fuzz = ${body};\n`);
  return jsfuzz(['t.cjs', '--budget', '1s', ...more]);
}

const crashes = (): string[] =>
  readdirSync(join(folder.path, '.iovcheck/jsfuzz')).filter((f) => f.startsWith('crash-'));

/** Whether it still runs; what has ended and was not yet asked for its status does not. */
function isAlive(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return existsSync(stat) && !/\) Z/.test(readFileSync(stat, 'utf8'));
}

/** What a target may do on its third input. */
const ON_THIRD = (what: string, head = '(bytes)'): string => `((n) => ${head} => { if (++n === 3) { ${what} } })(0)`;

describe.sequential('a target that breaks', () => {
  test.each([
    ['by a throw', ON_THIRD("throw new Error('oh')")],
    ['by a native async function', ON_THIRD("throw new Error('oh')", 'async (bytes)')],
    ['by a promise of its own', ON_THIRD("return Promise.reject(new Error('oh'))")],
  ])('%s has its input kept, and ends with 1', async (_what, body) => {
    const { status, out, err } = await fuzz(body);
    expect(err).toBe('');
    expect(out).toMatch(
      /^The target broke after \d+ executions or a few more; its input is \.iovcheck.jsfuzz.crash-\w{64}\n$/,
    );
    expect(crashes()).toHaveLength(1);
    expect(status).toBe(1);
  });

  test.each([
    ['ends its process', ON_THIRD('process.exit(0)')],
    ['throws from a timer', ON_THIRD("setTimeout(() => { throw new Error('oh'); })")],
    ['lets a promise go that is rejected', ON_THIRD("void Promise.reject(new Error('oh'))")],
  ])('and %s leaves no crash file of jsfuzz, and ends with 1 all the same', async (_what, body) => {
    const { status, out, err } = await fuzz(body);
    expect(err).toContain('the worker of jsfuzz died without a crash file: the target exits, or throws when it has');
    expect(out).toMatch(/its input is .*crash-\w{64}, or one shortly before it\n$/);
    expect(crashes()).toHaveLength(1);
    expect(status).toBe(1);
  });

  test('by never returning is killed, with its input kept', async () => {
    const { status } = await fuzz(ON_THIRD('for (;;);'), '--timeout', '0.5');
    expect(crashes()).toHaveLength(1);
    expect(status).toBe(1);
  });
});

describe.sequential('a target that can not be loaded', () => {
  test.each([
    ['t.cjs', 'const a: number = 3;', 'loading it threw SyntaxError: '],
    ['t.cjs', "throw new Error('boo');", 'loading it threw Error: boo'],
    ['t.cjs', 'process.exit(0);', 'while it was loaded, its process ended (0)'],
    ['t.cjs', 'exports.fuss = () => {};', 'it exports no function fuzz'],
    ['t.mjs', 'export const fuzz = () => {};', 'it is an ES module, which jsfuzz can not load'],
    ['gone.cjs', '', 'there is no such target'],
  ])('%s: %s', async (name, text, sentence) => {
    if (text !== '') folder.write(name, `${text}\n`);
    const { status, err } = await command('jsfuzz', [name, '--budget', '1s'], { cwd: folder.path });
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });

  test('as the package says that it is an ES module', async () => {
    folder.write('package.json', '{ "type": "module" }\n');
    folder.write('t.js', 'export const fuzz = () => {};\n');
    const { status, err } = await jsfuzz(['t.js', '--budget', '1s']);
    expect(err).toContain('bundle it as CommonJS');
    expect(status).toBe(2);
  });
});

test('a target that is loaded for longer than an input may take is not said to hang', async () => {
  folder.write('t.cjs', 'for (const end = Date.now() + 4000; Date.now() < end; );\nexports.fuzz = () => {};\n');
  const { status, err } = await jsfuzz(['t.cjs', '--budget', '1s', '--timeout', '1']);
  expect(err).toContain('jsfuzz took longer to load the target than an input may take; give it more with --timeout');
  expect(status).toBe(2);
});

describe.sequential('where jsfuzz is to look', () => {
  test('may be an absolute path, and a folder in folders that are not there yet', async () => {
    const path = folder.write('t.cjs', 'exports.fuzz = () => {};\n');
    const { status, out, err } = await jsfuzz([path, 'a/b/c', '--budget', '1s']);
    expect(err).toBe('');
    expect(out).toMatch(/^Nothing broke in \d+ executions; nothing is proved\.\n$/);
    expect(readdirSync(join(folder.path, 'a/b/c')).length).toBeGreaterThan(0);
    expect(status).toBe(0);
  });

  test('has no folder among its inputs', async () => {
    mkdirSync(join(folder.path, 'c/sub'), { recursive: true });
    folder.write('t.cjs', 'exports.fuzz = () => {};\n');
    const { status, err } = await jsfuzz(['t.cjs', 'c', '--budget', '1s']);
    expect(err).toBe(
      `iovcheck: ${join('c', 'sub')}: this is no file, and jsfuzz reads nothing else in a corpus; name it by itself\n`,
    );
    expect(status).toBe(2);
  });

  test('a second folder that is not there is named, not made', async () => {
    folder.write('t.cjs', 'exports.fuzz = () => {};\n');
    const { status, err } = await jsfuzz(['t.cjs', 'c', 'd', '--budget', '1s']);
    expect(err).toContain('d: there is no such file or folder');
    expect(existsSync(join(folder.path, 'd'))).toBe(false);
    expect(status).toBe(2);
  });
});

describe.sequential('--regression', () => {
  const write = (body: string): void => {
    folder.write('t.cjs', `exports.fuzz = ${body};\n`);
    mkdirSync(join(folder.path, 'c'));
    for (const name of ['1', '2', '3']) folder.write(join('c', name), name);
  };

  test('runs each input once, and ends', async () => {
    write("(bytes) => require('fs').appendFileSync('log', bytes)");
    const { status, out } = await jsfuzz(['t.cjs', 'c', '--regression']);
    expect(out).toBe('3 inputs, 0 of them break something.\n');
    expect(readFileSync(join(folder.path, 'log'), 'utf8')).toBe('123');
    expect(status).toBe(0);
  });

  test.each([
    ['throws', "throw new Error('oh')", 'Error: oh'],
    ['rejects', "return Promise.reject(new Error('oh'))", 'Error: oh'],
    ['exits', 'process.exit(0)', 'its process ended (0); a target throws, synchronously'],
    ['throws later', "setTimeout(() => { throw new Error('oh'); })", 'its process ended (1)'],
    ['never returns', 'for (;;);', 'it did not return within 1 s'],
  ])('names what %s, and goes on behind it', async (_what, statement, why) => {
    write(`(bytes) => { if (String(bytes) === '2') { ${statement} } require('fs').appendFileSync('log', bytes); }`);
    const { status, out } = await jsfuzz(['t.cjs', 'c', '--regression', '--timeout', '1']);
    expect(out).toContain(`${join('c', '2')}: ${why}`);
    expect(out).toContain('\n3 inputs, 1 of them break something.\n');
    expect(readFileSync(join(folder.path, 'log'), 'utf8').replace('2', '')).toBe('13');
    expect(status).toBe(1);
  });

  test('takes one file', async () => {
    write("() => { throw new Error('oh'); }");
    const { status, out } = await jsfuzz(['t.cjs', 'c/3', '--regression']);
    expect(out).toContain(`${join('c', '3')}: Error: oh\n1 inputs`);
    expect(status).toBe(1);
  });
});

describe.sequential('from outside', () => {
  // A target is loaded once to see what it is, and then by jsfuzz.
  test.each([
    ['SIGINT', 130, 2, 'exports.fuzz = () => {};'],
    ['SIGTERM', 143, 2, 'exports.fuzz = () => {};'],
    ['SIGTERM', 143, 2, 'exports.fuzz = () => { for (;;); };'],
    ['SIGINT', 130, 1, 'for (;;);'],
    ['SIGTERM', 143, 1, 'for (;;);'],
  ] as const)(
    '%s ends it with %i once %i have loaded it, and nothing is left',
    async (signal, expected, loads, text) => {
      const append = "require('fs').appendFileSync('pids', process.pid + '\\n');";
      folder.write('t.cjs', `${append}\n${text}\n`);
      const pids = (): string[] =>
        folder.list('.').includes('pids') ? linesOf(readFileSync(join(folder.path, 'pids'), 'utf8')) : [];
      const alive = (): string[] => pids().filter((pid) => isAlive(Number(pid)));
      // Should one be left it would run on for ever.
      onTestFinished(() => alive().forEach((pid) => process.kill(Number(pid), 'SIGKILL')));
      const { status } = await jsfuzz(['t.cjs'], { signals: [[signal, () => pids().length >= loads]] });
      expect(status).toBe(expected);
      expect(pids().length).toBe(loads);
      await expect.poll(alive).toEqual([]);
    },
  );

  test('jsfuzz that is not installed is said in one sentence', async () => {
    const hide = folder.write(
      'hide.cjs',
      `const Module = require('node:module');
const resolve = Module._resolveFilename;
Module._resolveFilename = (name, ...more) => {
  if (name.startsWith('jsfuzz/')) throw Object.assign(new Error('gone'), { code: 'MODULE_NOT_FOUND' });
  return resolve(name, ...more);
};\n`,
    );
    folder.write('t.cjs', 'exports.fuzz = () => {};\n');
    const { status, err } = await jsfuzz(['t.cjs', '--budget', '1s'], { env: { NODE_OPTIONS: `--require=${hide}` } });
    expect(err).toBe('iovcheck: jsfuzz is not installed; install it: npm install jsfuzz\n');
    expect(status).toBe(2);
  });
});
