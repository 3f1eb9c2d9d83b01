/**
 * Direct I/O of a process on its own memory: pages are taken from a user-backed iterator, a
 * device reads or writes them later, and the caller drops what it holds by the mode that it
 * was told. Between these steps everything else may happen.
 */
import { EFAULT, ENOMEM } from '../errno.js';
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import { FOLL_GET, FOLL_PIN, READ, Vma, WRITE, Writer } from '../kernel.js';
import { kvfreeArray, putPage } from '../mm.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { FOLLOWS_FILE, fileOf, freshValue, setFile, toRead } from '../private.js';
import { upTo } from './args.js';
import { isAllowedBy, isPaged, pidArg } from './process.js';

const directionArg = { name: 'direction', names: { [READ]: 'READ', [WRITE]: 'WRITE' }, values: () => [READ, WRITE] };

const vecArg = {
  name: 'buffer',
  names: (w: World) => w.vecTexts,
  values: (w: World) => w.vecTexts.map((_, n) => n),
};

/** What fails on the way: nothing, the n-th allocation (the array, then pages), or (nofault) what is not there yet. */
const NOFAULT = -2;
const failArg: ArgSpec = {
  name: 'with',
  omit: -1,
  names: { [NOFAULT]: 'nofault', ...Object.fromEntries(upTo(5).map((n) => [n, `fail_alloc:${n}`])) },
  values: (w) => [-1, NOFAULT, ...(w.bounds.oom === 'off' ? [] : upTo(w.bounds.vpages + 1))],
};

/** Whether what is mapped there lets such an access through. */
const lets = (vma: number, isWrite: boolean): boolean => vma !== Vma.None && !(isWrite && vma === Vma.ReadOnlyAnon);

/** Pages from `at` on that such an access may have. */
function reachable(k: Kernel, pid: number, at: number, pages: number, isWrite: boolean): number {
  const { vma } = k.mms[pid];
  let n = 0;
  while (n < pages && lets(vma[at + n], isWrite)) n++;
  return n;
}

/** Scratch of one op: pages that it can have without a fault; a pin need not have what it would have to unshare. */
const atOnce = { least: 0, most: 0 };

function lookAtTables(k: Kernel, pid: number, vec: number, isWrite: boolean): void {
  const { ptes } = k.mms[pid];
  const at = firstPage(k, vec);
  const end = at + pagesOf(k, vec);
  let v = at;
  while (v < end && isAllowedBy(ptes[v], true)) v++;
  atOnce.least = v - at;
  while (v < end && isAllowedBy(ptes[v], isWrite)) v++;
  atOnce.most = v - at;
}

/** With nofault: what is there, and no more. */
function nofaultPromise(k: Kernel, ret: number): string {
  const { least, most } = atOnce;
  const pages = ret === -EFAULT ? 0 : ret > 0 ? ret / k.pageSize : -1;
  if (Number.isInteger(pages) && pages >= least && pages <= most) return '';
  const bytes = least === most ? `${most * k.pageSize}` : `${least * k.pageSize} to ${most * k.pageSize}`;
  return `${most === 0 ? '' : bytes}${most > 0 && least === 0 ? ', or ' : ''}${least === 0 ? '-EFAULT' : ''}: no page is faulted in`;
}

function firstPage(k: Kernel, vec: number): number {
  return k.vecs[vec].iov[0].base / k.pageSize;
}

function pagesOf(k: Kernel, vec: number): number {
  return k.vecs[vec].bytes / k.pageSize;
}

/** The caller's list of what it was handed, as far as the array names it. */
export function takePages(k: Kernel, bytes: number): void {
  const r = k.request;
  let rest = bytes;
  let off = k.out.start;
  r.nr = 0;
  for (let n = 0; rest > 0 && n < k.isEntryWritten.length && k.isEntryWritten[n]; n++) {
    if (n >= r.page.length)
      k.die('value-out-of-range', 'iov_iter_extract_pages', 'more pages were handed out than the array has entries');
    const len = Math.min(rest, k.pageSize - off);
    r.page[n] = k.pagesArray[n];
    r.off[n] = off;
    r.len[n] = len;
    r.nr++;
    rest -= len;
    off = 0;
  }
}

/** How the caller holds what it was handed: by the design's own word for it. */
export function holdOf(k: Kernel, w: World, isExtract: boolean): number {
  if (!isExtract) return FOLL_GET;
  const { present } = w.design;
  if (present.has('iovIterExtractMode')) return k.fn.iovIterExtractMode(k, k.iter);
  return k.fn.iovIterExtractWillPin(k, k.iter) ? FOLL_PIN : 0;
}

function take(k: Kernel, w: World, vec: number, pidAndDirection: number, fail: number, isExtract: boolean): number {
  const pid = pidAndDirection >> 1;
  const direction = pidAndDirection & 1;
  k.current = pid;
  k.oom = fail >= 0 ? fail : -1;
  k.out.start = 0;
  k.pagesArrayMax = 0;
  k.isEntryWritten.fill(false);
  const { iter, request: r } = k;
  let hold = 0;
  let ret = 0;
  lookAtTables(k, pid, vec, direction === READ);
  try {
    k.fn.iovIterUbuf(k, iter, direction, k.vecs[vec], k.vecs[vec].bytes);
    iter.nofault = fail === NOFAULT;
    hold = holdOf(k, w, isExtract);
    if (isExtract) ret = k.fn.iovIterExtractPages(k, iter, iter.count, pagesOf(k, vec));
    else ret = k.fn.iovIterGetPagesAlloc(k, iter, iter.count);
  } finally {
    // It lives as long as the op, and is not in the image.
    iter.clear();
  }
  if (ret <= 0) return ret;
  r.on = 1;
  r.isCommitted = true;
  r.hold = hold;
  r.isSource = direction === WRITE;
  r.mm = pid;
  r.inFlight = true;
  r.ownsArray = true;
  takePages(k, ret);
  const { ptes } = k.mms[pid];
  const at = firstPage(k, vec);
  for (let e = r.nr - 1; e >= 0; e--) {
    const page = ptes[at + e]?.page ?? null;
    if (r.page[e] !== page || (e === 0 && k.out.start !== 0)) k.out.noteWrong(e, page, 0);
  }
  return ret;
}

function accountTake(g: Ghost, k: Kernel, ret: number, vec: number, pid: number): void {
  if (ret <= 0 || k.bounds.contents === 'off') return;
  const r = k.request;
  g.reqAt = firstPage(k, vec);
  g.followed = 0;
  for (let e = 0; e < r.nr; e++) {
    const at = pid * k.bounds.vpages + g.reqAt + e;
    const vma = k.mms[pid].vma[g.reqAt + e];
    const value = toRead(g, k, pid, g.reqAt + e);
    // To write a page for its process is a write of its own: it is the process's own from here on.
    if (!r.isSource && vma === Vma.PrivateFile) g.memory[at] = value;
    if (g.memory[at] === FOLLOWS_FILE) g.followed |= 1 << e;
    g.mayRead[e] = r.isSource ? value : 0;
  }
}

function takeOp(name: string, help: string, fn: 'iovIterExtractPages' | 'iovIterGetPagesAlloc'): OpSpec {
  const isExtract = fn === 'iovIterExtractPages';
  return {
    name,
    help,
    args: [pidArg, directionArg, vecArg, failArg],
    fn,
    // Where there is extract_pages, a caller that wants a device to write pages does not take mere references.
    exists: (w) =>
      isPaged(w) &&
      w.design.present.has(fn) &&
      w.design.present.has('iovIterUbuf') &&
      (isExtract || w.bounds.callers === 'careless' || !w.design.present.has('iovIterExtractPages')),
    ready: (k) => k.request.on === 0 && (k.mms[0].isAlive || k.mms[1].isAlive),
    allowed: (k, _g, _w, pid) => k.mms[pid].isAlive,
    apply: (k, w, pid, direction, vec, fail) => take(k, w, vec, (pid << 1) | direction, fail, isExtract),
    isIdle: (k, _ret, _pid, _direction, _vec, fail) => fail >= 0 && !k.isOomHit,
    promise(_g, k, _w, ret, pid, direction, vec, fail) {
      const pages = reachable(k, pid, firstPage(k, vec), pagesOf(k, vec), direction === READ);
      const want = pages === 0 ? -EFAULT : pages * k.pageSize;
      if (fail === NOFAULT) return nofaultPromise(k, ret);
      if (ret === want) return '';
      if (fail < 0) return `${want}`;
      const isFewer = ret > 0 && ret < want && ret % k.pageSize === 0;
      return isFewer || ret === -ENOMEM ? '' : `${want}, fewer pages, or -ENOMEM`;
    },
    account: (g, k, _w, ret, pid, _direction, vec) => accountTake(g, k, ret, vec, pid),
  };
}

/** Bytes that the device is given. */
function bytesOf(r: Kernel['request']): number {
  let bytes = 0;
  for (let e = 0; e < r.nr; e++) bytes += r.len[e];
  return bytes;
}

export const deviceWrites: OpSpec = {
  name: 'device_write',
  help: 'the device writes the pages of the request: DMA to memory',
  args: [],
  fn: null,
  exists: isPaged,
  ready: (k) => k.request.on !== 0 && k.request.inFlight && !k.request.isSource,
  apply(k: Kernel) {
    const r = k.request;
    for (let e = 0; e < r.nr; e++) {
      const page = r.page[e];
      if (page === null) k.die('no-bug', 'device_write', 'the device was given a NULL page');
      if (page.head.refcount === 0) {
        k.die('no-use-after-free', 'device_write', `the device writes page ${page.name}, which is free`);
      }
    }
    r.inFlight = false;
    return bytesOf(r);
  },
  account(g, k) {
    const r = k.request;
    for (let e = 0; e < r.nr && k.bounds.contents !== 'off'; e++) {
      const vpage = g.reqAt + e;
      const value = freshValue(k, g, Writer.Device);
      r.page[e]?.data.fill(value);
      if ((g.followed & (1 << e)) !== 0) setFile(g, k, fileOf(k, vpage), value);
      else if ((g.lost & (1 << e)) === 0) g.memory[r.mm * k.bounds.vpages + vpage] = value;
    }
  },
};

export const deviceReads: OpSpec = {
  name: 'device_read',
  help: 'the device reads the pages of the request: DMA from memory',
  args: [],
  fn: null,
  exists: isPaged,
  ready: (k) => k.request.on !== 0 && k.request.inFlight && k.request.isSource,
  apply(k: Kernel) {
    const r = k.request;
    for (let e = 0; e < r.nr; e++) {
      const page = r.page[e];
      if (page === null) k.die('no-bug', 'device_read', 'the device was given a NULL page');
      if (page.head.refcount === 0) {
        k.die('no-use-after-free', 'device_read', `the device reads page ${page.name}, which is free`);
      }
    }
    r.inFlight = false;
    return bytesOf(r);
  },
  account(g, k) {
    const r = k.request;
    if (k.bounds.contents === 'off') return;
    for (let e = 0; e < r.nr && k.out.misread < 0; e++) {
      const found = r.page[e]?.data[0] ?? 0;
      if (g.mayRead[e] === found) continue;
      k.out.misread = found;
      k.out.misreadAt = r.mm * k.bounds.vpages + g.reqAt + e;
    }
  },
};

/** Drops what the caller holds, page by page, by the mode that it was given. */
export function releaseRequest(k: Kernel, by: string): void {
  const r = k.request;
  for (let e = 0; e < r.nr; e++) {
    const page = r.page[e];
    if (r.hold === FOLL_PIN && page !== null) k.fn.unpinUserPage(k, page);
    else if (r.hold === FOLL_GET) putPage(k, page, by);
    r.page[e] = null;
  }
  r.nr = 0;
  if (r.ownsArray) kvfreeArray(k, by);
}

export const releasePages: OpSpec = {
  name: 'release_pages',
  help: 'the I/O is over, or was never begun: the caller drops what it holds, by the mode that it was given',
  args: [],
  fn: null,
  exists: isPaged,
  ready: (k) => k.request.on !== 0,
  apply(k) {
    releaseRequest(k, 'release_pages');
    k.dropRequest();
    return 0;
  },
};

export const DMA_OPS: readonly OpSpec[] = [
  takeOp(
    'iov_iter_extract_pages',
    'a process begins direct I/O on its memory, by iov_iter_extract_pages()',
    'iovIterExtractPages',
  ),
  takeOp(
    'iov_iter_get_pages_alloc',
    'a process begins direct I/O on its memory, by iov_iter_get_pages_alloc2()',
    'iovIterGetPagesAlloc',
  ),
  deviceWrites,
  deviceReads,
  releasePages,
];
