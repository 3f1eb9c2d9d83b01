/**
 * START HERE: all mutable state of the modelled kernel, made once from the bounds.
 *
 * The classes carry the kernel's names and nothing else; the functions that work on
 * them are in files named after the C. Nothing here allocates after construction.
 *
 * @kernel include/linux/pipe_fs_i.h struct pipe_inode_info, struct pipe_buffer
 * @kernel include/linux/uio.h struct iov_iter
 */
import type { Bounds } from './bounds.js';
import { anonPages, headBits, requestEntries } from './bounds.js';
import type { KernelFunctions } from './functions.js';

/** What a byte of a page holds; see model/README.md, "Page contents". */
export const Tag = { NeverWritten: 0, Plain: 1, Marked: 2 } as const;

/** `const struct pipe_buf_operations *`, as a small integer; 0 is NULL. */
export const PipeBufOps = { Null: 0, Anon: 1, Packet: 2, PageCache: 3, Default: 4 } as const;

export const PIPE_BUF_FLAG_LRU = 0x01;
export const PIPE_BUF_FLAG_GIFT = 0x04;
export const PIPE_BUF_FLAG_PACKET = 0x08;
export const PIPE_BUF_FLAG_CAN_MERGE = 0x10;

/** Open file flags that the model looks at. */
export const O_NONBLOCK = 0x1;
export const O_DIRECT = 0x2;
export const O_CLOEXEC = 0x4;
export const O_APPEND = 0x8;

export const ITER_IOVEC = 0;
export const ITER_KVEC = 2;
export const ITER_BVEC = 4;
export const ITER_PIPE = 8;

/** `struct page`: a reference count and the tag of each byte. */
export class Page {
  /** Page frame number: file pages first, then the anonymous pool. */
  readonly pfn: number;
  readonly isFile: boolean;
  refcount = 0;
  readonly data: Uint8Array;
  /** The number under which the page is saved; differs from pfn under symmetry. */
  canon: number;

  constructor(pfn: number, isFile: boolean, pageSize: number) {
    this.pfn = pfn;
    this.canon = pfn;
    this.isFile = isFile;
    this.data = new Uint8Array(pageSize);
  }
}

/** `struct pipe_buffer`: one slot of the ring. Offset and len in bytes. */
export class PipeBuffer {
  page: Page | null = null;
  offset = 0;
  len = 0;
  ops = 0;
  flags = 0;
}

/**
 * `struct pipe_inode_info`, with the fields of both forms of the ring; a design
 * uses one: (curbuf, nrbufs, buffers) to 5.4, (head, tail, max_usage) since 5.5.
 */
export class PipeInodeInfo {
  curbuf = 0;
  nrbufs = 0;
  readonly buffers: number;
  head = 0;
  tail = 0;
  readonly ringSize: number;
  readonly maxUsage: number;
  readonly bufs: PipeBuffer[] = [];
  tmpPage: Page | null = null;

  constructor(ring: number) {
    this.buffers = ring;
    this.ringSize = ring;
    this.maxUsage = ring;
    for (let i = 0; i < ring; i++) this.bufs.push(new PipeBuffer());
  }
}

/** `struct iov_iter` as far as ITER_PIPE uses it. Counts and offsets in bytes. */
export class IovIter {
  /** False until iov_iter_pipe() has filled it. */
  active = false;
  type = 0;
  /** Position in the last slot (4.9 to 5.19); unused since 6.0. */
  iovOffset = 0;
  count = 0;
  /** Slot index in an old ring. */
  idx = 0;
  /** Free-running slot number in a new ring. */
  head = 0;
  startHead = 0;
  /** 6.0+: end of the data in the last slot; above 0 anonymous, below 0 zero-copy. */
  lastOffset = 0;

  /** The union of seed 000 (`unsigned long nr_segs; int idx;`): both names read the same bytes. */
  get nrSegs(): number {
    return this.idx;
  }

  clear(): void {
    this.active = false;
    this.type = this.iovOffset = this.count = this.idx = this.head = this.startHead = this.lastOffset = 0;
  }

  copyFrom(from: IovIter): void {
    this.active = from.active;
    this.type = from.type;
    this.iovOffset = from.iovOffset;
    this.count = from.count;
    this.idx = from.idx;
    this.head = from.head;
    this.startHead = from.startHead;
    this.lastOffset = from.lastOffset;
  }
}

/** `struct file` of a write end: which flags it was opened with or given since. */
export class File {
  fFlags = 0;
}

/** A buffer of the user's for one read() or write(): it faults at byte `fault`, never if negative. */
export class UserBuffer {
  total = 0;
  fault = -1;
  /** Which byte of a write carries the mark; none if negative. */
  mark = -1;
  /** Bytes copied so far. */
  pos = 0;
  /** Tags that a read delivered. */
  readonly data: Uint8Array;

  constructor(bytesMax: number) {
    this.data = new Uint8Array(bytesMax);
  }
}

/** The pages that a caller holds after get_pages: its own references, and the device's target. */
export class PageRequest {
  /** 0: none; the iterator it was made on otherwise (1 the original, 2 a struct copy). */
  on = 0;
  /** Entries in use. */
  nr = 0;
  readonly page: (Page | null)[] = [];
  readonly off: number[] = [];
  readonly len: number[] = [];
  /** Bytes that get_pages said it had provided, over all calls of this request. */
  bytes = 0;
  /** The device has finished; it wrote `done` bytes from the start. */
  isWritten = false;
  done = 0;
  /** Bytes of it that the iterator it was made on has moved past already. */
  advanced = 0;
  /** The original iterator now says what was transferred. */
  isCommitted = false;
  /** The caller owns a page array that it must kvfree. */
  ownsArray = false;
  /** The pages were put. */
  isPut = false;

  constructor(entries: number) {
    for (let i = 0; i < entries; i++) {
      this.page.push(null);
      this.off.push(0);
      this.len.push(0);
    }
  }
}

/** The running read_iter: which automaton, where it is, what it has copied. */
export class CallerState {
  /** Index in model/callers/callers.ts; 0: nobody holds the pipe lock. */
  kind = 0;
  /** A primitive came back short: the read_iter must stop. */
  isStopped = false;
  /** The direct I/O of a read_iter is behind it; what follows is the buffered rest. */
  isDirectDone = false;
  /** Bytes that the primitives reported so far. */
  ret = 0;
}

/** Out-parameters of the C functions, and what an op saw on the way. Never part of the image. */
export class Out {
  start = 0;
  idx = 0;
  off = 0;
  csum = 0;
  npages = 0;
  /** dup_iter: whether the callee left a usable copy. */
  isCopied = false;
  /** What the read_iter returned, before generic_file_splice_read looked at it. */
  readIterRet = 0;
  /** Bytes of the request before this get_pages; bytes that an op has committed, -1 for none. */
  before = 0;
  committed = -1;
}

/** Thrown to leave a C function that can not go on (BUG, NULL call, use after free). */
export const OOPS: { readonly oops: true } = Object.freeze({ oops: true as const });

/** Rules that the model itself finds broken, while a function runs. */
export type FatalRule = 'no-use-after-free' | 'no-bug' | 'every-loop-ends' | 'value-out-of-range';

export class Kernel {
  readonly bounds: Bounds;
  /** The design's functions; every internal call goes through this table. */
  fn: KernelFunctions;
  readonly pages: Page[] = [];
  /** The file's page-cache pages: `pages[0 .. files-1]`. */
  readonly filePages: Page[] = [];
  readonly pipe: PipeInodeInfo;
  readonly iter = new IovIter();
  /** `struct iov_iter data = *iter` of a direct I/O path. */
  readonly iterCopy = new IovIter();
  readonly request: PageRequest;
  readonly caller = new CallerState();
  /** Two write ends of the pipe: 0 `w` (opened without O_DIRECT), 1 `wd` (with it). */
  readonly files = [new File(), new File()];
  /** Page arrays (kvmalloc) that nobody has freed. */
  arrays = 0;
  /** One bit fields that designs add; see defineDesign. */
  readonly added: number[] = [];

  // What follows is scratch of one op and never part of the image.
  readonly user: UserBuffer;
  readonly out = new Out();
  /** `struct page **pages` of the caller; entries not written are undefined memory. */
  readonly pagesArray: (Page | null)[] = [];
  readonly isEntryWritten: boolean[] = [];
  /** Entries that the caller's array has room for. */
  pagesArrayMax = 0;
  /** Allocations until one fails; negative: none does. */
  oom = -1;
  isOomHit = false;
  isFaultHit = false;
  /** Which byte of copy_to_iter's source carries the mark; none if negative. */
  srcMark = -1;
  warned = '';
  fatal: FatalRule | '' = '';
  fatalWhy = '';
  fatalFunction = '';
  private loops = 0;

  // Derived from bounds, cached.
  readonly pageSize: number;
  readonly headMask: number;
  readonly readMax: number;
  /** The tag of an unmarked byte that was written; 0 where contents are off. */
  readonly plain: number;

  constructor(bounds: Bounds, fn: KernelFunctions) {
    this.bounds = bounds;
    this.fn = fn;
    this.pageSize = bounds.page;
    this.headMask = 2 ** headBits(bounds) - 1;
    this.plain = bounds.contents === 'off' ? Tag.NeverWritten : Tag.Plain;
    this.readMax = bounds.ring * bounds.page + 1;
    const total = bounds.files + anonPages(bounds);
    for (let pfn = 0; pfn < total; pfn++) {
      const page = new Page(pfn, pfn < bounds.files, bounds.page);
      this.pages.push(page);
      if (page.isFile) this.filePages.push(page);
    }
    this.pipe = new PipeInodeInfo(bounds.ring);
    this.request = new PageRequest(requestEntries(bounds));
    this.user = new UserBuffer(this.readMax);
    for (let i = 0; i < requestEntries(bounds) + 1; i++) {
      this.pagesArray.push(null);
      this.isEntryWritten.push(false);
    }
    this.reset();
  }

  /** The initial state: an empty pipe, a file whose pages are cached and filled. */
  reset(): void {
    for (const page of this.pages) {
      page.refcount = page.isFile ? 1 : 0;
      page.canon = page.pfn;
      page.data.fill(page.isFile && this.bounds.contents !== 'off' ? Tag.Plain : Tag.NeverWritten);
    }
    const { pipe, request, caller } = this;
    pipe.curbuf = pipe.nrbufs = pipe.head = pipe.tail = 0;
    pipe.tmpPage = null;
    for (const buf of pipe.bufs) {
      buf.page = null;
      buf.offset = buf.len = buf.ops = buf.flags = 0;
    }
    this.dropIter();
    this.dropRequest();
    caller.kind = 0;
    caller.isStopped = caller.isDirectDone = false;
    caller.ret = 0;
    request.isPut = false;
    this.files[0].fFlags = O_NONBLOCK;
    this.files[1].fFlags = O_NONBLOCK | O_DIRECT;
    this.arrays = 0;
    this.added.fill(0);
    this.beginOp();
  }

  /** Clears the scratch of the last op. */
  beginOp(): void {
    this.oom = -1;
    this.isOomHit = false;
    this.isFaultHit = false;
    this.srcMark = -1;
    this.warned = '';
    this.fatal = '';
    this.fatalWhy = '';
    this.fatalFunction = '';
    this.loops = 0;
    this.user.fault = -1;
    this.user.mark = -1;
    this.user.pos = 0;
    this.user.total = 0;
  }

  /** The caller's iterators go out of scope. */
  dropIter(): void {
    this.iter.clear();
    this.iterCopy.clear();
  }

  /** Forgets a finished request. */
  dropRequest(): void {
    const r = this.request;
    r.on = r.nr = r.bytes = r.done = r.advanced = 0;
    r.isWritten = r.isCommitted = r.ownsArray = r.isPut = false;
    for (let e = 0; e < r.page.length; e++) {
      r.page[e] = null;
      r.off[e] = r.len[e] = 0;
    }
  }

  /** WARN_ON(1) in `name`: the kernel goes on, the judge counts it. */
  warn(name: string): void {
    if (this.warned === '') this.warned = name;
  }

  /** The function can not go on: BUG_ON, NULL call, access to freed memory. */
  die(rule: FatalRule, name: string, why: string): never {
    if (this.fatal === '') {
      this.fatal = rule;
      this.fatalFunction = name;
      this.fatalWhy = why;
    }
    throw OOPS;
  }

  /** BUG_ON(condition) in `name`. */
  bugOn(condition: boolean, name: string, why: string): void {
    if (condition) this.die('no-bug', name, why);
  }

  /** Called once a turn by each loop that C could run for ever. */
  turn(name: string): void {
    if (++this.loops > 64 * this.bounds.ring) {
      this.die('every-loop-ends', name, `${name}() went round ${this.loops} times in one call`);
    }
  }
}
