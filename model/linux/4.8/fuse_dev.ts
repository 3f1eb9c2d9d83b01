/**
 * The fuse device takes a reply out of a pipe: the pages of a read, without the header before them. A whole page may be
 * moved into the page cache (SPLICE_F_MOVE); anything else is copied. Of the request only its pages are here.
 *
 * @kernel 4.8 fs/fuse/dev.c
 */
import { EINVAL } from '../../errno.js';
import { SPLICE_F_MOVE } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, Page, PipeBuffer } from '../../kernel.js';
import { PIPE_BUF_FLAG_GIFT, PIPE_BUF_FLAG_LRU } from '../../kernel.js';
import { pageMapcount } from '../../memory.js';
import { getPage, putPage } from '../../mm.js';
import type { RingEnds } from '../../ends.js';
import { copyBuf } from '../6.1/splice_pipes.js';

/** @kernel 4.8 mm/swap.c lru_cache_add: VM_BUG_ON_PAGE(PageLRU(page)) */
export function lruCacheAdd(k: Kernel, page: Page): void {
  k.bugOn(page.isLru, 'lru_cache_add', `lru_cache_add() of page ${page.name}, which is on an LRU list`);
  page.isLru = true;
}

/**
 * What was anonymous memory keeps its anon_vma in page->mapping until it is freed, so that no page of a process goes
 * through here.
 *
 * @kernel 4.8 fs/fuse/dev.c fuse_check_page
 */
export function fuseCheckPage(k: Kernel, page: Page): boolean {
  const hasMapping = page.isAnonMapped || (page.isFile && k.lending.uncached !== page);
  return pageMapcount(k, page) === 0 && !hasMapping && page.head.refcount === 1;
}

/** The page goes to the page cache: a reference for it, and one for the request. */
export function cacheMovedPage(k: Kernel, buf: PipeBuffer): void {
  const { page } = buf;
  getPage(k, page, 'replace_page_cache_page');
  getPage(k, page, 'fuse_try_move_page');
  if (page !== null) k.lending.noteStolen(page, buf.len);
}

/** The same, and to the LRU, unless it is there. */
export function moveIntoCache(k: Kernel, buf: PipeBuffer): void {
  cacheMovedPage(k, buf);
  if ((buf.flags & PIPE_BUF_FLAG_LRU) === 0 && buf.page !== null) lruCacheAdd(k, buf.page);
}

/** Whether the page can be had; 0, 1 for no, or what confirm() says. */
export function tryToTake(k: Kernel, buf: PipeBuffer): number {
  const err = k.fn.pipeBufConfirm(k, buf);
  if (err !== 0) return err;
  if (buf.len !== k.pageSize || !k.fn.pipeBufTrySteal(k, buf)) return 1;
  return buf.page !== null && k.fn.fuseCheckPage(k, buf.page) ? 0 : 1;
}

/** @kernel 4.8 fs/fuse/dev.c fuse_try_move_page: the buffer is released with all others. */
export function fuseTryMovePage(k: Kernel, buf: PipeBuffer): number {
  const ret = tryToTake(k, buf);
  if (ret === 0) moveIntoCache(k, buf);
  return ret;
}

/**
 * `len` bytes into the pages of a request, page after page.
 *
 * @kernel 4.8 fs/fuse/dev.c fuse_dev_do_write, fuse_copy_pages, fuse_copy_page, fuse_copy_fill, fuse_copy_do
 */
function fuseCopyPages(k: Kernel, len: number, flags: number): number {
  const { lending: cs } = k;
  let next = 0;
  let left = 0;
  let from: PipeBuffer = cs.bufs[0];
  for (let done = 0; done < len; ) {
    if (left === 0) {
      from = cs.bufs[next++];
      const isWhole = done % k.pageSize === 0 && len - done >= k.pageSize;
      const isMove = isWhole && (flags & SPLICE_F_MOVE) !== 0;
      const err = isMove ? k.fn.fuseTryMovePage(k, from) : k.fn.pipeBufConfirm(k, from);
      if (err < 0) return err;
      if (isMove && err === 0) {
        cs.take(from.page, 0, k.pageSize);
        done += k.pageSize;
        continue;
      }
      left = from.len;
    }
    const n = Math.min(left, len - done, k.pageSize - (done % k.pageSize));
    cs.take(from.page, from.offset + from.len - left, n);
    left -= n;
    done += n;
  }
  return len;
}

/** The request is over: its references go, and where its pages were truncated meanwhile, so do those of the page cache. */
function fuseRequestEnd(k: Kernel): void {
  const { lending } = k;
  for (let n = 0; n < lending.nrStolen; n++) {
    const stolen = lending.stolen[n];
    putPage(k, stolen.page, 'fuse_request_end');
    if (!lending.isTruncated) continue;
    stolen.isDropped = true;
    putPage(k, stolen.page, 'truncate_inode_pages');
  }
}

/** The buffers of the reply leave the pipe; -EINVAL where they are too few. */
function moveBuffers(k: Kernel, len: number, ends: RingEnds): number {
  const { lending } = k;
  let rem = 0;
  for (let j = 0; j < ends.used(k) && rem < len; j++) rem += ends.at(k, j).len;
  if (rem < len) return -EINVAL;
  rem = len;
  while (rem > 0) {
    k.turn('fuse_dev_splice_write');
    const ibuf = ends.at(k, 0);
    const obuf = lending.bufs[lending.nbuf];
    if (rem >= ibuf.len) {
      copyBuf(obuf, ibuf);
      ibuf.ops = 0;
      ends.pop(k);
    } else {
      if (!k.fn.pipeBufGet(k, ibuf)) return -EINVAL;
      copyBuf(obuf, ibuf);
      obuf.flags &= ~PIPE_BUF_FLAG_GIFT;
      obuf.len = rem;
      ibuf.offset += rem;
      ibuf.len -= rem;
    }
    lending.nbuf++;
    rem -= obuf.len;
  }
  return 0;
}

/** @kernel 4.8 fs/fuse/dev.c fuse_dev_splice_write */
function fuseDevSpliceWrite(k: Kernel, len: number, flags: number, ends: RingEnds): number {
  const { lending } = k;
  let ret = moveBuffers(k, len, ends);
  if (ret === 0) {
    ret = fuseCopyPages(k, len, flags);
    fuseRequestEnd(k);
  }
  for (let n = 0; n < lending.nbuf; n++) if (lending.bufs[n].ops !== 0) k.fn.pipeBufRelease(k, lending.bufs[n]);
  return ret;
}

/** For a ring of this form. */
export const fuseDevOf = (ends: RingEnds) =>
  ({
    fuseDevSpliceWrite: (k, len, flags) => fuseDevSpliceWrite(k, len, flags, ends),
    fuseTryMovePage,
    fuseCheckPage,
  }) satisfies Partial<KernelFunctions>;
