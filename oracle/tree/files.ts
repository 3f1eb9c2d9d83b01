/** The few files of a kernel tree that are compiled, by their paths in it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { COPIED } from './source.js';

export type Files = ReadonlyMap<string, string>;

/** Those that the folder has. */
export function readAll(dir: string): Files {
  const there = COPIED.filter((path) => existsSync(join(dir, path)));
  return new Map(there.map((path) => [path, readFileSync(join(dir, path), 'utf8')]));
}

/** Writes files into a folder, with the folders that they are in. */
export function writeAll(dir: string, files: Iterable<readonly [path: string, text: string]>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}
