/** The few files of a kernel tree that are compiled, as one text, for a machine that does not have the tree. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { cacheFolder, filledOnce } from './cache.js';
import { readAll, writeAll } from './files.js';
import type { Tree } from './source.js';
import { COPIED } from './source.js';

/** Of the same files the same text. */
export function packTree({ dir }: Tree): string {
  return JSON.stringify([...readAll(dir)]);
}

/** A folder of the user's cache that openTree() takes for the tree. Throws where the text is of anything else. */
export function unpackTree(text: string): string {
  const files = JSON.parse(text) as [path: string, text: string][];
  // It comes from elsewhere, and is written to this disk.
  const stray = files.find(([path]) => !COPIED.includes(path));
  if (stray !== undefined) throw new Error(`a kernel tree with a file that is not compiled: ${stray[0]}`);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return filledOnce(join(cacheFolder('source'), `sent-${hash}`), (part) => writeAll(part, files));
}
