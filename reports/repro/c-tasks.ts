/** Calls that may sleep, as threads of a program; and those beside them, which do not wait. */
import type { Args, CCall, Make } from './c-calls.js';
import { sizeC } from './c-size.js';

const OF_TASKS = ['task'] as const;

/** Which thread it is: the second one of the model is task[1]. */
const taskOf = (a: Args): number => a.of('task');

/** A call by a task sleeps where it has to; without one it says -EAGAIN. */
function call(name: 'read' | 'write'): Make {
  return (a, letter): CCall => {
    const size = a.size('size');
    const fault = a.of('fault_at');
    const what = name === 'read' ? 'buf' : `fill('${letter}', ${size})`;
    const end = name === 'read' ? 'r' : 'w';
    if (fault >= 0) {
      return {
        call: `write(p.nb_w, faulting('${letter}', ${sizeC(fault)}), ${size})`,
        data: 'NULL',
        parts: ['memory', ...OF_TASKS],
      };
    }
    if (taskOf(a) < 0)
      return { call: `${name}(p.nb_${end}, ${what}, ${size})`, data: 'NULL', parts: ['fill', ...OF_TASKS] };
    return { call: `begin(${taskOf(a)}, p.${end}, ${size})`, data: 'NULL', parts: OF_TASKS };
  };
}

const goOn: Make = (a) => ({ call: `outcome(${taskOf(a)})`, data: 'NULL', parts: OF_TASKS });

export const BLOCKING_CALLS: Readonly<Record<string, Make>> = {
  pread: call('read'),
  pwrite: call('write'),
  pread_continue: goOn,
  pwrite_continue: goOn,
  close: (a) => ({ call: `close_end(&p, '${a.word('end')}')`, data: 'NULL', parts: ['closeEnd', ...OF_TASKS] }),
  fcntl_setpipe_sz: (a) => ({
    call: `fcntl(p.r, F_SETPIPE_SZ, ${a.of('size') < 0 ? '-1' : a.size('size')})`,
    data: 'NULL',
    parts: OF_TASKS,
  }),
  fionread: () => ({ call: 'fionread(p.r)', data: 'NULL', parts: ['fionread', ...OF_TASKS] }),
  sleepers: () => ({ call: 'sleepers()', data: 'NULL', parts: ['sleepers', ...OF_TASKS] }),
};
