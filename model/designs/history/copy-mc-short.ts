/**
 * To 5.19: copying into a pipe from memory that fails leaves the pages for the whole request in the pipe, though only
 * what was read before the failure counts: the rest can be read, and was never written.
 *
 * 5.8 has it itself; linux-5.8 has no failing memory in its scenarios with pipes, and this design brings it.
 *
 * @kernel 5.8 lib/iov_iter.c copy_pipe_to_iter_mcsafe, copy_mc_pipe_to_iter() since 5.10
 * @kernel c3497fd009ef lib/iov_iter.c copy_mc_pipe_to_iter: the fix
 */
import { defineDesign } from '../../design.js';
import { copyPipeToIterMcsafe } from '../../linux/5.8/iov_iter.js';
import { design as linux58 } from '../linux-5.8.js';

export const design = defineDesign({
  id: 'copy-mc-short',
  title: 'Linux 5.8, with machine checks in what is copied into a pipe',
  source: [{ tree: 'c3497fd009ef', file: 'lib/iov_iter.c', symbol: 'copy_mc_pipe_to_iter' }],
  history: { origins: [], fix: 'c3497fd009ef' },
  base: linux58,
  add: { functions: { copyMcPipeToIter: copyPipeToIterMcsafe } },
  bounds: { ring: 1, files: 1 },
  scenarios: ['pipe-iter'],
  expect: { violates: [{ invariant: 'no-unwritten-byte-readable', steps: 2 }] },
});
