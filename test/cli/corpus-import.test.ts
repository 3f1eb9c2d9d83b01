/** `iovcheck corpus import`: traces of what jsfuzz keeps and crashes with. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOps } from '#iov/fuzz/coverage/encoding.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { resolveOp } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SEED } from '../campaign/corpora.js';
import { designOf } from '../search.js';
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

describe('corpus import', () => {
  const runner = new Runner(designOf('packet-2012'), parseBounds('tiny', undefined, SCENARIOS.packet), 'packet');
  const bytesOf = (...ops: string[]): Buffer => encodeOps(ops.map((text) => resolveOp(runner, text) as number));
  const into = ['--design', 'packet-2012', '--bounds', 'tiny', '--into', 'c'];

  test('makes traces of what jsfuzz has kept and of what it has crashed with', async () => {
    mkdirSync(join(folder.path, 'in'));
    const writes = ['pwrite fd=w size=2', 'pread size=2', 'pwrite fd=w size=2', 'pwrite fd=wd size=2'];
    folder.writeBytes(`in/crash-${'a'.repeat(64)}`, bytesOf(...writes));
    folder.writeBytes(`in/${'b'.repeat(64)}`, bytesOf('pwrite fd=w size=1', 'pread size=4'));
    folder.writeBytes(`in/${'c'.repeat(64)}`, bytesOf('pread size=4 fault_at=2'));
    folder.writeBytes('in/odd', Buffer.from([1]));
    folder.write('in/t.trace', SEED);
    const { status, out, err } = await corpus('import', 'in', ...into);
    expect(status).toBe(2);
    expect(linesOf(out)).toEqual([
      `${'b'.repeat(64)}: breaks nothing, 2 ops`,
      `crash-${'a'.repeat(64)}: violates packet-boundaries at pwrite, 2 ops`,
      'c: 2 added; exit 2.',
    ]);
    expect(linesOf(err)).toEqual([
      'iovcheck: in/t.trace: this is a trace already; bring it in with iovcheck corpus merge',
      `iovcheck: in/${'c'.repeat(64)}: no op of it can be taken there; it is left out`,
      'iovcheck: in/odd: no op of it can be taken there; it is left out',
    ]);
    expect((await corpus('replay', 'c')).out).toContain('2 traces: 1 violate, 1 break nothing; exit 1.');
    const again = await corpus('import', `in/crash-${'a'.repeat(64)}`, ...into);
    expect(again.out).toContain('c: 0 added, 1 there already; exit 0.');
  });

  test('makes a trace of what hangs', async () => {
    const hangs = 'pipeRead(k, n) { while (k.pipe.nrbufs > 0) x = 1 - x; return functions.pipeRead(k, n); }';
    folder.write('hangs.ts', designText(hangs, '', 'let x = 0;'));
    folder.writeBytes(`timeout-${'d'.repeat(64)}`, bytesOf('pwrite fd=w size=1', 'pread size=4', 'pwrite fd=w size=1'));
    const args = ['corpus', 'import', `timeout-${'d'.repeat(64)}`, '--design', './hangs.ts', '--bounds', 'tiny'];
    const env = { IOVCHECK_HANG_SECONDS: '1' };
    const { status, out, err } = await iovcheck([...args, '--into', 'c'], { cwd: folder.path, env });
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(out).toContain('violates every-loop-ends at pread, 2 ops');
    expect(readFileSync(join(folder.path, 'c', list('c')[0]), 'utf8')).toContain('design: ../hangs.ts\n');
  });

  test('has to know the world that the bytes are of', async () => {
    folder.write('x', 'ab');
    const { status, err } = await corpus('import', 'x', '--design', 'linux-6.1', '--into', 'c');
    expect(status).toBe(2);
    expect(err).toContain('--scenario: say which one the inputs are of; linux-6.1 has pipe-iter, packet');
    expect((await corpus('import', 'x', '--into', 'c')).err).toContain("required option '--design <design>'");
    expect((await corpus('import', 'gone', ...into)).err).toContain('gone: there is no such file');
  });
});
