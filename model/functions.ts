import type { IovIter, Kernel, Page, PipeBuffer } from './kernel.js';

/**
 * The kernel's functions as a table, as `pipe_buf_operations` are in C: a design
 * overrides entries, and every internal call goes through `k.fn`. Names are the C
 * names in camelCase. Sizes and offsets are bytes; a negative return is -errno;
 * out-parameters are left in `k.out`, page arrays in `k.pagesArray`.
 */
export interface KernelFunctions {
  // fs/pipe.c, fs/fcntl.c
  anonPipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  genericPipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  pageCachePipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  pipeBufRelease(k: Kernel, buf: PipeBuffer): void;
  /** Whether a write through filp may append here: by ops to 5.7, by flag since 5.8; no kernel looks at filp. */
  canMerge(k: Kernel, buf: PipeBuffer, filp: number): boolean;
  isPacketized(k: Kernel, filp: number): boolean;
  pipeRead(k: Kernel, totalLen: number): number;
  /** The statements of pipe_read after a buffer was read from: what total_len becomes. */
  pipeReadConsumed(k: Kernel, buf: PipeBuffer, chars: number, totalLen: number): number;
  pipeWrite(k: Kernel, totalLen: number, filp: number): number;
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
  /** A primitive that only seed 001 has; see designs/pipe-iter-mail-2016.ts. */
  iovIterCommit(k: Kernel, i: IovIter, size: number): void;

  // fs/splice.c
  genericFileSpliceRead(k: Kernel, len: number): void;
  genericFileSpliceReadDone(k: Kernel, ret: number): number;
}

export type FunctionName = keyof KernelFunctions;

const C_NAMES: Readonly<Record<string, string>> = {
  pipeGetPagesList: '__pipe_get_pages',
  pipeReadConsumed: 'pipe_read',
  pipeWriteInsert: 'pipe_write',
  genericFileSpliceReadDone: 'generic_file_splice_read',
  csumAndCopyToIter: 'csum_and_copy_to_iter',
};

/** `iovIterGetPages` -> `iov_iter_get_pages`; `pipe2` and `sanity` stay. */
export function cName(name: string): string {
  return C_NAMES[name] ?? name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}
