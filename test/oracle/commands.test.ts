/** What is made of the result of a tree's C afterwards: each command asks for the tree, and takes it. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder, iovcheck } from '../cli/run.js';
import { absent, edit, scratchTree, treeOf } from './trees.js';

const why = absent('6.1');
const ASKS = /Linux 6\.1\.\d+; name the tree as well: --kernel-tree DIR\n$/;

const folder = new Folder();
const at = (name: string): string => join(folder.path, name);
let place: readonly string[] = [];
let trace = '';

afterAll(() => folder.remove());

describe.skipIf(why !== '')(`after a check of the C of 6.1${why}`, () => {
  beforeAll(async () => {
    place = ['--kernel-tree', treeOf('6.1').dir];
    const where = ['--scenario', 'packet', '--bounds', 'tiny', '--quiet', '--known'];
    const files = ['--json', '--traces', folder.path, '--certificate', at('proof.json')];
    const { out, status } = await iovcheck(['check', ...place, ...where, ...files]);
    expect(status).toBe(0);
    writeFileSync(at('result.json'), out);
    trace = at(readdirSync(folder.path).find((name) => name.includes('packet-boundaries')) ?? '');
  });

  test('explain says what of the trace matters', async () => {
    expect((await iovcheck(['explain', trace])).err).toMatch(ASKS);
    const { status, out } = await iovcheck(['explain', trace, ...place]);
    expect(status).toBe(0);
    expect(out).toMatch(/^packet-boundaries: pwrite, in pipe_write\(\); tree-6\.1/);
    expect(out).toContain('slot 0       flags CAN_MERGE');
  });

  test('repro makes a program of it, at the real size of a page', async () => {
    expect((await iovcheck(['repro', trace, '--as', 'c'])).err).toMatch(ASKS);
    const { status, out } = await iovcheck(['repro', trace, '--as', 'c', ...place]);
    expect(status).toBe(0);
    expect(out).toContain(' * --kernel-tree ');
    expect(out).toContain(' * At fault: pipe_write(), of fs/pipe.c pipe_write (6.1.');
  });

  test.each([
    ['the result', () => at('result.json')],
    ['the trace', () => trace],
  ])('report shows %s, and no other design', async (_what, file) => {
    const bare = await iovcheck(['report', file()]);
    expect(bare.err).toMatch(ASKS);
    expect(bare.status).toBe(2);
    const { status, out } = await iovcheck(['report', file(), ...place]);
    expect(status).toBe(0);
    expect(out).toMatch(/^tree-6\.1\.\d+, packet: violated/);
    expect(out).toContain('at fault    pipe_write(), of fs/pipe.c pipe_write (6.1.');
    expect(out).toMatch(/iovcheck\s+overflow/);
  });

  verifying();
});

/** The certificate of that check. */
function verifying(): void {
  test('verify says whether the certificate still holds', async () => {
    const proof = at('proof.json');
    expect((await iovcheck(['verify', proof])).err).toMatch(ASKS);
    const { status, out } = await iovcheck(['verify', proof, '--hashes', ...place]);
    expect(status).toBe(0);
    expect(out).toMatch(/^linux-6\.1 --kernel-tree 6\.1\.\d+, packet: nothing that it rests on has changed/);
  });

  test('verify takes no other tree for it', async () => {
    const dir = scratchTree('6.1');
    edit(dir, 'fs/pipe.c', 'buf->flags = PIPE_BUF_FLAG_PACKET;', 'buf->flags = PIPE_BUF_FLAG_CAN_MERGE;');
    const { status, out } = await iovcheck([
      'verify',
      at('proof.json'),
      '--depth',
      '2',
      '--quiet',
      '--kernel-tree',
      dir,
    ]);
    expect(status).toBe(1);
    expect(out).toContain('no longer holds');
  });
}
