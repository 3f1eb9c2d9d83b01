/** A bio that takes its pages from an iterator over memory, and drops them when it ends. */
import { EXTRACTING } from '../callers/callers.js';
import { EFAULT } from '../errno.js';
import { flatOf, flatOffset, flatPage } from '../flat.js';
import type { Ghost } from '../ghost.js';
import type { Kernel, Vec } from '../kernel.js';
import { ITER_BVEC, WRITE } from '../kernel.js';
import type { OpSpec, World } from '../op.js';
import { upTo } from './args.js';
import { isCareless } from './copy.js';
import { FAULT, NOTHING, begin, goOn, hasVec, isExtract } from './extract.js';
import { isUser, toObstacle, toSegmentEnd } from './extract-promise.js';

/** In PageRequest.on: the pages are a bio's. */
const BIO = 2;

/** Bytes of a block of the device (model/bio.ts). */
const BLOCK = 2;

/**
 * Direct I/O is refused where a segment is not of whole blocks; where one may begin is for the device to say. Since 6.18
 * only all segments together have to be whole blocks, so that what a bio has room for may end anywhere: an iterator of
 * so many bytes stands for that part of a longer one.
 *
 * @kernel 6.1 block/fops.c blkdev_dio_unaligned; include/linux/blkdev.h bdev_iter_is_aligned
 */
function isOfBlocks(k: Kernel, g: Ghost, w: World): boolean {
  if (!w.design.present.has('iovIterIsAligned')) return true;
  const { starts } = flatOf(k, k.iter.vec);
  const end = g.pos + g.left;
  for (let s = 0; s + 1 < starts.length; s++) {
    const len = Math.min(starts[s + 1], end) - Math.max(starts[s], g.pos);
    if (len > 0 && len % BLOCK !== 0) return false;
  }
  return true;
}

/** The entries of the bio have to be the bytes from `g.pos` on, one after the other; how many they are. */
function checkBio(g: Ghost, k: Kernel, vec: Vec): number {
  const r = k.request;
  let pos = g.pos;
  for (let e = 0; e < r.nr; e++) {
    const page = flatPage(k, vec, pos);
    const off = flatOffset(k, vec, pos);
    const isIn = r.off[e] + r.len[e] <= k.pageSize;
    if (k.out.wrongEntry < 0 && !(isIn && r.page[e] === page && r.off[e] === off)) k.out.noteWrong(e, page, off);
    pos += r.len[e];
  }
  return pos - g.pos;
}

export const bioGet: OpSpec = {
  name: 'bio_iov_iter_get_pages',
  help: 'a bio takes the pages of the buffer, as many as it has room for; the iterator moves',
  args: [
    {
      name: 'with',
      omit: NOTHING,
      names: (w) => Object.fromEntries(upTo(w.bounds.vpages).map((n) => [FAULT + n, `fault:${n}`])),
      values: (w) => [NOTHING, ...upTo(w.bounds.vpages).map((n) => FAULT + n)],
    },
  ],
  fn: 'bioIovIterGetPages',
  exists: (w) =>
    isExtract(w) && w.design.contract.getPages === 'advances' && w.design.present.has('bioIovIterGetPages'),
  // A bio is built of user memory, or borrows an array of bio_vec; and of something, not of nothing.
  ready: (k, g) =>
    hasVec(k) && k.request.on === 0 && g.left > 0 && (isUser(k.iter.flavour) || k.iter.flavour === ITER_BVEC),
  allowed: (k, g, w, how) => (how < FAULT || isUser(k.iter.flavour)) && (isOfBlocks(k, g, w) || isCareless(w)),
  apply(k, _w, how) {
    begin(k, 0, k.request.page.length, how);
    const ret = k.fn.bioIovIterGetPages(k, k.iter);
    const r = k.request;
    k.out.committed = r.bytes;
    if (r.nr > 0) {
      r.on = BIO;
      r.isCommitted = r.inFlight = true;
      r.isSource = (k.out.iterWas.type & WRITE) !== 0;
    } else k.dropRequest();
    return ret;
  },
  isIdle: (k, _ret, how) => how >= FAULT && !k.isFaultHit,
  promise(g, k, _w, ret) {
    const { vec } = k.out.iterWas;
    if (vec === null) return '';
    if (ret === 0) {
      const { committed } = k.out;
      const bytes = checkBio(g, k, vec);
      if (committed > g.left || committed === 0)
        return `0 with 1 to ${g.left} bytes in the bio, which has ${committed}`;
      return committed === bytes ? '' : `a bio of the ${bytes} bytes of its entries; its bi_size is ${committed}`;
    }
    // Less than a block before the end of the first segment, or before a fault, is nothing.
    const first = toObstacle(k, vec, g.pos, Math.min(g.left, toSegmentEnd(vec, g.pos)));
    return ret === -EFAULT && (first < BLOCK || k.isFaultHit) ? '' : '0';
  },
  account(g, k) {
    goOn(g, k.out.committed);
    k.request.bytes = 0;
  },
};

export const bioRelease: OpSpec = {
  name: 'bio_release_pages',
  help: 'the bio has ended: its pages are dropped by its flags',
  args: [],
  fn: 'bioReleasePages',
  exists: bioGet.exists,
  ready: (k) => k.request.on === BIO && k.caller.kind === EXTRACTING,
  apply(k) {
    k.fn.bioReleasePages(k);
    k.dropRequest();
    if (!k.iter.active) k.caller.kind = 0;
    return 0;
  },
};

export const BIO_OPS: readonly OpSpec[] = [bioGet, bioRelease];
