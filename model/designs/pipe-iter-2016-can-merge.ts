/**
 * Seed 000 with one thing of a later kernel: whether a write may append to a buffer is a
 * flag of the buffer (5.8), no longer a property of its ops. The iterator's new slots keep
 * the flags of their last occupant, so that a write appends to a page of the page cache.
 * This is how the document's omission became Dirty Pipe.
 *
 * @kernel f6dd975583bd fs/pipe.c pipe_write, PIPE_BUF_FLAG_CAN_MERGE
 */
import { defineDesign } from '../design.js';
import { canMerge, pipeWriteInsert } from '../linux/5.8/pipe.js';
import { design as pipeIter2016 } from './pipe-iter-2016.js';

export const design = defineDesign({
  id: 'pipe-iter-2016-can-merge',
  title: 'pipe-backed iov_iter (seed 000), with mergeability as a flag of the buffer',
  source: [
    { tree: '241699cd72a8', file: 'lib/iov_iter.c', symbol: '' },
    { tree: 'f6dd975583bd', file: 'fs/pipe.c', symbol: 'pipe_write' },
  ],
  base: pipeIter2016,
  override: { canMerge, pipeWriteInsert },
  scenarios: ['pipe-iter'],
  expect: { violates: [{ invariant: 'page-cache-written-only-by-writers', steps: 6 }] },
});
