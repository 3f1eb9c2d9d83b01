/** A kernel tree: which version it is, and the few files of it that are compiled. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../harness/bounds-text.js';
import { DESIGNS } from '../../model/designs/designs.js';
import { isArchive, unpacked } from './archive.js';
import { TREE_HEADERS } from './headers.js';

export interface Tree {
  /** As it was named. */
  readonly name: string;
  readonly dir: string;
  /** `6.1.192` */
  readonly version: string;
  /** The design of ours that it is held against where none is named. */
  readonly baseline: string;
  /** Text by path in the tree: what is compiled. */
  readonly files: ReadonlyMap<string, string>;
  /** The folder of our own C. */
  readonly ours: string;
  /** What it has been changed by, where it is not as it lies there. */
  readonly change?: string;
}

/** A copy of what is compiled that stands for the tree, and what it was changed by. */
export interface Changed {
  readonly dir: string;
  readonly change: string;
}

export const SOURCE = 'lib/iov_iter.c';

/** Compiled beside it where the ring is of a form that is known here. */
export const PIPE_SOURCE = 'fs/pipe.c';

/** get_pages moves the iterator since 6.0, and every form that the runtime knows is of that or later. */
const OLDEST = 6.0;

/** What is compiled. */
const COMPILED: readonly string[] = [SOURCE, PIPE_SOURCE, ...TREE_HEADERS.map((header) => `include/${header}`)];

/** All that is ever read of a tree. */
export const COPIED: readonly string[] = ['Makefile', ...COMPILED];

function versionOf(makefile: string): [major: number, minor: number, sublevel: number] | undefined {
  const parts = ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map((key) =>
    Number(new RegExp(`^${key}\\s*=\\s*(\\d+)`, 'm').exec(makefile)?.[1] ?? Number.NaN),
  );
  return parts.some(Number.isNaN) ? undefined : (parts as [number, number, number]);
}

/** The newest kernel of ours that is not newer than the tree. */
function baselineOf(major: number, minor: number): string | undefined {
  const ours = DESIGNS.flatMap(({ id }) => {
    const [, a, b] = /^linux-(\d+)\.(\d+)$/.exec(id) ?? [];
    return a === undefined ? [] : [{ id, at: [Number(a), Number(b)] as const }];
  });
  const older = ours.filter(({ at: [a, b] }) => a < major || (a === major && b <= minor));
  return older.sort((x, y) => x.at[0] - y.at[0] || x.at[1] - y.at[1]).at(-1)?.id;
}

/** Our shims and runtime: they are part of the package as they are. */
function oursFolder(): string {
  return fileURLToPath(new URL('../../../oracle/tree/c/', import.meta.url));
}

/** Id of a tree's design. */
export const treeId = ({ version, change }: Tree): string => `tree-${version}${change === undefined ? '' : '-changed'}`;

/** The version in such an id; undefined in any other. */
export const versionInId = (id: string): string | undefined => /^tree-(\d[\d.]*)(?:-changed)?$/.exec(id)?.[1];

/** A tree, or an archive of one, as the command line names it; a sentence that says what is wrong with it otherwise. */
export function openTree(name: string, ours = oursFolder(), changed?: Changed): Tree {
  const dir = changed?.dir ?? (isArchive(name) ? unpacked(name, COPIED) : resolve(name));
  if (!existsSync(dir) || !statSync(dir).isDirectory()) {
    throw new UsageError(`--kernel-tree ${name}: there is no such folder; name the top folder of a kernel's source`);
  }
  const missing = ['Makefile', SOURCE, 'include/linux/uio.h'].find((path) => !existsSync(join(dir, path)));
  if (missing !== undefined) {
    throw new UsageError(
      `--kernel-tree ${name}: there is no ${missing} in it; name the top folder of a kernel's source`,
    );
  }
  const version = versionOf(readFileSync(join(dir, 'Makefile'), 'utf8'));
  if (version === undefined) {
    throw new UsageError(
      `--kernel-tree ${name}: its Makefile does not say VERSION, PATCHLEVEL and SUBLEVEL; name the top folder of a kernel's source`,
    );
  }
  const baseline = baselineOf(version[0], version[1]);
  if (version[0] < OLDEST || baseline === undefined) {
    throw new UsageError(
      `--kernel-tree ${name}: this is Linux ${version.join('.')}, and the C of 6.0 and newer can be run; check a design of that version instead: iovcheck list designs`,
    );
  }
  const files = COMPILED.flatMap((path): [string, string][] =>
    existsSync(join(dir, path)) ? [[path, readFileSync(join(dir, path), 'utf8')]] : [],
  );
  // Since 6.14 head and tail are of a width of their own, and since 6.15 there are two spare pages.
  const ring = files.find(([path]) => path === 'include/linux/pipe_fs_i.h')?.[1] ?? '';
  const isRingKnown = /^\tunsigned int head;$/m.test(ring) && /^\tstruct page \*tmp_page;$/m.test(ring);
  const compiled = files.filter(([path]) => path !== PIPE_SOURCE || isRingKnown);
  const change = changed === undefined ? {} : { change: changed.change };
  return { name, dir, version: version.join('.'), baseline, files: new Map(compiled), ours, ...change };
}
