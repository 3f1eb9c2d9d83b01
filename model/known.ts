/** Defects of docs/findings.md that several kernels share, for `expect.known`. */
import type { Known } from './design.js';
import type { ScenarioName } from './scenario.js';

/** To 5.8: a bio_vec of no bytes is walked for ever; gaps are looked for in the wrong place. */
export const KNOWN_OLD_FLAVOURS: readonly Known[] = [
  { invariant: 'every-loop-ends', scenario: 'iov-iter', finding: 'F-21' },
  {
    invariant: 'queries-match-their-definition',
    op: 'iov_iter_gap_alignment',
    scenario: 'iov-iter',
    finding: 'F-22',
  },
];

/** From 6.0 on: get_pages2 on a bio_vec of no bytes. */
export const KNOWN_GET_PAGES2: readonly Known[] = [
  { invariant: 'returns-what-it-promised', op: 'iov_iter_get_pages2', scenario: 'extract', finding: 'F-18' },
  { invariant: 'no-warn', op: 'iov_iter_get_pages2', scenario: 'extract', finding: 'F-18' },
  { invariant: 'refcount-equals-owners', op: 'iov_iter_get_pages2', scenario: 'extract', finding: 'F-18' },
];

/** Two pipes, from 5.8 to 6.12: as in one pipe, and what empty buffers do to tee and splice. */
export const KNOWN_PIPES_6_1: readonly Known[] = [
  { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'splice', finding: 'F-8' },
  { invariant: 'returns-what-it-promised', op: 'pread', scenario: 'splice', finding: 'F-11' },
  { invariant: 'retry-makes-progress', op: 'pwrite', scenario: 'splice', finding: 'F-12' },
  { invariant: 'retry-makes-progress', op: 'splice_file', scenario: 'splice', finding: 'F-12' },
  { invariant: 'retry-makes-progress', op: 'tee', scenario: 'splice', finding: 'F-12' },
  { invariant: 'retry-makes-progress', op: 'splice', scenario: 'splice', finding: 'F-42' },
  { invariant: 'returns-what-it-promised', op: 'tee', scenario: 'splice', finding: 'F-41' },
];

/** Two pipes, 4.8: a packet is merged, a copy is merged into, a slot keeps its flags. */
export const KNOWN_PIPES_4_8: readonly Known[] = [
  { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'splice', finding: 'F-8' },
  { invariant: 'bytes-in-order', op: 'pwrite', scenario: 'splice', finding: 'F-43' },
  { invariant: 'packet-boundaries', op: 'splice_file', scenario: 'splice', finding: 'F-44' },
];

/** What the default bounds do not hold. */
const beyond = (invariant: string, op: string, scenario: ScenarioName, finding: string): Known => ({
  invariant,
  op,
  scenario,
  finding,
  isBeyond: true,
});

/** User memory lent to pipes: what the pipes themselves have wrong, to 5.4. */
const KNOWN_LENT_OLD: readonly Known[] = [
  { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'vmsplice', finding: 'F-8' },
  { invariant: 'bytes-in-order', op: 'pwrite', scenario: 'vmsplice', finding: 'F-43' },
];

/** From 5.5 on. */
export const KNOWN_LENT_6_1: readonly Known[] = [
  { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'vmsplice', finding: 'F-8' },
  { invariant: 'retry-makes-progress', op: 'pwrite', scenario: 'vmsplice', finding: 'F-12' },
  { invariant: 'retry-makes-progress', op: 'tee', scenario: 'vmsplice', finding: 'F-12' },
  { invariant: 'retry-makes-progress', op: 'splice', scenario: 'vmsplice', finding: 'F-42' },
  { invariant: 'returns-what-it-promised', op: 'tee', scenario: 'vmsplice', finding: 'F-41' },
  // In a pipe of one slot, which the default bounds have not.
  beyond('retry-makes-progress', 'vmsplice', 'vmsplice', 'F-12'),
  beyond('retry-makes-progress', 'splice_file', 'vmsplice', 'F-12'),
];

/** From 5.9 on: an empty buffer behind another, for which it takes three slots. */
export const KNOWN_LENT_5_9: readonly Known[] = [
  ...KNOWN_LENT_6_1,
  beyond('returns-what-it-promised', 'vmsplice_out', 'vmsplice', 'F-65'),
  beyond('returns-what-it-promised', 'port_fops_splice_write', 'vmsplice', 'F-65'),
];

const STOLEN_BACK: Known = {
  invariant: 'stolen-page-has-one-owner',
  op: 'fuse_dev_splice_write',
  scenario: 'vmsplice',
  finding: 'F-63',
};

/** 5.5 to 5.8: an empty buffer ends a splice out of a pipe. */
export const KNOWN_LENT_5_8: readonly Known[] = [
  ...KNOWN_LENT_6_1,
  STOLEN_BACK,
  { invariant: 'returns-what-it-promised', op: 'vmsplice_out', scenario: 'vmsplice', finding: 'F-64' },
  { invariant: 'returns-what-it-promised', op: 'port_fops_splice_write', scenario: 'vmsplice', finding: 'F-64' },
];

/** cow=mapcount: the rule of these kernels. */
export const KNOWN_LENT_4_10: readonly Known[] = [
  ...KNOWN_LENT_OLD,
  STOLEN_BACK,
  { invariant: 'lent-data-is-the-lenders', op: 'store', scenario: 'vmsplice', finding: 'F-60' },
];

export const KNOWN_LENT_4_8: readonly Known[] = [
  ...KNOWN_LENT_4_10,
  { invariant: 'returns-what-it-promised', op: 'vmsplice', scenario: 'vmsplice', finding: 'F-61' },
  { invariant: 'only-gifts-are-moved', op: 'port_fops_splice_write', scenario: 'vmsplice', finding: 'F-62' },
  { invariant: 'packet-boundaries', op: 'vmsplice', scenario: 'vmsplice', finding: 'F-44' },
  { invariant: 'packet-boundaries', op: 'splice_file', scenario: 'vmsplice', finding: 'F-44' },
];

/** From 6.1 on. */
export const KNOWN_MOVES_6_1: readonly Known[] = [
  { invariant: 'no-warn', op: 'iov_iter_restore', scenario: 'iov-iter', finding: 'F-25' },
  {
    invariant: 'queries-match-their-definition',
    op: 'iov_iter_gap_alignment',
    scenario: 'iov-iter',
    finding: 'F-22',
  },
];

/** From 6.3 on: the array that extraction leaves behind, bytes without pages, and what is discarded with a sum. */
export const KNOWN_EXTRACT_6_3: readonly Known[] = [
  { invariant: 'array-has-one-owner', op: 'iov_iter_extract_pages', scenario: 'extract', finding: 'F-17' },
  { invariant: 'array-has-one-owner', op: 'iov_iter_extract_pages', scenario: 'fork-dma', finding: 'F-17' },
  { invariant: 'page-list-complete', op: 'iov_iter_extract_pages', scenario: 'extract', finding: 'F-19' },
  { invariant: 'returns-what-it-promised', op: 'iov_iter_extract_pages', scenario: 'extract', finding: 'F-19' },
  { invariant: 'count-consumed-exactly', op: 'csum_and_copy_to_iter', scenario: 'iov-iter', finding: 'F-23' },
  { invariant: 'returns-what-it-promised', op: 'csum_and_copy_to_iter', scenario: 'iov-iter', finding: 'F-23' },
];

/** Sleeping tasks, to 5.4: reads wait for a writer that sleeps, and a ring that grows wakes nobody. */
export const KNOWN_BLOCKING_4_8: readonly Known[] = [
  { invariant: 'returns-what-it-promised', op: 'pread', scenario: 'blocking', finding: 'F-50' },
  { invariant: 'no-lost-wakeup', op: 'fcntl_setpipe_sz', scenario: 'blocking', finding: 'F-51' },
  // A task that was woken for something else was all that spoke for the one that sleeps.
  { invariant: 'no-lost-wakeup', op: 'pread_continue', scenario: 'blocking', finding: 'F-51' },
  { invariant: 'no-lost-wakeup', op: 'pwrite_continue', scenario: 'blocking', finding: 'F-51' },
];

/** Sleeping tasks, from 5.8 to 6.12: what empty buffers do to a write. */
export const KNOWN_BLOCKING_5_8: readonly Known[] = [
  { invariant: 'retry-makes-progress', op: 'pwrite', scenario: 'blocking', finding: 'F-12' },
];

/** Files beside a pipe, every kernel: an F_SETFL merges a packet, and a bad page reads as the end of the input. */
export const KNOWN_FILES: readonly Known[] = [
  { invariant: 'packet-boundaries', op: 'pwrite', scenario: 'file-splice', finding: 'F-8' },
  { invariant: 'retry-makes-progress', op: 'splice_to_file', scenario: 'file-splice', finding: 'F-70' },
];

/** oom=on: 4.8. */
export const KNOWN_OOM_4_8: readonly Known[] = [
  beyond('returns-what-it-promised', 'splice_file', 'file-splice', 'F-72'),
  beyond('returns-what-it-promised', 'sendfile', 'sendfile', 'F-72'),
  beyond('returns-what-it-promised', 'splice_file', 'sendfile', 'F-72'),
];

/** oom=on: 5.8 to 6.4. */
export const KNOWN_OOM_5_8: readonly Known[] = [beyond('retry-makes-progress', 'sendfile', 'sendfile', 'F-73')];

/** oom=on: 4.9 to 5.7, where pages of a file that were not read ahead are asked for in the splice. */
export const KNOWN_OOM_4_10: readonly Known[] = [
  ...KNOWN_OOM_5_8,
  beyond('retry-makes-progress', 'splice_file', 'file-splice', 'F-73'),
];

/** From 5.8 on: what empty slots do. */
export const KNOWN_FILES_5_8: readonly Known[] = [
  ...KNOWN_FILES,
  { invariant: 'returns-what-it-promised', op: 'pread', scenario: 'file-splice', finding: 'F-11' },
  { invariant: 'retry-makes-progress', op: 'pwrite', scenario: 'file-splice', finding: 'F-12' },
  { invariant: 'retry-makes-progress', op: 'splice_file', scenario: 'file-splice', finding: 'F-12' },
];
