import type { Caller } from './caller.js';
import { Call } from './caller.js';

/**
 * The primitives under their protocol and nothing around them: lock the pipe, make an
 * iterator, call in any order, unlock. Short returns do not stop it; one request at a time.
 */
export const free: Caller = {
  id: 'primitives',
  title: 'the iov_iter primitives in any order their protocol allows',
  source: [{ tree: 'S-PIPE', file: 'lib/iov_iter.c', symbol: '' }],
  may(k, call) {
    return k.request.on === 0 && call !== Call.Return;
  },
};
