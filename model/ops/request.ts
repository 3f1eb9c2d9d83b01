/** Direct I/O on a pipe-backed iterator: get_pages, the device, put_page, advance. */
import { EXTRACTING, FREE, isPending, may } from '../callers/callers.js';
import { Call } from '../callers/caller.js';
import { EFAULT, ENOMEM } from '../errno.js';
import type { Ghost } from '../ghost.js';
import type { IovIter, Kernel } from '../kernel.js';
import { memcpyToPage } from '../mm.js';
import type { OpSpec, World } from '../op.js';
import { oweStream } from '../owed.js';
import { freeSlots } from '../ring.js';
import { countFits, isListed, iterArg, lengthArg, markArg, markFits, oomArg, oomFits, upTo } from './args.js';
import { releaseRequest } from './dma.js';
import { commitRequest, forgetTarget, hasIterators, spend } from './iter.js';
import { plainOom } from './plain.js';

const iterOf = (k: Kernel, on: number): IovIter => (on === 1 ? k.iterCopy : k.iter);

/** Whether the direct caller of this design works on a struct copy. */
const usesCopy = (w: World): boolean => w.design.contract.directIo !== 'revert';

function mayGet(k: Kernel, w: World, on: number): boolean {
  const r = k.request;
  if (k.caller.kind === FREE) return on === 0 && may(k, Call.GetPages);
  if (!may(k, Call.GetPages) || (on === 1) !== usesCopy(w)) return false;
  if (r.on === 0) return true;
  if (on !== 1 || r.isWritten || r.isCommitted || r.advanced !== r.bytes) return false;
  // The request has room for what one more get can hand out: the free slots, and the page begun.
  return r.nr + freeSlots(k, w.ring) + 1 <= r.page.length;
}

/** Notes the pages that the caller was handed, as far as the array names them. */
export function takeRequest(k: Kernel, on: number, bytes: number): void {
  const r = k.request;
  r.on = on + 1;
  r.bytes += bytes;
  let rest = bytes;
  let off = k.out.start;
  for (let n = 0; rest > 0 && n < k.isEntryWritten.length && k.isEntryWritten[n]; n++) {
    if (r.nr === r.page.length)
      k.die('value-out-of-range', 'iov_iter_get_pages', 'more pages were handed out than the ring has slots');
    const len = Math.min(rest, k.pageSize - off);
    r.page[r.nr] = k.pagesArray[n];
    r.off[r.nr] = off;
    r.len[r.nr] = len;
    r.nr++;
    rest -= len;
    off = 0;
  }
}

export function beginGet(k: Kernel, on: number, maxpages: number, oom: number): void {
  if (on === 1 && k.request.on === 0) k.iterCopy.copyFrom(k.iter);
  k.oom = oom;
  k.out.start = 0;
  k.pagesArrayMax = maxpages;
  k.isEntryWritten.fill(false);
  k.out.before = k.request.bytes;
}

export function endGet(k: Kernel, w: World, on: number, ret: number): number {
  if (ret > 0) {
    takeRequest(k, on, ret);
    if (w.design.contract.getPages === 'advances') k.request.advanced = k.request.bytes;
    k.request.inFlight = w.scenario.extract;
  } else if (k.caller.kind !== FREE && k.request.on === 0) {
    k.caller.isStopped = true;
  }
  return ret;
}

/** Bytes of the slots that were free before this get_pages: what fits where it only takes new ones (seed 001). */
function newPageBytes(k: Kernel, w: World): number {
  let slots = freeSlots(k, w.ring);
  for (const isWritten of k.isEntryWritten) if (isWritten) slots++;
  return slots * k.pageSize;
}

/** '' if the return is one that get_pages may give; `most`: bytes that the array has room for. */
export function promiseGet(g: Ghost, k: Kernel, w: World, ret: number, maxsize: number, most: number): string {
  const want = Math.min(
    maxsize,
    w.design.contract.lengthAtGet === 'page' ? newPageBytes(k, w) : g.left - k.out.before,
    most,
  );
  if (ret === want) return '';
  if (ret > want || ret === 0) return `${want}`;
  if (k.isOomHit) return ret > 0 || ret === -EFAULT || ret === -ENOMEM ? '' : '-EFAULT or -ENOMEM';
  if (ret < 0 && ret !== -EFAULT) return `${want}, or -EFAULT`;
  return freeSlots(k, w.ring) === 0 ? '' : `${want}: a slot is free`;
}

export function accountGet(g: Ghost, k: Kernel, w: World, ret: number): void {
  if (ret > 0 && w.design.contract.getPages === 'advances') spend(g, k, w, ret);
}

export const getPages: OpSpec = {
  name: 'iov_iter_get_pages',
  help: 'allocate pages in the pipe and hand them to the caller, referenced',
  args: [lengthArg('maxsize'), { name: 'maxpages', values: (w) => upTo(w.bounds.ring + 1) }, iterArg, oomArg()],
  fn: 'iovIterGetPages',
  exists: hasIterators,
  ready: (k, _g, w) => mayGet(k, w, 0) || mayGet(k, w, 1),
  allowed: (k, g, w, maxsize, _maxpages, on, oom) =>
    countFits(w, maxsize, g.left) && oomFits(k, w, oom, maxsize) && mayGet(k, w, on),
  never: (w, _maxsize, maxpages) => maxpages === 0 && w.bounds.callers !== 'careless',
  apply(k, w, maxsize, maxpages, on, oom) {
    beginGet(k, on, maxpages, oom);
    return endGet(k, w, on, k.fn.iovIterGetPages(k, iterOf(k, on), maxsize, maxpages));
  },
  isIdle: (k, _ret, _size, _pages, _on, oom) => oom >= 0 && !k.isOomHit,
  plain: plainOom(3),
  promise: (g, k, w, ret, maxsize, maxpages) =>
    promiseGet(g, k, w, ret, maxsize, maxpages * k.pageSize - (ret > 0 ? k.out.start : 0)),
  account: accountGet,
};

export const getPagesAlloc: OpSpec = {
  name: 'iov_iter_get_pages_alloc',
  help: 'the same, with a page array allocated by the callee',
  args: [lengthArg('maxsize'), iterArg, oomArg(1)],
  fn: 'iovIterGetPagesAlloc',
  exists: hasIterators,
  ready: (k, _g, w) => k.request.on === 0 && (mayGet(k, w, 0) || mayGet(k, w, 1)),
  allowed: (k, g, w, maxsize, on, oom) =>
    countFits(w, maxsize, g.left) && oomFits(k, w, oom, maxsize, 1) && mayGet(k, w, on),
  apply(k, w, maxsize, on, oom) {
    beginGet(k, on, 0, oom);
    const ret = endGet(k, w, on, k.fn.iovIterGetPagesAlloc(k, iterOf(k, on), maxsize));
    if (ret > 0) k.request.ownsArray = true;
    return ret;
  },
  isIdle: (k, _ret, _size, _on, oom) => oom >= 0 && !k.isOomHit,
  plain: plainOom(2),
  promise: (g, k, w, ret, maxsize) => promiseGet(g, k, w, ret, maxsize, Number.MAX_SAFE_INTEGER),
  account: accountGet,
};

/** Bytes of the request that the array names. */
function listedBytes(k: Kernel): number {
  let n = 0;
  for (let e = 0; e < k.request.nr; e++) n += k.request.len[e];
  return n;
}

export const deviceWrite: OpSpec = {
  name: 'device_write',
  help: 'the device writes the first bytes of the request, and is done',
  args: [{ name: 'bytes', values: (w) => upTo(w.bounds.ring * w.bounds.page + 1) }, markArg],
  fn: null,
  exists: hasIterators,
  ready(k, _g, w) {
    const r = k.request;
    if (!isPending(k) || r.isWritten) return false;
    const mustAdvance = r.on === 2 || w.design.contract.directIo === 'revert';
    return r.advanced === r.bytes || (r.advanced === 0 && (!mustAdvance || r.on === 2));
  },
  allowed(k, g, w, bytes, mark) {
    const listed = listedBytes(k);
    if (bytes > listed || !markFits(w, g.isMarkFree, mark, bytes)) return false;
    return bytes === 0 || bytes === listed || isListed(w, bytes);
  },
  apply(k, w, bytes, mark) {
    const r = k.request;
    let rest = bytes;
    for (let e = 0; e < r.nr && rest > 0; e++) {
      const len = Math.min(rest, r.len[e]);
      memcpyToPage(k, r.page[e], r.off[e], len, mark - (bytes - rest), 'device_write');
      rest -= len;
    }
    r.isWritten = true;
    r.inFlight = false;
    r.done = bytes;
    forgetTarget(k);
    k.out.committed = -1;
    const isAll = r.advanced === r.bytes && bytes >= r.bytes;
    if (w.design.contract.directIo === 'revert' && isAll) commitRequest(k, r.bytes);
    return bytes;
  },
  account(g, k, _w, _ret, _bytes, mark) {
    if (mark >= 0) {
      g.deviceMark = mark;
      g.isMarkFree = false;
    }
    if (k.out.committed >= 0) {
      oweStream(g, k, k.out.committed, g.deviceMark);
      g.deviceMark = -1;
    }
  },
};

export const putPages: OpSpec = {
  name: 'put_pages',
  help: 'the caller drops what it holds of each page (put_page), and frees the array it owns',
  args: [],
  fn: null,
  exists: hasIterators,
  // What was taken from an iterator over memory is dropped by its own op, or by the bio.
  ready: ({ request: r, caller }) =>
    caller.kind !== EXTRACTING && r.on !== 0 && !r.isPut && (r.isWritten || r.isCommitted),
  apply(k) {
    const r = k.request;
    // Two gets may name one page twice; each took a reference.
    releaseRequest(k, 'put_pages');
    r.ownsArray = false;
    r.isPut = true;
    if (r.isCommitted) k.dropRequest();
    return 0;
  },
};

export const advanceIter: OpSpec = {
  name: 'iov_iter_advance',
  help: 'commit the bytes that were read into the pages, drop the rest',
  args: [{ name: 'size', values: (w) => upTo(w.bounds.ring * w.bounds.page + 1) }, iterArg],
  fn: 'iovIterAdvance',
  exists: (w) => hasIterators(w) && w.design.contract.getPages === 'peeks',
  ready: (k) => isPending(k),
  allowed(k, _g, w, size, on) {
    const r = k.request;
    const isCopy = on === 1;
    // The iterator that the pages were asked of moves past all of them, before the I/O.
    const isOwn = r.on === on + 1;
    if (isOwn && !r.isWritten && (isCopy || w.design.contract.directIo === 'revert')) {
      if (r.advanced < r.bytes && size === r.bytes - r.advanced) return true;
    }
    if (isCopy || w.design.contract.directIo !== 'struct-copy') return false;
    // direct_IO() drops its pages before it returns to where the original is advanced.
    if (k.caller.kind !== FREE && r.isWritten && !r.isPut) return false;
    // The original moves past what was read; by 0 also where nothing was tried.
    if (size === 0) return true;
    return r.isWritten && size <= r.done && (size === r.done || w.bounds.lengths === 'all' || size === 1);
  },
  apply(k, w, size, on) {
    const r = k.request;
    k.fn.iovIterAdvance(k, iterOf(k, on), size);
    k.out.committed = -1;
    const isCommit = on === 0 && w.design.contract.directIo === 'struct-copy';
    if (isCommit) commitRequest(k, size);
    else r.advanced += size;
    return 0;
  },
  account(g, k, w, _ret, size, on) {
    if (k.out.committed >= 0) {
      oweStream(g, k, size, g.deviceMark);
      g.deviceMark = -1;
    }
    if (on === 0) spend(g, k, w, size);
  },
};

/** Seed 001's own primitive for the same moment. */
export const commitIter: OpSpec = {
  ...advanceIter,
  name: 'iov_iter_commit',
  help: 'the primitive of seed 001: advance, truncate the slot, free the pages behind it',
  args: [advanceIter.args[0]],
  fn: 'iovIterCommit',
  exists: (w) => hasIterators(w) && w.design.contract.directIo === 'commit',
  allowed(k, _g, w, size) {
    const r = k.request;
    if (size === 0) return true;
    return r.isWritten && size <= r.done && (size === r.done || w.bounds.lengths === 'all' || size === 1);
  },
  apply(k, _w, size) {
    k.fn.iovIterCommit(k, k.iter, size);
    commitRequest(k, size);
    return 0;
  },
  account(g, k, w, _ret, size) {
    oweStream(g, k, size, g.deviceMark);
    g.deviceMark = -1;
    spend(g, k, w, size);
  },
};

export const REQUEST_OPS: readonly OpSpec[] = [getPages, getPagesAlloc, deviceWrite, putPages, advanceIter, commitIter];
