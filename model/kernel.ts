/**
 * START HERE: all mutable state of the modelled kernel, made once from the bounds.
 *
 * The classes carry the kernel's names and nothing else; the functions that work on
 * them are in files named after the C. Nothing here allocates after construction.
 *
 * @kernel include/linux/pipe_fs_i.h struct pipe_inode_info, struct pipe_buffer
 */
import { fillBytes } from './bytes.js';
import type { Bounds, Needs } from './bounds.js';
import {
  firstSlots,
  headBits,
  lengthMax,
  PIPE_NEEDS,
  pipeCount,
  poolPages,
  requestEntries,
  tellsWritten,
} from './bounds.js';
import { openFiles, SpliceState } from './files.js';
import type { KernelFunctions } from './functions.js';
import { Lending } from './lending.js';
import { Inode, inodeFiles, resetSource, resetTarget, targetPages } from './inode.js';
import { FOLL_GET, MmStruct, Page, Vma } from './mm_types.js';
import type { Vec } from './uio.js';
import { IovIter, IovIterState } from './uio.js';
import { Task, WaitQueue } from './wait.js';

export * from './mm_types.js';
export * from './uio.js';

/** What a byte of a page holds; see model/README.md, "Page contents". */
export const Tag = { NeverWritten: 0, Plain: 1, Marked: 2 } as const;

/** Who wrote what a page holds, where isolation is at stake (scenario fork-dma). */
export const Writer = { Nobody: 0, Parent: 1, Child: 2, Device: 3, File: 4 } as const;

/** `const struct pipe_buf_operations *`, as a small integer; 0 is NULL. */
export const PipeBufOps = { Null: 0, Anon: 1, Packet: 2, PageCache: 3, Default: 4, UserPage: 5 } as const;

export const PIPE_BUF_FLAG_LRU = 0x01;
export const PIPE_BUF_FLAG_GIFT = 0x04;
export const PIPE_BUF_FLAG_PACKET = 0x08;
export const PIPE_BUF_FLAG_CAN_MERGE = 0x10;

/** Names of several pipes in traces and reports; beside files the second one is the task's own. */
export const PIPE_NAMES = ['A', 'B'];
export const pipeNames = ({ needs }: { needs: Needs }): readonly string[] =>
  needs.inodes === true ? ['A', "the task's"] : PIPE_NAMES;

/** Open file flags that the model looks at. */
export const O_NONBLOCK = 0x1;
export const O_DIRECT = 0x2;
export const O_CLOEXEC = 0x4;
export const O_APPEND = 0x8;

/** `f_mode` of an end of a pipe. */
export const FMODE_READ = 0x1;
export const FMODE_WRITE = 0x2;

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
  buffers: number;
  head = 0;
  tail = 0;
  ringSize: number;
  maxUsage: number;
  /** As many as the bounds allow; those from ringSize on are no part of the array, and empty. */
  readonly bufs: PipeBuffer[] = [];
  tmpPage: Page | null = null;
  /** `tmp_page[1]`, since 6.15. */
  tmpPage2: Page | null = null;
  /** Open files of each end, where there are tasks. */
  readers = 1;
  writers = 2;
  /** Writers that sleep; to 5.4. */
  waitingWriters = 0;
  /** To 5.4 there is one queue, `wait`: that is rdWait here. */
  readonly rdWait = new WaitQueue();
  readonly wrWait = new WaitQueue();

  constructor(ring: number) {
    this.buffers = ring;
    this.ringSize = ring;
    this.maxUsage = ring;
    for (let i = 0; i < ring; i++) this.bufs.push(new PipeBuffer());
  }

  /** An empty pipe of so many slots. */
  clear(ring: number): void {
    this.curbuf = this.nrbufs = this.head = this.tail = 0;
    this.buffers = this.ringSize = this.maxUsage = ring;
    this.tmpPage = this.tmpPage2 = null;
    this.readers = 1;
    this.writers = 2;
    this.waitingWriters = 0;
    this.rdWait.clear();
    this.wrWait.clear();
    for (const buf of this.bufs) {
      buf.page = null;
      buf.offset = buf.len = buf.ops = buf.flags = 0;
    }
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
  /** Behind the last byte that a copy was to reach. */
  wanted = 0;
  /** Tags that a read delivered. */
  readonly data: Uint8Array;

  constructor(bytesMax: number) {
    this.data = new Uint8Array(bytesMax);
  }

  /** For a read of so many bytes: a wrong design may say that it has delivered what it has not. */
  empty(total: number): void {
    this.total = total;
    fillBytes(this.data, 0);
  }
}

/** The pages that a caller was handed by get_pages or extract_pages: how it holds them, and the device's target. */
export class PageRequest {
  /** What the caller has to drop for each page: FOLL_GET a reference, FOLL_PIN a pin, 0 nothing. */
  hold = FOLL_GET;
  /** The device reads the pages (a source) instead of writing them. */
  isSource = false;
  /** The device has been given the pages, and is not done with them (scenarios with memory). */
  inFlight = false;
  /** Address space that the pages were asked of. */
  mm = 0;
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
  /** A value that the device found where it should not (-1: none), and where: pid * vpages + virtual page. */
  misread = -1;
  misreadAt = 0;
  /** First entry of a page list that is not what it has to be (-1 for none), and what that is, where it is known. */
  wrongEntry = -1;
  rightPage: Page | null = null;
  rightOffset = 0;
  /** What no function changes of an iterator that it works on, as it was before the op. */
  readonly iterWas = { active: false, type: 0, nofault: false, vec: null as Vec | null };
  /** The first byte that a copy left other than it has to be, in words; '' for none. */
  miscopied = '';
  /** What the read_iter returned, before generic_file_splice_read looked at it. */
  readIterRet = 0;
  /** Bytes of the request before this get_pages; bytes that an op has committed, -1 for none. */
  before = 0;
  committed = -1;
  /** Bytes before the first page in the pipe that has gone bad, and what that says; see transfers.ts. */
  readonly bad = { bytes: 0, err: 0 };
  /** The pipe that the op is on, and the one that it takes from (-1: none). */
  on = 0;
  from = -1;
  /** Of a call that may sleep: the bytes that it was asked for, O_NONBLOCK, and a signal that was pending. */
  size = 0;
  wasNonblock = false;
  hadSignal = false;
  /** send_sig(SIGPIPE, current, 0) */
  hasSigpipe = false;

  noteWrong(entry: number, page: Page | null, offset: number): void {
    this.wrongEntry = entry;
    this.rightPage = page;
    this.rightOffset = offset;
  }
}

/** `struct splice_pipe_desc`: pages on their way into a pipe. Never part of the image. */
export class SplicePipeDesc {
  readonly page: Page[] = [];
  readonly off: number[] = [];
  readonly len: number[] = [];
  nrPages = 0;
  /** Which pages they are, and SPLICE_F_* of the call. */
  ops: number = PipeBufOps.PageCache;
  flags = 0;
}

/** Thrown to leave a C function that can not go on (BUG, NULL call, use after free). */
export const OOPS: { readonly oops: true } = Object.freeze({ oops: true as const });

/** Rules that the model itself finds broken, while a function runs. */
export type FatalRule = 'no-use-after-free' | 'no-bug' | 'every-loop-ends' | 'value-out-of-range';

export class Kernel {
  readonly bounds: Bounds;
  /** The design's functions; every internal call goes through this table. */
  fn: KernelFunctions;
  readonly needs: Needs;
  readonly pages: Page[] = [];
  /** The file's page-cache pages: `pages[0 .. files-1]`. */
  readonly filePages: Page[] = [];
  /** User pages of a scenario whose page tables never change, by virtual page. */
  readonly userPages: Page[] = [];
  /** Pages of a driver's own, for kvec, bvec and folio_queue. */
  readonly driverPages: Page[] = [];
  /** ZERO_PAGE(0), where there are page tables. */
  zeroPage: Page | null = null;
  /** Open files and the running splice between them, in scenarios with files. */
  readonly splice: SpliceState;
  /** Pages with an owner for life. */
  readonly ownedPages: readonly Page[];
  /** First page of the pool that alloc_page() takes from. */
  readonly poolStart: number;
  /** Address spaces: 0 the parent, 1 the child. */
  readonly mms: MmStruct[] = [];
  /** What iterators may be made of; see model/vecs.ts. */
  vecs: readonly Vec[] = [];
  /** The pipe that the present function works on: one of `pipes`, and the first of them between two ops. */
  pipe: PipeInodeInfo;
  readonly pipes: PipeInodeInfo[] = [];
  readonly iter = new IovIter();
  /** `struct iov_iter data = *iter` of a direct I/O path. */
  readonly iterCopy = new IovIter();
  /** What iov_iter_save_state() has kept. */
  readonly iterState = new IovIterState();
  readonly request: PageRequest;
  readonly caller = new CallerState();
  /** Two write ends of the pipe: 0 `w` (opened without O_DIRECT), 1 `wd` (with it). */
  readonly files = [new File(), new File()];
  /** Tasks that may be inside a call of the pipe; the last one never sleeps. None where no call blocks. */
  readonly tasks: Task[] = [];
  /** Page arrays (kvmalloc) that nobody has freed. */
  arrays = 0;
  /** One bit fields that designs add; see defineDesign. */
  readonly added: number[] = [];

  // What follows is scratch of one op and never part of the image.
  /** current, where there are tasks. Without them every file is non-blocking, and the other end is open. */
  task: Task | null = null;
  /** A task that this op wakes looks at its condition while the op still runs; and whether it did, and slept again. */
  areWokenAtOnce = false;
  hasSleptAgain = false;
  user: UserBuffer;
  readonly out = new Out();
  readonly spd = new SplicePipeDesc();
  /** vmsplice() and whoever takes pages out of a pipe. */
  readonly lending: Lending;
  /** `struct page **pages` of the caller; entries not written are undefined memory. */
  readonly pagesArray: (Page | null)[] = [];
  readonly isEntryWritten: boolean[] = [];
  /** Entries that the caller's array has room for. */
  pagesArrayMax = 0;
  /** Allocations until one fails; negative: none does. */
  oom = -1;
  isOomHit = false;
  isFaultHit = false;
  /** Allocations of this op, and tasks that may run whenever it wakes some; see Reach. */
  allocations = 0;
  woken = 0;
  /** Index in `mms` of current->mm. */
  current = 0;
  /** User address at which an access of this op faults for good; negative: none does. */
  userFault = -1;
  /** Byte of a copy_mc source at which the machine check strikes; negative: none. */
  poison = -1;
  /** Kernel memory that a copy reads or fills, from `kbufAt` on. */
  kbuf: Uint8Array;
  kbufAt = 0;
  /** Index of an xarray entry that is a retry entry when it is met first; negative: none. */
  xaRetry = -1;
  /** Which byte of copy_to_iter's source carries the mark; none if negative. */
  srcMark = -1;
  /** Bytes that are copied into pages as they are, where they have numbers; from the byte of the mark on. */
  src: Uint8Array | null = null;
  warned = '';
  fatal: FatalRule | '' = '';
  fatalWhy = '';
  fatalFunction = '';
  private loops = 0;

  // Derived from bounds, cached.
  readonly pageSize: number;
  readonly headMask: number;
  readonly readMax: number;
  /** What the most turns of a loop grow with. */
  private readonly loopUnit: number;
  /** The tag of an unmarked byte that was written; 0 where none is told from a byte that was not. A run of real sizes changes it. */
  plain: number;

  constructor(bounds: Bounds, fn: KernelFunctions, needs: Needs = PIPE_NEEDS) {
    this.bounds = bounds;
    this.fn = fn;
    this.needs = needs;
    this.pageSize = bounds.page;
    this.headMask = 2 ** headBits(bounds) - 1;
    this.plain = tellsWritten(bounds) ? Tag.Plain : Tag.NeverWritten;
    this.readMax = bounds.ring * bounds.page + 1;
    this.loopUnit = Math.max(bounds.ring, bounds.vpages);
    this.makePages();
    this.splice = this.makeFiles();
    this.poolStart = this.pages.length;
    this.ownedPages = this.pages.slice();
    for (let n = 0; n < poolPages(bounds, needs); n++) this.addPage('', `p${n}`);
    this.pairFolios();
    for (let n = 0; needs.tasks === true && n <= bounds.tasks; n++) this.tasks.push(new Task(n));
    for (let n = 0; n < needs.mms; n++) this.mms.push(new MmStruct(n, bounds.vpages));
    for (let n = 0; n < Math.max(1, pipeCount(needs)); n++) this.pipes.push(new PipeInodeInfo(bounds.ring));
    this.pipe = this.pipes[0];
    this.request = new PageRequest(requestEntries(bounds, needs));
    this.kbuf = new Uint8Array(lengthMax(bounds, needs) + 1);
    this.user = new UserBuffer(this.readMax);
    this.lending = new Lending(
      Array.from({ length: bounds.ring + 1 }, () => new PipeBuffer()),
      this.readMax,
    );
    for (let i = 0; i < requestEntries(bounds, needs) + 1; i++) {
      this.pagesArray.push(null);
      this.isEntryWritten.push(false);
    }
    this.reset();
  }

  private addPage(owner: Page['owner'], name: string): Page {
    const page = new Page(this.pages.length, owner, name, this.bounds.page);
    this.pages.push(page);
    return page;
  }

  /** Pages with an owner for life. */
  private makePages(): void {
    const { bounds, needs } = this;
    const isTarget = needs.inodes === true;
    for (let n = 0; n < (isTarget ? targetPages(bounds) : bounds.files); n++)
      this.filePages.push(this.addPage('page cache', `${isTarget ? 'G' : 'F'}${n}`));
    if (needs.memory === 'fixed') {
      for (let n = 0; n < bounds.vpages; n++) this.userPages.push(this.addPage('page table', `U${n}`));
      for (let n = 0; n < bounds.vpages; n++) this.driverPages.push(this.addPage('driver', `K${n}`));
    }
    if (needs.memory === 'paged') this.zeroPage = this.addPage('kernel', 'Z');
  }

  /** Files beside the one whose pages are `filePages`, and a lender of a page more than the pipe takes. */
  private makeFiles(): SpliceState {
    const { bounds, needs } = this;
    if (needs.inodes === true) {
      const inodes = [new Inode('f', bounds.files), new Inode('g', targetPages(bounds))];
      return new SpliceState(inodeFiles(inodes[0], inodes[1]), inodes);
    }
    if (needs.openFiles !== true) return new SpliceState([]);
    const make = (owner: Page['owner'], name: string, pages: number): Page[] =>
      Array.from({ length: pages }, (_, n) => this.addPage(owner, `${name}${n}`));
    const g = make('page cache', 'G', bounds.files);
    const own = make('page cache', 'O', bounds.files);
    const lent = make('driver', 'L', bounds.ring + 1);
    return new SpliceState(openFiles(this.filePages, g, own, lent, bounds.page));
  }

  /** bounds.order=1: user pages, and in their stead pages of the pool, come as folios of two. */
  private pairFolios(): void {
    if (this.bounds.order === 0) return;
    const pair = (list: readonly Page[]): void => {
      for (let n = 0; n + 1 < list.length; n += 2) {
        list[n].hasTail = true;
        list[n + 1].head = list[n];
      }
    };
    if (this.needs.memory === 'fixed') {
      pair(this.userPages);
      pair(this.driverPages);
    }
    if (this.needs.memory === 'paged') pair(this.pages.slice(this.poolStart));
  }

  /** The initial state: an empty pipe, a file whose pages are cached and filled. */
  reset(): void {
    const isPaged = this.needs.memory === 'paged';
    for (const page of this.pages) {
      page.refcount = page.owner !== '' && page.head === page ? 1 : 0;
      if (page.head !== page && page.owner !== '') page.head.refcount++;
      page.pincount = 0;
      page.isAnonExclusive = page.isAnonMapped = false;
      page.isLru = page.isFile;
      page.isUptodate = true;
      page.canon = page.pfn;
      page.data.fill(
        page.isFile && this.bounds.contents !== 'off' ? (isPaged ? 1 + page.pfn : this.plain) : Tag.NeverWritten,
      );
    }
    const { request, caller } = this;
    this.pipe = this.pipes[0];
    this.pipes.forEach((pipe, p) => pipe.clear(firstSlots(this.bounds, p)));
    this.resetMemory();
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
    for (const task of this.tasks) task.clear();
    this.splice.reset();
    if (this.needs.inodes === true) resetSource(this);
    this.beginOp();
  }

  /** One process; its memory is mapped where page tables never change, and unmapped where they do. */
  private resetMemory(): void {
    this.current = 0;
    for (const mm of this.mms) {
      mm.clear();
      if (mm.id === 0) mm.isAlive = true;
    }
    this.userPages.forEach((page, v) => {
      const mm = this.mms[0];
      mm.vma[v] = Vma.Anon;
      mm.ptes[v].page = page;
      mm.ptes[v].isWritable = true;
      page.isAnonExclusive = true;
    });
    this.iterState.iovOffset = this.iterState.count = this.iterState.nrSegs = 0;
  }

  /** Clears the scratch of the last op. */
  beginOp(): void {
    this.oom = -1;
    this.isOomHit = false;
    this.isFaultHit = false;
    this.allocations = 0;
    this.srcMark = -1;
    this.src = null;
    this.userFault = this.poison = this.xaRetry = -1;
    this.kbufAt = 0;
    if (this.splice.files.length > 0) this.splice.beginOp();
    if (this.needs.lends === true) this.lending.beginOp();
    if (this.needs.inodes === true) resetTarget(this);
    this.warned = '';
    this.fatal = '';
    this.fatalWhy = '';
    this.fatalFunction = '';
    this.loops = 0;
    this.out.on = 0;
    this.out.from = -1;
    if (this.tasks.length > 0) this.beginTasks();
    this.out.misread = -1;
    this.out.miscopied = '';
    this.out.wrongEntry = -1;
    this.out.rightPage = null;
    const { iter } = this;
    const was = this.out.iterWas;
    was.active = iter.active;
    was.type = iter.type;
    was.nofault = iter.nofault;
    was.vec = iter.vec;
    this.user.fault = -1;
    this.user.mark = -1;
    this.user.pos = this.user.wanted = 0;
    this.user.total = 0;
  }

  /** Scratch that only scenarios with tasks have. */
  private beginTasks(): void {
    this.task = null;
    this.areWokenAtOnce = this.hasSleptAgain = false;
    this.woken = 0;
    this.out.hasSigpipe = false;
    for (const task of this.tasks) {
      task.isResumed = task.isNonblock = false;
      task.turn = 0;
    }
  }

  /** Functions work on pipe `n` from here on. */
  usePipe(n: number): void {
    this.pipe = this.pipes[n];
  }

  /** The caller's iterators go out of scope. */
  dropIter(): void {
    this.iter.clear();
    this.iterCopy.clear();
  }

  /** Forgets a finished request. */
  dropRequest(): void {
    const r = this.request;
    r.hold = FOLL_GET;
    r.isSource = r.inFlight = false;
    r.mm = 0;
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
    if (++this.loops > 64 * this.loopUnit) {
      this.die('every-loop-ends', name, `${name}() went round ${this.loops} times in one call`);
    }
  }
}
