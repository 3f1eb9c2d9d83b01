/**
 * Iterators over each flavour but the pipe, 6.1. Every one is assigned as a whole, so that
 * nothing of an earlier iterator stays.
 *
 * A direction that is neither READ nor WRITE is warned about and taken for WRITE, since
 * data_source is a bool.
 *
 * @kernel 6.1 lib/iov_iter.c; include/linux/uio.h
 */
import type { KernelFunctions } from '../../../functions.js';
import type { IovIter, Kernel, Vec } from '../../../kernel.js';
import {
  ITER_BVEC,
  ITER_DISCARD,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_UBUF,
  ITER_XARRAY,
  READ,
  WRITE,
} from '../../../kernel.js';

function assign(i: IovIter, flavour: number, direction: number, vec: Vec | null, segs: number, count: number): void {
  i.clear();
  i.active = true;
  i.type = flavour | (direction === READ ? READ : WRITE);
  i.vec = vec;
  i.segs = segs;
  i.count = count;
}

function warnDirection(k: Kernel, direction: number, by: string): void {
  if ((direction & ~(READ | WRITE)) !== 0) k.warn(by);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_init */
function iovIterInit(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  warnDirection(k, direction, 'iov_iter_init');
  assign(i, ITER_IOVEC, direction, vec, vec.iov.length, count);
}

/** @kernel 6.1 include/linux/uio.h iov_iter_ubuf: nr_segs stays 0; 6.4 makes it 1. */
function iovIterUbuf(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  warnDirection(k, direction, 'iov_iter_ubuf');
  assign(i, ITER_UBUF, direction, vec, 0, count);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_kvec */
function iovIterKvec(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  warnDirection(k, direction, 'iov_iter_kvec');
  assign(i, ITER_KVEC, direction, vec, vec.iov.length, count);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_bvec */
function iovIterBvec(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  warnDirection(k, direction, 'iov_iter_bvec');
  assign(i, ITER_BVEC, direction, vec, vec.bvec.length, count);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_xarray */
function iovIterXarray(k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void {
  k.bugOn((direction & ~1) !== 0, 'iov_iter_xarray', 'BUG_ON(direction & ~1)');
  assign(i, ITER_XARRAY, direction, vec, 0, count);
}

/** @kernel 6.1 lib/iov_iter.c iov_iter_discard */
function iovIterDiscard(k: Kernel, i: IovIter, direction: number, count: number): void {
  k.bugOn(direction !== READ, 'iov_iter_discard', 'BUG_ON(direction != READ)');
  assign(i, ITER_DISCARD, direction, null, 0, count);
}

export const init61 = {
  iovIterInit,
  iovIterUbuf,
  iovIterKvec,
  iovIterBvec,
  iovIterXarray,
  iovIterDiscard,
} satisfies Partial<KernelFunctions>;
