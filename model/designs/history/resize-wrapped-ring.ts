/**
 * 2.6.35 in its making: F_SETPIPE_SZ of a ring that wraps. How much of the array is the head part was
 * worked out from the number of used slots, not from where they begin, and both parts were copied
 * from the oldest slot on: past the end of the old array.
 *
 * Put back into 6.1, on its form of the ring. What lies behind the array is a slot of nobody here.
 *
 * @kernel 35f3d14dbbc5 fs/pipe.c pipe_set_size: the origin
 * @kernel 1d862f41222b fs/pipe.c pipe_set_size: the fix
 */
import { defineDesign } from '../../design.js';
import { EBUSY, ENOMEM } from '../../errno.js';
import type { Kernel } from '../../kernel.js';
import { PipeBuffer } from '../../kernel.js';
import { allocRing, installRing } from '../../linux/6.1/pipe_size.js';
import { copyBuf } from '../../linux/6.1/splice_pipes.js';
import { mayAllocate } from '../../mm.js';
import { design as linux61 } from '../linux-6.1.js';

/** @kernel 35f3d14dbbc5 fs/pipe.c pipe_set_size */
function pipeResizeRing(k: Kernel, nrSlots: number): number {
  const { pipe } = k;
  const used = (pipe.head - pipe.tail) & k.headMask;
  if (nrSlots < used) return -EBUSY;
  if (!mayAllocate(k)) return -ENOMEM;
  const bufs = allocRing(nrSlots);
  const curbuf = pipe.tail & (pipe.ringSize - 1);
  const tail = used & (pipe.ringSize - 1);
  const head = used - tail;
  const old = (s: number): PipeBuffer => (s < pipe.ringSize ? pipe.bufs[s] : new PipeBuffer());
  for (let s = 0; s < head; s++) copyBuf(bufs[s], old(curbuf + s));
  for (let s = 0; s < tail; s++) copyBuf(bufs[head + s], old(curbuf + s));
  pipe.tail = 0;
  pipe.head = used;
  installRing(pipe, bufs);
  return 0;
}

export const design = defineDesign({
  id: 'resize-wrapped-ring',
  title: 'Linux 6.1, with the resize of a pipe as first posted in 2010',
  source: [{ tree: '1d862f41222b', file: 'fs/pipe.c', symbol: 'pipe_set_size' }],
  history: { origins: ['35f3d14dbbc5'], fix: '1d862f41222b' },
  base: linux61,
  override: { pipeResizeRing },
  scenarios: ['splice'],
  expect: { violates: [{ invariant: 'ring-well-formed' }] },
});
