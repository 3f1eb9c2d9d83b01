/**
 * What a design promises its callers, as data, with the sentence of the document that
 * says so. Callers follow it; invariants hold the design to it.
 */
/** How a caller of extract_pages holds what it was handed; `refused` is -EFAULT. */
export type Retention = 'none' | 'get' | 'pin' | 'refused';

/** By flavour; user memory by direction too. */
export interface Retentions {
  /** IOVEC and UBUF, data into the buffer. */
  readonly destination: Retention;
  /** IOVEC and UBUF, data out of the buffer. */
  readonly source: Retention;
  readonly kvec: Retention;
  readonly bvec: Retention;
  readonly xarray: Retention;
  readonly pipe: Retention;
  readonly folioq: Retention;
  readonly discard: Retention;
}

/** Whether what a file has given a pipe stays the file's own (`shares`), or is the pipe's. */
export interface SpliceContract {
  /** sendfile() from the page cache to a pipe. */
  readonly sendfileToPipe: 'shares' | 'copies';
  /** From a file that is open with O_DIRECT. */
  readonly direct: 'shares' | 'copies';
}

export interface Contract {
  /** `requested`: bytes still wanted. `capacity`: bytes that still fit (seed 001). */
  readonly count: 'requested' | 'capacity';
  /** Whether get_pages moves the iterator (6.0+) or a later advance does. */
  readonly getPages: 'peeks' | 'advances';
  /** How much of a slot get_pages makes readable at once: what was asked, or the whole page (seed 001). */
  readonly lengthAtGet: 'asked' | 'page';
  /** How a direct read commits: advance of the original after work on a copy; revert of what was not done; commit(). */
  readonly directIo: 'struct-copy' | 'revert' | 'commit';
  /** What the query iov_iter_alignment() answers for a pipe. */
  readonly alignment: 'count-or-offset' | 'zero';
  /** How misuse is met: WARN and an error, or BUG(). */
  readonly misuse: 'warn' | 'bug';
  /** Whether csum_and_copy_to_iter() works on a pipe. */
  readonly csum: 'warns' | 'copies' | 'bugs';
  /** iov_iter_extract_pages(); absent where a kernel has none. */
  readonly extract?: Retentions;
  /** Files into pipes; absent where a kernel's are not here. */
  readonly splice?: SpliceContract;
  /** Where it is said; one sentence a field, in the document's own terms. */
  readonly said: Readonly<Partial<Record<Exclude<keyof Contract, 'said'>, string>>>;
}

/** Seed 000 and the kernels up to 5.19. */
export const CONTRACT_2016: Contract = {
  count: 'requested',
  getPages: 'peeks',
  lengthAtGet: 'asked',
  directIo: 'struct-copy',
  alignment: 'count-or-offset',
  misuse: 'warn',
  csum: 'warns',
  said: {
    count: 'running out of space acts as a fault would for iovec-backed ones: a short read, or -EFAULT (000)',
    getPages: 'get_pages does as copy_to_iter would have and returns the pages (000)',
    directIo: 'iov_iter_advance truncates everything past the spot it has advanced to (000)',
  },
};
