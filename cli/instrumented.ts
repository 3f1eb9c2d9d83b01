/**
 * Our own files with istanbul's counters in them, kept in the user's cache: to put counters into the functions of a
 * kernel takes seconds, and they are the same from run to run. A name in the cache is the hash of all that its content
 * comes from.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeWhole } from '../harness/files.js';
import { cacheFolder } from '../oracle/tree/cache.js';

/** Puts counters into the code of a file; `path` is its name among the counters. */
export type Instrument = (code: string, path: string) => string;

const sha256 = (...texts: readonly string[]): string => {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest('hex');
};

/** A first line says what has to follow: a file that was damaged counts as none. */
function read(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const end = text.indexOf('\n');
  const code = text.slice(end + 1);
  return text.slice(0, end) === sha256(code) ? code : undefined;
}

/** Whoever can not write there goes without. */
function write(folder: string, name: string, code: string): void {
  try {
    makeFolder(folder);
    writeWhole(join(folder, name), `${sha256(code)}\n${code}`);
  } catch {
    // It is made anew each time.
  }
}

/** The same, from the cache where it is there. `maker`: what instruments, its version and its options. */
export function cached(maker: string, instrument: Instrument, folder = cacheFolder('instrumented')): Instrument {
  return (code, path) => {
    const name = `${sha256(maker, path, code)}.js`;
    const known = read(join(folder, name));
    if (known !== undefined) return known;
    const made = instrument(code, path);
    write(folder, name, made);
    return made;
  };
}
