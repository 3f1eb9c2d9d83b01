/** `iovcheck corpus`: what becomes of a folder of traces, and of what is wrong with it. */
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BREAKS, SEED, seed } from '../campaign/corpora.js';
import type { Ended } from './run.js';
import { Folder, designText, iovcheck, linesOf } from './run.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  mkdirSync(join(folder.path, 'c'));
});
afterEach(() => folder.remove());

const corpus = (...args: string[]): Promise<Ended> => iovcheck(['corpus', ...args], { cwd: folder.path });
const list = (name: string): string[] => folder.list(name);

describe('corpus replay', () => {
  test('says of each trace what has become of it, and 1 where one violates', async () => {
    folder.write('c/breaks.trace', BREAKS);
    folder.write('c/seed.trace', SEED);
    folder.write('c/mended.trace', BREAKS.replace('packet-2012\n', 'packet-2012-repaired\n'));
    folder.write('c/other.trace', BREAKS.replace('packet-boundaries pwrite', 'bytes-in-order pwrite'));
    const { status, out, err } = await corpus('replay', 'c');
    expect(err).toBe('');
    expect(linesOf(out)).toEqual([
      'violates                 breaks.trace: packet-boundaries at pwrite, in pipe_write()',
      'no longer violates       mended.trace: packet-boundaries at pwrite, in pipe_write()',
      'violates something else  other.trace: packet-boundaries at pwrite, in pipe_write()',
      'breaks nothing           seed.trace',
      'c: 4 traces: 1 violate, 1 violate something else, 1 no longer violate, 1 break nothing; exit 1.',
    ]);
    expect(status).toBe(1);
  });

  test('is 0 where nothing violates, and takes another design at its word', async () => {
    folder.write('c/breaks.trace', BREAKS);
    folder.write('c/gone.trace', seed('pread size=7'));
    folder.write('c/stuck.trace', seed('pwrite fd=w size=1', 'pread size=1 fault_at=0', 'pread size=2 fault_at=1'));
    const { status, out, err } = await corpus('replay', 'c', '--on', 'packet-2012-repaired');
    expect(err).toBe('');
    expect(linesOf(out)).toEqual([
      'no longer violates  breaks.trace: packet-boundaries at pwrite, in pipe_write()',
      'can not be taken    gone.trace: line 6: pread: size=7 is not within the bounds; size may be 1, 2, 3 or 4',
      'can not be taken    stuck.trace: step 3, pread size=2 fault_at=1, is not possible there',
      'c: 3 traces: 1 no longer violate, 2 can not be taken; exit 0.',
    ]);
    expect(status).toBe(0);
    expect((await corpus('replay', 'c', '--on', 'linux-6.2')).err).toContain("did you mean 'linux-6.1'?");
  });

  test('tells what can not be used, by file and line, and takes the others', async () => {
    folder.write('c/breaks.trace', BREAKS);
    folder.write('c/cut.trace', SEED.slice(0, -5));
    folder.write('c/design.trace', SEED.replace('packet-2012', 'packet-2013'));
    folder.write('c/file.trace', SEED.replace('packet-2012', './gone.ts'));
    folder.write('c/op.trace', SEED.replace('pread', 'pred'));
    folder.write('c/value.trace', SEED.replace('size=2', 'size=9'));
    folder.write('c/not-ready.trace', seed('pwrite fd=w size=1', 'pread size=2 fault_at=1'));
    folder.write('c/same.trace', BREAKS);
    symlinkSync('nowhere', join(folder.path, 'c', 'link.trace'));
    const { status, out, err } = await corpus('replay', 'c');
    expect(status).toBe(2);
    expect(out).toContain('violates          breaks.trace: packet-boundaries');
    expect(out).toContain('c/same.trace is the same trace as c/breaks.trace\n');
    expect(linesOf(err)).toEqual([
      expect.stringContaining('iovcheck: c/cut.trace:7: the trace was cut off'),
      'iovcheck: c/link.trace: this link leads nowhere (ENOENT); mend it, or move it away',
      'iovcheck: c/file.trace:2: there is no file ./gone.ts, neither seen from there nor from here; correct it, or take the trace away',
      expect.stringContaining("iovcheck: c/design.trace:2: there is no design 'packet-2013'"),
      'iovcheck: c/not-ready.trace: step 2, pread size=2 fault_at=1, is not possible there; take the trace away, or mend it',
      expect.stringContaining("iovcheck: c/op.trace:7: there is no op 'pred'; did you mean 'pread'?"),
      expect.stringContaining('iovcheck: c/value.trace:6: pwrite: size=9 is not within the bounds'),
    ]);
  });

  test('is JSON where it is asked for', async () => {
    folder.write('c/breaks.trace', BREAKS);
    const { out } = await corpus('replay', 'c', '--json');
    const found = { invariant: 'packet-boundaries', op: 'pwrite', function: 'pipe_write' };
    expect(JSON.parse(out)).toEqual({
      version: 1,
      traces: [
        {
          file: 'c/breaks.trace',
          design: 'packet-2012',
          scenario: 'packet',
          outcome: 'violates',
          violates: found,
          found: [found],
        },
      ],
      status: 1,
    });
  });

  test('survives designs of a user that hang, throw or end the process, and takes the rest', async () => {
    const hangs = 'pipeRead(k, n) { while (k.pipe.nrbufs > 0) x = 1 - x; return functions.pipeRead(k, n); }';
    folder.write('hangs.ts', designText(hangs, '', 'let x = 0;'));
    folder.write('exits.ts', designText('pipeRead: () => process.exit(0)'));
    folder.write('throws.ts', designText("pipeRead() { throw new Error('no'); }"));
    for (const name of ['exits', 'hangs', 'throws']) {
      folder.write(`c/${name}.trace`, SEED.replace('packet-2012', `../${name}.ts`));
      folder.write(`c/${name}-not.trace`, SEED.replace('packet-2012', `../${name}.ts`).replace('pread size=1\n', ''));
    }
    folder.write('loads.ts', `for (;;);\n${designText('')}`);
    folder.write('c/la.trace', SEED.replace('packet-2012', '../loads.ts'));
    folder.write('c/lb.trace', SEED.replace('packet-2012', '../loads.ts').replace('size=2', 'size=3'));
    folder.write('c/z.trace', SEED);
    const env = { IOVCHECK_HANG_SECONDS: '1', IOVCHECK_LOAD_SECONDS: '3' };
    const { status, out, err } = await iovcheck(['corpus', 'replay', 'c'], { cwd: folder.path, env });
    expect(status).toBe(2);
    expect(linesOf(out).slice(0, -1)).toEqual([
      'breaks nothing    exits-not.trace',
      'violates          exits.trace: no-bug at pread, in pipe_read()',
      'breaks nothing    hangs-not.trace',
      'hangs             hangs.trace: step 2, pread size=1, does not return',
      expect.stringMatching(/^can not be taken {2}la\.trace: .*loads\.ts: it did not finish loading within 3 s/),
      expect.stringContaining('can not be taken  lb.trace: '),
      'breaks nothing    throws-not.trace',
      expect.stringContaining('throws.trace: no-bug at pread'),
      'breaks nothing    z.trace',
    ]);
    expect(linesOf(err)).toHaveLength(2);
  });
});

describe('corpus merge', () => {
  test('adds what is not there, told by content, and says what could not be read', async () => {
    folder.write('c/a.trace', BREAKS);
    folder.write('c/b.trace', SEED);
    folder.write('c/bad.trace', 'x');
    mkdirSync(join(folder.path, 'd'));
    folder.write('d/mine.trace', SEED);
    folder.write('d/empty.trace', '');
    const { status, out, err } = await corpus('merge', 'c', 'd/mine.trace', 'gone', '--into', 'd');
    expect(status).toBe(2);
    expect(linesOf(err)).toEqual([
      expect.stringContaining('c/bad.trace:1: this is no trace'),
      expect.stringContaining('gone: there is no such file'),
      expect.stringContaining('d/empty.trace:1: the file is empty'),
    ]);
    expect(linesOf(out)).toEqual(['c: 2 traces', 'd/mine.trace: 1 trace', 'd: 1 added, 2 there already; exit 2.']);
    expect(list('d')).toEqual([
      'empty.trace',
      'mine.trace',
      expect.stringMatching(/^packet-2012\.packet\.packet-boundaries/),
    ]);
    expect((await corpus('merge', 'c/a.trace', '--into', 'd')).out).toContain('d: 0 added, 1 there already; exit 2.');
  });

  test('keeps the way to a design file', async () => {
    folder.write('mine.ts', designText(''));
    folder.write('c/mine.trace', SEED.replace('packet-2012', '../mine.ts'));
    await corpus('merge', 'c', '--into', 'x/y');
    expect(readFileSync(join(folder.path, 'x/y', list('x/y')[0]), 'utf8')).toContain('design: ../../mine.ts\n');
    expect((await corpus('replay', 'x/y')).out).toContain('breaks nothing  mine.packet.seed.');
  });

  test('of two processes at once loses nothing, and writes nothing twice or half', async () => {
    for (const name of ['p', 'q', 'r']) mkdirSync(join(folder.path, name));
    const sizes = [1, 2, 3, 4];
    const traces = sizes.flatMap((a) => sizes.flatMap((b) => sizes.map((n) => [a, b, n])));
    traces.forEach(([a, b, n], at) => {
      const text = seed(`pwrite fd=w size=${a}`, 'pread size=4', `pwrite fd=wd size=${b}`, `pread size=${n}`);
      // A third of them is in both.
      if (at % 3 !== 1) folder.write(`p/${at}.trace`, text);
      if (at % 3 !== 2) folder.write(`q/${at}.trace`, text);
    });
    const ended = await Promise.all(['p', 'q', 'p', 'q'].map((from) => corpus('merge', from, '--into', 'both')));
    expect(ended.map(({ status, err }) => ({ status, err }))).toEqual(ended.map(() => ({ status: 0, err: '' })));
    await corpus('merge', 'p', 'q', '--into', 'one');
    expect(list('both')).toEqual(list('one'));
    expect(list('both')).toHaveLength(traces.length);
    for (const name of list('one')) {
      const read = (where: string): string => readFileSync(join(folder.path, where, name), 'utf8');
      expect(read('both')).toBe(read('one'));
    }
  });
});

describe('corpus minimize', () => {
  const more = [
    ['write', seed('pwrite fd=w size=2')],
    ['read', SEED],
    ['both', seed('pwrite fd=w size=2', 'pread size=1', 'pwrite fd=w size=2', 'pread size=3')],
  ] as const;

  test('says what could go, and removes it only when asked', async () => {
    for (const [name, text] of more) folder.write(`c/${name}.trace`, text);
    folder.write('c/breaks.trace', BREAKS);
    folder.write('c/same.trace', BREAKS);
    const before = list('c');
    const dry = await corpus('minimize', 'c');
    expect(dry.status).toBe(0);
    expect(dry.out).toMatch(/^packet-2012, packet, page=4,ring=1,.*: 3 seeds met \d+ bins, 1 meet all of them\nc: /);
    expect(dry.out).toContain('c: 5 traces, 2 without the others; nothing was removed:');
    expect(list('c')).toEqual(before);
    const copied = await corpus('minimize', 'c', '--into', 'small');
    expect(copied.out).toContain('2 written to small; exit 0.');
    expect(list('c')).toEqual(before);
    const { out } = await corpus('minimize', 'c', '--write');
    expect(out).toContain('; 3 removed; exit 0.');
    expect(list('c')).toEqual(['both.trace', 'breaks.trace']);
    const again = await corpus('minimize', 'c', '--write');
    expect(/met (\d+) bins/.exec(again.out)?.[1]).toBe(/met (\d+) bins/.exec(dry.out)?.[1]);
    expect(list('c')).toEqual(['both.trace', 'breaks.trace']);
    expect(list('small')).toHaveLength(2);
  });

  test('keeps a seed that alone breaks something, and as few as are asked for', async () => {
    const alone = BREAKS.replace(/violates: .*\n/, '');
    folder.write('c/alone.trace', alone);
    folder.write('c/both.trace', more[2][1]);
    folder.write('c/z.trace', alone.replace('end\n', 'pread size=4\npread size=4\npwrite fd=w size=2\nend\n'));
    const { out } = await corpus('minimize', 'c', '--most', '1', '--seeds', '--into', 'small');
    expect(out).toMatch(/: 3 seeds met (\d+) bins, 1 meet (?!\1)\d+ of them\n/);
    expect(list('small')).toHaveLength(1);
    folder.write('c/breaks.trace', BREAKS);
    expect((await corpus('minimize', 'c', '--seeds', '--into', 'seeds')).out).toContain('written to seeds');
    expect(list('seeds').filter((name) => !name.includes('.seed.'))).toEqual([]);
    expect((await corpus('minimize', 'c', '--seeds')).err).toContain('say where, with --into');
    expect((await corpus('minimize', 'c', '--most', '0')).err).toContain('--most 0: write a whole number from 1');
  });

  test('keeps what it can not judge, and does not do two things at once', async () => {
    folder.write('c/bad.trace', 'x');
    folder.write('c/gone.trace', SEED.replace('pread', 'pred'));
    folder.write('c/read.trace', SEED);
    const { status, err } = await corpus('minimize', 'c', '--write');
    expect(status).toBe(2);
    expect(linesOf(err)).toHaveLength(2);
    expect(list('c')).toEqual(['bad.trace', 'gone.trace', 'read.trace']);
    expect((await corpus('minimize', 'c', '--write', '--into', 'd')).err).toContain('give one of them');
  });
});

test('corpus says what it can do, and refuses what is no folder', async () => {
  expect((await corpus('--help')).out).toMatch(/merge[\s\S]*minimize[\s\S]*replay[\s\S]*import/);
  for (const command of ['replay', 'minimize']) {
    const { status, err } = await corpus(command, 'nope');
    expect(status).toBe(2);
    expect(err).toBe('iovcheck: nope: there is no such folder; name a folder of traces\n');
  }
  expect((await corpus('merge', 'c')).err).toContain("required option '--into <folder>'");
  cpSync('corpus/regressions', join(folder.path, 'all'), { recursive: true });
  expect((await corpus('replay', 'all')).out).toMatch(/(\d+) traces: \1 violate; exit 1\.\n$/);
});
