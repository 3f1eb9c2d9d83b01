/**
 * Reproducers of 6.1 on a running 6.1: user-mode Linux, as Debian has it, does what linux-6.1 says, where the kernel
 * that runs the tests may be one that was mended. Programs are static, and the first process is a shell that runs them.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { umlProgram, umlRelease, whyNoUml } from '#iov/oracle/uml/boot.js';
import { C_STATUS } from '#iov/reports/repro/c-parts.js';
import { Folder } from '../cli/run.js';
import { made } from './made.js';

const folder = new Folder();
afterAll(() => folder.remove());

const { reproduced, kept } = C_STATUS;

/** What each comes to on 6.1. */
const EXPECTED: readonly (readonly [trace: string, status: number])[] = [
  ['linux-6.1.packet-boundaries.pwrite', reproduced],
  ['linux-6.1.returns-what-it-promised.pread', reproduced],
  ['linux-6.1.retry-makes-progress.pwrite', reproduced],
  ['linux-6.12.splice.returns-what-it-promised.tee', reproduced],
  ['linux-6.12.splice.retry-makes-progress.splice', reproduced],
  ['linux-4.8.splice.packet-boundaries.splice_file', kept],
  ['linux-4.8.blocking.no-lost-wakeup.fcntl_setpipe_sz', kept],
];

/** Compiles a program that needs nothing of the machine it runs on; false where there is no static C library. */
function isBuilt(trace: string, text: string): boolean {
  const source = folder.write(`${trace}.c`, text);
  return spawnSync('gcc', ['-static', '-pthread', '-o', join(folder.path, trace), source]).status === 0;
}

const canRun = whyNoUml() === '' && /^6\.1\./.test(umlRelease()) && isBuilt('empty', 'int main(void) { return 0; }\n');

/** User-mode Linux has no extended registers (oracle/uml/launch.ts). */
const TUNABLES =
  'GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-AVX2_Usable,-XSAVEC,-XSAVE,-BMI2';

/** Boots with `init` for its first process; returns what it has written. */
function boot(init: string): string {
  const launch = fileURLToPath(new URL('../../dist/oracle/uml/launch.js', import.meta.url));
  const kernel = ['mem=128M', 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', 'quiet', 'con=null'];
  const more = ['con0=null,fd:1', 'ssl=null', 'panic=1', TUNABLES, `init=${init}`];
  const { stdout } = spawnSync(process.execPath, [launch, umlProgram(), ...kernel, ...more], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  return stdout;
}

describe.skipIf(!canRun)('on user-mode Linux 6.1 (the packages user-mode-linux and busybox-static, gcc)', () => {
  test('each comes to what linux-6.1 says', () => {
    for (const [trace] of EXPECTED) expect(isBuilt(trace, made(`${trace}.trace`, 'c'))).toBe(true);
    const runs = EXPECTED.map(([trace]) => `${join(folder.path, trace)} > /dev/null; echo "ran ${trace} $?"`);
    const script = ['#!/bin/sh', 'mount -t proc proc /proc', ...runs, 'exec busybox poweroff -f'].join('\n');
    const init = folder.write('init', `${script}\n`);
    chmodSync(init, 0o755);
    const ran = [...boot(init).matchAll(/^ran (\S+) (\d+)\s*$/gm)].map(([, trace, status]) => [trace, Number(status)]);
    expect(ran).toEqual(EXPECTED);
  }, 90_000);
});
