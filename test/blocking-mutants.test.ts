/** Tasks that sleep: bugs that nobody ever wrote, each in one function of 6.12, and the rule that finds it. */
import { defineDesign } from '#iov/model/design.js';
import type { Design } from '#iov/model/design.js';
import { ASLEEP, EAGAIN, ERESTARTSYS } from '#iov/model/errno.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { Kernel } from '#iov/model/kernel.js';
import { FMODE_WRITE } from '#iov/model/kernel.js';
import { moveRing } from '#iov/model/linux/6.1/pipe_size.js';
import type { WaitQueue } from '#iov/model/wait.js';
import { Call, wakeUpInterruptible } from '#iov/model/wait.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const linux612 = designOf('linux-6.12');
const { pipeRead, pipeWrite, pipeRelease, freePipeInfo, pipeReadable } = linux612.functions;

/** A change of one function of 6.12; `caughtBy` is what it breaks: `invariant op`, '' for nothing. */
interface Mutant {
  readonly name: string;
  readonly override: Partial<KernelFunctions>;
  readonly caughtBy: string;
  readonly steps?: number;
  readonly bounds?: string;
}

/** Wake-ups that `isLeftOut` says are not made. */
const without = (isLeftOut: (k: Kernel, queue: WaitQueue) => boolean): Partial<KernelFunctions> => ({
  wakeUpInterruptible(k, queue, nr) {
    if (!isLeftOut(k, queue)) wakeUpInterruptible(k, queue, nr);
  },
});

const MUTANTS: readonly Mutant[] = [
  {
    name: 'a read wakes no writer',
    override: without((k, queue) => k.task?.call === Call.Read && queue === k.pipe.wrWait),
    caughtBy: 'no-lost-wakeup pread',
    steps: 3,
  },
  {
    name: 'a write wakes no reader',
    override: without((k, queue) => k.task?.call === Call.Write && queue === k.pipe.rdWait),
    caughtBy: 'no-lost-wakeup pwrite',
    steps: 2,
  },
  {
    name: 'a reader that was woken alone leaves the rest to nobody',
    override: without((k, queue) => k.task?.call === Call.Read && queue === k.pipe.rdWait),
    caughtBy: 'no-lost-wakeup pread_continue',
    steps: 4,
  },
  {
    name: 'a writer that was woken alone leaves the room to nobody',
    override: without((k, queue) => k.task?.call === Call.Write && queue === k.pipe.wrWait),
    caughtBy: 'no-lost-wakeup pwrite_continue',
    bounds: 'tiny,ring=2',
  },
  {
    name: 'a write wakes the queue of the writers',
    override: {
      wakeUpInterruptible(k, queue, nr) {
        wakeUpInterruptible(k, k.task?.call === Call.Write ? k.pipe.wrWait : queue, nr);
      },
    },
    caughtBy: 'no-lost-wakeup pwrite',
    steps: 2,
  },
  {
    name: 'a writer that has slept takes the pipe to hold bytes',
    override: { pipeWriteWasEmpty: () => false },
    caughtBy: 'no-lost-wakeup pwrite_continue',
  },
  {
    name: 'a ring that grows wakes nobody',
    override: { pipeResizeRing: moveRing },
    caughtBy: 'no-lost-wakeup fcntl_setpipe_sz',
    steps: 3,
    bounds: 'tiny,ring=2',
  },
  {
    name: 'a reader that takes an empty buffer out of a full ring, and sleeps, wakes no writer',
    override: without((k, queue) => k.task?.call === Call.Read && queue === k.pipe.wrWait && k.user.pos === 0),
    caughtBy: 'no-lost-wakeup pread',
    steps: 3,
  },
  {
    name: 'a close wakes nobody',
    override: without((k) => k.task === null),
    caughtBy: 'no-lost-wakeup close',
  },
  {
    name: 'a close wakes before it counts',
    override: {
      pipeRelease(k, fMode) {
        if (fMode === FMODE_WRITE) {
          wakeUpInterruptible(k, k.pipe.rdWait, 0);
          k.pipe.writers--;
          if (k.pipe.readers === 0 && k.pipe.writers === 0) k.fn.freePipeInfo(k);
        } else pipeRelease(k, fMode);
      },
    },
    caughtBy: 'no-lost-wakeup close',
    steps: 3,
  },
  {
    name: 'the first of two writers that closes is the end of the file',
    override: {
      pipeRelease(k, fMode) {
        if (fMode === FMODE_WRITE) k.pipe.writers = 1;
        pipeRelease(k, fMode);
      },
    },
    caughtBy: 'returns-what-it-promised pread',
  },
  {
    name: 'a pipe is gone with its writers, whoever may read',
    override: {
      pipeRelease(k, fMode) {
        pipeRelease(k, fMode);
        if (k.pipe.writers === 0 && k.pipe.readers > 0) k.fn.freePipeInfo(k);
      },
    },
    caughtBy: 'bytes-in-order close',
    steps: 3,
    bounds: 'tiny,contents=3',
  },
  {
    name: 'a pipe that is gone keeps its tmp_page',
    override: {
      freePipeInfo(k) {
        k.pipe.tmpPage = null;
        freePipeInfo(k);
      },
    },
    caughtBy: 'refcount-equals-owners close',
    bounds: 'tiny,oom=on',
  },
  {
    name: 'the end of the file is -EAGAIN',
    override: {
      pipeRead(k, size) {
        const ret = pipeRead(k, size);
        return ret === 0 ? -EAGAIN : ret;
      },
    },
    caughtBy: 'returns-what-it-promised pread',
    steps: 3,
  },
  {
    name: 'a write that no reader is there for takes what fits',
    override: {
      pipeWrite(k, size, filp) {
        const { readers } = k.pipe;
        if (k.task?.isResumed === false) k.pipe.readers = 1;
        const ret = pipeWrite(k, size, filp);
        k.pipe.readers = readers;
        return ret;
      },
    },
    caughtBy: 'returns-what-it-promised pwrite',
  },
  {
    name: '-EPIPE without SIGPIPE',
    override: {
      pipeWrite(k, size, filp) {
        const ret = pipeWrite(k, size, filp);
        k.out.hasSigpipe = false;
        return ret;
      },
    },
    caughtBy: 'returns-what-it-promised pwrite',
  },
  {
    name: 'what was written before the sleep is not counted',
    override: {
      pipeWrite(k, size, filp) {
        if (k.task?.isResumed === true) k.task.ret = 0;
        return pipeWrite(k, size, filp);
      },
    },
    caughtBy: 'returns-what-it-promised pwrite_continue',
    bounds: 'tiny,ring=2',
  },
  {
    name: 'what was written before the sleep is written again',
    override: {
      pipeWrite(k, size, filp) {
        if (k.task?.isResumed === true) k.task.left = k.task.size;
        return pipeWrite(k, size, filp);
      },
    },
    caughtBy: 'returns-what-it-promised pwrite_continue',
    bounds: 'tiny,ring=2',
  },
  {
    name: 'a non-blocking read sleeps',
    override: {
      pipeRead(k, size) {
        if (k.task !== null) k.task.isNonblock = false;
        return pipeRead(k, size);
      },
    },
    caughtBy: 'returns-what-it-promised pread',
    steps: 1,
  },
  {
    name: 'a non-blocking write of a page is cut short',
    override: { pipeWrite: (k, size, filp) => pipeWrite(k, size === 2 ? 1 : size, filp) },
    caughtBy: 'returns-what-it-promised pwrite',
    steps: 1,
  },
  {
    name: 'a writer sleeps on beside a signal',
    override: {
      pipeWrite(k, size, filp) {
        if (k.task !== null) k.task.hasSignal = 0;
        return pipeWrite(k, size, filp);
      },
    },
    caughtBy: 'returns-what-it-promised pwrite_continue',
  },
  {
    name: 'a signal takes back what was written',
    override: {
      pipeWrite(k, size, filp) {
        const ret = pipeWrite(k, size, filp);
        return k.task?.hasSignal === 1 && ret > 0 && ret < size ? -ERESTARTSYS : ret;
      },
    },
    caughtBy: 'returns-what-it-promised pwrite_continue',
    bounds: 'tiny,ring=2',
  },
  {
    name: 'a reader that was chosen by a wake-up goes away for a signal',
    override: { pipeReadable: (k) => k.task?.hasSignal !== 1 && pipeReadable(k) },
    caughtBy: 'returns-what-it-promised pread_continue',
  },
];

/** Other ways to do it right. */
const CORRECT: readonly Mutant[] = [
  {
    name: 'everybody is woken, each time',
    override: { wakeUpInterruptible: (k, queue) => wakeUpInterruptible(k, queue, 0) },
    caughtBy: '',
  },
  {
    name: 'everybody is woken, and nobody passes it on',
    override: {
      wakeUpInterruptible(k, queue) {
        const own = k.task?.call === Call.Read ? k.pipe.rdWait : k.pipe.wrWait;
        if (k.task === null || queue !== own) wakeUpInterruptible(k, queue, 0);
      },
    },
    caughtBy: '',
  },
  {
    name: 'a read wakes a writer whether the ring was full or not',
    override: {
      pipeRead(k, size) {
        const ret = pipeRead(k, size);
        if (ret !== ASLEEP) k.fn.wakeUpInterruptible(k, k.pipe.wrWait, 1);
        return ret;
      },
    },
    caughtBy: '',
  },
];

const mutant = (m: Mutant): Design =>
  defineDesign({
    id: 'mutant',
    title: m.name,
    source: [],
    base: linux612,
    override: m.override,
    scenarios: ['blocking'],
  });

describe('planted bugs are found', () => {
  test.each(MUTANTS.map((m) => [m.name, m] as const))('%s', { timeout: 60_000 }, (_name, m) => {
    const found = search(mutant(m), 'blocking', m.bounds ?? 'tiny', 400_000);
    const classes = found.classes.map((c) => `${c.class.invariant} ${c.class.op}`);
    expect(classes).toContain(m.caughtBy);
    const it = found.classes[classes.indexOf(m.caughtBy)];
    if (m.steps !== undefined) expect(it.path.length).toBe(m.steps);
  });
});

describe('what is right is left alone', () => {
  test.each(CORRECT.map((m) => [m.name, m] as const))('%s', { timeout: 60_000 }, (_name, m) => {
    for (const bounds of ['tiny', 'tiny,ring=2']) {
      const found = search(mutant(m), 'blocking', bounds);
      expect(found.isExhausted).toBe(true);
      expect(found.lines.filter((line) => !line.startsWith('retry-makes-progress'))).toEqual([]);
    }
  });
});
