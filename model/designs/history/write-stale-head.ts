/**
 * 5.5-rc2: a writer that has slept asks whether the pipe is empty of the head that it read before. Where others have
 * written and the reader has emptied the pipe meanwhile, tail is beyond that head: the pipe does not look empty, and the
 * reader, which sleeps, is not told of what is written. LTP's pipeio_1 hung, with five writers.
 *
 * Put back into 6.1. Nothing renames head and tail here (symmetry=off), since a head is remembered.
 *
 * @kernel 1b6b26ae7053 fs/pipe.c pipe_write: the origin
 * @kernel 0dd1e3773ae8 fs/pipe.c pipe_write: the fix
 */
import { defineDesign } from '../../design.js';
import { ASLEEP } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { pipeWrite as pipeWrite58 } from '../../linux/5.8/pipe.js';
import { design as linux61 } from '../linux-6.1.js';

/** `head` of pipe_write is read once a turn of its loop; a wake-up in vain is none. */
function pipeWrite(k: Kernel, totalLen: number, filp: number): number {
  const { task } = k;
  const isInVain = task !== null && task.isResumed && !k.fn.pipeWritable(k);
  const ret = pipeWrite58(k, totalLen, filp);
  if (task === null || task.isNonblock || isInVain) return ret;
  k.added[task.id] = ret === ASLEEP ? k.pipe.head : 0;
  return ret;
}

/** @kernel 1b6b26ae7053 fs/pipe.c pipe_write: pipe_empty(head, pipe->tail) */
function pipeWriteWasEmpty(k: Kernel): boolean {
  return k.task !== null && k.added[k.task.id] === k.pipe.tail;
}

export const design = defineDesign({
  id: 'write-stale-head',
  title: 'Linux 6.1, with a writer that remembers head while it sleeps, as in 5.5-rc2',
  source: [{ tree: '0dd1e3773ae8', file: 'fs/pipe.c', symbol: 'pipe_write' }],
  history: { origins: ['1b6b26ae7053'], fix: '0dd1e3773ae8' },
  base: linux61,
  override: { pipeWrite, pipeWriteWasEmpty },
  add: {
    fields: [
      ['head of T0', 2],
      ['head of T1', 2],
    ],
  },
  bounds: { ring: 1, headbits: 2, contents: 'off', oom: 'off', symmetry: 'off' },
  scenarios: ['blocking'],
  expect: { violates: [{ invariant: 'no-lost-wakeup', steps: 5 }] },
});
