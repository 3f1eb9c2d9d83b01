/** Reproducers: which traces become C programs, that they compile, and what they say of the kernel that runs the tests. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { REAL_PAGE, scaleBytes } from '#iov/harness/real-size.js';
import { Path } from '#iov/harness/replay.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { C_STATUS } from '#iov/reports/repro/c-parts.js';
import { bytesText, sizeText } from '#iov/reports/repro/text.js';
import { Folder, iovcheck } from '../cli/run.js';
import { CORPUS, files, isText, made, oddLines, taken } from './made.js';

const folder = new Folder();
afterAll(() => folder.remove());

/** The traces of the corpus whose break a program can see. */
const REACHED = [
  'atomic-redo.packet.bytes-in-order.readv',
  'atomic-redo.packet.no-bug.readv',
  'close-wakes-one.blocking.no-lost-wakeup.pread_continue',
  'linux-4.8.blocking.no-lost-wakeup.fcntl_setpipe_sz',
  'linux-4.8.blocking.returns-what-it-promised.pread',
  'linux-4.8.splice.packet-boundaries.splice_file',
  'linux-4.8.vmsplice.packet-boundaries.vmsplice',
  'linux-4.8.vmsplice.returns-what-it-promised.vmsplice',
  'linux-5.8.blocking.no-lost-wakeup.fcntl_setpipe_sz',
  'linux-5.8.file-splice.returns-what-it-promised.splice_to_file',
  'linux-6.1.packet-boundaries.pwrite',
  'linux-6.1.retry-makes-progress.pwrite',
  'linux-6.1.returns-what-it-promised.pread',
  'linux-6.12.splice.packet-boundaries.pwrite',
  'linux-6.12.splice.retry-makes-progress.pwrite',
  'linux-6.12.splice.retry-makes-progress.splice',
  'linux-6.12.splice.retry-makes-progress.splice_file',
  'linux-6.12.splice.retry-makes-progress.tee',
  'linux-6.12.splice.returns-what-it-promised.pread',
  'linux-6.12.splice.returns-what-it-promised.tee',
  'linux-6.18.packet.packet-boundaries.pwrite',
  'linux-6.18.splice.packet-boundaries.pwrite',
  'packet-2012.packet-boundaries.pwrite',
  'packet-2012.returns-what-it-promised.fcntl_setfl',
  'resize-wrapped-ring.splice.bytes-in-order.fcntl_setpipe_sz',
  'sendfile-to-pipe.sendfile.returns-what-it-promised.sendfile',
  'splice-empty-buffer.file-splice.returns-what-it-promised.splice_to_file',
  'splice-empty-buffer.vmsplice.returns-what-it-promised.vmsplice_out',
  'splice-to-append.file-splice.page-cache-written-only-by-writers.splice_to_file',
  'splice-to-append.file-splice.returns-what-it-promised.splice_to_file',
  'splice-to-pipe-flags.splice.packet-boundaries.splice_file',
  'splice-to-pipe-flags.splice.page-cache-written-only-by-writers.pwrite',
  'tee-merge.splice.bytes-in-order.pwrite',
  'write-stale-head.blocking.no-lost-wakeup.pwrite_continue',
];

const programs = new Map(files.map((file) => [file, made(file, 'c')]));
const withProgram = files.filter((file) => isText(programs.get(file) ?? ''));

const hasGcc = spawnSync('gcc', ['--version']).status === 0;

const built = new Map<string, string>();

/** Compiles it once; returns what gcc says. */
function compile(file: string): string {
  const text = programs.get(file) ?? '';
  let said = built.get(file);
  if (said !== undefined) return said;
  const flags = ['-std=gnu11', '-O0', '-pthread', '-Wall', '-Wextra', '-Werror'];
  const source = folder.write(`${file}.c`, text);
  said = spawnSync('gcc', [...flags, '-o', join(folder.path, file), source], { encoding: 'utf8' }).stderr;
  built.set(file, said);
  return said;
}

describe('lengths', () => {
  test.each([
    [1, 2, 1],
    [2, 2, REAL_PAGE],
    [3, 2, REAL_PAGE + 1],
    [3, 4, REAL_PAGE - 1],
    [2, 4, 2],
    [0, 4, 0],
    [-1, 4, -1],
  ])('%i of pages of %i keeps its edge: %i', (n, page, real) => {
    expect(scaleBytes(n, page, REAL_PAGE, 'edges')).toBe(real);
  });

  test('all grow alike, so that sums stay sums', () => {
    expect(scaleBytes(3, 4, REAL_PAGE, 'linear')).toBe(3 * scaleBytes(1, 4, REAL_PAGE, 'linear'));
  });

  test.each([
    [1, '1'],
    [REAL_PAGE, 'page'],
    [2 * REAL_PAGE, '2*page'],
    [REAL_PAGE - 1, 'page-1'],
    [2 * REAL_PAGE + 1, '2*page+1'],
    [(3 * REAL_PAGE) / 4, '3*page/4'],
  ])('%i is %s in words', (n, text) => {
    expect(sizeText(n)).toBe(text);
  });

  test('bytes are letters, and long runs of one are counted', () => {
    expect(bytesText(Uint8Array.from([0, 1, 3, 3, 3, 2, 4, 4, 4, 4]))).toBe('?Faaa*b{4}');
  });
});

describe('as C', () => {
  test('is what user space can reach of the corpus, and see', () => {
    expect(withProgram.map((file) => file.replace('.trace', ''))).toEqual(REACHED);
  });

  test('for the rest it says what is in the way', () => {
    const others = files.filter((file) => !withProgram.includes(file)).map((file) => programs.get(file) ?? '');
    expect(others.filter((text) => !/^[a-z].*[^.]$/.test(text) || text.includes('\n'))).toEqual([]);
  });

  test.skipIf(!hasGcc)('compiles without a warning (where there is gcc)', () => {
    expect(withProgram.map(compile)).toEqual(withProgram.map(() => ''));
  });

  test('is in the form of kernel files', () => {
    expect(withProgram.flatMap((file) => oddLines(programs.get(file) ?? ''))).toEqual([]);
  });
});

/** The model of the kernel that this machine runs. */
const host = DESIGNS.find(({ id }) => id === `linux-${/^\d+\.\d+/.exec(release())?.[0]}`);

describe.skipIf(!hasGcc || host === undefined)('on this kernel (gcc, and a kernel that there is a model of)', () => {
  /** Whether the model of this kernel breaks the rule of the trace, on its calls. */
  function breaksHere(file: string): boolean {
    // readv() in two attempts is in no kernel of today.
    if (file.startsWith('atomic-redo')) return false;
    const { trace, runner, ops } = taken(file, host?.id);
    const path = new Path(runner);
    return ops.some((op) => {
      path.take(op);
      return path.found.some(({ invariant }) => invariant === trace.violates?.invariant);
    });
  }

  test.each(ON_HOST())('%s comes to what the model says', (file) => {
    expect(compile(file)).toBe('');
    const { status, stdout } = spawnSync(join(folder.path, file), [], {
      cwd: folder.path,
      encoding: 'utf8',
      timeout: 10_000,
    });
    expect(stdout).toMatch(/^ {2}1 {2}\w+\(/m);
    const right = breaksHere(file) ? C_STATUS.reproduced : C_STATUS.kept;
    // There a write that faults leaves nothing behind, and what sleeps in the trace does not.
    expect(status).toBe(file.startsWith('write-stale-head') ? C_STATUS.astray : right);
  });

  test('README.md shows what one prints', () => {
    const { file, text } = shown();
    expect(compile(file)).toBe('');
    expect(spawnSync(join(folder.path, file), [], { encoding: 'utf8' }).stdout).toBe(text);
  });
});

/** The output of a program, as README.md shows it. */
function shown(): { readonly file: string; readonly text: string } {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, file, block] = /<!-- program: (.+) -->\s+```text\n([\s\S]*?)```/.exec(text) ?? [];
  return { file: `${file}.trace`, text: block ?? '' };
}

/** Those that can not harm a kernel which has the bug. */
function ON_HOST(): string[] {
  return withProgram.filter((file) => !(programs.get(file) ?? '').includes('does not come back'));
}

describe('iovcheck repro', () => {
  const trace = (name: string): string => new URL(name, CORPUS).pathname;

  test('writes a program to a file', async () => {
    const name = trace('linux-6.18.packet.packet-boundaries.pwrite.trace');
    const file = join(folder.path, 'written.c');
    expect(await iovcheck(['repro', name, '--as', 'c', '-o', file])).toMatchObject({ status: 0, out: '', err: '' });
    const out = readFileSync(file, 'utf8');
    expect(out).toContain("Reference: F-8 of iovcheck's docs/findings.md.");
    expect(out).toContain(`STEP(read(p.r, buf, page), buf, "3 abc", "2 ab");`);
  });

  test.skipIf(!hasGcc)('lends pages as a gift, and tells fork() off', async () => {
    const lent = readFileSync(trace('linux-4.8.vmsplice.packet-boundaries.vmsplice.trace'), 'utf8');
    const gift = folder.write('gift.trace', lent.replace('iovec:[0+2]', '$& flags=SPLICE_F_GIFT'));
    const { out, err } = await iovcheck(['repro', gift, '--as', 'c']);
    expect(err).toBe('');
    expect(out).toContain('vmsplice(a.w, memory(1, 0L, page), 1, SPLICE_F_GIFT | SPLICE_F_NONBLOCK)');
    const flags = ['-pthread', '-Wall', '-Wextra', '-Werror', '-x', 'c', '-'];
    const program = join(folder.path, 'gift');
    const said = spawnSync('gcc', ['-o', program, ...flags], { encoding: 'utf8', input: out }).stderr;
    expect(said).toBe('');
    // A kernel of today does not make a packet of what is lent.
    expect(spawnSync(program).status).toBe(C_STATUS.kept);
    const forked = lent.replace('pwrite', 'fork\npwrite');
    const { status, err: why } = await iovcheck(['repro', folder.write('fork.trace', forked), '--as', 'c']);
    expect([status, why]).toEqual([2, expect.stringContaining('a program of one process does not fork')]);
  });

  test('says which call is in the way', async () => {
    const name = trace('pipe-iter-2016.sanity.iov_iter_advance.trace');
    const { status, out, err } = await iovcheck(['repro', name, '--as', 'c']);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('user space has no call that is iov_iter_pipe');
  });

  test('needs a trace that breaks a rule', async () => {
    const name = trace('linux-6.1.returns-what-it-promised.pread.trace');
    const { status, err } = await iovcheck(['repro', name, '--as', 'c', '--on', 'linux-6.18']);
    expect(status).toBe(2);
    expect(err).toContain(
      'does not violate returns-what-it-promised at pread on linux-6.18; there is nothing to reproduce',
    );
  });
});
