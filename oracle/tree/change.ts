/**
 * A kernel's tree before and after a change: a patch that is put on it, or two revisions of its repository. Of each side
 * there is a copy of what is compiled in the user's cache folder; the tree itself is never written to.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { isArchive } from './archive.js';
import { cacheFolder, filledOnce } from './cache.js';
import type { Files } from './files.js';
import { readAll, writeAll } from './files.js';
import type { Tree } from './source.js';
import { COPIED, openTree, PIPE_SOURCE } from './source.js';

export interface Change {
  /** As a command line says it: `--patch fix.patch`. */
  readonly option: string;
  readonly before: Tree;
  readonly after: Tree;
  /** Files that it changes as well, and that are not compiled. */
  readonly unseen: readonly string[];
}

function git(
  option: string,
  cwd: string,
  args: readonly string[],
): { readonly out: string; readonly complaint: string } {
  // A scratch folder may lie in somebody's repository, which is none of its business.
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(cwd), LC_ALL: 'C' };
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    throw new UsageError(
      `${option}: there is no git on PATH, which puts patches on a tree; install it with: apt-get install -y git`,
    );
  }
  if (error !== undefined) throw error;
  return { out: stdout, complaint: status === 0 ? '' : (stderr.trim().split('\n')[0] ?? `git ends with ${status}`) };
}

/** A folder with these files, by their hash: the same files, the same folder. */
function kept(files: Files): string {
  const hash = createHash('sha256');
  for (const [path, text] of files) hash.update(`${path}\0${text.length}\0${text}`);
  return filledOnce(join(cacheFolder('changed'), hash.digest('hex').slice(0, 16)), (part) => writeAll(part, files));
}

/** What a change has to touch, or nothing of it is seen. */
function checkSeen(option: string, touched: readonly string[], tree: Tree): string[] {
  const seen = COPIED.filter((path) => path !== PIPE_SOURCE || tree.files.has(path));
  if (touched.some((path) => seen.includes(path))) return touched.filter((path) => !seen.includes(path));
  const what = touched.length === 0 ? 'no file' : touched.slice(0, 3).join(', ') + (touched.length > 3 ? ', ...' : '');
  throw new UsageError(
    `${option}: it changes ${what}, and of this tree only ${seen.filter((path) => path !== 'Makefile').join(', ')} are compiled; check a change of another file as a design: iovcheck init --help`,
  );
}

/** The tree with the patch on it. */
export function patched(name: string, patch: string): Change {
  const option = `--patch ${patch}`;
  if (!existsSync(patch))
    throw new UsageError(`${option}: there is no such file; name a patch, as git format-patch or diff -u writes it`);
  const before = openTree(name);
  const scratch = mkdtempSync(join(tmpdir(), 'iovcheck-patch-'));
  try {
    writeAll(scratch, readAll(before.dir));
    const file = resolve(patch);
    const stat = git(option, scratch, ['apply', '--numstat', file]);
    if (stat.complaint !== '')
      throw new UsageError(
        `${option}: it is no patch (${stat.complaint}); name a file as git format-patch or diff -u writes it`,
      );
    const touched = stat.out.split('\n').flatMap((line) => line.split('\t')[2] ?? []);
    const unseen = checkSeen(option, touched, before);
    const only = COPIED.map((path) => `--include=${path}`);
    const { complaint } = git(option, scratch, ['apply', ...only, file]);
    if (complaint !== '')
      throw new UsageError(
        `${option}: it does not apply to Linux ${before.version} in ${name} (${complaint}); rebase it onto that tree, or name the tree that it is for`,
      );
    const after = openTree(name, undefined, { dir: kept(readAll(scratch)), change: basename(patch) });
    return { option, before, after, unseen };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** `A..B`: the tree's repository at one revision, and at another one. */
export function revisions(name: string, range: string): Change {
  const option = `--rev ${range}`;
  const [from, to, more] = range.split('..');
  if (from === '' || to === undefined || to === '' || more !== undefined) {
    throw new UsageError(`${option}: this is no range; write two revisions, e.g. --rev v6.12..my-branch`);
  }
  const dir = resolve(name);
  if (isArchive(name) || !existsSync(dir))
    throw new UsageError(
      `${option}: ${name} is no folder; name the repository that has these revisions with --kernel-tree`,
    );
  const at = (revision: string): Files => {
    const { complaint } = git(option, dir, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
    if (complaint !== '')
      throw new UsageError(
        `${option}: there is no revision '${revision}' in ${name}; git -C ${name} log says which there are`,
      );
    return new Map(
      COPIED.flatMap((path): [string, string][] => {
        const { out, complaint: isAbsent } = git(option, dir, ['show', `${revision}:./${path}`]);
        return isAbsent === '' ? [[path, out]] : [];
      }),
    );
  };
  const sides = [from, to].map((revision) => openTree(name, undefined, { dir: kept(at(revision)), change: revision }));
  const touched = git(option, dir, ['diff', '--name-only', '--relative', from, to, '--']).out.split('\n');
  const unseen = checkSeen(
    option,
    touched.filter((path) => path !== ''),
    sides[0],
  );
  return { option, before: sides[0], after: sides[1], unseen };
}
