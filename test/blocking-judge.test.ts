/** Tasks that sleep: what a design does to a queue or to a task behind the judge's back. */
import { defineDesign } from '#iov/model/design.js';
import { ASLEEP } from '#iov/model/errno.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import { sleepOn, TaskState, WaitQueue } from '#iov/model/wait.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const linux618 = designOf('linux-6.18');
const { pipeRead, pipeRelease } = linux618.functions;

function found(override: Partial<KernelFunctions>): readonly string[] {
  const design = defineDesign({
    id: 'mutant',
    title: '',
    source: [],
    base: linux618,
    override,
    scenarios: ['blocking'],
  });
  return search(design, 'blocking', 'tiny', 100_000).lines;
}

describe('seen by its trace', () => {
  test('a task that sleeps on no queue', () => {
    const pipeReadNowhere: KernelFunctions['pipeRead'] = (k, size) => {
      const ret = pipeRead(k, size);
      if (ret === ASLEEP && k.task !== null) k.pipe.rdWait.remove(k.task.id);
      return ret;
    };
    expect(found({ pipeRead: pipeReadNowhere })).toContain('no-bug pread pipe_read 1');
  });

  test('a task that returns and stays on its queue', () => {
    const pipeReadStays: KernelFunctions['pipeRead'] = (k, size) => {
      const ret = pipeRead(k, size);
      if (k.task?.isResumed === true && ret !== ASLEEP) k.pipe.rdWait.add(k.task.id, true);
      return ret;
    };
    expect(found({ pipeRead: pipeReadStays }).map((line) => line.split(' ').slice(0, 3).join(' '))).toContain(
      'no-bug pread_continue pipe_read',
    );
  });

  test('a reader on the queue of the writers', () => {
    const pipeReadElsewhere: KernelFunctions['pipeRead'] = (k, size) => {
      const ret = pipeRead(k, size);
      const { rdWait, wrWait } = k.pipe;
      if (ret === ASLEEP && k.task !== null && rdWait.has(k.task.id)) {
        rdWait.remove(k.task.id);
        wrWait.add(k.task.id, true);
      }
      return ret;
    };
    expect(found({ pipeRead: pipeReadElsewhere })).toContain('no-lost-wakeup pwrite pipe_write 2');
  });

  test('a close that counts nothing: the judge has a count of its own', () => {
    const lines = found({
      pipeRelease(k, fMode) {
        const { readers, writers } = k.pipe;
        pipeRelease(k, fMode);
        if (readers > 0 && writers > 0) Object.assign(k.pipe, { readers, writers });
      },
    });
    expect(lines.some((line) => line.startsWith('returns-what-it-promised pwrite '))).toBe(true);
    expect(lines.some((line) => line.startsWith('no-lost-wakeup '))).toBe(true);
  });
});

describe('a wait queue', () => {
  const of = (...tasks: readonly [id: number, isExclusive: boolean][]): number[] => {
    const queue = new WaitQueue();
    for (const [id, isExclusive] of tasks) queue.add(id, isExclusive);
    return queue.tasks.slice(0, queue.n);
  };

  test('has those that are exclusive at the end, as they came', () => {
    expect(of([2, true], [0, true])).toEqual([2, 0]);
    expect(of([2, true], [1, false], [0, false])).toEqual([0, 1, 2]);
  });

  test('wakes all before the first exclusive one, and passes over who runs for a signal', () => {
    const { runner } = search(linux618, 'blocking', 'tiny,tasks=3', 1);
    const { k } = runner;
    k.reset();
    for (const t of [0, 1, 2, 3]) sleepOn(k, k.tasks[t], k.pipe.rdWait, t > 0, 0, 1, false);
    k.tasks[1].state = TaskState.Woken;
    k.fn.wakeUpInterruptible(k, k.pipe.rdWait, 1);
    expect(k.tasks.map(({ state }) => state)).toEqual([
      TaskState.Woken,
      TaskState.Woken,
      TaskState.Woken,
      TaskState.Asleep,
    ]);
    expect(k.pipe.rdWait.tasks.slice(0, k.pipe.rdWait.n)).toEqual([1, 3]);
  });
});
