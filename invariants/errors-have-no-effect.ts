import { formatReturn } from '../model/errno.js';
import type { Invariant } from './invariant.js';
import { hasFiles } from './invariant.js';

export const invariant: Invariant = {
  id: 'errors-have-no-effect',
  statement:
    'A call that is refused for its flags or its files is refused before anything is done: no producer is asked for pages.',
  why: 'A request that can be lent once has been lent, and a flag that only a success clears is set.',
  source: [
    { tree: '003', file: 'fs/splice.c', symbol: 'do_splice_direct_read_consumer' },
    { tree: 'RFC-4/4', file: 'drivers/block/ublk_drv.c', symbol: 'ublk_splice_read' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  blames: ['doSpliceDirectReadConsumer'],
  needs: hasFiles,
  holds: (s) => s.k.splice.effect === '' || s.ret > 0,
  explain: (s) => `It returned ${formatReturn(s.ret)}, and ${s.k.splice.effect}.`,
};
