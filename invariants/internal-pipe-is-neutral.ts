import type { Invariant, Judged } from './invariant.js';
import { hasFiles } from './invariant.js';

/** Where the flag of seed 003 is among the fields that the design adds; -1 if it adds none. */
function flagIndex(s: Judged): number {
  const { addedFields } = s.w.design;
  for (let n = 0; n < addedFields.length; n++) if (addedFields[n][0] === 'pipe.consumedByRead') return n;
  return -1;
}

/** What the last call has left in the internal pipe; '' for nothing. */
function leftOver(s: Judged): string {
  const { k } = s;
  const pipe = k.pipes[k.pipes.length - 1];
  if (pipe.head !== pipe.tail || pipe.nrbufs !== 0) return 'buffers in it';
  for (let n = 0; n < pipe.bufs.length; n++)
    if (pipe.bufs[n].ops !== 0) return `a buffer in slot ${n} that no call releases`;
  const flag = flagIndex(s);
  return flag >= 0 && k.added[flag] !== 0 ? 'consumed_by_read set' : '';
}

export const invariant: Invariant = {
  id: 'internal-pipe-is-neutral',
  statement:
    'Between two calls the internal pipe of a task is empty and says nothing about the last call, whatever became of it.',
  why: 'The next call takes what the last one has left for its own: it fails, ends early, or writes where it must not.',
  source: [
    { tree: '6.1', file: 'fs/splice.c', symbol: 'splice_direct_to_actor' },
    { tree: '003', file: 'include/linux/pipe_fs_i.h', symbol: 'consumed_by_read' },
  ],
  when: 'every-step',
  judges: 'state',
  severity: 'soft',
  needs: hasFiles,
  holds: (s) => leftOver(s) === '',
  explain: (s) => `The call has returned, and current->splice_pipe has ${leftOver(s)}.`,
};
