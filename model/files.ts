/**
 * The open files of the scenario read-to-read, and what lives as long as one call that splices
 * between two of them: `struct file`, `struct splice_desc`, `struct io_splice`.
 *
 * The files are constants but for the position of each, and how often it is held.
 *
 * @kernel 6.1 include/linux/fs.h struct file; include/linux/splice.h struct splice_desc; io_uring/splice.c struct io_splice
 */
import type { Bounds } from './bounds.js';
import { bitsFor } from './cint.js';
import type { Inode } from './inode.js';
import type { Page } from './mm_types.js';
import type { BioVec, Vec } from './uio.js';
import { ITER_BVEC } from './uio.js';

export const SPLICE_F_MOVE = 0x01;
export const SPLICE_F_NONBLOCK = 0x02;
export const SPLICE_F_GIFT = 0x08;
/** SPLICE_F_MOVE, _NONBLOCK, _MORE and _GIFT. */
export const SPLICE_F_ALL = 0x0f;
/** Patch 1 of the series of seed 003. */
export const SPLICE_F_DIRECT = 0x10;
/** Seed 003. */
export const SPLICE_F_READ_TO_READ = 0x20;
/** `1U << 31` */
export const SPLICE_F_FD_IN_FIXED = 0x80000000;

/** `f_op->splice_read`; `lender`: pages of its own that are to be filled; `own`: pages of its page cache. */
export type SpliceRead = 'generic' | 'lender' | 'own' | 'none';

/** `loff_t`, where C has a pointer to it. */
export class Loff {
  pos = 0;
}

/** `struct file` of a file that is no pipe. */
export class OpenFile {
  readonly name: string;
  /** f_mode */
  readonly isRead: boolean;
  readonly isWrite: boolean;
  readonly isSeekable: boolean;
  readonly spliceRead: SpliceRead;
  /** f_op->splice_write is iter_file_splice_write(). */
  readonly hasSpliceWrite: boolean;
  /** Its splice_read refuses what a driver would refuse by patch 4: a call without SPLICE_F_DIRECT, and a stale flag. */
  readonly isWary: boolean;
  /** Page cache, or the pages that are lent. */
  readonly pages: readonly Page[];
  /** i_size; of a lender, the bytes that it lends in all. */
  readonly size: number;
  readonly fPos = new Loff();
  /** f_count, without those of its opener. */
  fCount = 0;
  /** Of files with a page cache of their own (inode.ts): what they are opened on, and how. */
  inode: Inode | null = null;
  /** O_DIRECT */
  isDirect = false;
  /** Its read_iter copies, and knows no page cache. */
  isCopied = false;
  /** O_APPEND */
  isAppend = false;
  /** The write end of a pipe. */
  isPipe = false;

  constructor(name: string, mode: string, spliceRead: SpliceRead, pages: readonly Page[], size: number) {
    this.name = name;
    this.isRead = mode.includes('r');
    this.isWrite = mode.includes('w');
    this.isSeekable = !mode.includes('s');
    this.isWary = mode.includes('d');
    this.spliceRead = spliceRead;
    this.hasSpliceWrite = spliceRead === 'generic';
    this.pages = pages;
    this.size = size;
  }
}

/** `struct splice_desc` */
export class SpliceDesc {
  len = 0;
  totalLen = 0;
  flags = 0;
  pos = 0;
  file: OpenFile | null = null;
  opos: Loff | null = null;
}

/** What goes wrong in a call, or what is special about it; one at a time. */
export const With = {
  Nothing: 0,
  NoOffIn: 1,
  NoOffOut: 2,
  OffOutOne: 3,
  OffOutEof: 4,
  OffInOne: 5,
  ProducerNone: 6,
  ProducerOne: 7,
  ProducerEio: 8,
  ConsumerOne: 9,
  ConsumerEio: 10,
  ConsumerEfault: 11,
  FailAlloc: 12,
  DenyIn: 13,
  DenyOut: 14,
  DenyOutLater: 15,
  EmptySlotFirst: 16,
  EmptySlotLast: 17,
  BigSlot: 18,
} as const;

export const WITH_NAMES: Readonly<Record<number, string>> = {
  [With.NoOffIn]: 'no_off_in',
  [With.NoOffOut]: 'no_off_out',
  [With.OffOutOne]: 'off_out:1',
  [With.OffOutEof]: 'off_out:eof',
  [With.OffInOne]: 'off_in:1',
  [With.ProducerNone]: 'producer:0',
  [With.ProducerOne]: 'producer:1',
  [With.ProducerEio]: 'producer:-EIO',
  [With.ConsumerOne]: 'consumer:1',
  [With.ConsumerEio]: 'consumer:-EIO',
  [With.ConsumerEfault]: 'consumer:-EFAULT',
  [With.FailAlloc]: 'fail_alloc',
  [With.DenyIn]: 'deny_in',
  [With.DenyOut]: 'deny_out',
  [With.DenyOutLater]: 'deny_out:later',
  [With.EmptySlotFirst]: 'empty_slot:first',
  [With.EmptySlotLast]: 'empty_slot:last',
  [With.BigSlot]: 'big_slot',
};

/** How many files there are. */
export const OPEN_FILES = 8;

/** State of the files, as [path, bits]: positions, and who holds them. */
export function openFileFields(b: Bounds): [path: string, bits: number][] {
  const bytes = bitsFor((Math.max(b.files, b.ring + 1) + b.ring + 1) * b.page);
  return Array.from({ length: OPEN_FILES }, (_, n) => `k.splice.files[${n}]`).flatMap((file): [string, number][] => [
    [`${file}.fPos.pos`, bytes],
    [`${file}.fCount`, 2],
  ]);
}

/** All of it; Kernel.splice. Files have fixed places in the list. */
export class SpliceState {
  readonly files: readonly OpenFile[];
  /** f and g of inode.ts, in scenarios that have them. */
  readonly inodes: readonly Inode[];
  readonly sd = new SpliceDesc();
  /** `struct io_splice`: off_in and off_out, at which poff_in and poff_out point. */
  readonly offIn = new Loff();
  readonly offOut = new Loff();
  /** Positions that splice_direct_to_actor() has on its stack. */
  readonly pos = new Loff();
  readonly pos2 = new Loff();
  /** kiocb.ki_pos of the running read or write. */
  kiPos = 0;
  /** `struct bio_vec *array`, as what an iterator is over. */
  readonly array: BioVec[] = [];
  readonly vec: Vec;

  // Choices of the op, and what became of them.
  in: OpenFile | null = null;
  out: OpenFile | null = null;
  with = 0;
  /** The choice was met. */
  isHit = false;
  /** Calls of rw_verify_area() on out so far. */
  checksOfOut = 0;
  /** The producer's splice_read was called, so often. */
  asked = 0;

  // What the judge has found; words, '' for nothing.
  miscopied = '';
  cacheChanged = '';
  effect = '';
  misplaced = '';
  /** Where in and out stood before the call. */
  inAt = 0;
  outAt = 0;
  /** Their own positions then, and the offset that the user gave. */
  inWas = 0;
  outWas = 0;
  readonly given = new Loff();

  constructor(files: readonly OpenFile[], inodes: readonly Inode[] = []) {
    this.files = files;
    this.inodes = inodes;
    this.vec = {
      index: 0,
      flavour: ITER_BVEC,
      text: "the pipe's slots",
      iov: [],
      bvec: this.array,
      xarray: [],
      xarrayStart: 0,
      folioq: [],
      bytes: 0,
    };
  }

  /** All positions at the start, nobody holds a file. */
  reset(): void {
    for (const file of this.files) {
      file.fPos.pos = 0;
      file.fCount = 0;
    }
    this.beginOp();
  }

  beginOp(): void {
    const { sd } = this;
    sd.len = sd.totalLen = sd.flags = sd.pos = 0;
    sd.file = sd.opos = null;
    this.offIn.pos = this.offOut.pos = this.pos.pos = this.pos2.pos = this.kiPos = 0;
    if (this.array.length > 0) this.array.length = 0;
    this.in = this.out = null;
    this.with = this.checksOfOut = this.asked = this.inAt = this.outAt = this.inWas = this.outWas = 0;
    this.isHit = false;
    this.miscopied = this.cacheChanged = this.effect = this.misplaced = '';
  }

  /** The op's choice is this one: it is met now, once. */
  hit(choice: number): boolean {
    if (this.with !== choice || this.isHit) return false;
    this.isHit = true;
    return true;
  }
}

/**
 * The files, by name. f, g: plain files, f only read. wo: plain, not open for reading. seq: not seekable. nosplice:
 * without splice_read. own: its splice_read puts pages of its page cache into the pipe. ublk, fuse: lenders.
 */
export function openFiles(
  f: readonly Page[],
  g: readonly Page[],
  own: readonly Page[],
  lent: readonly Page[],
  page: number,
): OpenFile[] {
  const size = f.length * page - 1; // the end is inside a page
  return [
    new OpenFile('ublk', 'rd', 'lender', lent, lent.length * page),
    new OpenFile('fuse', 'r', 'lender', lent, lent.length * page),
    new OpenFile('f', 'r', 'generic', f, size),
    new OpenFile('g', 'rw', 'generic', g, g.length * page),
    new OpenFile('wo', 'w', 'generic', f, size),
    new OpenFile('own', 'r', 'own', own, own.length * page),
    new OpenFile('seq', 'rs', 'generic', f, size),
    new OpenFile('nosplice', 'r', 'none', f, size),
  ];
}
