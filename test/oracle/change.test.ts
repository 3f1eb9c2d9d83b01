/** `check --kernel-tree DIR --patch FILE` and `--rev A..B`: what a change adds to what is broken, and what it takes away. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { JsonDocument } from '#iov/reports/json.js';
import { Folder, iovcheck } from '../cli/run.js';
import { absent, edit, scratchTree } from './trees.js';

const BOUNDS = ['--scenario', 'pipe-iter', '--bounds', 'tiny,page=2', '--quiet', '--workers', '1'];

/** push_page() as such code was before 9d2231c5d74e, on the tree of 6.1. */
const FROM = `	*buf = (struct pipe_buffer) {
		.ops = &page_cache_pipe_buf_ops,
		.page = page,
		.offset = offset,
		.len = size
	};`;
const TO = `	buf->ops = &page_cache_pipe_buf_ops;
	buf->page = page;
	buf->offset = offset;
	buf->len = size;`;

const folder = new Folder();
afterAll(() => folder.remove());

const git = (dir: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: dir, encoding: 'utf8' });

/** A repository with the tree as it is, and with the flags left as they were. */
function repository(): string {
  const dir = scratchTree('6.1');
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'add', '.');
  git(dir, 'commit', '-qm', 'the tree');
  git(dir, 'tag', 'before');
  edit(dir, 'lib/iov_iter.c', FROM, TO);
  writeFileSync(join(dir, 'Kbuild'), '# nothing\n');
  git(dir, 'add', '.');
  git(dir, 'commit', '-qm', 'lib/iov_iter: set the fields one by one');
  return dir;
}

const added = ({ results: [result] }: JsonDocument): string[] =>
  result.violations.filter((v) => v.beforeChange === undefined).map((v) => `${v.class.invariant} ${v.class.op}`);

describe(`a change of a kernel's tree${absent('6.1')}`, { skip: absent('6.1') !== '' }, () => {
  test('adds Dirty Pipe, by a patch and by two revisions; the other way round it takes it away', async () => {
    const dir = repository();
    const patch = join(folder.path, '0001-set-fields.patch');
    writeFileSync(patch, git(dir, 'format-patch', '--stdout', 'before..main'));
    git(dir, 'checkout', '-q', 'before');
    const tree = ['check', '--kernel-tree', dir, ...BOUNDS];
    const before = readFileSync(join(dir, 'lib/iov_iter.c'), 'utf8');

    const byPatch = await iovcheck([...tree, '--patch', patch, '--json']);
    expect(byPatch.err).toBe('');
    expect(byPatch.status).toBe(1);
    const document = JSON.parse(byPatch.out) as JsonDocument;
    expect(document.results[0].design).toMatch(/^tree-6\.1\.\d+-changed$/);
    expect(added(document)).toContain('page-cache-written-only-by-writers pwrite');
    expect(document.results[0].gone).toEqual([]);
    const old = document.results[0].violations.filter((v) => v.beforeChange === true);
    expect(old.map((v) => `${v.class.invariant} ${v.class.op}`)).toContain('bytes-in-order iov_iter_revert');

    const byRevisions = await iovcheck([...tree, '--rev', 'before..main', '--json']);
    expect(JSON.parse(byRevisions.out)).toEqual(document);

    const back = await iovcheck([...tree, '--rev', 'main..before']);
    expect(back.status).toBe(0);
    expect(back.out).toMatch(/the change\s+adds 0 classes, takes away [1-9]/);
    expect(back.out).toMatch(/gone with the change:\n(.*\n)*? {2}page-cache-written-only-by-writers: pwrite/);
    expect(back.out).toMatch(/Not looked at: what --rev main..before changes in Kbuild; /);
    expect(back.out).toMatch(/, 0 of them new; exit 0\.\n$/);
    expect(readFileSync(join(dir, 'lib/iov_iter.c'), 'utf8')).toBe(before);
  });

  test('is taken again with a trace', async () => {
    const dir = repository();
    const out = folder.path;
    const patch = join(out, 'a.patch');
    writeFileSync(patch, git(dir, 'diff', 'before', 'main'));
    git(dir, 'checkout', '-q', 'before');
    const { out: stdout } = await iovcheck([
      'check',
      '--kernel-tree',
      dir,
      '--patch',
      patch,
      ...BOUNDS,
      '--traces',
      out,
    ]);
    const again = /again +iovcheck replay (\S*page-cache-written\S*) --kernel-tree (\S+) --patch (\S+)/.exec(stdout);
    const [trace, ...tree] = again?.slice(1) ?? [];
    expect(tree).toEqual([dir, patch]);
    const on = await iovcheck(['replay', trace, '--kernel-tree', dir, '--patch', patch]);
    expect([on.status, on.out.includes('broken: page-cache-written-only-by-writers')]).toEqual([1, true]);
    const without = await iovcheck(['replay', trace, '--kernel-tree', dir]);
    // Where flags are set the slot of the file takes no byte more: the last call can not be made.
    expect([without.status, without.out.includes('nothing is broken')]).toEqual([2, true]);
  });

  test('that can not be made is said in a sentence', async () => {
    const dir = scratchTree('6.1');
    const out = folder.path;
    const patchOf = (text: string): string => {
      const path = join(out, 'a.patch');
      writeFileSync(path, text);
      return path;
    };
    const hunk = (file: string, line: string): string =>
      `--- a/${file}\n+++ b/${file}\n@@ -1,1 +1,1 @@\n-${line}\n+// another\n`;
    const saidOf = async (...args: string[]): Promise<string> => {
      const { status, err: stderr } = await iovcheck(['check', '--kernel-tree', dir, ...BOUNDS, ...args]);
      expect([args, status]).toEqual([args, 2]);
      return stderr;
    };
    expect(await saidOf('--patch', join(out, 'none'))).toMatch(/there is no such file; name a patch/);
    expect(await saidOf('--patch', patchOf('no patch\n'))).toMatch(/it is no patch \(error: .*\); name a file/);
    expect(await saidOf('--patch', patchOf(hunk('lib/iov_iter.c', 'not there')))).toMatch(
      /it does not apply to Linux 6\.1\.\d+ in .*; rebase it/,
    );
    expect(await saidOf('--patch', patchOf(hunk('fs/splice.c', 'x')))).toMatch(
      /it changes fs\/splice\.c, and of this tree only lib\/iov_iter\.c, fs\/pipe\.c, /,
    );
    expect(await saidOf('--rev', 'a')).toMatch(/this is no range; write two revisions/);
    expect(await saidOf('--rev', 'a..b')).toMatch(/there is no revision 'a' in /);
    expect(await saidOf('--rev', 'a..b', '--patch', 'c')).toMatch(/two ways to name one change/);
    const { status, err: stderr } = await iovcheck(['check', 'linux-6.1', '--patch', 'a']);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/name the tree as well: --kernel-tree DIR/)]);
  });
});
