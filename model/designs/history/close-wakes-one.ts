/**
 * 5.6 in its making: readers and writers wait exclusively, and a close wakes one of each. That the last writer is gone
 * is news for every reader; the one that is woken finds nothing to read, and wakes no other.
 *
 * Put back into 6.1.
 *
 * @kernel 0ddad21d3e99 fs/pipe.c pipe_release: the origin
 * @kernel 6551d5c56eb0 fs/pipe.c pipe_release: the fix
 */
import { defineDesign } from '../../design.js';
import type { Kernel } from '../../kernel.js';
import { dropEnd } from '../../linux/3.3/pipe_release.js';
import { design as linux61 } from '../linux-6.1.js';

/** @kernel 0ddad21d3e99 fs/pipe.c pipe_release */
function pipeRelease(k: Kernel, fMode: number): void {
  const { pipe } = k;
  dropEnd(k, fMode);
  if (pipe.readers > 0 || pipe.writers > 0) {
    k.fn.wakeUpInterruptible(k, pipe.rdWait, 1);
    k.fn.wakeUpInterruptible(k, pipe.wrWait, 1);
  } else k.fn.freePipeInfo(k);
}

export const design = defineDesign({
  id: 'close-wakes-one',
  title: 'Linux 6.1, with a close that wakes one reader and one writer, as before 6551d5c56eb0',
  source: [{ tree: '6551d5c56eb0', file: 'fs/pipe.c', symbol: 'pipe_release' }],
  history: { origins: ['0ddad21d3e99'], fix: '6551d5c56eb0' },
  base: linux61,
  override: { pipeRelease },
  scenarios: ['blocking'],
  expect: { violates: [{ invariant: 'no-lost-wakeup', steps: 5 }] },
});
