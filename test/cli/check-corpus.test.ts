/** `check --corpus`: what was found is taken again first, what is found is kept, whatever becomes of the disk. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseTrace } from '#iov/harness/trace.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BREAKS, SEED, seed } from '../campaign/corpora.js';
import type { Ended } from './run.js';
import { Folder, designText, iovcheck } from './run.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const CHECK = ['check', '--quiet', '--corpus', 'c'];
function check(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return iovcheck([...CHECK, ...args], { cwd: folder.path, env });
}
const TINY = ['--bounds', 'tiny'];
const list = (): string[] => folder.list('c');
const read = (name: string): string => readFileSync(join(folder.path, 'c', name), 'utf8');
const put = (name: string, text: string): void => {
  mkdirSync(join(folder.path, 'c'), { recursive: true });
  folder.write(`c/${name}`, text);
};

describe('check --corpus', () => {
  test('leaves what it found, and takes it again before the next search', async () => {
    const first = await check(['packet-2012', ...TINY]);
    expect(first.status).toBe(1);
    expect(first.out).toMatch(/\nc: 2 traces and 0 seeds added\.\n1 search, 2 violations; exit 1\.\n$/);
    expect(list()).toHaveLength(2);
    for (const name of list()) expect(parseTrace(read(name), name).minimality).toBe('shortest');
    const { out, status } = await check(['packet-2012', ...TINY, '--budget', '1-steps']);
    expect(status).toBe(1);
    expect(out).toMatch(/^packet-2012, packet: violated: 2 classes\n[\s\S]*?engine {6}none: traces were taken again\n/);
    expect(out).toContain('no: only the traces in c were taken');
    expect(out).toContain('2 steps, 1-minimal');
    expect(out).toContain('\nc: of packet-2012, packet, 2 traces: 2 violate.\n');
    expect(out).toMatch(/1 search and the corpus, \d violations, 1 cut short; exit 1\.\n$/);
    expect(list()).toHaveLength(2);
  });

  test('has what a run had found when it was killed', async () => {
    const main = join(process.cwd(), 'dist/cli/main.js');
    const args = [main, ...CHECK, 'pipe-iter-2016', '--engine', 'random', '--budget', '300s', ...TINY];
    const run = spawn(process.execPath, args, { cwd: folder.path, stdio: 'ignore' });
    const gone = new Promise((resolve) => run.once('exit', resolve));
    while (!existsSync(join(folder.path, 'c')) || list().length < 3) await new Promise((r) => setTimeout(r, 20));
    run.kill('SIGKILL');
    await gone;
    const kept = list().filter((name) => name.endsWith('.trace'));
    expect(kept.length).toBeGreaterThan(0);
    const { out, err } = await iovcheck(['corpus', 'replay', 'c'], { cwd: folder.path });
    expect(err).toBe('');
    expect(out).toContain(`c: ${kept.length} traces: ${kept.length} violate; exit 1`);
  });

  test('of two runs at once has what each has found, once', async () => {
    const both = await Promise.all([
      check(['packet-2012', ...TINY]),
      check(['linux-6.1', 'packet-2012', '--scenario', 'packet', ...TINY]),
    ]);
    for (const { err } of both) expect(err).toBe('');
    const { out, status } = await iovcheck(['corpus', 'replay', 'c'], { cwd: folder.path });
    expect(status).toBe(1);
    const [, traces, violate] = /c: (\d+) traces: (\d+) violate; exit 1/.exec(out) ?? [];
    expect(traces).toBe(violate);
    expect(list()).toHaveLength(Number(traces));
    await check(['linux-6.1', 'packet-2012', '--scenario', 'packet', ...TINY]);
    expect(list()).toHaveLength(Number(traces));
  });

  test('takes traces of other bounds within those, and says which', async () => {
    put('a.trace', BREAKS.replace('page=4', 'page=2'));
    const { out, status } = await check(['packet-2012', '--json', ...TINY, '--budget', '1-steps']);
    expect(status).toBe(1);
    const { results } = JSON.parse(out) as { results: { engine: string; bounds: { page: number }; verdict: string }[] };
    expect(results.map(({ engine, bounds, verdict }) => [engine, bounds.page, verdict])).toEqual([
      ['corpus', 2, 'violated'],
      ['exhaustive', 4, 'violated'],
    ]);
  });

  test('says that what broke once breaks no longer, and takes no other design and scenario', async () => {
    put(
      'a.trace',
      SEED.replace('packet-2012', '../mine.ts').replace('\n\n', '\nviolates: bytes-in-order pread pipe_read\n\n'),
    );
    put('b.trace', BREAKS);
    put('c.trace', SEED.replace('packet-2012', 'linux-6.1').replace('scenario: packet', 'scenario: splice'));
    folder.write('mine.ts', designText(''));
    const { out, status } = await check(['./mine.ts', '--budget', '1-steps', ...TINY]);
    expect(status).toBe(3);
    expect(out).toContain('\nc: of ./mine.ts, packet, 1 trace: 1 no longer violate.\n1 search, no violation');
    expect(list()).toEqual(['a.trace', 'b.trace', 'c.trace']);
  });

  test('finds the file of a user again from elsewhere, and each class once, by its shortest trace', async () => {
    const text = designText('pipeRead: (k, size) => (size === 3 ? -5 : functions.pipeRead(k, size))');
    folder.write('mine.ts', text);
    const random = ['--engine', 'random', '--budget', '3000-steps', ...TINY];
    await check(['./mine.ts', ...random]);
    const names = list();
    expect(names).toEqual([expect.stringMatching(/^mine\.packet\.returns-what-it-promised\.pread\./)]);
    expect(read(names[0])).toContain('design: ../mine.ts\n');
    mkdirSync(join(folder.path, 'deep'));
    const args = ['check', '--quiet', '--corpus', '../c', '../mine.ts', '--budget', '1-steps', ...TINY];
    const { out } = await iovcheck(args, { cwd: join(folder.path, 'deep') });
    expect(out).toContain('../c: of ../mine.ts, packet, 1 trace: 1 violate.');
    // Other seeds find other traces of the class, none of them shorter.
    await check(['./mine.ts', ...random, '--seed', '5']);
    expect(list()).toEqual(names);
    await check(['./mine.ts', ...TINY]);
    expect(list()).toEqual(names);
    expect(read(names[0])).toContain('minimality: shortest\n');
  });

  test('is not kept back by a bad file, and says so', async () => {
    put('a.trace', BREAKS);
    put('b.trace', 'x\n');
    put('c.trace', SEED.replace('pread', 'pred'));
    put('d.trace', SEED.replace('packet-2012', 'packet-1912'));
    const { out, err, status } = await check(['packet-2012', '--budget', '1-steps', ...TINY]);
    expect(status).toBe(2);
    expect(out).toContain('packet-boundaries');
    expect(out).toContain('c: of packet-2012, packet, 2 traces: 1 violate, 1 can not be taken.');
    expect(err.trimEnd().split('\n')).toEqual([
      expect.stringContaining('c/b.trace:1: this is no trace'),
      expect.stringContaining("c/d.trace:2: there is no design 'packet-1912' any more"),
      expect.stringContaining("c/c.trace:7: there is no op 'pred'"),
    ]);
  });

  test('survives a trace on which a design hangs', async () => {
    const hangs = 'pipeRead(k, n) { while (k.pipe.nrbufs > 0) x = 1 - x; return functions.pipeRead(k, n); }';
    folder.write('mine.ts', designText(hangs, '', 'let x = 0;'));
    put('a.trace', SEED.replace('packet-2012', '../mine.ts'));
    put('b.trace', SEED.replace('packet-2012', '../mine.ts').replace('pread size=1\n', ''));
    const { out, status } = await check(['./mine.ts', '--engine', 'random', '--budget', '1-steps', ...TINY], {
      IOVCHECK_HANG_SECONDS: '1',
    });
    expect(status).toBe(1);
    expect(out).toContain('every-loop-ends: pread, in pipe_read()');
    expect(out).toContain('c: of ./mine.ts, packet, 2 traces: 1 hang, 1 break nothing.');
    expect(list().filter((name) => name.includes('every-loop-ends'))).toHaveLength(1);
  });

  test('is refused at once where it can be none', async () => {
    folder.write('c', '');
    expect((await check(['packet-2012'])).err).toBe('iovcheck: c: this is no folder; name a folder of traces\n');
  });
});

describe('coverage with a corpus', () => {
  const coverage = ['linux-3.3', '--engine', 'coverage', '--budget', '6000-steps', ...TINY];

  test('keeps what it has learned, and begins with it', async () => {
    const first = await check(coverage);
    expect(first.status).toBe(0);
    const seeds = Number(/c: 0 traces and (\d+) seeds added/.exec(first.out)?.[1]);
    expect(seeds).toBeGreaterThan(3);
    expect(list()).toHaveLength(seeds);
    expect(read(list()[0])).toContain('\nengine: coverage\nseed: 1\n\n');
    const second = await check([...coverage, '--seed', '2']);
    expect(second.out).toContain(`c: of linux-3.3, packet, ${seeds} traces: ${seeds} break nothing.`);
    const more = Number(/c: 0 traces and (\d+) seeds? added/.exec(second.out)?.[1] ?? 0);
    expect(more).toBeLessThan(seeds);
    expect((await iovcheck(['corpus', 'minimize', 'c'], { cwd: folder.path })).status).toBe(0);
    // The same corpus and the same seed: the same bytes.
    const other = join(folder.path, 'other');
    cpSync(join(folder.path, 'c'), join(other, 'c'), { recursive: true });
    const again = await Promise.all([check(coverage), iovcheck([...CHECK, ...coverage], { cwd: other })]);
    expect(again[0].out).toBe(again[1].out);
    expect(readdirSync(join(other, 'c')).sort()).toEqual(list());
  });

  test('begins with the seeds of other designs where it has none of its own', async () => {
    put('a.trace', seed('pwrite fd=w size=4', 'pwrite fd=w size=4', 'pread size=4'));
    const { out } = await check(coverage);
    expect(out).not.toContain('c: of linux-3.3');
    expect(out).toMatch(/c: 0 traces and \d+ seeds added/);
  });
});

describe('a disk that fails while a corpus is saved', () => {
  /** Node, with a function of node:fs replaced. */
  function withDisk(code: string): Record<string, string> {
    const text = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
const { writeFileSync, writeSync } = fs; let n = 0;
fs.writeFileSync = (file, data, ...rest) => {
  if (typeof file !== 'number' || n++ < 1) return writeFileSync(file, data, ...rest);
  writeSync(file, data, 0, 40); ${code} };
syncBuiltinESMExports();`;
    return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(text)}` };
  }

  test('because it is full: all is printed, nothing is half there, and the status says so', async () => {
    const full = withDisk("throw Object.assign(new Error('full'), { code: 'ENOSPC' });");
    const { out, err, status } = await check(['packet-2012', ...TINY], full);
    expect(status).toBe(2);
    expect(err).toBe(
      'iovcheck: c: the disk is full (ENOSPC): 1 of 2 traces were not saved; make room there, or name another folder\n',
    );
    expect(out).toContain('packet-2012, packet: violated: 2 classes');
    expect(out).toMatch(/c: 1 trace and 0 seeds added\.\n1 search, 2 violations, 1 error; exit 2\.\n$/);
    expect(list()).toHaveLength(1);
    expect((await iovcheck(['corpus', 'replay', 'c'], { cwd: folder.path })).status).toBe(1);
  });

  test('because the run was killed: what there is is whole', async () => {
    const killed = withDisk("process.kill(process.pid, 'SIGKILL');");
    const { status } = await check(['packet-2012', ...TINY], killed);
    expect(status).toBe(null);
    // The one that was being written has no name that anybody reads.
    expect(list()).toEqual([expect.stringMatching(/^\..*\.tmp$/), expect.stringMatching(/^packet.*\.trace$/)]);
    const { out, err } = await iovcheck(['corpus', 'replay', 'c'], { cwd: folder.path });
    expect(err).toBe('');
    expect(out).toContain('c: 1 trace: 1 violate; exit 1.');
    const again = await check(['packet-2012', ...TINY]);
    expect(again.out).toContain('c: 1 trace and 0 seeds added.');
  });

  test('because it can not be written at all', async () => {
    const { out, err, status } = await iovcheck(['check', '--quiet', '--corpus', '/proc/nope', 'packet-2012', ...TINY]);
    expect(status).toBe(2);
    expect(err).toMatch(/^iovcheck: \/proc\/nope: it can not be written \(ENOENT\): 2 of 2 traces were not saved/);
    expect(out).toContain('packet-2012, packet: violated: 2 classes');
  });
});
