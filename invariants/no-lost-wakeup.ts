import type { Ghost } from '../model/ghost.js';
import type { Kernel } from '../model/kernel.js';
import { freeSlots, readableBytes } from '../model/ring.js';
import type { Task } from '../model/wait.js';
import { Call, TaskState } from '../model/wait.js';
import type { Invariant, Judged } from './invariant.js';

/** Somebody was woken and has yet to run: what it does may wake the others. */
function isAnybodyWoken(k: Kernel): boolean {
  for (const task of k.tasks) if (task.state === TaskState.Woken) return true;
  return false;
}

/** A read that has bytes waits for nothing but a write that has begun. */
function isWriterAtWork(k: Kernel): boolean {
  for (const task of k.tasks) if (task.call === Call.Write) return true;
  return false;
}

/** What the task waits for, if it is there; '' if not. Of ends that are open the judge keeps its own count. */
function whatIsThere(s: Judged, task: Task): string {
  const { k, w } = s;
  const g: Ghost = s.g;
  if (task.call === Call.Write) {
    if (g.readers === 0) return 'the last reader has closed';
    return freeSlots(k, w.ring) > 0 ? 'a slot is free' : '';
  }
  if (g.writers === 0) return 'the last writer has closed';
  if (readableBytes(k, w.ring) > 0) return 'there are bytes to read';
  return task.pos > 0 && !isWriterAtWork(k) ? 'it has bytes to return, and nobody is about to write more' : '';
}

/** The first task that sleeps for nothing; null if none. */
function sleeper(s: Judged): Task | null {
  const { tasks } = s.k;
  if (isAnybodyWoken(s.k)) return null;
  for (const task of tasks) if (task.state === TaskState.Asleep && whatIsThere(s, task) !== '') return task;
  return null;
}

export const invariant: Invariant = {
  id: 'no-lost-wakeup',
  statement:
    'No task sleeps while what it waits for is there, unless a task that was woken has yet to run, and may wake it in its turn.',
  why: 'The task hangs until somebody happens to do something else to the pipe, or for ever.',
  source: [
    { tree: '6.1', file: 'fs/pipe.c', symbol: 'pipe_read' },
    { tree: 'man-pages', file: 'pipe(7)', symbol: 'I/O on pipes and FIFOs' },
  ],
  when: 'unlocked',
  judges: 'state',
  severity: 'soft',
  blames: ['pipeRead', 'pipeWrite', 'pipeRelease', 'pipeResizeRing'],
  needs: (needs) => needs.tasks === true,
  holds: (s) => sleeper(s) === null,
  explain(s) {
    const task = sleeper(s);
    if (task === null) return '';
    const call = task.call === Call.Read ? 'read()' : 'write()';
    return `T${task.id} sleeps in ${call}, and nobody will wake it: ${whatIsThere(s, task)}.`;
  },
};
