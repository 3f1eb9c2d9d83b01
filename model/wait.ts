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
import type { Field } from './field.js';
import type { Kernel } from './kernel.js';
import type { Canon } from './symmetry.js';

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
  /** The how-manieth of those that one wake-up has woken; 0 where it was none of them, -1 when it has looked. */
  turn = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** The call is over. */
  clear(): void {
    this.call = this.state = this.isExclusive = this.hasSignal = this.size = this.pos = 0;
    this.ret = this.left = this.doWakeup = 0;
    this.isResumed = this.isNonblock = false;
    this.turn = 0;
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
  let turn = 1;
  for (let i = 0; i < queue.n; ) {
    const task = k.tasks[queue.tasks[i]];
    if (task.state !== TaskState.Asleep) {
      i++;
      continue;
    }
    task.state = TaskState.Woken;
    task.turn = turn++;
    queue.removeAt(i);
    if (task.isExclusive !== 0 && --left === 0) break;
  }
  if (k.areWokenAtOnce) lookAtOnce(k, queue);
  else {
    for (const task of k.tasks) {
      if (task.state === TaskState.Woken) k.woken++;
      task.turn = 0;
    }
  }
}

/**
 * ___wait_event() of who was woken, on another CPU: it takes no lock of the pipe, and may look at the condition before
 * the waker has gone on. Whoever was woken first looks first; of those woken earlier, by what they are in, since a number
 * of a task means nothing.
 */
function lookAtOnce(k: Kernel, queue: WaitQueue): void {
  for (;;) {
    let next: Task | null = null;
    for (const task of k.tasks) {
      if (task.state !== TaskState.Woken || task.hasSignal !== 0 || task.turn < 0) continue;
      if (next === null || task.turn < next.turn || (task.turn === next.turn && compareTasks(k, task, next) < 0))
        next = task;
    }
    if (next === null) break;
    next.turn = -1;
    const waitsIn = next.call === Call.Read ? k.pipe.rdWait : k.pipe.wrWait;
    if (waitsIn !== queue || (next.call === Call.Read ? k.fn.pipeReadable(k) : k.fn.pipeWritable(k))) continue;
    schedule(next, queue, next.isExclusive !== 0);
    k.hasSleptAgain = true;
  }
  for (const task of k.tasks) task.turn = 0;
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

/** Fields of the image; `a0` is the first task in the generated code, `rd` and `wr` the two queues. */
export function taskFields(b: Bounds): Field[] {
  const bytes = bitsFor(countMax(b));
  const out: Field[] = [];
  const add = (path: string, bits: number, get = path): number => out.push({ path, bits, get, set: `${path} = v` });
  for (let t = 0; t <= b.tasks; t++) {
    const each = (name: string, bits: number): number => add(`k.tasks[${t}].${name}`, bits, `a${t}.${name}`);
    for (const name of ['call', 'state']) each(name, 2);
    for (const name of ['isExclusive', 'hasSignal', 'doWakeup']) each(name, 1);
    for (const name of ['size', 'pos', 'ret', 'left']) each(name, bytes);
  }
  for (const [queue, list] of [
    ['rdWait', 'rd'],
    ['wrWait', 'wr'],
  ]) {
    add(`k.pipe.${queue}.n`, 3);
    for (let t = 0; t <= b.tasks; t++) add(`k.pipe.${queue}.tasks[${t}]`, 2, `${list}[${t}]`);
  }
  for (const path of ['k.pipe.readers', 'k.pipe.writers', 'k.pipe.waitingWriters', 'g.readers', 'g.writers']) {
    add(path, 2);
  }
  return out;
}

/** Where two tasks differ, and by what; 0 where they are alike. Entries that are not exclusive have no place of their own. */
function compareTasks(k: Kernel, a: Task, b: Task): number {
  if (a.call !== b.call) return a.call - b.call;
  if (a.state !== b.state) return a.state - b.state;
  if (a.isExclusive !== b.isExclusive) return a.isExclusive - b.isExclusive;
  if (a.hasSignal !== b.hasSignal) return a.hasSignal - b.hasSignal;
  if (a.doWakeup !== b.doWakeup) return a.doWakeup - b.doWakeup;
  if (a.size !== b.size) return a.size - b.size;
  if (a.pos !== b.pos) return a.pos - b.pos;
  if (a.ret !== b.ret) return a.ret - b.ret;
  if (a.left !== b.left) return a.left - b.left;
  const { rdWait, wrWait } = k.pipe;
  return placeIn(rdWait, a) - placeIn(rdWait, b) || placeIn(wrWait, a) - placeIn(wrWait, b);
}

function placeIn(queue: WaitQueue, task: Task): number {
  for (let i = 0; i < queue.n; i++) if (queue.tasks[i] === task.id) return task.isExclusive === 0 ? 0 : i;
  return -1;
}

/** The order of tasks by what they are in; the last one, who never sleeps, stays the last. See symmetry.ts. */
export function sortTasks(k: Kernel, canon: Canon): void {
  const { tasks } = k;
  const last = tasks.length - 1;
  const order = canon.tasks;
  for (let t = 0; t <= last; t++) {
    // The last one never sleeps, and keeps its place.
    let at = t;
    const least = t < last ? 0 : t;
    while (at > least && compareTasks(k, tasks[order[at - 1]], tasks[t]) > 0) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = t;
  }
  nameQueues(k, canon);
}

export function nameQueues(k: Kernel, canon: Canon): void {
  nameQueue(k, canon, k.pipe.rdWait, canon.rd);
  nameQueue(k, canon, k.pipe.wrWait, canon.wr);
}

/** The queue under the names of the tasks. Those that are not exclusive stand in the order of their numbers. */
function nameQueue(k: Kernel, { tasks }: Canon, queue: WaitQueue, out: number[]): void {
  for (let i = 0; i < out.length; i++) {
    if (i >= queue.n) {
      out[i] = 0;
      continue;
    }
    const name = tasks.indexOf(queue.tasks[i]);
    let at = i;
    if (k.tasks[queue.tasks[i]].isExclusive === 0) {
      for (; at > 0 && out[at - 1] > name && k.tasks[tasks[out[at - 1]]].isExclusive === 0; at--) out[at] = out[at - 1];
    }
    out[at] = name;
  }
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
