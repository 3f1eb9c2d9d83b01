import type { Invariant } from './invariant.js';

export const invariant: Invariant = {
  id: 'stolen-page-has-one-owner',
  statement:
    'Whoever takes a page out of a pipe (->try_steal) is its only owner: no page table maps it, no other buffer and no page cache has it, and it is not the pipe’s again when the taker has dropped it.',
  why: 'The taker writes its page, and with it the memory of a process, a file, or what another reader was to get.',
  source: [
    { tree: '6.1', file: 'include/linux/pipe_fs_i.h', symbol: 'pipe_buf_operations.try_steal' },
    { tree: '6.1', file: 'fs/pipe.c', symbol: 'generic_pipe_buf_try_steal' },
    { tree: '712a951025c0', file: 'fs/fuse/dev.c', symbol: 'fuse_try_move_page' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  blames: ['fuseDevSpliceWrite', 'portFopsSpliceWrite'],
  needs: (needs) => needs.lends === true,
  holds: (s) => s.k.lending.otherOwner === '',
  explain: (s) => `The page that was taken is still with ${s.k.lending.otherOwner}.`,
};
