/** lib/iov_iter.c of a tree as a program of 64 bits that answers questions (c/wide.c); kept in the user's cache folder. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { cacheFolder } from '../tree/cache.js';
import { ANY_TARGET, complaintsOf, features, layOut, ourFiles, store } from '../tree/compile.js';
import { forwarders } from '../tree/headers.js';
import { outgrown } from '../tree/outgrown.js';
import type { Tree } from '../tree/source.js';
import { SOURCE } from '../tree/source.js';
import { needNative } from '../tree/toolchain.js';

/** As on most machines; the questions lean on it. */
const PAGE_SHIFT = 12;

const FLAGS = [`-DPAGE_SHIFT=${PAGE_SHIFT}`, '-O1', ...ANY_TARGET];
const SOURCES = ['wide.c', 'wide_main.c'];

function build(tree: Tree, clang: string, ours: readonly [string, string][], dir: string): void {
  layOut(tree, ours, dir);
  const common = [...FLAGS, '-nostdinc', ...features(tree), '-I', 'include', '-I', 'tree/include', '-c'];
  const complaints = [
    complaintsOf(clang, [...common, `tree/${SOURCE}`, '-o', 'iov_iter.o'], dir),
    complaintsOf(clang, [...common, 'wide.c', '-o', 'wide.o'], dir),
  ];
  if (complaints.some((text) => text !== '')) throw new UsageError(outgrown(tree, SOURCE, complaints.join('')));
  const unlinked = complaintsOf(clang, ['-O1', '-w', 'wide_main.c', 'wide.o', 'iov_iter.o', '-o', 'wide'], dir);
  if (unlinked !== '') throw new UsageError(outgrown(tree, SOURCE, unlinked));
}

/** Path of the program; a sentence where the tree can not be compiled, or nothing can. */
export function buildWide(tree: Tree): string {
  const { clang, version } = needNative();
  const ours = ourFiles(tree, SOURCES);
  const hash = createHash('sha256');
  const parts = [version, process.arch, ...FLAGS, ...features(tree), ...ours.flat(), ...forwarders().flat()];
  for (const part of [...parts, ...[...tree.files].flat()]) hash.update(part).update('\0');
  const to = join(cacheFolder('wide'), hash.digest('hex'));
  if (!existsSync(join(to, 'wide'))) {
    const dir = mkdtempSync(join(tmpdir(), 'iovcheck-wide-'));
    try {
      build(tree, clang, ours, dir);
      store(dir, to, ['wide']);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  return join(to, 'wide');
}
