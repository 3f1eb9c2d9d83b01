import type { Caller } from './caller.js';

/**
 * A caller that takes pages from an iterator over memory, and holds them while a device works
 * on them. What it may do when is with its ops (ops/extract.ts); no pipe is locked, but its
 * ops are not mixed with those of a pipe: neither can tell that the other is there.
 */
export const extracting: Caller = {
  id: 'extracting',
  title: 'takes pages from an iterator over memory, for a device',
  source: [{ tree: '7d58fe731028', file: 'lib/iov_iter.c', symbol: 'iov_iter_extract_pages' }],
  may: () => false,
};
