/**
 * ->confirm() and ->steal() of each kind of buffer. 5.8 turned the answer of steal round and called it try_steal
 * (c928f642c29a); what is asked is the same from 4.8 to 6.12. The page is locked where it is had; nobody waits here.
 *
 * @kernel 4.8 fs/pipe.c; fs/splice.c; mm/vmscan.c
 * @kernel 6.1 fs/pipe.c; fs/splice.c; mm/vmscan.c
 */
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, Page, PipeBuffer } from '../../kernel.js';
import { PIPE_BUF_FLAG_GIFT, PIPE_BUF_FLAG_LRU, PipeBufOps } from '../../kernel.js';
import { badPageError } from '../6.1/filemap.js';

/** A page of the file may have been truncated, or not be read in: a choice of the op. @kernel 6.1 fs/splice.c page_cache_pipe_buf_confirm */
function pipeBufConfirm(k: Kernel, buf: PipeBuffer): number {
  if (buf.page?.isUptodate === false) return badPageError(k, buf);
  const { lending } = k;
  if (buf.ops !== PipeBufOps.PageCache || lending.confirmError === 0) return 0;
  lending.isConfirmHit = true;
  return lending.confirmError;
}

function stealPage(k: Kernel, buf: PipeBuffer, by: string): Page {
  if (buf.page === null) k.die('no-bug', by, `${by}() of a buffer without a page`);
  return buf.page;
}

/** @kernel 6.1 fs/pipe.c generic_pipe_buf_try_steal */
function genericPipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean {
  return stealPage(k, buf, 'generic_pipe_buf_try_steal').head.refcount === 1;
}

/** @kernel 6.1 fs/pipe.c anon_pipe_buf_try_steal, without what it uncharges */
function anonPipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean {
  return stealPage(k, buf, 'anon_pipe_buf_try_steal').head.refcount === 1;
}

/** Whoever takes it need not add it to the LRU. @kernel 6.1 fs/splice.c user_page_pipe_buf_try_steal */
function userPagePipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean {
  if ((buf.flags & PIPE_BUF_FLAG_GIFT) === 0) return false;
  buf.flags |= PIPE_BUF_FLAG_LRU;
  return k.fn.genericPipeBufTrySteal(k, buf);
}

/** Nothing here is dirty, or under writeback. @kernel 6.1 fs/splice.c page_cache_pipe_buf_try_steal */
function pageCachePipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean {
  const page = stealPage(k, buf, 'page_cache_pipe_buf_try_steal');
  const isCached = page.isFile && k.lending.uncached !== page;
  if (!isCached || !k.fn.removeMapping(k, page)) return false;
  buf.flags |= PIPE_BUF_FLAG_LRU;
  return true;
}

/** The page cache has one reference, the caller the other. @kernel 6.1 mm/vmscan.c remove_mapping, __remove_mapping */
function removeMapping(k: Kernel, page: Page): boolean {
  if (page.head.refcount !== 2) return false;
  page.head.refcount = 1;
  k.lending.uncached = page;
  return true;
}

/** `buf->ops->try_steal(pipe, buf)` */
function pipeBufTrySteal(k: Kernel, buf: PipeBuffer): boolean {
  switch (buf.ops) {
    case PipeBufOps.Anon:
    case PipeBufOps.Packet:
      return k.fn.anonPipeBufTrySteal(k, buf);
    case PipeBufOps.PageCache:
      return k.fn.pageCachePipeBufTrySteal(k, buf);
    case PipeBufOps.UserPage:
      return k.fn.userPagePipeBufTrySteal(k, buf);
    default:
      return k.fn.genericPipeBufTrySteal(k, buf);
  }
}

export const steal48 = {
  pipeBufConfirm,
  pipeBufTrySteal,
  anonPipeBufTrySteal,
  genericPipeBufTrySteal,
  userPagePipeBufTrySteal,
  pageCachePipeBufTrySteal,
  removeMapping,
} satisfies Partial<KernelFunctions>;
