/** The primitives that fill a pipe-backed iterator: iov_iter_pipe, copies, zero, revert. */
import { CALLERS, FREE, isPending, may } from '../callers/callers.js';
import { Call } from '../callers/caller.js';
import { hasMarks } from '../bounds.js';
import type { Ghost } from '../ghost.js';
import type { Kernel, Page } from '../kernel.js';
import { ITER_PIPE, Tag } from '../kernel.js';
import type { OpSpec, World } from '../op.js';
import { oweStream } from '../owed.js';
import { freeSlots, roomInLast } from '../ring.js';
import { countArg, countFits, isListed, lengthArg, markArg, markIsListed, oomArg, oomFits, upTo } from './args.js';
import { plainMark, plainMarkAndOom, plainOom } from './plain.js';

export const hasIterators = (w: World): boolean => w.scenario.iterators && w.design.present.has('iovIterPipe');

/** Beside page extraction a pipe is filled by the fewest calls that lead to each of its states. */
export const hasAllPrimitives = (w: World): boolean => hasIterators(w) && !w.scenario.extract;

/** What count has to be now, for either meaning of it. */
export function spend(g: Ghost, k: Kernel, w: World, bytes: number): void {
  g.left = w.design.contract.count === 'capacity' ? capacity(k, w) : g.left - bytes;
}

/** Bytes that still fit: free slots, and the rest of the last one if this iterator filled it (seed 001). */
export function capacity(k: Kernel, w: World): number {
  const room = k.iter.iovOffset === 0 ? 0 : roomInLast(k, w.ring);
  return freeSlots(k, w.ring) * k.pageSize + room;
}

/** The running caller notes what a primitive has reported. */
function note(k: Kernel, ret: number, want: number): void {
  if (k.caller.kind === FREE) return;
  k.caller.ret += ret;
  if (ret < want) k.caller.isStopped = true;
}

/** A short return is right only where nothing more fits. */
function promiseFilled(g: Ghost, k: Kernel, w: World, ret: number, bytes: number): string {
  const want = Math.min(bytes, g.left);
  if (ret === want) return '';
  if (ret < 0 || ret > want) return `${want}`;
  if (k.isOomHit) return '';
  const hasRoom = freeSlots(k, w.ring) > 0 || ((ret > 0 || g.n > g.start) && roomInLast(k, w.ring) > 0);
  return hasRoom ? `${want}: there is room in the pipe` : '';
}

export const iovIterPipe: OpSpec = {
  name: 'iov_iter_pipe',
  help: 'lock the pipe and make an iterator of it, for the primitives themselves',
  args: [countArg('count')],
  fn: 'iovIterPipe',
  exists: hasIterators,
  ready: (k, _g, w) => k.caller.kind === 0 && (w.bounds.callers === 'careless' || w.ring.used(k) < k.bounds.ring),
  apply(k, w, count) {
    k.caller.kind = FREE;
    k.fn.iovIterPipe(k, k.iter, ITER_PIPE, count);
    if (w.ring.form === 'curbuf') k.iter.startHead = k.iter.idx; // no field of the C: kept in step for symmetry
    return 0;
  },
  account: (g, k, w, _ret, count) => begin(g, k, w, count),
};

/** The judge's side of a new iterator. */
export function begin(g: Ghost, k: Kernel, w: World, count: number): void {
  g.start = g.n;
  g.left = w.design.contract.count === 'capacity' ? capacity(k, w) : count;
}

export const copyToIter: OpSpec = {
  name: 'copy_to_iter',
  help: 'copy bytes from kernel memory into the pipe',
  args: [lengthArg('bytes'), markArg, oomArg()],
  fn: 'copyToIter',
  exists: hasIterators,
  ready: (k) => may(k, Call.CopyToIter),
  allowed: (k, g, w, bytes, mark, oom) =>
    countFits(w, bytes, g.left) && (mark < 0 || (mark < g.left && g.isMarkFree)) && oomFits(k, w, oom, bytes),
  never: (w, bytes, mark) => !markIsListed(w, mark, bytes),
  apply(k, _w, bytes, mark, oom) {
    k.oom = oom;
    k.srcMark = mark;
    const want = Math.min(bytes, k.iter.count);
    const ret = k.fn.copyToIter(k, bytes, k.iter);
    note(k, ret, want);
    return ret;
  },
  isIdle: (k, ret, _bytes, mark, oom) => (oom >= 0 && !k.isOomHit) || (mark >= 0 && ret <= mark),
  plain: plainMarkAndOom(1),
  promise: (g, k, w, ret, bytes) => promiseFilled(g, k, w, ret, bytes),
  account(g, k, w, ret, _bytes, mark) {
    oweStream(g, k, ret, mark);
    spend(g, k, w, ret);
  },
};

export const iovIterZero: OpSpec = {
  name: 'iov_iter_zero',
  help: 'put zeros into the pipe',
  args: [lengthArg('bytes'), oomArg()],
  fn: 'iovIterZero',
  exists: hasAllPrimitives,
  ready: (k) => may(k, Call.Zero),
  allowed: (k, g, w, bytes, oom) => countFits(w, bytes, g.left) && oomFits(k, w, oom, bytes),
  apply(k, _w, bytes, oom) {
    k.oom = oom;
    const want = Math.min(bytes, k.iter.count);
    const ret = k.fn.iovIterZero(k, bytes, k.iter);
    note(k, ret, want);
    return ret;
  },
  isIdle: (k, _ret, _bytes, oom) => oom >= 0 && !k.isOomHit,
  plain: plainOom(1),
  promise: (g, k, w, ret, bytes) => promiseFilled(g, k, w, ret, bytes),
  account(g, k, w, ret) {
    oweStream(g, k, ret, -1);
    spend(g, k, w, ret);
  },
};

/** Whether a slot shows the page: its bytes are then already somebody's. */
function isInPipe(k: Kernel, w: World, page: Page): boolean {
  const used = w.ring.used(k);
  for (let j = 0; j < used; j++) if (w.ring.slot(k, j).page === page) return true;
  return false;
}

/** Bytes of a file page, with the marked one where the run has put it. */
function oweFile(g: Ghost, k: Kernel, pos: number, bytes: number): void {
  for (let n = 0; n < bytes; n++) g.owe(pos + n === g.fileMark ? Tag.Marked : k.plain, 0);
}

export const copyPageToIter: OpSpec = {
  name: 'copy_page_to_iter',
  help: 'put a reference to part of a page-cache page into the pipe',
  args: [
    { name: 'page', values: (w) => upTo(w.bounds.files) },
    { name: 'offset', values: (w) => upTo(w.bounds.page) },
    { name: 'bytes', values: (w) => upTo(w.bounds.page + 1).slice(1) },
    { ...markArg, values: (w) => (hasMarks(w.bounds) ? [-1, ...upTo(w.bounds.page)] : [-1]) },
  ],
  fn: 'copyPageToIter',
  exists: hasAllPrimitives,
  ready: (k) => may(k, Call.CopyPage) && (k.caller.kind === FREE || k.iter.count > 0),
  allowed(k, g, w, page, offset, bytes, mark) {
    if (bytes > g.left && bytes !== w.bounds.page - offset) return false;
    // The file's byte is the marked one from here on; bytes already in the pipe are not.
    return mark < 0 || (g.isMarkFree && !isInPipe(k, w, k.filePages[page]));
  },
  never: (w, _page, offset, bytes, mark) =>
    offset + bytes > w.bounds.page || !segmentIsListed(w, offset, bytes) || !markIsListed(w, mark, bytes),
  apply(k, _w, page, offset, bytes, mark) {
    const want = Math.min(bytes, k.iter.count);
    if (mark >= 0) k.filePages[page].data[offset + mark] = Tag.Marked;
    const ret = k.fn.copyPageToIter(k, k.filePages[page], offset, bytes, k.iter);
    note(k, ret, want);
    return ret;
  },
  isIdle: (_k, ret, _page, _offset, _bytes, mark) => mark >= 0 && ret <= mark,
  plain: plainMark(3),
  promise(g, k, w, ret, _page, _offset, bytes) {
    const want = Math.min(bytes, g.left);
    if (ret === want) return '';
    if (ret !== 0) return want === 0 ? '0: count says that nothing more fits' : `${want} or 0`;
    return freeSlots(k, w.ring) > 0 ? `${want}: a slot is free` : '';
  },
  account(g, k, w, ret, page, offset, _bytes, mark) {
    if (mark >= 0) {
      g.isMarkFree = false;
      g.fileMark = page * k.pageSize + offset + mark;
    }
    oweFile(g, k, page * k.pageSize + offset, ret);
    spend(g, k, w, ret);
  },
};

function segmentIsListed(w: World, offset: number, bytes: number): boolean {
  return w.bounds.segments === 'all' || offset === 0 || offset + bytes === w.bounds.page || bytes === 1;
}

export const csumAndCopyToIter: OpSpec = {
  ...copyToIter,
  name: 'csum_and_copy_to_iter',
  help: 'copy into the pipe and sum what was copied',
  fn: 'csumAndCopyToIter',
  exists: (w) => hasAllPrimitives(w) && w.design.contract.csum === 'copies',
  apply(k, _w, bytes, mark, oom) {
    k.oom = oom;
    k.srcMark = mark;
    k.out.csum = 0;
    const want = Math.min(bytes, k.iter.count);
    const ret = k.fn.csumAndCopyToIter(k, bytes, k.iter);
    note(k, ret, want);
    return ret;
  },
  promise(g, k, w, ret, bytes, mark) {
    // The model's sum of a byte is its tag, so that a byte left out or summed twice shows.
    let sum = 0;
    for (let n = 0; n < ret; n++) sum += n === mark ? Tag.Marked : Tag.Plain;
    return k.out.csum === sum ? promiseFilled(g, k, w, ret, bytes) : `a sum over ${ret} bytes`;
  },
};

/** Only in designs that say so: the other kernels' searches have no failing memory to copy from. */
const copyMcToIter: OpSpec = {
  name: '_copy_mc_to_iter',
  help: 'copy into the pipe from memory that fails at a byte',
  args: [lengthArg('bytes'), { name: 'poison_at', values: (w) => upTo(w.bounds.ring * w.bounds.page) }],
  fn: 'copyMcPipeToIter',
  exists: (w) => hasAllPrimitives(w) && w.design.present.has('copyMcPipeToIter'),
  ready: (k) => may(k, Call.CopyToIter),
  allowed: (_k, g, w, bytes, poison) => countFits(w, bytes, g.left) && poison < Math.min(bytes, g.left),
  apply(k, _w, bytes, poison) {
    k.poison = poison;
    const want = Math.min(bytes, k.iter.count);
    const ret = k.fn.copyMcPipeToIter(k, bytes, k.iter);
    note(k, ret, want);
    return ret;
  },
  promise: (g, k, w, ret, _bytes, poison) => promiseFilled(g, k, w, ret, poison),
  account(g, k, w, ret) {
    oweStream(g, k, ret, -1);
    spend(g, k, w, ret);
  },
};

export const iovIterRevert: OpSpec = {
  name: 'iov_iter_revert',
  help: 'undo the last bytes',
  args: [{ name: 'unroll', values: (w) => upTo(w.bounds.ring * w.bounds.page + 1).slice(1) }],
  fn: 'iovIterRevert',
  // Beside page extraction one op reverts iterators of every flavour (extract.ts).
  exists: (w) => hasAllPrimitives(w) && w.design.present.has('iovIterRevert'),
  ready: (k) => (isPending(k) ? k.request.on === 1 : may(k, Call.Revert) && k.caller.kind === FREE),
  allowed(k, g, w, unroll) {
    const r = k.request;
    if (r.inFlight) return unroll <= r.bytes;
    if (!isPending(k)) return unroll <= g.n - g.start && (w.bounds.lengths === 'all' || isListed(w, unroll));
    const kept = r.bytes - unroll;
    if (r.advanced !== r.bytes || kept < 0 || kept > r.done) return false;
    return kept === 0 || kept === r.done || w.bounds.lengths === 'all';
  },
  apply(k, _w, unroll) {
    const r = k.request;
    k.fn.iovIterRevert(k, k.iter, unroll);
    k.out.committed = -1;
    if (r.inFlight) {
      // The file has shrunk: less counts than the device was asked for, and it goes on all the same.
      r.bytes -= unroll;
      r.advanced -= unroll;
    } else if (r.on !== 0) commitRequest(k, r.bytes - unroll);
    return 0;
  },
  account(g, k, w, _ret, unroll) {
    spend(g, k, w, -unroll);
    if (isPending(k)) return;
    if (k.out.committed >= 0) oweStream(g, k, k.out.committed, g.deviceMark);
    else g.cut(g.n - unroll);
    g.deviceMark = -1;
  },
};

/**
 * The original iterator now says that `bytes` of the request count. What is dead from here
 * on is cleared, so that states do not differ by it; the pages are held until put_pages.
 */
export function commitRequest(k: Kernel, bytes: number): void {
  const r = k.request;
  k.out.committed = bytes;
  r.isCommitted = true;
  r.isWritten = false;
  r.bytes = r.done = r.advanced = 0;
  forgetTarget(k);
  if (CALLERS[k.caller.kind]?.id === 'direct') {
    k.caller.ret += bytes;
    k.caller.isDirectDone = true;
  }
  if (r.isPut) k.dropRequest();
}

/** The device is done: where it wrote and the struct copy are dead, the page pointers are not. */
export function forgetTarget(k: Kernel): void {
  const { off, len } = k.request;
  for (let e = 0; e < off.length; e++) off[e] = len[e] = 0;
  k.iterCopy.clear();
}

export const ITER_OPS: readonly OpSpec[] = [
  iovIterPipe,
  copyToIter,
  csumAndCopyToIter,
  copyPageToIter,
  iovIterZero,
  copyMcToIter,
  iovIterRevert,
];
