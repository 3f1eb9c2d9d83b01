/**
 * The errno values that the modelled functions return, negated as in C.
 *
 * @kernel include/uapi/asm-generic/errno-base.h, errno.h
 */
/** Not among the names below: -1 is also how ~0U reads. */
export const EPERM = 1;
export const EIO = 5;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EBADF = 9;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const EINVAL = 22;
export const ENOSPC = 28;
export const ESPIPE = 29;
export const ENODATA = 61;
export const EPIPE = 32;
/** A signal is pending: the call is begun again, or the user sees EINTR. */
export const ERESTARTSYS = 512;

/** What a function returns whose task has gone to sleep: beyond MAX_ERRNO, so that it is no errno, and no count. */
export const ASLEEP = -4096;

/** EPERM is left out: -1 is also what `~0U` looks like. */
const NAMES = new Map([
  [EIO, 'EIO'],
  [EBADF, 'EBADF'],
  [EAGAIN, 'EAGAIN'],
  [EACCES, 'EACCES'],
  [ENOMEM, 'ENOMEM'],
  [EFAULT, 'EFAULT'],
  [EBUSY, 'EBUSY'],
  [EINVAL, 'EINVAL'],
  [ENOSPC, 'ENOSPC'],
  [ESPIPE, 'ESPIPE'],
  [ENODATA, 'ENODATA'],
  [EPIPE, 'EPIPE'],
  [ERESTARTSYS, 'ERESTARTSYS'],
]);

/** `-14` -> `-EFAULT`; any other number as it is. */
export function formatReturn(ret: number): string {
  if (ret === ASLEEP) return 'asleep';
  const name = ret < 0 ? NAMES.get(-ret) : undefined;
  return name === undefined ? String(ret) : `-${name}`;
}

/** The inverse of {@link formatReturn}; NaN where the text is neither. */
export function parseReturn(text: string): number {
  if (text === 'asleep') return ASLEEP;
  for (const [value, name] of NAMES) if (text === `-${name}`) return -value;
  return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}
