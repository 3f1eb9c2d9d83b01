/**
 * get_pages of a pipe as extraction is: the pages are listed, and only the pipe holds them.
 * Its caller goes on as ever, and puts what it never got. The difference between pipe_get_pages()
 * and seed 004's iov_iter_extract_pipe_pages() is this one get_page().
 *
 * @kernel 6.1 lib/iov_iter.c pipe_get_pages
 */
import { defineDesign } from '../design.js';
import { design as extractRfc2022 } from './extract-rfc-2022.js';
import { design as linux61 } from './linux-6.1.js';

export const design = defineDesign({
  id: 'extract-pages-noref',
  title: 'Linux 6.1, with get_pages of a pipe that takes no reference for the caller',
  source: [{ tree: '33b3b041543e', file: 'fs/splice.c', symbol: '' }],
  base: linux61,
  override: { pipeGetPages: extractRfc2022.functions.iovIterExtractPipePages },
  scenarios: ['extract'],
  expect: { violates: [{ invariant: 'dma-target-stays-allocated' }] },
});
