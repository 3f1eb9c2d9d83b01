/**
 * Runs one task in a worker thread and watches its heartbeat: a design that loops for ever
 * is ended from outside, and the op that it hangs in is known.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Columns } from '../check/state-index.js';
import { Heartbeat, Phase } from '../check/heartbeat.js';
import type { Answers, CorpusRow, Message, RawClass, Task, WorkerData } from './protocol.js';
import { refOfTask } from './protocol.js';

export type Outcome<T> =
  /** `late`: a sentence on what the design did when its functions had returned. */
  | { readonly kind: 'done'; readonly answer: T; readonly late?: string }
  | { readonly kind: 'failed'; readonly isUsage: boolean; readonly message: string }
  /** `path` ends with the op that does not return; undefined while the design was being loaded. */
  | { readonly kind: 'hung'; readonly path: readonly number[] | undefined };

/** Seconds without a heartbeat after which a thread is taken to hang; tests lower them. */
function limits(): { load: number; hang: number } {
  const read = (name: string, seconds: number): number => {
    const n = Number(process.env[name] ?? seconds);
    return Number.isFinite(n) && n > 0 ? n : seconds;
  };
  return { load: read('IOVCHECK_LOAD_SECONDS', 10), hang: read('IOVCHECK_HANG_SECONDS', 5) };
}

/** Times that a thread is given the benefit of the doubt. */
const DOUBTS = 3;

/** One heartbeat as it was last seen. */
interface Pulse {
  readonly heartbeat: Heartbeat;
  beats: number;
  /** Milliseconds awake without a beat: a machine that was suspended does not count. */
  quiet: number;
}

const pulseOf = (heartbeat: Heartbeat): Pulse => ({ heartbeat, beats: -1, quiet: 0 });

/** Threads that have loaded all of us, and wait for a task; how many there are to be. */
const idle: Worker[] = [];
let wanted = 0;

/** Threads that have done a search of ours, and may do another one; the newest last. */
const kept: Worker[] = [];
/** More than that do not wait. */
const KEPT_MAX = availableParallelism();
/** A search that has kept more states than that leaves too much behind. */
const STATES_MAX = 1 << 20;
/** Builds of the coverage engine in a thread, two megabytes and more each, which no thread can unload. */
const BUILDS_MAX = 4;
/** Threads that may be kept, with the builds that they have loaded. */
const builds = new WeakMap<Worker, Set<string>>();

/** What is done in a thread that others use as well: a user's design may leave there what it likes. */
function isShared(task: Task): boolean {
  if (task.kind !== 'search') return false;
  const { ref, threads = 1 } = task.search;
  return ref.url === null && ref.tree === undefined && threads === 1;
}

/** Only what we listen to: Node has listeners there, too. */
function unheard(worker: Worker): void {
  for (const name of ['message', 'error', 'exit']) worker.removeAllListeners(name);
}

/** It waits for another search, and keeps nobody from ending. */
function keep(worker: Worker): void {
  unheard(worker);
  worker.on('error', () => {});
  worker.on('exit', () => kept.includes(worker) && kept.splice(kept.indexOf(worker), 1));
  worker.unref();
  kept.push(worker);
  while (kept.length > KEPT_MAX) void kept.shift()?.terminate();
}

const ENTRY = new URL('./worker.js', import.meta.url);

/** For what is ours alone: it prints nothing. Node lets no process end that still reads what a thread prints. */
function newShared(workerData: WorkerData): Worker {
  const worker = new Worker(ENTRY, { workerData });
  builds.set(worker, new Set());
  return worker;
}

function newWorker(workerData: WorkerData | null): Worker {
  const worker = new Worker(ENTRY, { workerData, stdout: true, stderr: true });
  // Results go to stdout, and only results: what a design prints is shown beside them.
  worker.stdout.on('data', (data: Buffer) => process.stderr.write(data));
  worker.stderr.on('data', (data: Buffer) => process.stderr.write(data));
  return worker;
}

/** From now on so many threads stand by, so that a task does not wait for one to start. */
export function standBy(count: number): void {
  wanted = count;
  while (idle.length > wanted) void idle.pop()?.terminate();
  while (idle.length < wanted) {
    const worker = newWorker(null);
    worker.unref();
    idle.push(worker);
  }
}

/** One that has loaded the same build goes first. */
function takeKept(build: string | undefined): Worker | undefined {
  const same = build === undefined ? -1 : kept.findIndex((one) => builds.get(one)?.has(build) === true);
  const [worker] = kept.splice(same < 0 ? kept.length - 1 : same, 1);
  if (worker !== undefined) unheard(worker);
  return worker;
}

function workerFor(data: WorkerData): Worker {
  const { task } = data;
  const build = task.kind === 'search' ? task.search.build : undefined;
  const waiting = (isShared(task) ? takeKept(build) : undefined) ?? idle.shift();
  const worker = waiting ?? (isShared(task) ? newShared(data) : newWorker(data));
  if (build !== undefined) builds.get(worker)?.add(build);
  waiting?.ref();
  waiting?.postMessage(data, []);
  return worker;
}

export class Thread<K extends Task['kind']> {
  readonly heartbeat = new Heartbeat();
  /** Classes found so far. */
  readonly classes: RawClass[] = [];
  /** Files of a corpus that are done with. */
  readonly rows: CorpusRow[] = [];
  private readonly worker: Worker;
  private readonly limits = limits();
  private readonly tick = Math.min(100, 250 * this.limits.hang);
  private readonly isHung: (path: readonly number[]) => Promise<boolean>;
  private readonly task: Task;
  private columns: Columns | undefined;
  /** Its own heartbeat and those of the threads that search with it. */
  private readonly pulses: Pulse[];
  private timer: NodeJS.Timeout | undefined;
  private doubts = 0;
  /** Told each class as it is found, with its ops in C spelling. */
  onClass: (found: RawClass, ops: readonly string[]) => void = () => {};
  private end: (outcome: Outcome<Answers[K]>) => void = () => {};

  /** `isHung` is asked before a thread is ended, with the path that it seems to hang on. */
  constructor(
    task: Extract<Task, { kind: K }>,
    isHung: (path: readonly number[]) => Promise<boolean> = async () => true,
  ) {
    this.task = task;
    this.isHung = isHung;
    this.pulses = [pulseOf(this.heartbeat)];
    const workerData: WorkerData = { task, memory: this.heartbeat.memory };
    this.worker = workerFor(workerData);
  }

  run(): Promise<Outcome<Answers[K]>> {
    return new Promise((resolve) => {
      this.end = (outcome) => {
        clearInterval(this.timer);
        this.end = () => {};
        this.leave(outcome);
        resolve(outcome);
      };
      this.worker.on('message', (message: Message) => this.take(message));
      this.worker.on('error', (error: Error & { code?: string }) => this.crash(error));
      this.worker.on('exit', (code) => {
        this.end({
          kind: 'failed',
          isUsage: true,
          message: `${this.name}: its code ended the thread (exit ${code}); take process.exit() out`,
        });
      });
      this.timer = setInterval(() => void this.watch(), this.tick);
    });
  }

  private leave({ kind }: Outcome<Answers[K]>): void {
    const { worker, heartbeat } = this;
    const loaded = builds.get(worker)?.size ?? Number.POSITIVE_INFINITY;
    const isLight = heartbeat.read().states <= STATES_MAX && loaded <= BUILDS_MAX;
    if (kind === 'done' && isLight && isShared(this.task)) keep(worker);
    else void worker.terminate();
  }

  private get name(): string {
    return refOfTask(this.task).name;
  }

  private take(message: Message): void {
    switch (message.kind) {
      case 'columns':
        this.columns = message.columns;
        return;
      case 'member':
        this.pulses.push(pulseOf(new Heartbeat(message.memory)));
        return;
      case 'class':
        this.classes.push(message.found);
        this.onClass(message.found, message.ops);
        return;
      case 'row':
        this.rows.push(message.row);
        return;
      case 'done':
        this.end({
          kind: 'done',
          answer: message.answer as Answers[K],
          ...(message.late === undefined ? {} : { late: `${this.name}: ${message.late}` }),
        });
        return;
      case 'failed':
        this.end({ kind: 'failed', isUsage: message.isUsage, message: message.message });
    }
  }

  private crash(error: Error & { code?: string }): void {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY' || error instanceof RangeError) {
      const message = `${this.name}: the search ran out of memory (${error.message}); give it less to do with --bounds, or fewer --workers`;
      this.end({ kind: 'failed', isUsage: true, message });
    } else {
      this.end({ kind: 'failed', isUsage: false, message: error.stack ?? String(error) });
    }
  }

  private async watch(): Promise<void> {
    for (const pulse of this.pulses) await this.look(pulse);
  }

  private async look(pulse: Pulse): Promise<void> {
    const { beats, isBusy, phase } = pulse.heartbeat;
    if (beats !== pulse.beats || isBusy) {
      pulse.beats = beats;
      pulse.quiet = 0;
      return;
    }
    pulse.quiet += this.tick;
    const isLoading = phase === Phase.Loading;
    if (pulse.quiet < 1000 * (isLoading ? this.limits.load : this.limits.hang)) return;
    pulse.quiet = Number.NEGATIVE_INFINITY;
    const path = pulse.heartbeat.path(this.columns);
    if (isLoading) {
      this.end({ kind: 'hung', path: undefined });
    } else if (path === undefined) {
      this.end({
        kind: 'failed',
        isUsage: true,
        message: `${this.name}: it no longer answers where it did before, and the op is not known; does a function keep state outside Kernel?`,
      });
    } else if (++this.doubts > DOUBTS || ((await this.isHung(path)) && pulse.heartbeat.beats === beats)) {
      this.end({ kind: 'hung', path });
    } else {
      pulse.quiet = 0;
    }
  }

  /** Asks the task to end with what it has. */
  stop(): void {
    this.heartbeat.stop();
  }

  get seconds(): number {
    return this.limits.load;
  }
}
