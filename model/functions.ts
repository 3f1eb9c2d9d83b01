import type { WaitFunctions } from './wait.js';
import type { Loff, OpenFile, SpliceDesc } from './files.js';
import type { Inode } from './inode.js';
import type { IovIter, IovIterState, Kernel, MmStruct, Page, PipeBuffer, Vec } from './kernel.js';

/**
 * The kernel's functions as a table, as `pipe_buf_operations` are in C: a design
 * overrides entries, and every internal call goes through `k.fn`. Names are the C
 * names in camelCase. Sizes and offsets are bytes; a negative return is -errno;
 * out-parameters are left in `k.out`, page arrays in `k.pagesArray`.
 */
export interface KernelFunctions extends WaitFunctions {
  // fs/pipe.c, fs/fcntl.c
  anonPipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  genericPipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  /** A page for a new buffer: one that the pipe keeps, or a new one; null where there is none (since 6.15). */
  anonPipeGetPage(k: Kernel): Page | null;
  anonPipePutPage(k: Kernel, page: Page | null): void;
  pageCachePipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  pipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  /** Whether a write through filp may append here: by ops to 5.7, by flag since 5.8; no kernel looks at filp. */
  canMerge(k: Kernel, buf: PipeBuffer, filp: number): boolean;
  isPacketized(k: Kernel, filp: number): boolean;
  pipeRead(k: Kernel, totalLen: number): number;
  /** The statements of pipe_read after a buffer was read from: what total_len becomes. */
  pipeReadConsumed(k: Kernel, buf: PipeBuffer, chars: number, totalLen: number): number;
  pipeWrite(k: Kernel, totalLen: number, filp: number): number;
  /** pipe_read() into two segments, the second from byte `split` on, of which the first access faults and no later one. */
  pipeReadv(k: Kernel, totalLen: number, split: number): number;
  /** The statements of pipe_write that give a new buffer its ops and flags. */
  pipeWriteInsert(k: Kernel, buf: PipeBuffer, filp: number): void;
  pipe2(k: Kernel, flags: number): number;
  setfl(k: Kernel, filp: number, arg: number): number;

  // include/linux/uio.h
  iterIsIovec(k: Kernel, i: IovIter): boolean;
  iovForEach(k: Kernel, i: IovIter): number;

  // lib/iov_iter.c, exported
  iovIterPipe(k: Kernel, i: IovIter, direction: number, count: number): void;
  copyToIter(k: Kernel, bytes: number, i: IovIter): number;
  copyPageToIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number;
  iovIterZero(k: Kernel, bytes: number, i: IovIter): number;
  iovIterAdvance(k: Kernel, i: IovIter, size: number): void;
  iovIterRevert(k: Kernel, i: IovIter, unroll: number): void;
  iovIterGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number;
  iovIterNpages(k: Kernel, i: IovIter, maxpages: number): number;
  iovIterAlignment(k: Kernel, i: IovIter): number;
  iovIterGapAlignment(k: Kernel, i: IovIter): number;
  iovIterSingleSegCount(k: Kernel, i: IovIter): number;
  dupIter(k: Kernel, to: IovIter, from: IovIter): number;
  copyFromIter(k: Kernel, bytes: number, i: IovIter): number;
  copyFromIterNocache(k: Kernel, bytes: number, i: IovIter): number;
  copyPageFromIter(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number;
  iovIterCopyFromUserAtomic(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number;
  csumAndCopyToIter(k: Kernel, bytes: number, i: IovIter): number;
  csumAndCopyFromIter(k: Kernel, bytes: number, i: IovIter): number;
  iovIterFaultInReadable(k: Kernel, i: IovIter, bytes: number): number;

  // lib/iov_iter.c, static
  sanity(k: Kernel, i: IovIter): boolean;
  nextIdx(k: Kernel, idx: number): number;
  allocated(k: Kernel, buf: PipeBuffer): boolean;
  dataStart(k: Kernel, i: IovIter): void;
  pushPipe(k: Kernel, i: IovIter, size: number): number;
  copyPageToIterPipe(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number;
  copyPipeToIter(k: Kernel, bytes: number, i: IovIter): number;
  pipeZero(k: Kernel, bytes: number, i: IovIter): number;
  pipeAdvance(k: Kernel, i: IovIter, size: number): void;
  pipeTruncate(k: Kernel, i: IovIter): void;
  pipeRevert(k: Kernel, i: IovIter, unroll: number): void;
  pipeGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  pipeGetPagesAlloc(k: Kernel, i: IovIter, maxsize: number): number;
  pipeGetPagesList(k: Kernel, i: IovIter, maxsize: number): number;
  pushAnon(k: Kernel, size: number): Page | null;
  pushPage(k: Kernel, page: Page, offset: number, size: number): void;
  lastOffset(k: Kernel, buf: PipeBuffer): number;
  appendPipe(k: Kernel, i: IovIter, size: number): Page | null;
  pipeNpages(k: Kernel, i: IovIter): number;
  pipeDiscardFrom(k: Kernel, oldHead: number): void;
  // lib/iov_iter.c, flavours: an iterator over `vec`, of `count` bytes
  iovIterInit(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void;
  iovIterUbuf(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void;
  iovIterKvec(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void;
  iovIterBvec(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void;
  iovIterXarray(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void;
  iovIterFolioQueue(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void;
  iovIterDiscard(k: Kernel, i: IovIter, direction: number, count: number): void;
  /** All or nothing: 1 or 0. */
  copyToIterFull(k: Kernel, bytes: number, i: IovIter): number;
  copyFromIterFull(k: Kernel, bytes: number, i: IovIter): number;
  copyFromIterFullNocache(k: Kernel, bytes: number, i: IovIter): number;
  csumAndCopyFromIterFull(k: Kernel, bytes: number, i: IovIter): number;
  copyFromIterFlushcache(k: Kernel, bytes: number, i: IovIter): number;
  copyMcToIter(k: Kernel, bytes: number, i: IovIter): number;
  /** iov_iter_extract_pages() of a folio_queue; where it is in the table, iov-iter calls it between copies. */
  listFolioqPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  /** The pipe's part of it; where it is in the table, pipe-iter calls it. */
  copyMcPipeToIter(k: Kernel, bytes: number, i: IovIter): number;
  copyPageToIterNofault(k: Kernel, page: Page, offset: number, bytes: number, i: IovIter): number;
  /** 5.16+; iovIterFaultInReadable is its twin. */
  faultInIovIterWriteable(k: Kernel, i: IovIter, bytes: number): number;
  iovIterIsAligned(k: Kernel, i: IovIter, addrMask: number, lenMask: number): boolean;
  iovIterSaveState(k: Kernel, i: IovIter, state: IovIterState): void;
  iovIterRestore(k: Kernel, i: IovIter, state: IovIterState): void;
  /** *offset0 in k.out.start; *pages is NULL where k.pagesArrayMax is 0. */
  iovIterExtractPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  /** Seed 004: 0, FOLL_GET or FOLL_PIN. */
  iovIterExtractMode(k: Kernel, i: IovIter): number;
  /** 6.3+ */
  iovIterExtractWillPin(k: Kernel, i: IovIter): boolean;

  // lib/iov_iter.c, flavours, static
  iovIterIovecAdvance(k: Kernel, i: IovIter, size: number): void;
  iovIterBvecAdvance(k: Kernel, i: IovIter, size: number): void;
  iovIterFolioqAdvance(k: Kernel, i: IovIter, size: number): void;
  iovIterFolioqRevert(k: Kernel, i: IovIter, unroll: number): void;
  /** Address of the first segment that is not empty; its bytes, at most maxsize, in k.out.off. */
  firstIovecSegment(k: Kernel, i: IovIter, maxsize: number): number;
  iovIterExtractFirstUserSegment(k: Kernel, i: IovIter, maxsize: number): number;
  iterXarrayGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iterFolioqGetPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractPipePages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractXarrayPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractBvecPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractKvecPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractFolioqPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractUserPages(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractUserPagesAndGet(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;
  iovIterExtractUserPagesAndPin(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number;

  // mm/gup.c, of current->mm; pages go to k.pagesArray from entry 0 on
  getUserPagesFast(k: Kernel, start: number, nrPages: number, gupFlags: number): number;
  pinUserPagesFast(k: Kernel, start: number, nrPages: number, gupFlags: number): number;
  unpinUserPage(k: Kernel, page: Page): void;
  tryGrabFolio(k: Kernel, page: Page, flags: number): boolean;
  gupMustUnshare(k: Kernel, vma: number, flags: number, page: Page): boolean;

  // mm/memory.c, kernel/fork.c, mm/mmap.c; vpage is a virtual page number
  /** A fault for reading, writing (FAULT_FLAG_WRITE) or unsharing (FAULT_FLAG_UNSHARE): 0, -EFAULT or -ENOMEM. */
  handleMmFault(k: Kernel, mm: MmStruct, vpage: number, faultFlags: number): number;
  doWpPage(k: Kernel, mm: MmStruct, vpage: number, faultFlags: number): number;
  /** The write fault's question: may the page be written where it is. */
  wpCanReuse(k: Kernel, mm: MmStruct, page: Page): boolean;
  folioMaybeDmaPinned(k: Kernel, page: Page): boolean;
  pageNeedsCowForDma(k: Kernel, mm: MmStruct, page: Page): boolean;
  copyPresentPte(k: Kernel, src: MmStruct, dst: MmStruct, vpage: number): number;
  dupMmap(k: Kernel, src: MmStruct, dst: MmStruct): number;
  zapPte(k: Kernel, mm: MmStruct, vpage: number): void;

  // block/bio.c: k.request is the bio
  bioIovIterGetPages(k: Kernel, i: IovIter): number;
  bioReleasePages(k: Kernel): void;

  /** A primitive that only seed 001 has; see designs/pipe-iter-mail-2016.ts. */
  iovIterCommit(k: Kernel, i: IovIter, size: number): void;

  // fs/splice.c
  genericFileSpliceRead(k: Kernel, len: number): void;
  genericFileSpliceReadDone(k: Kernel, ret: number): number;

  // fs/splice.c, fs/read_write.c, io_uring/splice.c: files, with the task's internal pipe as k.pipe; NULL offsets are null
  rwVerifyArea(k: Kernel, readWrite: number, file: OpenFile, ppos: Loff | null, count: number): number;
  /** f_op->read_iter; kiocb.ki_pos is k.splice.kiPos. */
  callReadIter(k: Kernel, file: OpenFile, to: IovIter): number;
  callWriteIter(k: Kernel, file: OpenFile, from: IovIter): number;
  /** generic_file_splice_read() as one function, around callReadIter. */
  genericFileSpliceReadFile(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number;
  /** f_op->splice_read of files that are not plain. */
  spliceReadOwn(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number;
  spliceReadLender(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number;
  iterFileSpliceWrite(k: Kernel, out: OpenFile, ppos: Loff | null, len: number, flags: number): number;
  doSpliceFrom(k: Kernel, out: OpenFile, ppos: Loff | null, len: number, flags: number): number;
  /** `consumer` since seed 003. */
  doSpliceTo(k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number, consumer?: boolean): number;
  spliceDirectToActor(k: Kernel, file: OpenFile, sd: SpliceDesc, actor: (k: Kernel, sd: SpliceDesc) => number): number;
  directSpliceActor(k: Kernel, sd: SpliceDesc): number;
  doSpliceDirect(
    k: Kernel,
    file: OpenFile,
    ppos: Loff | null,
    out: OpenFile,
    opos: Loff | null,
    len: number,
    flags: number,
  ): number;
  doSplice(
    k: Kernel,
    file: OpenFile,
    ppos: Loff | null,
    out: OpenFile,
    opos: Loff | null,
    len: number,
    flags: number,
  ): number;
  ioSplicePrep(k: Kernel, flags: number): number;
  ioTeePrep(k: Kernel, flags: number): number;
  /** file_in, file_out, off_in and off_out; null is -1. */
  ioSplice(
    k: Kernel,
    file: OpenFile,
    offIn: Loff | null,
    out: OpenFile,
    offOut: Loff | null,
    len: number,
    flags: number,
  ): number;
  /** Seed 003 */
  spliceDismissPipe(k: Kernel, bytes: number): boolean;
  directSpliceReadConsumerActor(k: Kernel, sd: SpliceDesc): number;
  doSpliceDirectReadConsumer(
    k: Kernel,
    file: OpenFile,
    ppos: Loff | null,
    out: OpenFile,
    opos: Loff | null,
    len: number,
    flags: number,
  ): number;
  // fs/read_write.c, fs/splice.c: A is k.pipe, current->splice_pipe the last of k.pipes
  doSendfile(k: Kernel, out: OpenFile, file: OpenFile, ppos: Loff | null, count: number): number;
  /** do_splice() from a file into A; NULL offsets are null. */
  doSpliceFromFile(k: Kernel, file: OpenFile, offIn: Loff | null, len: number): number;
  /** do_splice() from A into a file. */
  doSpliceToFile(k: Kernel, out: OpenFile, offOut: Loff | null, len: number): number;
  spliceOpenFileToPipe(k: Kernel, file: OpenFile, offset: Loff, len: number): number;
  /** To 5.9, of files without a splice_read or splice_write. */
  defaultFileSpliceRead(k: Kernel, file: OpenFile, ppos: Loff, len: number): number;
  defaultFileSpliceWrite(k: Kernel, out: OpenFile, ppos: Loff | null, len: number): number;
  /** 6.5+ */
  filemapSpliceRead(k: Kernel, file: OpenFile, ppos: Loff, len: number): number;
  copySpliceRead(k: Kernel, file: OpenFile, ppos: Loff, len: number): number;
  // mm/truncate.c
  truncateSetsize(k: Kernel, inode: Inode, size: number): void;
  // fs/splice.c, fs/pipe.c: pipes `from` and `to` of k.pipes
  /** `buf->ops->get`: false where the page's count does not allow another reference (5.1+). */
  pipeBufGet(k: Kernel, buf: PipeBuffer): boolean;
  /** The flags that a duplicate does not inherit; a function of this name from 5.1 to 5.7. */
  pipeBufMarkUnmergeable(k: Kernel, obuf: PipeBuffer): void;
  doSplicePipes(k: Kernel, from: number, to: number, len: number): number;
  splicePipeToPipe(k: Kernel, from: number, to: number, len: number): number;
  doTee(k: Kernel, from: number, to: number, len: number): number;
  linkPipe(k: Kernel, from: number, to: number, len: number): number;
  /** From the page cache at `pos` into k.pipe. */
  spliceFileToPipe(k: Kernel, pos: number, len: number): number;
  fileSpliceRead(k: Kernel, pos: number, len: number): number;
  /** k.spd into k.pipe; to 4.9 the way of a file's pages. */
  spliceToPipe(k: Kernel): number;
  spliceFolioIntoPipe(k: Kernel, pos: number, size: number): number;
  /** F_SETPIPE_SZ of k.pipe: the new size in bytes. */
  pipeSetSize(k: Kernel, arg: number): number;
  roundPipeSize(k: Kernel, size: number): number;
  pipeResizeRing(k: Kernel, nrSlots: number): number;
  /** FIONREAD of k.pipe. */
  pipeIoctl(k: Kernel): number;

  // fs/splice.c: vmsplice() of current->mm and k.pipe; SPLICE_F_* in flags
  vmspliceToPipe(k: Kernel, vec: Vec, flags: number): number;
  /** To 4.8: pages of the vector into k.spd, and how many. */
  getIovecPageArray(k: Kernel, vec: Vec): number;
  /** Since 4.9 */
  iterToPipe(k: Kernel, from: IovIter, flags: number): number;
  /** A copy of `buf` into the next slot, or its page released: its length, or why not. */
  addToPipe(k: Kernel, buf: PipeBuffer): number;
  vmspliceToUser(k: Kernel, len: number): number;
  /** __splice_from_pipe() of `len` bytes, with the actor that k.lending names. */
  spliceFromPipe(k: Kernel, len: number): number;
  spliceFromPipeNext(k: Kernel): number;
  spliceFromPipeFeed(k: Kernel): number;
  pipeToUser(k: Kernel, buf: PipeBuffer): number;
  pipeBufConfirm(k: Kernel, buf: PipeBuffer): number;
  /** buf->ops->try_steal, to 5.7 `steal`, which says 0 where this says true. */
  pipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean;
  anonPipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean;
  genericPipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean;
  userPagePipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean;
  pageCachePipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean;
  // mm/vmscan.c
  removeMapping(k: Kernel, page: Page): boolean;
  // fs/fuse/dev.c: a page of a reply, from k.pipe
  fuseDevSpliceWrite(k: Kernel, len: number, flags: number): number;
  /** 0: the page was moved; 1: it has to be copied. */
  fuseTryMovePage(k: Kernel, buf: PipeBuffer): number;
  fuseCheckPage(k: Kernel, page: Page): boolean;
  // drivers/char/virtio_console.c
  portFopsSpliceWrite(k: Kernel, len: number): number;
  pipeToSg(k: Kernel, buf: PipeBuffer): number;
}

export type FunctionName = keyof KernelFunctions;

export { cName } from './c-names.js';
