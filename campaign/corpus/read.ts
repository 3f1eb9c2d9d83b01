/**
 * Reads a folder of traces. Each file that is none, or can not be used any more, is told
 * by one sentence, and keeps none of the others back.
 */
import { lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { parseTrace } from '../../harness/trace.js';
import type { Trace } from '../../harness/trace.js';
import { isUnfinished } from '../../harness/files.js';
import { identityOf } from './identity.js';

/** The largest file that is read. A trace has some hundred bytes. */
export const BYTES_MAX = 10 * 2 ** 20;

export interface CorpusFile {
  readonly name: string;
  /** The folder's path, and the name. */
  readonly path: string;
  readonly text: string;
  readonly trace: Trace;
}

export interface Corpus {
  readonly folder: string;
  /** Each trace once, in the order of the names. */
  readonly files: readonly CorpusFile[];
  /** Sentences about the others. */
  readonly problems: readonly string[];
  /** What is there twice: nothing is wrong with it. */
  readonly duplicates: readonly { readonly path: string; readonly of: string }[];
}

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is not to be read at all: hidden files, and what tells a person about the others. */
function isBeside(name: string): boolean {
  return isUnfinished(name) || name.startsWith('.') || name.endsWith('.md');
}

/** Names that jsfuzz gives: sha256 of the bytes, behind the kind of crash. */
const JSFUZZ = /^((crash|timeout|oom|leak)-)?[0-9a-f]{64}$/;

const why = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

/** The bytes of a file; throws {@link UsageError} with what is wrong with it. */
export function readBytes(path: string): Buffer {
  let size: number;
  try {
    const stat = statSync(path);
    if (stat.isDirectory())
      throw new UsageError(`${path}: this is a folder, and a corpus has none; name it by itself, or move it away`);
    if (!stat.isFile()) throw new UsageError(`${path}: this is no file that can be read to its end; move it away`);
    ({ size } = stat);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    const isGone = why(error) === 'ENOENT' && !isLink;
    if (isGone) throw new UsageError(`${path}: there is no such file; name one, or a folder`, { cause: error });
    const what = isLink ? `this link leads nowhere (${why(error)})` : `it can not be read (${why(error)})`;
    throw new UsageError(`${path}: ${what}; mend it, or move it away`, { cause: error });
  }
  if (size > BYTES_MAX) {
    const has = `it has ${(size / 2 ** 20).toFixed(1)} MiB, and was not read`;
    throw new UsageError(`${path}: ${has}; no trace is larger than ${BYTES_MAX / 2 ** 20} MiB, move it away`);
  }
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${path}: it can not be read (${why(error)}); mend it, or move it away`, { cause: error });
  }
}

/** One trace; throws {@link UsageError} with file and line. */
export function readTrace(path: string, name: string): CorpusFile {
  const bytes = readBytes(path);
  if (JSFUZZ.test(name))
    throw new UsageError(
      `${path}: this is an input of jsfuzz, not a trace; import it with iovcheck corpus import, and move it away`,
    );
  if (bytes.includes(0)) throw new UsageError(`${path}: this is no trace, and no text at all; move it away`);
  const text = bytes.toString('utf8');
  return { name, path, text, trace: parseTrace(text, path) };
}

/** Names of what is in the folder; throws {@link UsageError} where there is no such folder. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort(byName);
  } catch (error) {
    const code = why(error);
    const what =
      code === 'ENOENT'
        ? 'there is no such folder'
        : code === 'ENOTDIR'
          ? 'this is no folder'
          : `this folder can not be read (${code})`;
    throw new UsageError(`${folder}: ${what}; name a folder of traces`, { cause: error });
  }
}

/** All traces of a folder; throws only where there is no such folder. */
export function readCorpus(folder: string): Corpus {
  const files: CorpusFile[] = [];
  const problems: string[] = [];
  const duplicates: { path: string; of: string }[] = [];
  const seen = new Map<string, string>();
  for (const name of listFolder(folder)) {
    if (isBeside(name)) continue;
    try {
      const file = readTrace(join(folder, name), name);
      const identity = identityOf(file.trace);
      const of = seen.get(identity);
      if (of !== undefined) duplicates.push({ path: file.path, of });
      else {
        seen.set(identity, file.path);
        files.push(file);
      }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      // Another run may have removed it since.
      if (lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined) problems.push(error.message);
    }
  }
  return { folder, files, problems, duplicates };
}

/** `file.trace:2`: the line of a header. */
export function headerAt({ path, text }: Pick<CorpusFile, 'path' | 'text'>, header: string): string {
  return `${path}:${1 + text.split(/\r?\n/).findIndex((line) => line.startsWith(`${header}:`))}`;
}
