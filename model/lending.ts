/**
 * What vmsplice() and whoever takes pages out of a pipe have on their stacks, and what a taker says that it took.
 * Scratch of one op.
 */
import type { Page, PipeBuffer } from './kernel.js';

/** Ghost.lender of a byte: 0 the pipe's own, or the file's; otherwise LENT, with these. */
export const LENT = 0x10;
/** It was given away with SPLICE_F_GIFT. */
export const GIVEN = 0x20;
/** 1 + pid * vpages + virtual page of who may still change it by writing its memory; 0 for nobody. */
export const WHO = 0x0f;
export const LENDER_BITS = 6;

/** Actor of __splice_from_pipe(). */
export const Actor = { PipeToUser: 0, PipeToSg: 1 } as const;

/** A page that was taken out of a pipe: from which byte of what the call took, how many, and whether its taker has dropped it. */
export class Stolen {
  page: Page | null = null;
  at = 0;
  len = 0;
  /** It was memory of a process. */
  isUsers = false;
  isDropped = false;
}

export class Lending {
  /** `struct pipe_buffer buf` of iter_to_pipe(). */
  readonly buf: PipeBuffer;
  /** The buffers that the fuse device has moved out of the pipe. */
  readonly bufs: readonly PipeBuffer[];
  nbuf = 0;
  /** `struct splice_desc` */
  actor: number = Actor.PipeToUser;
  totalLen = 0;
  len = 0;
  numSpliced = 0;
  pos = 0;
  /** `struct sg_list`: entries used, and how many there are. */
  sgUsed = 0;
  sgSize = 0;
  /** What confirm() says of a page of the file in this call; 0: that it is up to date. */
  confirmError = 0;
  isConfirmHit = false;
  /** Bytes of the pipe before that page. */
  confirmAt = 0;
  /** The page leaves the taker's page cache before the call is over. */
  isTruncated = false;
  /** Bytes that a taker was given. */
  readonly data: Uint8Array;
  taken = 0;
  readonly stolen: readonly Stolen[];
  nrStolen = 0;
  /** A page of the file that remove_mapping() took out of the page cache. */
  uncached: Page | null = null;

  // What the judge has found.
  /** Pipe and byte of lent data that somebody else has changed (-1: none), and who. */
  wrongPipe = -1;
  wrongByte = 0;
  wrongWriter = 0;
  /** Who else has a page that was taken; '' for nobody. */
  otherOwner = '';
  /** A page was taken that was lent, and not given. */
  isNotGiven = false;

  constructor(bufs: readonly PipeBuffer[], bytesMax: number) {
    this.buf = bufs[0];
    this.bufs = bufs.slice(1);
    this.data = new Uint8Array(bytesMax);
    this.stolen = bufs.map(() => new Stolen());
  }

  beginOp(): void {
    // As user.data: what is said to be there, and is not, is none of an earlier op's. Behind `taken` nothing was written.
    this.data.fill(0, 0, this.taken);
    this.nbuf = this.taken = this.nrStolen = this.sgUsed = this.sgSize = 0;
    this.confirmError = 0;
    this.isConfirmHit = this.isTruncated = this.isNotGiven = false;
    this.uncached = null;
    this.wrongPipe = -1;
    this.otherOwner = '';
  }

  /** The taker has bytes of a page. */
  take(page: Page | null, offset: number, len: number): void {
    for (let n = 0; n < len && this.taken < this.data.length; n++) {
      this.data[this.taken++] = page === null ? 0 : page.data[offset + n];
    }
  }

  /** The taker has the page itself, with a reference; so many bytes of it are next. */
  noteStolen(page: Page, len: number): void {
    const stolen = this.stolen[this.nrStolen++];
    stolen.page = page;
    stolen.at = this.taken;
    stolen.len = len;
    stolen.isUsers = page.isAnonMapped || page.isZero;
    stolen.isDropped = false;
  }
}
