/** lib/iov_iter.c of a tree as a program of 64 bits that answers questions (c/wide.c); kept in the user's cache folder. */
import { join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { cacheFolder } from '../tree/cache.js';
import { ANY_TARGET, builtHash, builtOnce, complaintsOf, features, layOut, ourFiles } from '../tree/compile.js';
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
  const hash = builtHash(tree, [version, process.arch, ...FLAGS, ...features(tree), ...ours.flat()]);
  const to = builtOnce(join(cacheFolder('wide'), hash), ['wide'], (dir) => build(tree, clang, ours, dir));
  return join(to, 'wide');
}
