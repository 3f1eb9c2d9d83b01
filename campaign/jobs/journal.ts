/**
 * The results of a campaign in its folder: one file to which a line of JSON is added for each job that is done, on disk
 * before the next one is handed out. A run that is killed leaves at most a line without its end, which is dropped; the
 * job of that line is run again, to the same result.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { syncFolder } from '../../harness/files.js';
import type { Done, Tool } from './job.js';
import { keyOf } from './job.js';
import type { Plan } from './plan.js';

const VERSION = 1;

/** What a run begins with: the jobs that it has to do. The last one in the file holds. */
export interface Head extends Tool {
  readonly journal: number;
  readonly plan: Plan;
  /** Paths of the designs that are files, by the names that jobs have for them. */
  readonly files: Readonly<Record<string, string>>;
  /** The same of kernel trees. */
  readonly trees?: Readonly<Record<string, string>>;
}

export interface Journal {
  readonly head: Head;
  readonly results: ReadonlyMap<string, Done>;
  /** Bytes up to the end of the last whole line. */
  readonly bytes: number;
}

export function journalPath(dir: string): string {
  return join(dir, 'jobs.ndjson');
}

/** `<digits of a checksum> <JSON>` */
function lineOf(value: unknown): string {
  const text = JSON.stringify(value);
  return `${sumOf(text)} ${text}\n`;
}

const SUM_DIGITS = 16;

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, SUM_DIGITS);
}

/** Undefined where it is not what was written. */
function readLine(line: string): unknown {
  const text = line.slice(SUM_DIGITS + 1);
  return line.slice(0, SUM_DIGITS) === sumOf(text) ? JSON.parse(text) : undefined;
}

/** Lines of a journal from `from` on, each once; a last one without its end is left. `at` is where the next read begins. */
export function readLines(path: string, from = 0): { readonly values: unknown[]; readonly at: number } {
  const bytes = readFileSync(path).subarray(from);
  const values: unknown[] = [];
  let at = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, at)) {
    const value = readLine(bytes.toString('utf8', at, end));
    if (value === undefined) {
      throw new UsageError(
        `${path}: byte ${from + at}: this line is not as it was written; take the campaign anew with --fresh, or bring the file back from a copy`,
      );
    }
    values.push(value);
    at = end + 1;
  }
  return { values, at: from + at };
}

/** What is there; undefined where no campaign has begun. */
export function readJournal(dir: string): Journal | undefined {
  const path = journalPath(dir);
  if (!existsSync(path)) return undefined;
  const { values, at } = readLines(path);
  const ledger = new Ledger();
  for (const value of values) ledger.take(value as Head | Done, path);
  // Killed before its first line was written.
  return ledger.head === undefined ? undefined : { head: ledger.head, results: ledger.results, bytes: at };
}

/** Lines of a journal, as they come: each job counts once. */
export class Ledger {
  head: Head | undefined;
  readonly results = new Map<string, Done>();

  take(value: Head | Done, path: string): void {
    if ('journal' in value) {
      if (value.journal !== VERSION)
        throw new UsageError(`${path}: this is no journal of this version of iovcheck; take another folder with --dir`);
      this.head = value;
      return;
    }
    if (value.key !== keyOf(value.job))
      throw new UsageError(`${path}: a job in it is not the one that it was; take the campaign anew with --fresh`);
    const before = this.results.get(value.key);
    if (before === undefined || before.error?.isLost === true) this.results.set(value.key, value);
  }
}

/** Adds lines; each is on disk when `add` returns. */
export class JournalWriter {
  private readonly fd: number;

  /** Behind what is there; from the beginning where that is undefined. */
  constructor(dir: string, head: Omit<Head, 'journal'>, from: Journal | undefined) {
    const path = journalPath(dir);
    this.fd = openSync(path, 'a');
    ftruncateSync(this.fd, from?.bytes ?? 0);
    this.add({ journal: VERSION, ...head });
    syncFolder(dir);
  }

  add(value: Done | Head): void {
    const bytes = Buffer.from(lineOf(value));
    for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
    fsyncSync(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}
