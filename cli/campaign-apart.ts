/**
 * Jobs of a design that is a user's, in processes of their own: such a design may end the process that it runs in, by
 * a signal or for want of memory, and nothing else is to end with it. A process does one job after another.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../campaign/jobs/job.js';
import type { Doing, JobTask } from './campaign-perform.js';
import { Performing } from './campaign-perform.js';

export type ToProcess = { readonly kind: 'task'; readonly task: JobTask } | { readonly kind: 'stop' };

export type FromProcess =
  /** Without an outcome where it was stopped before its end. */
  | { readonly kind: 'done'; readonly outcome?: Outcome }
  | { readonly kind: 'failed'; readonly message: string }
  /** How far it is. */
  | { readonly kind: 'at'; readonly lines: readonly string[] };

const ENTRY = fileURLToPath(new URL('./campaign-process.js', import.meta.url));

/** Processes that a job may end before it is given up: the first may have met a machine without memory. */
const TRIES = 2;

/** Processes that have nothing to do, and all that there are. */
export class Processes {
  private readonly idle: ChildProcess[] = [];
  private readonly all = new Set<ChildProcess>();

  take(): ChildProcess {
    const free = this.idle.pop();
    if (free !== undefined) return free;
    // What a design prints is shown beside the results, which alone go to stdout.
    const child = fork(ENTRY, { serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
    this.all.add(child);
    child.on('exit', () => {
      this.all.delete(child);
      const at = this.idle.indexOf(child);
      if (at >= 0) this.idle.splice(at, 1);
    });
    return child;
  }

  give(child: ChildProcess): void {
    if (this.all.has(child)) this.idle.push(child);
  }

  /** How a job is done: tests hold ours to it that they do not end what they run in. */
  doing(task: JobTask): Doing {
    return task.url === null ? new Performing(task) : new Apart(task, this);
  }

  close(): void {
    for (const child of this.all) child.kill('SIGKILL');
  }
}

/** How a process ended, where it ended before the job did. */
class Ended {
  readonly how: string;

  constructor(code: number | null, signal: NodeJS.Signals | null) {
    this.how = signal ?? `exit ${code}`;
  }
}

/** One job in a process of its own. */
export class Apart implements Doing {
  lines: readonly string[] = [];
  private readonly task: JobTask;
  private readonly processes: Processes;
  private child: ChildProcess | undefined;
  private isStopped = false;

  constructor(task: JobTask, processes: Processes) {
    this.task = task;
    this.processes = processes;
  }

  async run(): Promise<Outcome | undefined> {
    const ends: string[] = [];
    while (ends.length < TRIES) {
      if (this.isStopped) return undefined;
      const came = await this.once();
      if (!(came instanceof Ended)) return came;
      ends.push(came.how);
    }
    if (this.isStopped) return undefined;
    const message = `${this.task.job.design}: it ended the process that it ran in, ${TRIES} times (${ends.join(', ')}); does it end it itself, or is there too little memory for it?`;
    return { error: { isUsage: true, isLost: true, message } };
  }

  private async once(): Promise<Outcome | Ended | undefined> {
    const child = this.processes.take();
    this.child = child;
    try {
      return await this.answer(child);
    } finally {
      child.removeAllListeners('message');
      this.child = undefined;
      this.lines = [];
      this.processes.give(child);
    }
  }

  private answer(child: ChildProcess): Promise<Outcome | Ended | undefined> {
    return new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => resolve(new Ended(code, signal)));
      child.on('error', reject);
      child.on('message', (message: FromProcess) => {
        if (message.kind === 'at') this.lines = message.lines;
        else if (message.kind === 'done') resolve(message.outcome);
        else reject(new Error(message.message));
      });
      this.send({ kind: 'task', task: this.task });
    });
  }

  /** One that has ended gets nothing; that it ended is told by itself. */
  private send(message: ToProcess): void {
    if (this.child?.connected === true) this.child.send(message, () => {});
  }

  stop(): void {
    this.isStopped = true;
    this.send({ kind: 'stop' });
  }
}
