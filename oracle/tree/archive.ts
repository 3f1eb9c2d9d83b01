/** A kernel's source as one archive: the few files that are compiled are taken out of it, once. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { cacheFolder, filledOnce } from './cache.js';

const ARCHIVE = /\.tar(\.(gz|xz|bz2|zst))?$/;

export function isArchive(name: string): boolean {
  return ARCHIVE.test(name);
}

/** The folder that everything in it lies in; only the start of the archive is read. */
function topOf(path: string): string {
  const { stdout } = spawnSync('tar', ['-tf', path], { encoding: 'utf8', maxBuffer: 4096 });
  return (stdout ?? '').split('/')[0];
}

/** The folder with these files of an archive, as far as it has them; of the same archive, the same folder. */
export function unpacked(name: string, paths: readonly string[]): string {
  const path = resolve(name);
  if (!existsSync(path)) throw new UsageError(`--kernel-tree ${name}: there is no such file`);
  const { size, mtimeMs } = statSync(path);
  const key = createHash('sha256')
    .update([path, size, mtimeMs, ...paths].join('\0'))
    .digest('hex')
    .slice(0, 16);
  const to = join(cacheFolder('source'), `${basename(path).replace(ARCHIVE, '')}-${key}`);
  return filledOnce(to, (part) => {
    const top = topOf(path);
    // Which of the headers there are is a matter of the version: that one is missing is no news.
    const { error } = spawnSync('tar', [
      '-xf',
      path,
      '-C',
      part,
      '--strip-components=1',
      '--occurrence=1',
      ...paths.map((file) => `${top}/${file}`),
    ]);
    if (error !== undefined) {
      throw new UsageError(
        `--kernel-tree ${name}: it can not be unpacked (${error.message}); unpack it, and name the folder`,
      );
    }
  });
}
