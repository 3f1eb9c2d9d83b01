/** Tasks that are in a call, the queues that they sleep on, and the ends that are open. */
import type { Runner } from '../harness/runner.js';
import type { WaitQueue } from '../model/wait.js';
import { Call, TaskState } from '../model/wait.js';
import { bytesText } from './bytes.js';

export function endsText({ k }: Runner): string {
  const { readers, writers, waitingWriters } = k.pipe;
  const waiting = waitingWriters > 0 ? ` waiting_writers=${waitingWriters}` : '';
  return `readers=${readers} writers=${writers}${waiting}`;
}

export function queueText(queue: WaitQueue, runner: Runner): string {
  return queue.tasks
    .slice(0, queue.n)
    .map((t) => `T${t}${runner.k.tasks[t].isExclusive !== 0 ? ' (exclusive)' : ''}`)
    .join(', ');
}

/** `asleep in write() of 3 bytes, 2 done` */
export function taskLine(runner: Runner, t: number): string {
  const task = runner.k.tasks[t];
  const call = task.call === Call.Read ? 'read()' : 'write()';
  const state = task.state === TaskState.Asleep ? 'asleep' : 'woken, has yet to run,';
  const signal = task.hasSignal !== 0 ? ', a signal is pending' : '';
  return `${state} in ${call} of ${bytesText(task.size)}, ${task.pos} done${signal}`;
}

/** A line for the ends, one a task in a call, one a queue that is not empty. */
export function taskLines(runner: Runner): [name: string, text: string][] {
  const { k, w } = runner;
  if (k.tasks.length === 0) return [];
  const out: [string, string][] = [['ends', endsText(runner)]];
  for (const { id, call } of k.tasks) if (call !== Call.None) out.push([`T${id}`, taskLine(runner, id)]);
  const { rdWait, wrWait } = k.pipe;
  if (rdWait.n > 0) out.push([w.ring.form === 'curbuf' ? 'wait' : 'rd_wait', queueText(rdWait, runner)]);
  if (wrWait.n > 0) out.push(['wr_wait', queueText(wrWait, runner)]);
  return out;
}

/** Each task in a call in a few words: `T0 asleep (write 2/3)`. */
export function taskShort({ k }: Runner): string[] {
  return k.tasks.flatMap(({ id, call, state, pos, size, hasSignal }) => {
    if (call === Call.None) return [];
    const what = `${state === TaskState.Asleep ? 'asleep' : 'woken'}${hasSignal !== 0 ? ', signal' : ''}`;
    return [`T${id} ${what} (${call === Call.Read ? 'read' : 'write'} ${pos}/${size})`];
  });
}
