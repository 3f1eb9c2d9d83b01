/** The spec beside a kernel of 6.1 in user-mode Linux, which is booted for it and is gone afterwards. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { whyNoUml } from '#iov/oracle/uml/boot.js';
import { Folder, iovcheck } from '../cli/run.js';

const why = whyNoUml();
if (why !== '') console.warn(`not run: the spec beside user-mode Linux; ${why}`);

/** tmpfs has no direct I/O in 6.1. */
const hasExt4 = ['/sbin/mke2fs', '/usr/sbin/mke2fs'].some((path) => existsSync(path));

const folder = new Folder();
afterAll(() => folder.remove());

/** Processes of guests, whoever booted them, by what they were started with. */
function guests(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => {
    try {
      return /linux\.uml\0.*rootfstype=hostfs/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      return false; // it has just ended
    }
  });
}

async function areGone(before: readonly string[]): Promise<boolean> {
  for (let n = 0; n < 100; n++) {
    if (guests().every((pid) => before.includes(pid))) return true;
    await setTimeout(100);
  }
  return false;
}

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('iovcheck-uml-'));

describe.skipIf(why !== '')('user-mode Linux', () => {
  test('says what linux-6.1 says, and leaves nothing behind', async () => {
    const before = guests();
    const files = leftovers();
    const { status, out, err } = await iovcheck(['fuzz', 'linux-6.1', '--against', 'uml', '--budget', '900-steps']);
    expect(err).toBe('');
    expect(out).toMatch(/^linux-6\.1 beside user-mode Linux, Linux 6\.1\.\d+$/m);
    expect(out).toMatch(/^They agree in \d{4} calls \(seed 1\), which proves nothing\.$/m);
    expect(status).toBe(0);
    expect(await areGone(before)).toBe(true);
    expect(leftovers()).toEqual(files);
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
    const before = guests();
    const fuzz = ['fuzz', 'linux-6.1', '--against', 'uml', '--scenario', 'packet', '--budget', '60s'];
    const { status } = await iovcheck(fuzz, { signals: [[signal, 8000]] });
    expect(status).toBe(signal === 'SIGINT' ? 130 : null);
    expect(await areGone(before)).toBe(true);
  });
});

test('user-mode Linux that is not there is said to be installed how', () => {
  expect(whyNoUml('')).toMatch(/install it with apt-get install -y user-mode-linux|is for x86-64/);
});
