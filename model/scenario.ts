import type { Bounds, Needs } from './bounds.js';
import { PIPE_NEEDS } from './bounds.js';

/** A scenario: a named subset of ops and callers. */
export type ScenarioName =
  | 'pipe-iter'
  | 'packet'
  | 'iov-iter'
  | 'extract'
  | 'fork-dma'
  | 'splice'
  | 'blocking'
  | 'read-to-read'
  | 'vmsplice'
  | 'sendfile'
  | 'file-splice'
  | 'all';

export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  /** Where a named bound means something else here: by name (tiny, default, deep). */
  readonly bounds?: Readonly<Record<string, Partial<Bounds>>>;
  /** Which state it has. */
  readonly needs: Needs;
  /** Copies to and from every flavour of iterator. */
  readonly copies: boolean;
  /** extract_pages and get_pages on every flavour, with I/O in flight. */
  readonly extract: boolean;
  /** Whether one run may write through both the stream and the packet end. */
  readonly writers: 'one' | 'both';
  /** User buffers that fault, in read() and write(). */
  readonly faults: boolean;
  /** Iterator ops and read_iter callers. */
  readonly iterators: boolean;
  /** pipe2() and fcntl(F_SETFL). */
  readonly flags: boolean;
  /** Two pipes, with splice and tee between them, and F_SETPIPE_SZ. */
  readonly pipes?: boolean;
  /** Of the two with files: A is written, f changes, and offsets are given. */
  readonly changes?: boolean;
}

/** What a scenario is without a word about it: one writer, and nothing else is on. */
const PLAIN: Omit<Scenario, 'name' | 'title' | 'needs'> = {
  copies: false,
  extract: false,
  writers: 'one',
  faults: false,
  iterators: false,
  flags: false,
};

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  'pipe-iter': {
    ...PLAIN,
    name: 'pipe-iter',
    title: 'a pipe-backed iterator under each read_iter, beside a reader and a writer of the pipe',
    needs: PIPE_NEEDS,
    iterators: true,
  },
  packet: {
    ...PLAIN,
    name: 'packet',
    title: 'stream and packet writers, short and faulting reads and writes, and the flags of the pipe',
    needs: PIPE_NEEDS,
    writers: 'both',
    faults: true,
    flags: true,
  },
  'iov-iter': {
    ...PLAIN,
    name: 'iov-iter',
    title: 'every flavour of iterator but the pipe: copies both ways, moves and questions',
    bounds: { tiny: { page: 2, files: 1, lengths: 'edge' } },
    needs: { pipe: false, memory: 'fixed', mms: 1 },
    copies: true,
  },
  extract: {
    ...PLAIN,
    name: 'extract',
    title: 'pages taken from every flavour of iterator, with the I/O on them in flight',
    bounds: { tiny: { page: 2, files: 1, lengths: 'edge' } },
    needs: { pipe: true, memory: 'fixed', mms: 1 },
    extract: true,
    iterators: true,
  },
  'fork-dma': {
    ...PLAIN,
    name: 'fork-dma',
    title: 'user pages under I/O, beside fork, copy-on-write, munmap and exit',
    bounds: {
      tiny: { vpages: 1, oom: 'off' },
      default: { vpages: 1, files: 1 },
      deep: { page: 2, vpages: 2, files: 1 },
    },
    needs: { pipe: false, memory: 'paged', mms: 2 },
    extract: true,
  },
  splice: {
    ...PLAIN,
    name: 'splice',
    title: 'two pipes and a file: splice and tee between them, F_SETPIPE_SZ, FIONREAD',
    bounds: {
      tiny: { page: 2, ring: 1, files: 1, oom: 'off', follow: 0 },
      default: { slots: 3, files: 1, oom: 'off', stale: 'none', follow: 0 },
      deep: { files: 1, oom: 'off', stale: 'none', follow: 0 },
    },
    needs: { ...PIPE_NEEDS, pipes: 2 },
    writers: 'both',
    faults: true,
    pipes: true,
  },
  blocking: {
    ...PLAIN,
    name: 'blocking',
    title: 'readers and writers of a pipe that sleep, are woken and interrupted; ends that close, F_SETPIPE_SZ',
    bounds: {
      tiny: { page: 2, ring: 1, files: 1, oom: 'off', follow: 0, stale: 'none', contents: 'off' },
      default: { files: 1, lengths: 'edge', marks: 'edge', stale: 'none', follow: 0 },
      deep: { files: 1, lengths: 'edge', stale: 'none', follow: 0, contents: 'off', oom: 'off', tasks: 3 },
    },
    needs: { ...PIPE_NEEDS, tasks: true },
    faults: true,
  },
  'read-to-read': {
    ...PLAIN,
    name: 'read-to-read',
    title: "io_uring's splice between two files over the task's internal pipe, call after call",
    bounds: {
      tiny: { page: 2, ring: 1, files: 2 },
      default: { files: 3 },
      deep: { page: 4, ring: 4, files: 4 },
    },
    needs: { pipe: true, memory: 'none', mms: 0, openFiles: true },
  },
  vmsplice: {
    ...PLAIN,
    name: 'vmsplice',
    title: 'user memory lent to a pipe and taken from it, beside fork, copy-on-write and munmap; pages taken out of it',
    bounds: {
      tiny: { page: 2, ring: 1, vpages: 1, files: 1, oom: 'off', stale: 'none', follow: 0 },
      default: { ring: 2, slots: 2, vpages: 1, files: 1, oom: 'off', stale: 'none', follow: 0 },
      deep: { ring: 2, slots: 2, vpages: 2, files: 1, oom: 'off', stale: 'none', follow: 0 },
    },
    needs: { pipe: true, pipes: 2, memory: 'paged', mms: 2, lends: true },
    writers: 'both',
    faults: true,
  },
  sendfile: {
    ...PLAIN,
    name: 'sendfile',
    title: "sendfile(2) from file to file over the task's internal pipe, and to a pipe, call after call",
    bounds: {
      tiny: { page: 2, ring: 1, files: 2, oom: 'off', stale: 'none', follow: 0, headbits: 4 },
      default: { files: 2, oom: 'off', stale: 'none', follow: 0, headbits: 4 },
      deep: { files: 3, stale: 'none', follow: 0, headbits: 4 },
    },
    needs: { ...PIPE_NEEDS, pipes: 2, inodes: true },
  },
  'file-splice': {
    ...PLAIN,
    name: 'file-splice',
    title: 'splice(2) from files into a pipe and from the pipe into files, while the files change',
    bounds: {
      tiny: { page: 2, ring: 1, files: 2, oom: 'off', stale: 'none', follow: 0, headbits: 4 },
      default: { files: 2, oom: 'off', stale: 'none', follow: 0, headbits: 4 },
      deep: { files: 3, stale: 'none', follow: 0, headbits: 4 },
    },
    needs: { ...PIPE_NEEDS, pipes: 2, inodes: true },
    writers: 'both',
    faults: true,
    changes: true,
  },
  all: {
    ...PLAIN,
    name: 'all',
    title: 'everything at once',
    needs: PIPE_NEEDS,
    writers: 'both',
    faults: true,
    iterators: true,
    flags: true,
  },
};

/** The scenario with the state that a design's pipes have. */
export function scenarioOf(name: ScenarioName, tmpPages: 1 | 2): Scenario {
  const scenario = SCENARIOS[name];
  return tmpPages === 1 || !scenario.needs.pipe ? scenario : { ...scenario, needs: { ...scenario.needs, tmpPages } };
}
