/**
 * 5.8 to 6.7 (CVE-2023-52672): F_SETPIPE_SZ wakes a writer of a full pipe, and raises max_usage only then. The writer
 * looks at once whether there is room, on another CPU and without the pipe's lock, finds none, and sleeps on.
 *
 * Put back into 6.1, whose stable tree has the fix since 6.1.76.
 *
 * @kernel c73be61cede5 fs/pipe.c pipe_resize_ring, pipe_set_size: the origin
 * @kernel e95aada4cb93 fs/pipe.c pipe_resize_ring: the fix
 */
import { defineDesign } from '../../design.js';
import { pipeResizeRing, pipeSetSize } from '../../linux/5.8/pipe_size.js';
import { design as linux61 } from '../linux-6.1.js';

export const design = defineDesign({
  id: 'resize-wakes-early',
  title: 'Linux 6.1, with writers woken before max_usage is raised, as from 5.8 to 6.7',
  source: [{ tree: 'e95aada4cb93', file: 'fs/pipe.c', symbol: 'pipe_resize_ring' }],
  history: { origins: ['c73be61cede5'], fix: 'e95aada4cb93' },
  base: linux61,
  override: { pipeResizeRing, pipeSetSize },
  scenarios: ['blocking'],
  expect: { violates: [{ invariant: 'no-lost-wakeup', steps: 3 }] },
});
