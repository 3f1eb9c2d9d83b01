/**
 * What only the judge sees: which bytes a reader is owed and as which packets, what
 * the iterator still has to transfer, which invariants are already broken on this path.
 * Built by the runner from an op's arguments and its reported return, never by a design.
 */
import type { Bounds, Needs } from './bounds.js';
import { PIPE_NEEDS, pipeCount, requestEntries } from './bounds.js';
import { firstByte, sourceBytes } from './inode.js';

/** How a byte in the pipe belongs to packets. */
export const ByteKind = {
  Stream: 0,
  Packet: 1,
  PacketEnd: 2,
  /** Of the stream, and the file's own: what is owed is whatever byte number `tag` of f holds. */
  Shared: 3,
} as const;

/** Rules that a state can remember as broken. */
export const BROKEN_BITS = 30;

/** Values that pages may hold are 0 to VALUES - 1; see private.ts. */
export const VALUES = 31;

/** Writer.File */
const FILE = 4;

export class Ghost {
  /** Bytes owed to the reader, oldest first: tag and packet membership. */
  tag: Uint8Array;
  kind: Uint8Array;
  n = 0;
  /** The same for each pipe; those of the selected one are above, and its entry in `ns` is stale. */
  readonly tags: Uint8Array[] = [];
  readonly kinds: Uint8Array[] = [];
  readonly ns: number[] = [];
  /** Whose memory each owed byte is in, where pages are lent; see lent.ts. Empty elsewhere. */
  lender: Uint8Array;
  readonly lenders: Uint8Array[] = [];
  private selected = 0;
  /** How many bytes were owed when the present iterator was made. */
  start = 0;
  /** What the iterator's count has to be. */
  left = 0;
  /** Bytes that the present splice was asked for; 0 for none. */
  asked = 0;
  /** The run's one marked byte is still to be written by somebody. */
  isMarkFree = true;
  /** Which byte of the device's last transfer carries the mark; none if negative. */
  deviceMark = -1;
  /** 0: nobody wrote yet; 1 the stream end, 2 the packet end is the run's writer. */
  writer = 0;
  /** One bit a soft invariant: broken on this path, so not judged again. */
  broken = 0;
  /** Steps of this path that broke something, up to 3. */
  breaks = 0;
  /** Scratch of one op: a read delivered other bytes than were owed. */
  isMisdelivered = false;
  /** Where the marked file byte is (page * PAGE_SIZE + offset); none if negative. */
  fileMark = -1;
  /** What f holds, byte by byte, in scenarios with files (inode.ts). */
  readonly content: Uint8Array;

  /** Open files of each end of the pipe, where there are tasks. */
  readers = 1;
  writers = 2;

  /** Bytes that the iterator has to be away from the start of its vector. */
  pos = 0;
  /** What each process has to read: a value for each virtual page, process by process. */
  readonly memory: Uint8Array;
  /** First virtual page of the request, and the value that the device may find in each page of a source. */
  reqAt = 0;
  readonly mayRead: Uint8Array;
  /** Pages of the request that were the file's when they were asked for: a bit each. */
  followed = 0;
  /** Pages of the request that its process has unmapped since: what the device writes there is lost. */
  lost = 0;
  /** What the file holds: a value for each page. */
  readonly file: Uint8Array;
  /** Whose each value is, and of which step; for words only, and not in the image. */
  readonly whose = new Uint8Array(VALUES);
  readonly born = new Uint16Array(VALUES);
  /** Ops taken since the start; likewise. */
  steps = 0;

  private readonly bounds: Bounds;

  constructor(bounds: Bounds, needs: Needs = PIPE_NEEDS) {
    const max = owedMax(bounds);
    for (let p = 0; p < Math.max(1, pipeCount(needs)); p++) {
      this.tags.push(new Uint8Array(max));
      this.kinds.push(new Uint8Array(max));
      this.ns.push(0);
      this.lenders.push(new Uint8Array(needs.lends === true ? max : 0));
    }
    this.lender = this.lenders[0];
    this.tag = this.tags[0];
    this.kind = this.kinds[0];
    this.bounds = bounds;
    this.content = new Uint8Array(needs.inodes === true ? sourceBytes(bounds) : 0);
    const isPaged = needs.memory === 'paged';
    this.memory = new Uint8Array(isPaged ? needs.mms * bounds.vpages : 0);
    this.mayRead = new Uint8Array(isPaged ? requestEntries(bounds, needs) : 0);
    this.file = new Uint8Array(isPaged ? bounds.files : 0);
  }

  reset(): void {
    this.select(0);
    for (let p = 0; p < this.ns.length; p++) {
      this.tags[p].fill(0);
      this.kinds[p].fill(0);
      this.lenders[p].fill(0);
      this.ns[p] = 0;
    }
    this.n = this.start = this.left = this.asked = this.writer = this.broken = this.breaks = 0;
    this.isMarkFree = true;
    this.deviceMark = -1;
    this.fileMark = -1;
    this.readers = 1;
    this.writers = 2;
    this.pos = this.reqAt = 0;
    this.memory.fill(0);
    this.mayRead.fill(0);
    this.followed = this.lost = 0;
    for (let n = 0; n < this.content.length; n++) this.content[n] = firstByte(this.bounds, n);
    this.whose.fill(0);
    this.born.fill(0);
    for (let f = 0; f < this.file.length; f++) {
      this.file[f] = 1 + f;
      this.whose[1 + f] = FILE;
    }
    this.steps = 0;
  }

  /** Says what pipe `p` owes; the first is selected between two ops. */
  select(p: number): void {
    if (p === this.selected) return;
    this.ns[this.selected] = this.n;
    this.selected = p;
    this.n = this.ns[p];
    this.tag = this.tags[p];
    this.kind = this.kinds[p];
    this.lender = this.lenders[p];
  }

  /** What the n-th owed byte has to be now. */
  owedByte(n: number): number {
    return this.kind[n] === ByteKind.Shared ? this.content[this.tag[n]] : this.tag[n];
  }

  /** Bytes that pipe `p` owes. */
  owedOf(p: number): number {
    return p === this.selected ? this.n : this.ns[p];
  }

  /** One byte more is owed. Silently full: a longer pipe content is a violation by itself. */
  owe(tag: number, kind: number): void {
    if (this.n >= this.tag.length) return;
    this.tag[this.n] = tag;
    this.kind[this.n] = kind;
    if (this.lender.length > 0) this.lender[this.n] = 0;
    this.n++;
  }

  /** The last bytes are not owed after all (revert, discard). */
  cut(n: number): void {
    if (n < 0) n = 0;
    for (let i = n; i < this.n; i++) this.tag[i] = this.kind[i] = 0;
    if (this.lender.length > 0) this.lender.fill(0, n);
    if (this.n > n) this.n = n;
  }

  /** The first bytes were delivered. */
  pop(bytes: number): void {
    const count = Math.min(bytes, this.n);
    if (this.lender.length > 0) this.lender.copyWithin(0, count, this.n);
    for (let i = count; i < this.n; i++) {
      this.tag[i - count] = this.tag[i];
      this.kind[i - count] = this.kind[i];
    }
    this.cut(this.n - count);
  }
}

/** Most bytes that a pipe can owe: each slot at most a page. */
export function owedMax(bounds: Bounds): number {
  return bounds.ring * bounds.page;
}
