/**
 * Files with a page cache of their own, in the scenarios sendfile and file-splice: `struct inode`
 * as far as i_size and the pages of its mapping go, and the open files on it.
 *
 * f is the source: its pages come from the pool, a reference each for the page cache, so that a
 * page that is truncated away can live on in a pipe. A page that is not cached is a hole: it is
 * allocated and filled with zeros by whoever reads it. g is what is written to: its pages are
 * there for good, and what an op writes to it is looked at and then taken out again.
 *
 * Each byte of f, of a pipe and of g has a number of its own, so that whatever is lost, repeated
 * or put elsewhere shows at once; see numbering.ts, where they are renamed.
 *
 * @kernel include/linux/fs.h struct inode, struct address_space
 */
import type { Bounds } from './bounds.js';
import { OpenFile } from './files.js';
import type { Kernel, Page } from './kernel.js';

/** Numbers of bytes: memory that nobody wrote, zeros of a hole, and from here on one each. */
export const UNWRITTEN = 0;
export const ZERO = 1;
export const FIRST = 2;
/** From here on: what g holds, and what a call is about to write, during one op. */
export const TRANSIENT = 128;
/** What a process is about to write. */
export const WRITTEN = 192;

/** What goes wrong in a call; one at a time, and for as long as it lasts. */
export const Trouble = {
  None: 0,
  /** A page that is not cached can not be read. */
  ReadEio: 32,
  /** A read_iter that copies stops after a byte, once. */
  ReadShort: 33,
  /** A read_iter that copies fails before its first byte. */
  CopyEio: 34,
  /** A write stops after a byte, once. */
  WriteShort: 35,
  /** A write fails before its first byte. */
  WriteEio: 36,
  /** There is room for one byte more. */
  WriteEnospc: 37,
  /** The first or the second allocation fails. */
  FailFirst: 38,
  FailSecond: 39,
} as const;

export const TROUBLE_NAMES: Readonly<Record<number, string>> = {
  [Trouble.ReadEio]: 'read:-EIO',
  [Trouble.ReadShort]: 'read:short',
  [Trouble.CopyEio]: 'copy:-EIO',
  [Trouble.WriteShort]: 'write:short',
  [Trouble.WriteEio]: 'write:-EIO',
  [Trouble.WriteEnospc]: 'write:-ENOSPC',
  [Trouble.FailFirst]: 'fail_alloc:0',
  [Trouble.FailSecond]: 'fail_alloc:1',
};

/** Most numbers that bytes of a state have: those of f, of what A shows, and one for all others. */
export const namesMax = (b: Bounds): number => FIRST + sourceBytes(b) + b.ring * b.page + 1;

export class Inode {
  readonly name: string;
  /** i_size */
  size = 0;
  /** i_mapping: the page at each index, null where none is cached. */
  readonly cache: (Page | null)[] = [];

  constructor(name: string, pages: number) {
    this.name = name;
    for (let n = 0; n < pages; n++) this.cache.push(null);
  }
}

/** Most bytes of f, and of g, which has a page more, so that it can grow. */
export const sourceBytes = (b: Bounds): number => b.files * b.page;
export const targetPages = (b: Bounds): number => b.files + 1;

/** i_size of f at the start: the end is inside its last page. */
export const sourceSize = (b: Bounds): number => b.files * b.page - 1;
/** i_size of g before each op, likewise. */
export const targetSize = (b: Bounds): number => b.page + 1;

/** The page of f is cached from the start: the first, and the last if there are more than two. */
const isCachedAtStart = (b: Bounds, n: number): boolean => n === 0 || (n === b.files - 1 && n > 1);

/** What byte `pos` of f is at the start. */
export function firstByte(b: Bounds, pos: number): number {
  if (b.contents === 'off') return UNWRITTEN;
  return pos < sourceSize(b) && isCachedAtStart(b, Math.floor(pos / b.page)) ? FIRST + pos : ZERO;
}

/** Places in the list of open files. */
export const At = { F: 0, Fd: 1, Fc: 2, Fs: 3, Fw: 4, G: 5, Ga: 6, Gr: 7, A: 8 } as const;

/** f: only read. fd: with O_DIRECT. fc: a read_iter that copies. fs: not seekable. fw: only written. g; ga: to append; gr: only read. */
export function inodeFiles(f: Inode, g: Inode): OpenFile[] {
  const open = (name: string, mode: string, inode: Inode | null): OpenFile => {
    const file = new OpenFile(name, mode, 'generic', [], 0);
    file.inode = inode;
    return file;
  };
  const files = [
    open('f', 'r', f),
    open('fd', 'r', f),
    open('fc', 'r', f),
    open('fs', 'rs', f),
    open('fw', 'w', f),
    open('g', 'w', g),
    open('ga', 'w', g),
    open('gr', 'r', g),
    open('A', 'w', null),
  ];
  files[At.Fd].isDirect = true;
  files[At.Fc].isCopied = true;
  files[At.Ga].isAppend = true;
  files[At.A].isPipe = true;
  return files;
}

/** f as it is at the start; called where no page of the pool has an owner yet. */
export function resetSource(k: Kernel): void {
  const { bounds } = k;
  const [f] = k.splice.inodes;
  f.size = sourceSize(bounds);
  for (let n = 0; n < f.cache.length; n++) {
    f.cache[n] = null;
    if (!isCachedAtStart(bounds, n)) continue;
    const page = k.pages[k.poolStart + n];
    page.refcount = 1;
    f.cache[n] = page;
    if (bounds.contents === 'off') continue;
    for (let b = 0; b < k.pageSize; b++) page.data[b] = firstByte(bounds, n * k.pageSize + b);
  }
}

/** g as it is before each op: bytes of numbers that nobody else has, and zeros behind its end. */
export function resetTarget(k: Kernel): void {
  const { bounds } = k;
  const g = k.splice.inodes[1];
  g.size = targetSize(bounds);
  for (let n = 0; n < g.cache.length; n++) {
    const page = k.filePages[n];
    g.cache[n] = page;
    for (let b = 0; b < k.pageSize; b++) page.data[b] = targetByte(bounds, n * k.pageSize + b);
  }
}

/** What byte `pos` of g is before an op. */
export function targetByte(b: Bounds, pos: number): number {
  if (b.contents === 'off') return UNWRITTEN;
  return pos < targetSize(b) ? TRANSIENT + pos : ZERO;
}

/** A byte of a file, whether or not its page is cached. */
export function inodeByte(k: Kernel, inode: Inode, pos: number): number {
  const page = inode.cache[Math.floor(pos / k.pageSize)] ?? null;
  if (page !== null) return page.data[pos % k.pageSize];
  return k.bounds.contents === 'off' ? UNWRITTEN : ZERO;
}
