/**
 * Why an engine that draws does not find a row by every seed, where that is known. A test
 * holds the list to the published scorecard: a row that both find by fewer than two seeds
 * has its reason, and one that both find by all has none.
 */

export interface Reason {
  /** As `nameOf` writes it. */
  readonly row: string;
  readonly why: string;
}

const DIRECT =
  'Seven calls of one direct read, in one order: twice pages and an advance, the device, the commit. The first advance breaks no-warn, and a walk that breaks anything else on the way ends there (follow=1).';

export const REASONS: readonly Reason[] = [
  { row: 'pipe-iter-mail-2016, pipe-iter: no-unwritten-byte-readable at iov_iter_commit', why: DIRECT },
  { row: 'pipe-iter-mail-2016, pipe-iter: bytes-in-order at iov_iter_commit', why: DIRECT },
  {
    row: 'pipe-iter-2016-can-merge, pipe-iter: bytes-in-order at pwrite',
    why: 'Two slots have to show one page of the file, the later byte first, and the write behind them has to be appended to that page; nearer violations end most walks on the way.',
  },
  {
    row: 'resize-wakes-early, blocking: no-lost-wakeup at pread_continue',
    why: 'Without a reader that was woken and has yet to run, the same resize breaks the rule two calls earlier, at fcntl_setpipe_sz, and nothing is followed behind that (follow=0).',
  },
];
