/**
 * io_uring's splice and the flags of its tee, 6.1: two files that are no pipes are refused.
 *
 * @kernel 6.1 io_uring/splice.c
 */
import { EINVAL } from '../../errno.js';
import type { OpenFile } from '../../files.js';
import { SPLICE_F_ALL, SPLICE_F_FD_IN_FIXED } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel } from '../../kernel.js';

/** @kernel 6.1 io_uring/splice.c __io_splice_prep */
export function checkFlags(flags: number, valid: number): number {
  return (flags & ~(valid | SPLICE_F_ALL | SPLICE_F_FD_IN_FIXED)) !== 0 ? -EINVAL : 0;
}

/** @kernel 6.1 io_uring/splice.c io_tee_prep: no offsets, and the flags of a splice. */
const ioTeePrep: KernelFunctions['ioTeePrep'] = (k, flags) => k.fn.ioSplicePrep(k, flags);

/** @kernel 6.1 io_uring/splice.c io_splice_get_file, io_put_file: a registered file is held by its table. */
export function withFile(file: OpenFile, flags: number, call: () => number): number {
  if ((flags & SPLICE_F_FD_IN_FIXED) !== 0) return call();
  file.fCount++;
  const ret = call();
  file.fCount--;
  return ret;
}

/** @kernel 6.1 io_uring/splice.c io_splice */
const ioSplice: KernelFunctions['ioSplice'] = (k, file, offIn, out, offOut, len, flags) =>
  withFile(file, flags, () =>
    len === 0 ? 0 : k.fn.doSplice(k, file, offIn, out, offOut, len, flags & ~SPLICE_F_FD_IN_FIXED),
  );

export const ioUringSplice61 = {
  ioSplicePrep: (_k: Kernel, flags: number) => checkFlags(flags, 0),
  ioTeePrep,
  ioSplice,
} satisfies Partial<KernelFunctions>;
