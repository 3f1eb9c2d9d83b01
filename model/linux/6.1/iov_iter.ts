/**
 * lib/iov_iter.c of 6.1, every flavour: IOVEC, UBUF, KVEC, BVEC, PIPE, XARRAY, DISCARD. The
 * functions are in iov_iter/, by subject; what a pipe does is in iov_iter_pipe.ts and
 * iov_iter/pipe.ts.
 *
 * iov_iter_get_pages() and iov_iter_get_pages_alloc() are called get_pages2 and
 * get_pages_alloc2 since 6.0, because they move the iterator; the table keeps the old names.
 * iov_iter_copy_from_user_atomic() is copy_page_from_iter_atomic() (5.14),
 * iov_iter_fault_in_readable() is fault_in_iov_iter_readable() (5.16).
 *
 * @kernel 6.1 lib/iov_iter.c
 */
import type { KernelFunctions } from '../../functions.js';
import { copy61 } from './iov_iter/copy.js';
import { init61 } from './iov_iter/init.js';
import { move61 } from './iov_iter/move.js';
import { pages61 } from './iov_iter/pages.js';
import { iovIterPipe, pipeGetPages, pipeNpages } from './iov_iter/pipe.js';
import { query61 } from './iov_iter/query.js';
import {
  appendPipe,
  copyPageToIterPipe,
  copyPipeToIter,
  lastOffset,
  pipeAdvance,
  pipeDiscardFrom,
  pipeZero,
  pushAnon,
  pushPage,
  sanity,
} from './iov_iter_pipe.js';
import { genericFileSpliceReadDone } from './splice.js';

const {
  iovIterUbuf,
  iovIterXarray,
  iovIterIovecAdvance,
  iovIterBvecAdvance,
  iovIterSaveState,
  iovIterRestore,
  firstIovecSegment,
  iterXarrayGetPages,
  iovIterIsAligned,
  faultInIovIterWriteable,
  ...old
} = { ...init61, ...copy61, ...move61, ...pages61, ...query61 };

/** What 5.8 has under another body. */
export const iovIter61 = {
  ...old,
  sanity,
  copyPageToIterPipe,
  copyPipeToIter,
  pipeZero,
  pipeAdvance,
  pipeGetPages,
  iovIterPipe,
  genericFileSpliceReadDone,
} satisfies Partial<KernelFunctions>;

/** What is new since. */
export const iovIter61Added = {
  iovIterUbuf,
  iovIterXarray,
  iovIterIovecAdvance,
  iovIterBvecAdvance,
  iovIterSaveState,
  iovIterRestore,
  firstIovecSegment,
  iterXarrayGetPages,
  iovIterIsAligned,
  faultInIovIterWriteable,
  pushAnon,
  pushPage,
  lastOffset,
  appendPipe,
  pipeNpages,
  pipeDiscardFrom,
} satisfies Partial<KernelFunctions>;
