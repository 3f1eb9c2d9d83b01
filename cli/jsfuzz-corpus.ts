/** The folders and files that jsfuzz is given: it makes no folder inside a folder, and falls over one inside its corpus. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../harness/files.js';
import { UsageError } from '../harness/bounds-text.js';

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function checkReadable(path: string): string {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new UsageError(`${path}: it can not be read (${codeOf(error)}); take it out of the corpus`, { cause: error });
  }
  return path;
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory() || !statSync(path).isFile()) {
      throw new UsageError(`${path}: this is no file, and jsfuzz reads nothing else in a corpus; name it by itself`);
    }
    return checkReadable(path);
  });
}

/** All inputs of them, in the order of their names. */
export function inputsOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!existsSync(path)) throw new UsageError(`${path}: there is no such file or folder; name inputs of jsfuzz`);
    return statSync(path).isDirectory() ? filesOf(path).toSorted() : [checkReadable(path)];
  });
}

/** The first may be new: what jsfuzz keeps goes there. */
export function prepareCorpus(paths: readonly string[]): void {
  const [first] = paths;
  if (first !== undefined && !existsSync(first)) {
    try {
      makeFolder(first);
    } catch (error) {
      throw new UsageError(`${first}: this folder can not be made (${codeOf(error)}); name another one`, {
        cause: error,
      });
    }
  }
  inputsOf(paths);
}
