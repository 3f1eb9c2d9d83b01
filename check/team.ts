/**
 * Threads beside the one that leads a search. They wait for a phase of a round, do their
 * part of it, and say that they have; between two phases only the leader is at work.
 */
import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import type { Reached, ReachedCounts } from '../harness/reached.js';
import type { Runner } from '../harness/runner.js';
import type { BoardColumns } from './board.js';
import { Board } from './board.js';
import type { ExpandHooks } from './expand.js';
import { Expander, sightingKinds } from './expand.js';
import { sharedInts } from './parts.js';
import { Rounds } from './round.js';
import type { PostedColumns } from './posted.js';
import { posted, received } from './posted.js';
import type { StoreColumns } from './store.js';
import { Store } from './store.js';

export const Phase = { Expand: 1, Insert: 2, Number: 3, End: 4, Count: 5, Fill: 6 } as const;

const WORD = {
  Turn: 0,
  Phase: 1,
  Done: 2,
  Version: 3,
  FailedThread: 4,
  FailedState: 5,
  FailedOp: 6,
  Words: 7,
} as const;

/** Looks at a word so often before it sleeps on it. */
const SPINS = 2000;

/** What a thread needs to take part. */
export interface TeamData {
  /** From 1 on; 0 leads. */
  readonly thread: number;
  readonly threads: number;
  readonly memoryBytes: number;
  readonly control: Int32Array;
  readonly store: PostedColumns;
  readonly board: BoardColumns;
  /** To the leader. */
  readonly port: MessagePort;
}

/** Starts the other threads; how they come by the design is their maker's business. */
export interface TeamMaker {
  /** The leader among them. */
  readonly threads: number;
  /** Starts one thread, which is to call {@link serve}; returns the leader's end of its port. */
  start(data: Omit<TeamData, 'port'>): MessagePort;
}

/** A thread could not go on; what it took when that happened. */
export interface Failure {
  readonly state: number;
  readonly op: number;
  readonly message: string;
}

/** Sleeps until the word is another one. */
function sleepOn(control: Int32Array, word: number, value: number): number {
  for (let n = 0; n < SPINS; n++) {
    const now = Atomics.load(control, word);
    if (now !== value) return now;
  }
  // A notification may come late, when what it tells of was seen long ago.
  while (Atomics.load(control, word) === value) Atomics.wait(control, word, value);
  return Atomics.load(control, word);
}

/** The leader's side. */
export class Team {
  private readonly ports: readonly MessagePort[];
  private readonly control = sharedInts(WORD.Words);
  private isUp = false;

  constructor(maker: TeamMaker, memoryBytes: number, store: StoreColumns, board: BoardColumns) {
    const { threads } = maker;
    const { control } = this;
    control[WORD.FailedThread] = -1;
    this.ports = Array.from({ length: threads - 1 }, (_, n) =>
      maker.start({ thread: n + 1, threads, memoryBytes, control, store: posted(store), board }),
    );
  }

  /** They have all loaded the design. */
  get isReady(): boolean {
    this.isUp ||= Atomics.load(this.control, WORD.Done) === this.ports.length;
    return this.isUp;
  }

  begin(phase: number): void {
    const { control } = this;
    Atomics.store(control, WORD.Phase, phase);
    Atomics.store(control, WORD.Done, 0);
    Atomics.add(control, WORD.Turn, 1);
    Atomics.notify(control, WORD.Turn);
  }

  /** Waits until all have done their part; tells of one that could not. */
  wait(): Failure | undefined {
    const { control, ports } = this;
    let done = Atomics.load(control, WORD.Done);
    while (done < ports.length) done = sleepOn(control, WORD.Done, done);
    const thread = control[WORD.FailedThread];
    if (thread < 0) return undefined;
    const message = String(receiveMessageOnPort(ports[thread - 1])?.message ?? 'a thread ended');
    return { state: control[WORD.FailedState], op: control[WORD.FailedOp], message };
  }

  /** The store has other columns now. */
  grown(columns: StoreColumns): void {
    for (const port of this.ports) port.postMessage(posted(columns), []);
    Atomics.add(this.control, WORD.Version, 1);
  }

  /** Takes over what they have been through until now. */
  count(reached: Reached): void {
    if (!this.isReady) return;
    this.begin(Phase.Count);
    this.wait();
    for (const port of this.ports) reached.add(receiveMessageOnPort(port)?.message as ReachedCounts);
  }

  /** Sends them home, and takes over what they have been through. */
  end(reached: Reached): void {
    const isUp = this.isReady;
    this.begin(Phase.End);
    if (isUp && this.control[WORD.FailedThread] < 0) {
      this.wait();
      for (const port of this.ports) reached.add(receiveMessageOnPort(port)?.message as ReachedCounts);
    }
    for (const port of this.ports) port.close();
  }
}

/** The other side: takes part until the leader ends it. */
export function serve(data: TeamData, runner: Runner, hooks: ExpandHooks & { busy?(isBusy: boolean): void }): void {
  const { control, port, thread, threads } = data;
  const store = new Store(runner.words, data.memoryBytes, regionBitsFor(threads), received(data.store));
  const board = new Board(threads, runner.opCount, store.width, sightingKinds(runner), data.board);
  const last = { state: 0, op: 0 };
  const expander = new Expander(runner, store, board, thread, {
    beat: (state, op) => {
      last.state = state;
      last.op = op;
      hooks.beat?.(state, op);
    },
  });
  const rounds = new Rounds(store, board);
  let turn = 0;
  let version = 0;
  const arrive = (): void => {
    Atomics.add(control, WORD.Done, 1);
    Atomics.notify(control, WORD.Done);
  };
  hooks.busy?.(true);
  arrive();
  for (;;) {
    turn = sleepOn(control, WORD.Turn, turn);
    const news = Atomics.load(control, WORD.Version);
    for (; version < news; version++) store.attach(received(receiveMessageOnPort(port)?.message as PostedColumns));
    const phase = Atomics.load(control, WORD.Phase);
    try {
      if (phase === Phase.Expand) {
        hooks.busy?.(false);
        expander.work();
        hooks.busy?.(true);
      } else if (phase === Phase.Insert) rounds.insert(thread, threads);
      else if (phase === Phase.Number) rounds.numberAll(thread);
      else if (phase === Phase.Fill) store.fill(thread, threads);
      else {
        port.postMessage(runner.reached.counts(), []);
        runner.reached.clear();
      }
    } catch (error) {
      hooks.busy?.(true);
      port.postMessage(error instanceof Error ? (error.stack ?? error.message) : String(error), []);
      control[WORD.FailedState] = last.state;
      control[WORD.FailedOp] = last.op;
      control[WORD.FailedThread] = thread;
    }
    arrive();
    if (phase === Phase.End) return;
  }
}

/** Regions of the index for so many threads, as a power of two. */
export function regionBitsFor(threads: number): number {
  return Math.ceil(Math.log2(threads));
}
