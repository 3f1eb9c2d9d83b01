/**
 * Files that are there whole or not at all: written beside their place under a name that
 * nobody reads, then renamed. Two runs that write one corpus never see half of each other.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** The folder and those above it. (The `recursive` of mkdirSync never returns for a folder in /proc, on Node 20.) */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another run may have made it since.
    if (code === 'EEXIST' && existsSync(path)) return;
    if (code !== 'ENOENT' || dirname(path) === path || existsSync(dirname(path))) throw error;
    makeFolder(dirname(path));
    makeFolder(path);
  }
}

/** What is being written, or was when its writer was ended; readers pass it over. */
const UNFINISHED = /^\..+\.[0-9a-f-]{36}\.tmp$/;

export function isUnfinished(name: string): boolean {
  return UNFINISHED.test(name);
}

/**
 * Writes the file whole, or throws and leaves nothing. A buffer, since a disk may be full in
 * the middle: writeFileSync() goes on behind a short write of one, up to the error.
 */
export function writeWhole(path: string, text: string): void {
  const unfinished = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const fd = openSync(unfinished, 'wx');
  try {
    try {
      writeFileSync(fd, Buffer.from(text));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** Whatever was renamed in the folder stays so, whatever becomes of the machine. */
export function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Takes out what writers have left that were ended; call it only where nobody else writes. */
export function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) if (isUnfinished(name)) rmSync(join(folder, name), { force: true });
}
