/** One test for each hunk of seed 002; docs/coverage-of-seeds.md names them by number. */
import { describe, expect, test } from 'vitest';
import { design } from '#iov/model/designs/packet-2012.js';
import { O_DIRECT, PIPE_BUF_FLAG_PACKET } from '#iov/model/kernel.js';
import type { Played } from './play.js';
import { play, slots, TWO_SLOTS } from './play.js';

const run = (...lines: string[]): Played => play(design, 'packet', TWO_SLOTS, lines);

describe('fs/pipe.c, include/linux/pipe_fs_i.h', () => {
  test('002-01 packet_pipe_buf_ops does not merge, and its release keeps a page as tmp_page', () => {
    const p = run('pwrite fd=wd size=1', 'pwrite fd=wd size=1');
    expect(slots(p)).toEqual(['packet 0+1 0x8', 'packet 0+1 0x8']);
    expect(run('pwrite fd=wd size=1', 'pread size=1').runner.k.pipe.tmpPage).not.toBeNull();
  });

  test('002-02 a read ends with the packet, and drops what it leaves of it', () => {
    const whole = run('pwrite fd=wd size=1', 'pwrite fd=wd size=3', 'pread size=8');
    expect([whole.returns[2], slots(whole)]).toEqual(['1', ['packet 0+3 0x8']]);
    const short = run('pwrite fd=wd size=3', 'pread size=1', 'pread size=1');
    expect(short.returns).toEqual(['3', '1', '-EAGAIN']);
  });

  test('002-03 the flags of the open file decide whether a write is a packet', () => {
    expect(slots(run('pwrite fd=wd size=1'))).toEqual(['packet 0+1 0x8']);
    const cleared = run('fcntl_setfl fd=wd flags=O_NONBLOCK', 'pwrite fd=wd size=1');
    expect(slots(cleared)).toEqual(['anon 0+1 0x0']);
  });

  test('002-04 a new buffer starts with no flags, or with the packet flag; a big packet is split', () => {
    const p = run('pwrite fd=wd size=1', 'pread size=1', 'pwrite fd=w size=8');
    expect(slots(p)).toEqual(['anon 0+4 0x0', 'anon 0+4 0x0']);
    expect(slots(run('pwrite fd=wd size=5'))).toEqual(['packet 0+4 0x8', 'packet 0+1 0x8']);
  });

  test('002-05 the write end keeps O_DIRECT', () => {
    const { k } = run().runner;
    expect(k.files.map(({ fFlags }) => fFlags & O_DIRECT)).toEqual([0, O_DIRECT]);
  });

  test('002-06 pipe2 accepts O_DIRECT and still refuses what it does not know', () => {
    expect(run('pipe2 flags=O_CLOEXEC|O_DIRECT').returns).toEqual(['0']);
    expect(run('pipe2 flags=O_APPEND').returns).toEqual(['-EINVAL']);
  });

  test('002-07 PIPE_BUF_FLAG_PACKET is 8', () => {
    expect(PIPE_BUF_FLAG_PACKET).toBe(0x08);
  });
});
