/** The spec beside a kernel of 6.1 in user-mode Linux, which is booted for it and is gone afterwards. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { whyNoUml } from '#iov/oracle/uml/boot.js';
import { FILE } from '#iov/oracle/uml/job.js';
import { Folder, iovcheck } from '../cli/run.js';

const why = whyNoUml();
if (why !== '') console.warn(`not run: the spec beside user-mode Linux; ${why}`);

/** tmpfs has no direct I/O in 6.1. */
const hasExt4 = ['/sbin/mke2fs', '/usr/sbin/mke2fs'].some((path) => existsSync(path));

const folder = new Folder();
afterAll(() => folder.remove());

/** Processes of guests that were booted with this folder for what they share with their parent. */
function guests(dir: string): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return line.includes('rootfstype=hostfs') && line.includes(`\0${dir}/`);
    } catch {
      return false; // it has just ended
    }
  });
}

/** Guests that miss the end of their parent end themselves after 20 seconds (oracle/uml/guest.ts). */
const END = { timeout: 60_000 };

/** A folder of its own for temporary files, for one test. */
function temporary(name: string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  return path;
}

describe.skipIf(why !== '')('user-mode Linux', () => {
  test('says what linux-6.1 says, and leaves nothing behind', async () => {
    const TMPDIR = temporary('whole');
    const args = ['fuzz', 'linux-6.1', '--against', 'uml', '--budget', '900-steps'];
    const { status, out, err } = await iovcheck(args, { env: { TMPDIR } });
    expect(err).toBe('');
    expect(out).toMatch(/^linux-6\.1 beside user-mode Linux, Linux 6\.1\.\d+$/m);
    expect(out).toMatch(/^They agree in \d{4} calls \(seed 1\), which proves nothing\.$/m);
    expect(status).toBe(0);
    await expect.poll(() => guests(TMPDIR), END).toEqual([]);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  test('is no 6.18: it leaves an empty buffer where a write faults', async () => {
    const text = [
      '# iovcheck trace v1',
      'design: linux-6.18',
      'scenario: packet',
      'bounds: page=4,ring=1',
      '',
      'pwrite fd=w size=1 fault_at=0',
      'pwrite fd=w size=4',
      'end',
      '',
    ].join('\n');
    const { status, out } = await iovcheck(['replay', folder.write('fault.trace', text), '--on', 'uml']);
    expect(out).toMatch(/pwrite fd=w size=4 += +-EAGAIN/);
    expect(out).toContain('They agree in 2 calls');
    expect(status).toBe(0);
  });

  test.skipIf(!hasExt4)('reads with O_DIRECT into pages of the pipe, as pipe_get_pages() hands them out', async () => {
    const text = [
      '# iovcheck trace v1',
      'design: linux-6.1',
      'scenario: file-splice',
      'bounds: page=4,ring=2,files=2',
      '',
      'splice_file file=fd off=0 len=8',
      'pread size=8',
      'end',
      '',
    ].join('\n');
    const { status, out } = await iovcheck(['replay', folder.write('direct.trace', text), '--on', 'uml']);
    // The end of f is inside its last page.
    expect(out).toMatch(/splice_file file=fd off=0 len=8 += +7/);
    expect(status).toBe(0);
  });
});

describe.skipIf(why !== '')('a guest', () => {
  test.each(['SIGINT', 'SIGKILL'] as const)('ends with its parent, by %s', async (signal) => {
    const TMPDIR = temporary(signal);
    const hasBegun = (): boolean => readdirSync(TMPDIR).some((name) => existsSync(join(TMPDIR, name, FILE.progress)));
    const fuzz = ['fuzz', 'linux-6.1', '--against', 'uml', '--scenario', 'packet', '--budget', '90s'];
    const { status } = await iovcheck(fuzz, { env: { TMPDIR }, signals: [[signal, hasBegun]] });
    expect(status).toBe(signal === 'SIGINT' ? 130 : null);
    await expect.poll(() => guests(TMPDIR), END).toEqual([]);
  });
});

test('user-mode Linux that is not there is said to be installed how', () => {
  expect(whyNoUml('')).toMatch(/install it with apt-get install -y user-mode-linux|is for x86-64/);
});
