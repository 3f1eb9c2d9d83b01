/** A scenario: a named subset of ops and callers. */
export type ScenarioName = 'pipe-iter' | 'packet' | 'all';

export interface Scenario {
  readonly name: ScenarioName;
  readonly title: string;
  /** Whether one run may write through both the stream and the packet end. */
  readonly writers: 'one' | 'both';
  /** User buffers that fault, in read() and write(). */
  readonly faults: boolean;
  /** Iterator ops and read_iter callers. */
  readonly iterators: boolean;
  /** pipe2() and fcntl(F_SETFL). */
  readonly flags: boolean;
}

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  'pipe-iter': {
    name: 'pipe-iter',
    title: 'a pipe-backed iterator under each read_iter, beside a reader and a writer of the pipe',
    writers: 'one',
    faults: false,
    iterators: true,
    flags: false,
  },
  packet: {
    name: 'packet',
    title: 'stream and packet writers, short and faulting reads and writes, and the flags of the pipe',
    writers: 'both',
    faults: true,
    iterators: false,
    flags: true,
  },
  all: {
    name: 'all',
    title: 'everything at once',
    writers: 'both',
    faults: true,
    iterators: true,
    flags: true,
  },
};
