/**
 * The form that a state with files (inode.ts) is brought to after each op: bytes get the numbers
 * of their first appearance, and what nobody can read has none. No modelled function looks at
 * what it moves, so that only which bytes are the same can matter.
 */
import { fillBytes } from './bytes.js';
import type { Ghost } from './ghost.js';
import { ByteKind } from './ghost.js';
import { FIRST, namesMax, UNWRITTEN, ZERO } from './inode.js';
import type { Kernel, Page } from './kernel.js';

/** New number of each byte, 0 for none yet; scratch. */
const renamed = new Uint8Array(256);
let next = FIRST;
let last = FIRST;

function rename(byte: number): number {
  if (byte === UNWRITTEN || byte === ZERO) return byte;
  if (renamed[byte] === 0) {
    renamed[byte] = next;
    if (next < last) next++;
  }
  return renamed[byte];
}

/**
 * A page that is in no pipe may as well be up to date: whoever reads the file reads it in first. That this fails is not
 * looked at here; it is where a page was never cached.
 */
function settleUptodate(k: Kernel, page: Page): void {
  for (const { bufs } of k.pipes) for (const buf of bufs) if (buf.ops !== 0 && buf.page === page) return;
  page.isUptodate = true;
}

/** What of a page a pipe shows, a bit a byte, if nobody but pipes refers to it; everything otherwise. */
function shownBytes(k: Kernel, page: Page): number {
  const { pageSize } = k;
  let shown = 0;
  let slots = 0;
  for (const { bufs } of k.pipes) {
    for (const buf of bufs) {
      if (buf.ops === 0 || buf.page !== page) continue;
      slots++;
      shown |= (2 ** Math.min(buf.offset + buf.len, pageSize) - 1) & ~(2 ** buf.offset - 1);
    }
  }
  return page.refcount === slots ? shown : 2 ** pageSize - 1;
}

function settlePage(k: Kernel, page: Page): void {
  if (!page.isUptodate) settleUptodate(k, page);
  if (page.refcount === 0) {
    fillBytes(page.data, UNWRITTEN);
    return;
  }
  const shown = shownBytes(k, page);
  for (let b = 0; b < k.pageSize; b++) page.data[b] = ((shown >> b) & 1) === 0 ? UNWRITTEN : rename(page.data[b]);
}

export function normaliseFiles(k: Kernel, g: Ghost): void {
  renamed.fill(0);
  next = FIRST;
  last = namesMax(k.bounds);
  for (let n = 0; n < g.content.length; n++) g.content[n] = rename(g.content[n]);
  for (let n = 0; n < g.n; n++) if (g.kind[n] !== ByteKind.Shared) g.tag[n] = rename(g.tag[n]);
  for (let p = k.poolStart; p < k.pages.length; p++) settlePage(k, k.pages[p]);
  g.isMarkFree = true;
}
