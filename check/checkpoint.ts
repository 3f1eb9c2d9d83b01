/**
 * A search on disk, at the end of a level: append-only columns, one file each, and a small
 * header that says how much of each file counts. The header is renamed into its place when all
 * else is on the disk; whatever a file has beyond its length there is of a run that was ended,
 * and is overwritten. So a kill at any moment loses what came after the last header.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import canonicalizeModule from 'canonicalize';
import { UsageError } from '../harness/bounds-text.js';
import { makeFolder, removeUnfinished, syncFolder, writeWhole } from '../harness/files.js';

/** Its types say that it has a default export; it is the function itself. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string;

const FORMAT = 'iovcheck checkpoint';
const VERSION = 1;
const HEADER = 'checkpoint.json';

/** What is written and read at a time: a column of many gigabytes is never in memory twice. */
const PIECE = 1 << 22;

export type ColumnData = Int32Array | Uint16Array | Uint8Array;

/** What is there keeps its place: from one checkpoint to the next a column only grows. */
export interface Column {
  readonly name: string;
  readonly data: ColumnData;
  /** Elements that count. */
  readonly length: number;
}

/** What has to be the same for a search to go on, each in one text. */
export type Identity = Readonly<Record<string, string>>;

/** What one checkpoint has added to a file. */
interface Segment {
  readonly bytes: number;
  readonly hash: string;
}

interface Stored {
  readonly name: string;
  /** Bytes of an element. */
  readonly width: number;
  readonly length: number;
  readonly segments: readonly Segment[];
}

interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly endian: string;
  readonly identity: Identity;
  readonly state: unknown;
  readonly columns: readonly Stored[];
}

/** What writes; tests have a full disk of their own. */
export interface Disk {
  write(fd: number, data: Uint8Array, length: number, position: number): number;
  /** A file whole, or an error and nothing. */
  whole(path: string, text: string): void;
}

const DISK: Disk = {
  write: (fd, data, length, position) => fs.writeSync(fd, data, 0, length, position),
  whole: writeWhole,
};

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
const fileOf = (name: string): string => `${name}.column`;
const bytesOf = (data: ColumnData): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const checksumOf = (header: Header): string => createHash('sha256').update(canonicalize(header)).digest('hex');

/** Writes the checkpoints of one search to one folder, which nobody else writes. */
export class CheckpointWriter {
  private readonly dir: string;
  private readonly identity: Identity;
  private readonly disk: Disk;
  private stored: ReadonlyMap<string, Stored>;

  constructor(dir: string, identity: Identity, stored: readonly Stored[] = [], disk = DISK) {
    this.dir = dir;
    this.identity = identity;
    this.disk = disk;
    this.stored = new Map(stored.map((column) => [column.name, column]));
  }

  /** Throws {@link UsageError} where it can not, and the checkpoint before this one stays as it is. */
  write(state: unknown, columns: readonly Column[]): void {
    try {
      const stored = columns.map((column) => this.append(column));
      const header: Header = {
        format: FORMAT,
        version: VERSION,
        endian: endianness(),
        identity: this.identity,
        state,
        columns: stored,
      };
      const text = `${JSON.stringify({ ...header, checksum: checksumOf(header) })}\n`;
      this.disk.whole(join(this.dir, HEADER), text);
      syncFolder(this.dir);
      this.stored = new Map(stored.map((column) => [column.name, column]));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      const rest = hasCheckpoint(this.dir)
        ? `the one before it stays as it is: make room there, and go on with --resume ${this.dir}`
        : 'make room there, or name another folder';
      throw new UsageError(`${this.dir}: the checkpoint can not be written (${codeOf(error)}); ${rest}`, {
        cause: error,
      });
    }
  }

  /** Writes what a column has that its file has not. */
  private append({ name, data, length }: Column): Stored {
    const width = data.BYTES_PER_ELEMENT;
    const old = this.stored.get(name) ?? { name, width, length: 0, segments: [] };
    if (length < old.length || length > data.length || width !== old.width) {
      throw new Error(`the column ${name} has ${length} elements, and had ${old.length}`);
    }
    if (length === old.length && old.segments.length > 0) return old;
    const from = old.length * width;
    const bytes = length * width - from;
    const hash = createHash('sha256');
    const fd = fs.openSync(join(this.dir, fileOf(name)), fs.constants.O_RDWR | fs.constants.O_CREAT, 0o666);
    try {
      const all = bytesOf(data);
      for (let at = from; at < from + bytes; at += PIECE) {
        const piece = all.subarray(at, Math.min(at + PIECE, from + bytes));
        hash.update(piece);
        this.writeAll(fd, piece, at);
      }
      fs.fdatasyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    return { name, width, length, segments: [...old.segments, { bytes, hash: hash.digest('hex') }] };
  }

  /** A disk that is almost full takes the first part of what it is given. */
  private writeAll(fd: number, piece: Uint8Array, position: number): void {
    for (let done = 0; done < piece.length; ) {
      done += this.disk.write(fd, piece.subarray(done), piece.length - done, position + done);
    }
  }
}

/** A checkpoint that was read: its header is sound, and its columns are there to be read. */
export class Checkpoint {
  readonly identity: Identity;
  readonly state: unknown;
  private readonly dir: string;
  private readonly columns: readonly Stored[];

  constructor(dir: string, header: Header) {
    this.dir = dir;
    this.identity = header.identity;
    this.state = header.state;
    this.columns = header.columns;
  }

  /** Elements of a column; undefined where there is no such column. */
  lengthOf(name: string): number | undefined {
    return this.columns.find((column) => column.name === name)?.length;
  }

  /** Reads a column to the front of `into`. */
  read(name: string, into: ColumnData): void {
    const column = this.columns.find((other) => other.name === name);
    if (column === undefined || column.width !== into.BYTES_PER_ELEMENT || column.length > into.length) {
      throw new Error(`the checkpoint in ${this.dir} has no column ${name} that fits`);
    }
    const all = bytesOf(into);
    const fd = fs.openSync(join(this.dir, fileOf(name)), 'r');
    try {
      let from = 0;
      for (const segment of column.segments) {
        if (readSegment(fd, all, from, segment.bytes) !== segment.hash) {
          throw unusable(this.dir, `${fileOf(name)} is damaged, or was edited: a checksum does not fit`);
        }
        from += segment.bytes;
      }
    } finally {
      fs.closeSync(fd);
    }
  }

  /** What goes on writing behind it. */
  writer(disk = DISK): CheckpointWriter {
    return new CheckpointWriter(this.dir, this.identity, this.columns, disk);
  }
}

/** Returns its hash; of fewer bytes, where the file has no more. */
function readSegment(fd: number, all: Uint8Array, from: number, bytes: number): string {
  const hash = createHash('sha256');
  for (let at = from; at < from + bytes; ) {
    const piece = all.subarray(at, Math.min(at + PIECE, from + bytes));
    const read = fs.readSync(fd, piece, 0, piece.length, at);
    if (read === 0) break;
    hash.update(piece.subarray(0, read));
    at += read;
  }
  return hash.digest('hex');
}

const ANEW = 'take the folder as it was written, or begin anew with --checkpoint and another folder';

function unusable(dir: string, what: string): UsageError {
  return new UsageError(`${dir}: ${what}; ${ANEW}`);
}

/** Whether a folder has a checkpoint, sound or not. */
export function hasCheckpoint(dir: string): boolean {
  return fs.existsSync(join(dir, HEADER));
}

/** Of a search that begins; a folder that has a checkpoint is refused, so that none is lost. */
export function newCheckpoint(dir: string, identity: Identity, disk = DISK): CheckpointWriter {
  if (hasCheckpoint(dir)) {
    throw new UsageError(
      `${dir}: there is a checkpoint already; go on from it with --resume ${dir}, or name another folder`,
    );
  }
  try {
    makeFolder(dir);
    removeUnfinished(dir);
  } catch (error) {
    throw new UsageError(`${dir}: this folder can not be used (${codeOf(error)}); name another one`, { cause: error });
  }
  return new CheckpointWriter(dir, identity, [], disk);
}

function readHeader(dir: string): Header {
  let text: string;
  try {
    text = fs.readFileSync(join(dir, HEADER), 'utf8');
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is no checkpoint' : `it can not be read (${codeOf(error)})`;
    throw new UsageError(`${dir}: ${why}; name the folder of a search that ran with --checkpoint`, { cause: error });
  }
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw unusable(dir, `${HEADER} was cut off, or is no checkpoint`);
  }
  if (value === null || value.format !== FORMAT) throw unusable(dir, `${HEADER} is no checkpoint`);
  if (value.version !== VERSION) {
    throw unusable(
      dir,
      `this checkpoint is version ${JSON.stringify(value.version)}, and this iovcheck reads version ${VERSION}`,
    );
  }
  const { checksum, ...header } = value;
  if (checksum !== checksumOf(header as unknown as Header)) {
    throw unusable(dir, `${HEADER} is damaged, or was edited: its checksum does not fit`);
  }
  return header as unknown as Header;
}

/** Throws {@link UsageError} where there is none, or not all of it. Columns are checked as they are read. */
export function readCheckpoint(dir: string): Checkpoint {
  const header = readHeader(dir);
  if (header.endian !== endianness()) throw unusable(dir, 'it was written on a machine with another order of bytes');
  for (const { name, width, length } of header.columns) {
    const path = join(dir, fileOf(name));
    const size = fs.existsSync(path) ? fs.statSync(path).size : 0;
    if (size < width * length) throw unusable(dir, `${fileOf(name)} has ${size} bytes of ${width * length}`);
  }
  removeUnfinished(dir);
  return new Checkpoint(dir, header);
}
