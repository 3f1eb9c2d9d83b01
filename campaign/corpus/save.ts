/** Adds traces to a folder: what is there already is not there twice, and nothing is ever half there. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { formatTrace } from '../../harness/trace.js';
import type { Trace } from '../../harness/trace.js';
import { makeFolder, writeWhole } from '../../harness/files.js';
import { fileNameOf, identityOf, rankOf } from './identity.js';
import type { CorpusFile } from './read.js';
import { readCorpus, readTrace } from './read.js';

export interface Saved {
  /** Names of the files that are new. */
  readonly added: readonly string[];
  /** Those whose trace was there, and is now known to be shorter than was known. */
  readonly upgraded: readonly string[];
  /** Traces that were there already. */
  readonly had: number;
  /** Why the rest was not written: one sentence. */
  readonly problem?: string;
}

/** Where a trace is kept. */
type Kept = Pick<CorpusFile, 'name' | 'path' | 'trace'>;

const PLAIN: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'the folder can only be read',
  EACCES: 'the folder can only be read',
  EPERM: 'the folder can only be read',
};

function problemOf(folder: string, error: unknown, left: number, of: number): string {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const what = PLAIN[code] === undefined ? `it can not be written (${code})` : `${PLAIN[code]} (${code})`;
  return `${folder}: ${what}: ${left} of ${of} traces were not saved; make room there, or name another folder`;
}

function filesOf(folder: string): readonly CorpusFile[] {
  return existsSync(folder) ? readCorpus(folder).files : [];
}

/** The trace of that name, where another run has written it since. */
function at(path: string): CorpusFile | undefined {
  try {
    return existsSync(path) ? readTrace(path, basename(path)) : undefined;
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** Writes the trace; what stands there under its name is left alone. Undefined where it is that very trace. */
export function addTrace(folder: string, trace: Trace): string | undefined {
  const short = join(folder, fileNameOf(trace));
  const there = at(short);
  if (there !== undefined && identityOf(there.trace) === identityOf(trace)) return undefined;
  const path = existsSync(short) ? join(folder, fileNameOf(trace, true)) : short;
  writeWhole(path, formatTrace(trace));
  return path;
}

export function saveTraces(folder: string, traces: readonly Trace[]): Saved {
  const added: string[] = [];
  const upgraded: string[] = [];
  let had = 0;
  let done = 0;
  try {
    makeFolder(folder);
    const there = new Map<string, Kept>(filesOf(folder).map((file) => [identityOf(file.trace), file]));
    for (const trace of traces) {
      const identity = identityOf(trace);
      const old = there.get(identity);
      if (old === undefined) {
        const path = addTrace(folder, trace);
        if (path === undefined) had++;
        else {
          there.set(identity, { name: basename(path), path, trace });
          added.push(basename(path));
        }
      } else {
        had++;
        if (rankOf(trace) > rankOf(old.trace)) {
          writeWhole(old.path, formatTrace(trace));
          upgraded.push(old.name);
        }
      }
      done++;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return { added, upgraded, had, problem: problemOf(folder, error, traces.length - done, traces.length) };
  }
  return { added, upgraded, had };
}
