/**
 * Seed 002 with its defects repaired, each by a named fix.
 *
 * A write of a packet may not go into the buffer of a stream write before it: the two would
 * be one buffer, which is no packet. No kernel has this fix; the rule is the document's own.
 * F_SETFL takes O_DIRECT on a FIFO since 4.5.
 *
 * @kernel 9883035ae7ed fs/pipe.c pipe_write
 * @kernel 4.5 fs/fcntl.c setfl
 */
import type { FixSet } from '../design.js';
import { defineDesign } from '../design.js';
import type { KernelFunctions } from '../functions.js';
import type { Kernel, PipeBuffer } from '../kernel.js';
import { canMerge } from '../linux/3.3/pipe.js';
import { setfl } from '../linux/4.8/pipe.js';
import { design as packet2012 } from './packet-2012.js';

function canMergeNoPacket(k: Kernel, buf: PipeBuffer, filp: number): boolean {
  return !k.fn.isPacketized(k, filp) && canMerge(k, buf);
}

function repaired(fix: FixSet): Partial<KernelFunctions> {
  return {
    canMerge: fix['no-merge-into-stream'] ? canMergeNoPacket : packet2012.functions.canMerge,
    setfl: fix['setfl-keeps-o-direct'] ? setfl : packet2012.functions.setfl,
  };
}

export const design = defineDesign({
  id: 'packet-2012-repaired',
  title: 'packetized pipes (seed 002), repaired',
  source: [{ tree: '9883035ae7ed', file: 'fs/pipe.c', symbol: 'pipe_write' }],
  base: packet2012,
  repairs: 'packet-2012',
  fixes: {
    'no-merge-into-stream': 'a packet never goes into the last buffer, even where it is a stream buffer with room',
    'setfl-keeps-o-direct': 'fcntl(F_SETFL) accepts O_DIRECT on a pipe, as it comes out of F_GETFL',
  },
  override: repaired,
  scenarios: ['packet'],
});
