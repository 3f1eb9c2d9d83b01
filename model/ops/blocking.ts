/**
 * Calls that may sleep: read() and write() by tasks and beside them, what they go on with when they run again, signals,
 * ends that close, F_SETPIPE_SZ. A task that would sleep keeps its frame in model/wait.ts.
 */
import { ASLEEP } from '../errno.js';
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import { FMODE_READ, FMODE_WRITE } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { oweStream, promiseWrite, takeRead } from '../owed.js';
import { freeSlots } from '../ring.js';
import type { Task } from '../wait.js';
import { Call, TaskState } from '../wait.js';
import { faultArg, lengthArg, markArg, markFits, oomArg, upTo } from './args.js';
import { isStepDelivered, promiseReadStep, promiseWriteStep } from './blocking-promise.js';
import { promiseSetpipeSz, SIZES } from './pipe-size.js';
import { plainFault, plainMarkAndOom, plainWoken } from './plain.js';

const hasTasks = (w: World): boolean => w.scenario.needs.tasks === true && w.design.present.has('pipeRelease');

/** Both ends are closed, and the pipe is gone. */
const isOpen = (_k: Kernel, g: Ghost): boolean => g.readers > 0 || g.writers > 0;

/** Tasks that may sleep, by name. */
const taskNames = (w: World): Record<number, string> =>
  Object.fromEntries(upTo(w.bounds.tasks).map((t) => [t, `T${t}`]));
const taskArg: ArgSpec = { name: 'task', values: (w) => upTo(w.bounds.tasks), names: taskNames };

/** A task, or nobody in particular, with O_NONBLOCK. */
const callerArg: ArgSpec = { name: 'task', values: (w) => [-1, ...upTo(w.bounds.tasks)], names: taskNames, omit: -1 };

/** Tasks that are not in a call are all alike: the first of them calls. */
function isFirstIdle(k: Kernel, task: number): boolean {
  if (task < 0) return k.tasks[k.tasks.length - 1].call === Call.None;
  for (let t = 0; t < task; t++) if (k.tasks[t].call === Call.None) return false;
  return k.tasks[task].call === Call.None;
}

/** What a task asks for: with lengths=edge no more than a byte beyond a page, which takes two slots. */
function sizeFits(w: World, t: number, size: number): boolean {
  return t < 0 || w.bounds.lengths === 'all' || size <= w.bounds.page + 1;
}

/** The task runs; what the judge has to know is taken down before the design can touch it. */
function note(k: Kernel, task: Task): void {
  const { out, user } = k;
  k.task = task;
  out.size = task.size;
  user.empty(task.size);
  out.before = user.pos = task.pos;
  out.hadSignal = task.hasSignal !== 0;
  out.wasNonblock = task.isNonblock;
}

/** The call begins. */
function begin(k: Kernel, t: number, call: number, size: number): Task {
  const task = k.tasks[t < 0 ? k.tasks.length - 1 : t];
  task.call = call;
  task.isNonblock = t < 0;
  task.size = size;
  note(k, task);
  return task;
}

/** The task runs again, in the call that it sleeps in. */
function resume(k: Kernel, t: number): Task {
  const task = k.tasks[t];
  task.isResumed = true;
  note(k, task);
  return task;
}

/**
 * The step ends. If the call is over the task is as good as any that never called, and its signal is dealt with; a call
 * that is not over has to stand on a queue, where somebody may find it.
 */
function leave(k: Kernel, task: Task, ret: number): number {
  const { rdWait, wrWait } = k.pipe;
  const isQueued = rdWait.has(task.id) || wrWait.has(task.id);
  if ((ret === ASLEEP) !== isQueued) {
    const why = isQueued ? 'a task returns, and is on a wait queue still' : 'a task sleeps, and is on no wait queue';
    k.die('no-bug', task.call === Call.Read ? 'pipe_read' : 'pipe_write', why);
  }
  task.isResumed = task.isNonblock = false;
  if (ret !== ASLEEP) task.clear();
  return ret;
}

const isIn = (k: Kernel, t: number, call: number, state: number): boolean =>
  k.tasks[t].call === call && k.tasks[t].state === state;

function accountRead(g: Ghost, k: Kernel, _w: World, ret: number): void {
  const bytes = (ret === ASLEEP ? k.user.pos : ret) - k.out.before;
  if (bytes <= 0) return;
  g.isMisdelivered = !isStepDelivered(g, k, bytes);
  takeRead(g, bytes);
}

function accountWrite(g: Ghost, k: Kernel, ret: number, mark: number): void {
  const bytes = (ret === ASLEEP ? k.user.pos : ret) - k.out.before;
  if (bytes > 0) oweStream(g, k, bytes, mark - k.out.before);
}

const pread: OpSpec = {
  name: 'pread',
  help: 'read(2) of the pipe by a task, which may sleep; without a task it is non-blocking',
  args: [callerArg, lengthArg('size')],
  fn: 'pipeRead',
  exists: hasTasks,
  ready: (_k, g) => g.readers > 0,
  allowed: (k, _g, w, t, size) => isFirstIdle(k, t) && sizeFits(w, t, size),
  apply(k, _w, t, size) {
    const task = begin(k, t, Call.Read, size);
    return leave(k, task, k.fn.pipeRead(k, size));
  },
  promise: (g, k, _w, ret) => promiseReadStep(g, k, ret),
  account: accountRead,
};

const preadContinue: OpSpec = {
  name: 'pread_continue',
  help: 'a task that was woken in read(2) runs: it returns, or sleeps again',
  args: [taskArg],
  fn: 'pipeRead',
  exists: hasTasks,
  ready: isOpen,
  allowed: (k, _g, _w, t) => isIn(k, t, Call.Read, TaskState.Woken),
  apply(k, _w, t) {
    const task = resume(k, t);
    return leave(k, task, k.fn.pipeRead(k, task.size));
  },
  promise: (g, k, _w, ret) => promiseReadStep(g, k, ret),
  account: accountRead,
};

const pwrite: OpSpec = {
  name: 'pwrite',
  help: 'write(2) to the pipe by a task, which may sleep; without a task it is non-blocking',
  args: [callerArg, lengthArg('size'), markArg, oomArg()],
  fn: 'pipeWrite',
  exists: hasTasks,
  ready: (_k, g) => g.writers > 0,
  allowed: (k, g, w, t, size, mark, oom) =>
    isFirstIdle(k, t) && sizeFits(w, t, size) && markFits(w, g.isMarkFree, mark, size) && (oom < 0 || mark < 0),
  apply(k, _w, t, size, mark, oom) {
    const task = begin(k, t, Call.Write, size);
    k.user.mark = mark;
    k.oom = oom;
    return leave(k, task, k.fn.pipeWrite(k, size, 0));
  },
  isIdle: (k, _ret, _t, _size, mark, oom) => (oom >= 0 && !k.isOomHit) || (mark >= 0 && k.user.pos <= mark),
  plain: plainMarkAndOom(2, ({ copied }) => copied),
  promise: (g, k, w, ret) => promiseWriteStep(g, k, w, ret),
  account: (g, k, _w, ret, _t, _size, mark) => accountWrite(g, k, ret, mark),
};

/** Apart from pwrite so that each op has at most four arguments; to 6.14 it leaves an empty buffer in the ring. */
const pwriteFault: OpSpec = {
  name: 'pwrite',
  help: 'write(2) to the pipe, non-blocking, from a buffer that faults',
  args: [lengthArg('size'), { ...faultArg, values: (w) => upTo(w.bounds.ring * w.bounds.page) }],
  fn: 'pipeWrite',
  exists: (w) => hasTasks(w) && w.scenario.faults,
  ready: (_k, g) => g.writers > 0,
  allowed: (k, _g, _w, size, fault) => isFirstIdle(k, -1) && fault < size,
  apply(k, _w, size, fault) {
    const task = begin(k, -1, Call.Write, size);
    k.user.fault = fault;
    return leave(k, task, k.fn.pipeWrite(k, size, 0));
  },
  isIdle: (k) => !k.isFaultHit,
  plain: { ...plainFault(1), spec: pwrite, args: ([size]) => [-1, size, -1, -1] },
  promise: (g, k, w, ret, size) =>
    ret === ASLEEP ? promiseWriteStep(g, k, w, ret) : promiseWrite(k, ret, size, freeSlots(k, w.ring) === 0),
  account: (g, k, _w, ret) => accountWrite(g, k, ret, -1),
};

const pwriteContinue: OpSpec = {
  name: 'pwrite_continue',
  help: 'a task that was woken in write(2) runs: it returns, or sleeps again',
  args: [taskArg, markArg, oomArg()],
  fn: 'pipeWrite',
  exists: hasTasks,
  ready: isOpen,
  allowed(k, g, w, t, mark, oom) {
    if (!isIn(k, t, Call.Write, TaskState.Woken) || (oom >= 0 && mark >= 0)) return false;
    const { pos, size } = k.tasks[t];
    return mark < 0 || (mark >= pos && markFits(w, g.isMarkFree, mark - pos, size - pos));
  },
  apply(k, _w, t, mark, oom) {
    const task = resume(k, t);
    k.user.mark = mark;
    k.oom = oom;
    return leave(k, task, k.fn.pipeWrite(k, task.size, 0));
  },
  isIdle: (k, _ret, _t, mark, oom) => (oom >= 0 && !k.isOomHit) || (mark >= 0 && k.user.pos <= mark),
  plain: plainMarkAndOom(1, ({ copied }) => copied),
  promise: (g, k, w, ret) => promiseWriteStep(g, k, w, ret),
  account: (g, k, _w, ret, _t, mark) => accountWrite(g, k, ret, mark),
};

const signal: OpSpec = {
  name: 'signal',
  help: 'a signal reaches a task that sleeps, or was woken: TASK_INTERRUPTIBLE, with a handler',
  args: [taskArg],
  fn: null,
  exists: hasTasks,
  ready: isOpen,
  allowed: (k, _g, _w, t) => k.tasks[t].call !== Call.None && k.tasks[t].hasSignal === 0,
  apply(k, _w, t) {
    const task = k.tasks[t];
    task.hasSignal = 1;
    // Its entry stays on the queue until it runs.
    task.state = TaskState.Woken;
    return 0;
  },
};

/** A task in a call holds the file that it calls through; all of one end use the same one, the last to go. */
function isHeld(k: Kernel, call: number): boolean {
  for (const task of k.tasks) if (task.call === call) return true;
  return false;
}

/** Whether a task that is woken looks at its condition before or after its waker is done; to 5.4 it takes the lock first. */
const wokenArg: ArgSpec = {
  name: 'woken',
  omit: 0,
  names: { 1: 'at_once' },
  values: (w) => (w.design.present.has('pipeWritable') ? [0, 1] : [0]),
};

const close: OpSpec = {
  name: 'close',
  help: 'the last reference of an open file of the pipe is dropped: of the read end, or of one of two write ends',
  args: [
    { name: 'end', values: () => [FMODE_READ, FMODE_WRITE], names: { [FMODE_READ]: 'r', [FMODE_WRITE]: 'w' } },
    wokenArg,
  ],
  fn: 'pipeRelease',
  exists: hasTasks,
  ready: isOpen,
  allowed(k, g, _w, end) {
    const open = end === FMODE_READ ? g.readers : g.writers;
    return open > (isHeld(k, end === FMODE_READ ? Call.Read : Call.Write) ? 1 : 0);
  },
  apply(k, _w, end, woken) {
    k.areWokenAtOnce = woken !== 0;
    k.fn.pipeRelease(k, end);
    return 0;
  },
  isIdle: (k, _ret, _end, woken) => woken !== 0 && !k.hasSleptAgain,
  plain: plainWoken(1),
  account(g, _k, _w, _ret, end) {
    if (end === FMODE_READ) g.readers--;
    else g.writers--;
    if (g.readers === 0 && g.writers === 0) g.cut(0);
  },
};

const fcntlSetpipeSz: OpSpec = {
  name: 'fcntl_setpipe_sz',
  help: 'fcntl(fd, F_SETPIPE_SZ), without CAP_SYS_RESOURCE; pipe-max-size is the largest ring',
  args: [SIZES, wokenArg],
  fn: 'pipeSetSize',
  exists: (w) => hasTasks(w) && w.design.present.has('pipeSetSize'),
  ready: isOpen,
  apply(k, _w, size, woken) {
    k.areWokenAtOnce = woken !== 0;
    return k.fn.pipeSetSize(k, size);
  },
  isIdle: (k, _ret, _size, woken) => woken !== 0 && !k.hasSleptAgain,
  plain: plainWoken(1),
  promise: (_g, k, w, ret, size) => promiseSetpipeSz(k, w, ret, 0, size),
};

const fionread: OpSpec = {
  name: 'fionread',
  help: 'ioctl(FIONREAD): the bytes in the pipe',
  args: [],
  fn: 'pipeIoctl',
  isQuery: true,
  exists: (w) => hasTasks(w) && w.design.present.has('pipeIoctl'),
  ready: isOpen,
  apply: (k) => k.fn.pipeIoctl(k),
  promise: (g, _k, _w, ret) => (ret === g.n ? '' : `${g.n}`),
};

export const BLOCKING_OPS: readonly OpSpec[] = [
  pread,
  pwrite,
  pwriteFault,
  preadContinue,
  pwriteContinue,
  signal,
  close,
  fcntlSetpipeSz,
  fionread,
];
