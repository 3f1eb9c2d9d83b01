/**
 * A moment of 6.14-rc (32-bit machines): head and tail became 16 bits wide, and their difference was still taken as an
 * int. Where head has wrapped and tail has not, the pipe is full for ever: a write says -EAGAIN, or sleeps, beside a free
 * slot.
 *
 * Put back into the write of 6.18; headbits is the width.
 *
 * @kernel 3d252160b818 include/linux/pipe_fs_i.h pipe_index_t: the origin
 * @kernel c27c66afc449 include/linux/pipe_fs_i.h pipe_occupancy: the fix
 */
import { sizeT } from '../../cint.js';
import { defineDesign } from '../../design.js';
import type { Kernel } from '../../kernel.js';
import { pipeWriteBy } from '../../linux/6.18/pipe.js';
import { design as linux618 } from '../linux-6.18.js';

/** @kernel 3d252160b818 include/linux/pipe_fs_i.h pipe_full, pipe_occupancy */
const pipeFull = (k: Kernel): boolean => sizeT(k.pipe.head - k.pipe.tail) >= k.pipe.maxUsage;

export const design = defineDesign({
  id: 'occupancy-16-bit',
  title: 'Linux 6.18, with pipe_occupancy() wider than head and tail',
  source: [{ tree: 'c27c66afc449', file: 'include/linux/pipe_fs_i.h', symbol: 'pipe_occupancy' }],
  history: { origins: ['3d252160b818'], fix: 'c27c66afc449' },
  base: linux618,
  override: { pipeWrite: pipeWriteBy(pipeFull) },
  scenarios: ['packet'],
  expect: { violates: [{ invariant: 'returns-what-it-promised' }] },
});
