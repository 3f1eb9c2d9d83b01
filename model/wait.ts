/**
 * Tasks that sleep inside a call, and the queues that they sleep on. A task that goes to sleep keeps
 * its frame here; when it runs again it enters its function once more, which goes on from the frame.
 *
 * @kernel 6.1 kernel/sched/wait.c; include/linux/wait.h ___wait_event
 */
import type { Bounds } from './bounds.js';
import { countMax } from './bounds.js';
import { bitsFor } from './cint.js';
import { ASLEEP, ERESTARTSYS } from './errno.js';
import type { Kernel } from './kernel.js';

/** The call that a task is in. */
export const Call = { None: 0, Read: 1, Write: 2 } as const;

/** `task->__state`, of a task that is in a call between two ops. */
export const TaskState = { Running: 0, Asleep: 1, Woken: 2 } as const;

/** A task, and the frame of the call that it sleeps in. Numbers only, so that each is a field of the image as it is. */
export class Task {
  readonly id: number;
  call = 0;
  state = 0;
  /** Its entry has WQ_FLAG_EXCLUSIVE. */
  isExclusive = 0;
  /** TIF_SIGPENDING, from its arrival to the return of the call. */
  hasSignal = 0;
  /** Bytes that the call was asked for, and how many the user's buffer has given or taken. */
  size = 0;
  pos = 0;
  /** `ret`, `total_len` and `do_wakeup` of the function. */
  ret = 0;
  left = 0;
  doWakeup = 0;

  // What follows is scratch of one op.
  /** It runs again after a sleep, and goes on from its frame. */
  isResumed = false;
  /** The call has O_NONBLOCK. */
  isNonblock = false;

  constructor(id: number) {
    this.id = id;
  }

  /** The call is over. */
  clear(): void {
    this.call = this.state = this.isExclusive = this.hasSignal = this.size = this.pos = 0;
    this.ret = this.left = this.doWakeup = 0;
    this.isResumed = this.isNonblock = false;
  }
}

/** `wait_queue_head_t`: numbers of tasks, in the order of the list; behind the last there are zeros. */
export class WaitQueue {
  n = 0;
  readonly tasks = [0, 0, 0, 0];

  clear(): void {
    this.n = 0;
    this.tasks.fill(0);
  }

  /** `list_del_init(&wq_entry->entry)` of entry `i`. */
  removeAt(i: number): void {
    const { tasks } = this;
    for (let j = i + 1; j < this.n; j++) tasks[j - 1] = tasks[j];
    tasks[--this.n] = 0;
  }

  remove(id: number): void {
    for (let i = 0; i < this.n; i++) if (this.tasks[i] === id) this.removeAt(i--);
  }

  has(id: number): boolean {
    for (let i = 0; i < this.n; i++) if (this.tasks[i] === id) return true;
    return false;
  }

  /**
   * Exclusive entries go to the end, the others to the front, where each wake-up wakes all of them: in which order they
   * stand there is nobody's business, so that it is that of their numbers.
   */
  add(id: number, isExclusive: boolean): void {
    const { tasks } = this;
    let at = this.n;
    if (!isExclusive) for (at = 0; at < this.n && tasks[at] < id; ) at++;
    for (let j = this.n; j > at; j--) tasks[j] = tasks[j - 1];
    tasks[at] = id;
    this.n++;
  }
}

/** Functions of fs/pipe.c that only tasks make a difference to; part of KernelFunctions. */
export interface WaitFunctions {
  /** The last reference of an open file of k.pipe is dropped: FMODE_READ or FMODE_WRITE. */
  pipeRelease(k: Kernel, fMode: number): void;
  freePipeInfo(k: Kernel): void;
  /** wake_up_interruptible() of so many exclusive entries; 0 is wake_up_interruptible_all(). */
  wakeUpInterruptible(k: Kernel, queue: WaitQueue, nrExclusive: number): void;
  /** What a sleeper of k.pipe waits for; since 5.5. */
  pipeReadable(k: Kernel): boolean;
  pipeWritable(k: Kernel): boolean;
  /** The statement of pipe_write after it has slept: whether there is nothing to read. */
  pipeWriteWasEmpty(k: Kernel): boolean;
}

/**
 * One exclusive entry that this wakes is enough, unless nrExclusive is 0; the others before it are all woken. A task that
 * runs already, for a signal, is passed over and not counted.
 *
 * @kernel 6.1 kernel/sched/wait.c __wake_up_common, autoremove_wake_function
 */
export function wakeUpInterruptible(k: Kernel, queue: WaitQueue, nrExclusive: number): void {
  let left = nrExclusive;
  for (let i = 0; i < queue.n; ) {
    const task = k.tasks[queue.tasks[i]];
    if (task.state !== TaskState.Asleep) {
      i++;
      continue;
    }
    task.state = TaskState.Woken;
    queue.removeAt(i);
    if (task.isExclusive !== 0 && --left === 0) break;
  }
  if (k.areWokenAtOnce) lookAtOnce(k, queue);
}

/**
 * ___wait_event() of who was woken, on another CPU: it takes no lock of the pipe, and may look at the condition before
 * the waker has gone on.
 */
function lookAtOnce(k: Kernel, queue: WaitQueue): void {
  for (const task of k.tasks) {
    if (task.state !== TaskState.Woken || task.hasSignal !== 0) continue;
    const waitsIn = task.call === Call.Read ? k.pipe.rdWait : k.pipe.wrWait;
    if (waitsIn !== queue || (task.call === Call.Read ? k.fn.pipeReadable(k) : k.fn.pipeWritable(k))) continue;
    schedule(task, queue, task.isExclusive !== 0);
    k.hasSleptAgain = true;
  }
}

/** schedule() of the running task: its frame is kept. */
function schedule(task: Task, queue: WaitQueue, isExclusive: boolean): number {
  task.state = TaskState.Asleep;
  task.isExclusive = isExclusive ? 1 : 0;
  queue.add(task.id, isExclusive);
  return ASLEEP;
}

/** The running task goes to sleep with this frame; its condition does not hold, as the caller has seen under the lock. */
export function sleepOn(
  k: Kernel,
  task: Task,
  queue: WaitQueue,
  isExclusive: boolean,
  ret: number,
  left: number,
  doWakeup: boolean,
): number {
  task.ret = ret;
  task.left = left;
  task.doWakeup = doWakeup ? 1 : 0;
  task.pos = k.user.pos;
  return schedule(task, queue, isExclusive);
}

/** Fields of the image: [path, bits]. */
export function taskFields(b: Bounds): [path: string, bits: number][] {
  const bytes = bitsFor(countMax(b));
  const out: [string, number][] = [];
  for (let t = 0; t <= b.tasks; t++) {
    const T = `k.tasks[${t}]`;
    for (const name of ['call', 'state']) out.push([`${T}.${name}`, 2]);
    for (const name of ['isExclusive', 'hasSignal', 'doWakeup']) out.push([`${T}.${name}`, 1]);
    for (const name of ['size', 'pos', 'ret', 'left']) out.push([`${T}.${name}`, bytes]);
  }
  for (const queue of ['rdWait', 'wrWait']) {
    out.push([`k.pipe.${queue}.n`, 3]);
    for (let t = 0; t <= b.tasks; t++) out.push([`k.pipe.${queue}.tasks[${t}]`, 2]);
  }
  for (const path of ['k.pipe.readers', 'k.pipe.writers', 'k.pipe.waitingWriters', 'g.readers', 'g.writers']) {
    out.push([path, 2]);
  }
  return out;
}

/** finish_wait(): the task has run, its entry is gone. */
export function finishWait(task: Task, queue: WaitQueue): void {
  queue.remove(task.id);
  task.state = TaskState.Running;
  task.isExclusive = 0;
}

/**
 * A turn of wait_event_interruptible() after the task was woken: 0 to go on, ASLEEP, or -ERESTARTSYS. The condition is
 * looked at first, so that a task that was chosen by an exclusive wake-up never fails for a signal instead.
 *
 * @kernel 6.1 kernel/sched/wait.c prepare_to_wait_event; include/linux/wait.h ___wait_event
 */
export function waitEventInterruptible(task: Task, queue: WaitQueue, condition: boolean, isExclusive: boolean): number {
  finishWait(task, queue);
  if (condition) return 0;
  if (task.hasSignal !== 0) return -ERESTARTSYS;
  return schedule(task, queue, isExclusive);
}
