/**
 * The fuse device since 5.16: the buffer is released while the page has more references, so that it is not taken for
 * the pipe's next page (712a951025c0), and after its flags were looked at (473441720c86).
 *
 * @kernel 6.1 fs/fuse/dev.c
 */
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, Page, PipeBuffer } from '../../kernel.js';
import { pageMapcount } from '../../memory.js';
import { moveIntoCache, tryToTake } from '../4.8/fuse_dev.js';

/** The count is not asked any more. @kernel 6.1 fs/fuse/dev.c fuse_check_folio */
export function fuseCheckPage(k: Kernel, page: Page): boolean {
  const hasMapping = page.isAnonMapped || (page.isFile && k.lending.uncached !== page);
  return pageMapcount(k, page) === 0 && !hasMapping;
}

/** @kernel 6.1 fs/fuse/dev.c fuse_try_move_page */
export function fuseTryMovePage(k: Kernel, buf: PipeBuffer): number {
  const ret = tryToTake(k, buf);
  if (ret !== 0) return ret;
  moveIntoCache(k, buf);
  k.fn.pipeBufRelease(k, buf);
  return 0;
}

export const fuseDev61: Partial<KernelFunctions> = { fuseCheckPage, fuseTryMovePage };
