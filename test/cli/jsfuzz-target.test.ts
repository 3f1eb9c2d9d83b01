/** Targets for jsfuzz that are made of designs: by its own CLI, and by `npm run jsfuzz`. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { encodeOps } from '#iov/fuzz/coverage/encoding.js';
import { Target } from '#iov/fuzz/target.js';
import { opIndex } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import { parseTrace } from '#iov/harness/trace.js';
import { namedBounds } from '#iov/harness/bounds-text.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { design as packet2012 } from '#iov/model/designs/packet-2012.js';
import { afterAll, describe, expect, test } from 'vitest';
import type { Ended } from './run.js';
import { Folder, command, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const OUT = '.iovcheck/jsfuzz';
const traces = (): string[] =>
  readdirSync(join(folder.path, OUT))
    .filter((name) => name.endsWith('.trace'))
    .toSorted();

function jsfuzz(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return command('jsfuzz', args, { cwd: folder.path, env });
}

const runner = new Runner(packet2012, namedBounds('tiny', SCENARIOS.packet), 'packet');
const bytesOf = (...ops: readonly string[]): Buffer => encodeOps(ops.map((op) => opIndex(runner, op) ?? -1));
/** The second op can not be taken there; the last two are behind the violation. */
const BREAKS = bytesOf(
  'pwrite fd=w size=1',
  'pwrite fd=w size=1 fault_at=3',
  'pwrite fd=wd size=1',
  'pread size=1',
  'pread size=1',
);

describe('a target', () => {
  test('passes over what is not enabled, and throws at the first violation with the trace to it', () => {
    const { fuzz } = new Target(runner, 'packet-2012', false);
    const thrown = (bytes: Buffer): Error | undefined => {
      try {
        fuzz(bytes);
      } catch (error) {
        return error as Error;
      }
      return undefined;
    };
    expect(thrown(bytesOf('pwrite fd=w size=1'))).toBeUndefined();
    const { message, stack } = thrown(BREAKS) ?? new Error('nothing was thrown');
    expect(stack).toBe(message);
    expect(message).toMatch(/^packet-boundaries: pwrite, in pipe_write\(\)\n\n# iovcheck trace v1\n/);
    const trace = parseTrace(message.slice(message.indexOf('# ')), 'message');
    expect(trace.ops).toEqual(['pwrite fd=w size=1', 'pwrite fd=wd size=1']);
    expect(trace.minimality).toBe('raw');
    // Each input by itself: the same again says the same.
    expect(thrown(BREAKS)?.message).toBe(message);
  });

  test('goes on from what is known, where it is told to', () => {
    const known = [{ invariant: 'packet-boundaries', scenario: 'packet', finding: 'F-0' }] as const;
    const design = { ...packet2012, expect: { known } };
    const target = new Target(new Runner(design, runner.k.bounds, 'packet'), 'x', true);
    expect(() => target.fuzz(BREAKS)).not.toThrow();
    expect(target.steps).toBeGreaterThan(2);
  });
});

describe.sequential('made of a design', () => {
  test('a target runs under the CLI of jsfuzz as it is', async () => {
    const made = await jsfuzz(['target', 'packet-2012', 'packet', '--bounds', 'tiny']);
    expect(made.err).toBe('');
    expect(made.out).toBe(`${join(OUT, 'packet-2012.packet.cjs')}\n`);
    mkdirSync(join(folder.path, 'seeds'));
    writeFileSync(join(folder.path, 'seeds/breaks'), BREAKS);
    const cli = createRequire(import.meta.url).resolve('jsfuzz/build/src/index.js');
    const args = [cli, made.out.trim(), 'seeds', '--no-versifier', '--exact-artifact-path=crash'];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder.path, timeout: 60_000 });
    expect(status).toBe(1);
    expect(String(stdout)).toContain('packet-boundaries: pwrite, in pipe_write()');
    expect(readFileSync(join(folder.path, 'crash'))).toEqual(BREAKS);
  });

  test('its input becomes a trace that was made small, and that replays', async () => {
    const { status, out } = await jsfuzz(['packet-2012', 'seeds', '--bounds', 'tiny', '--quiet', '--budget', '5s']);
    expect(status).toBe(1);
    expect(out).toContain('packet-boundaries: pwrite, in pipe_write()');
    expect(out).toContain('minimality: 1-minimal\n\npwrite fd=w size=1\npwrite fd=wd size=1\nend\n');
    const file = 'packet-2012.packet.jsfuzz.packet-boundaries.pwrite.pipe_write.trace';
    expect(traces()).toContain(file);
    expect((await iovcheck(['replay', join(OUT, file)], { cwd: folder.path })).status).toBe(1);
  });

  test('where nothing breaks, what was run is named, and one who names nothing is told where to look', async () => {
    const args = ['linux-3.3', '--scenario', 'packet', '--bounds', 'tiny', '--quiet', '--budget', '1s'];
    const { status, out } = await jsfuzz(args);
    expect(out).toMatch(/^Nothing broke in \d+ executions of linux-3\.3, packet; nothing is proved\.\n$/);
    expect(status).toBe(0);
    expect(await jsfuzz(['target'])).toEqual({
      status: 2,
      out: '',
      err: "iovcheck: missing required argument 'design'; see npm run jsfuzz -- --help\n",
    });
  });

  test('--regression does the same for each input', async () => {
    writeFileSync(join(folder.path, 'seeds/fine'), bytesOf('pwrite fd=w size=1'));
    const { status, out } = await jsfuzz(['packet-2012', 'seeds', '--bounds', 'tiny', '--regression', '--quiet']);
    expect(out).toMatch(/^seeds.breaks: packet-boundaries: pwrite, in pipe_write\(\)\n/);
    expect(out).toMatch(/inputs, 1 of them break something\.\n$/);
    expect(status).toBe(1);
  });
});

describe.sequential('made of a file', () => {
  test('that never returns, a target gives the op that hangs', async () => {
    const loop = 'pipeRead(k, n) { while (k.pipe.nrbufs > 0) x = 1 - x; return functions.pipeRead(k, n); }';
    folder.write('mine.ts', designText(loop, '', 'let x: number = 0;'));
    writeFileSync(join(folder.path, 'hangs'), bytesOf('pwrite fd=w size=1', 'pread size=1'));
    const args = ['./mine.ts', 'hangs', '--bounds', 'tiny', '--quiet', '--regression', '--timeout', '1'];
    const { status, out } = await jsfuzz(args, { IOVCHECK_HANG_SECONDS: '1' });
    expect(out).toMatch(/^hangs: it did not return within 1 s\n/);
    expect(out).toContain('every-loop-ends: pread, in pipe_read()');
    expect(out).toContain('minimality: raw\n\npwrite fd=w size=1\npread size=1\nend\n');
    expect(status).toBe(1);
  });

  test.each([
    [['packet-2013'], "did you mean 'packet-2012'?"],
    [['./gone.ts'], 'there is no such file'],
    [['packet-2012', '--scenario', 'paket'], "did you mean 'packet'?"],
    [['packet-2012', '--bounds', 'ring=3'], 'a power of two'],
    [['packet-2012', '--budget', '5-steps'], 'jsfuzz counts no steps'],
    [['packet-2012', '--timeout', 'x'], 'write a number of seconds'],
    [['packet-2012', '--out', '/proc/nope'], 'name another place with --out'],
    [['packet-2012', '--bonds', 'tiny'], 'did you mean --bounds?'],
  ])('%j gets one sentence, and exit 2', async (args, sentence) => {
    const { status, err } = await jsfuzz(args);
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
  });
});
