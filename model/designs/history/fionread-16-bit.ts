/**
 * A moment of 6.14-rc (32-bit machines): head and tail became 16 bits wide, and FIONREAD counted its way from tail to
 * head in an int. Where head has wrapped it goes round 2^32 times.
 *
 * Slots keep their numbers here (symmetry=off), since rings that begin at 0 never wrap.
 *
 * @kernel 3d252160b818 include/linux/pipe_fs_i.h pipe_index_t: the origin
 * @kernel d810d4c27bf3 fs/pipe.c pipe_ioctl: the fix
 */
import { defineDesign } from '../../design.js';
import type { Kernel } from '../../kernel.js';
import { design as linux618 } from '../linux-6.18.js';

/** @kernel 3d252160b818 fs/pipe.c pipe_ioctl */
function pipeIoctl(k: Kernel): number {
  const { pipe } = k;
  let count = 0;
  for (let tail = pipe.tail; tail !== pipe.head; tail++) {
    k.turn('pipe_ioctl');
    count += pipe.bufs[tail & (pipe.ringSize - 1)].len;
  }
  return count;
}

export const design = defineDesign({
  id: 'fionread-16-bit',
  title: 'Linux 6.18, with FIONREAD counting in an int',
  source: [{ tree: 'd810d4c27bf3', file: 'fs/pipe.c', symbol: 'pipe_ioctl' }],
  history: { origins: ['3d252160b818'], fix: 'd810d4c27bf3' },
  base: linux618,
  override: { pipeIoctl },
  bounds: { ring: 1, slots: 0, contents: 'off', symmetry: 'off' },
  scenarios: ['splice'],
  expect: { violates: [{ invariant: 'every-loop-ends' }] },
});
