/**
 * User memory lent to pipe A by vmsplice(), and what the processes do with it meanwhile. What is owed comes from
 * arguments, page tables and reported returns (lent.ts); who takes it out of the pipes is in take-pages.ts.
 */
import { EAGAIN, EFAULT } from '../errno.js';
import { SPLICE_F_GIFT } from '../files.js';
import type { Kernel } from '../kernel.js';
import { Vma } from '../kernel.js';
import { forgetLender, noteLenderWrote, oweLent, oweZeros } from '../lent.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { freeSlots } from '../ring.js';
import { exit, fork, mmap, munmap, pageArg, pidArg, store } from './process.js';
import { pread, pwrite, splice, spliceFile, tee } from './splice-pipes.js';
import { consoleWrite, fuseWrite, lends, vmspliceOut } from './take-pages.js';
import { ask, enter, use } from './two-pipes.js';

/** Slots in use of pipe `p`. */
const usedOf = (k: Kernel, w: World, p: number): number => ask(k, p, () => w.ring.used(k));

/** bounds.slots: at most so many slots of both pipes together are in use. Whether `more` may be, in pipe `p`. */
function slotsFit(k: Kernel, w: World, p: number, more: number): boolean {
  const { slots } = w.bounds;
  if (slots === 0) return true;
  const free = ask(k, p, () => freeSlots(k, w.ring));
  return usedOf(k, w, 0) + usedOf(k, w, 1) + Math.min(more, free) <= slots;
}

const only = (arg: ArgSpec, ...values: number[]): ArgSpec => ({ ...arg, values: () => values });

const mapAnon: OpSpec = {
  ...mmap,
  help: 'map a page of anonymous memory',
  args: [pageArg, only(mmap.args[1], Vma.Anon)],
  exists: lends,
  account: (g, k, _w, _ret, vpage) => oweZeros(g, k, vpage),
};

const storePage: OpSpec = {
  ...store,
  exists: lends,
  account(g, k, w, ret, pid, vpage) {
    if (ret === 0 && k.bounds.contents !== 'off') noteLenderWrote(g, k, w, pid, vpage);
  },
};

const unmap: OpSpec = {
  ...munmap,
  exists: lends,
  account: (g, k, _w, _ret, pid, vpage) => forgetLender(g, k, pid, vpage),
};

const exitProcess: OpSpec = {
  ...exit,
  help: 'the child ends, and its memory with it',
  args: [only(pidArg, 1)],
  exists: lends,
  account(g, k, _w, _ret, pid) {
    for (let v = 0; v < k.bounds.vpages; v++) forgetLender(g, k, pid, v);
  },
};

const bufferArg: ArgSpec = {
  name: 'buffer',
  names: (w) => w.vecTexts,
  values: (w) => w.vecTexts.map((_, n) => n),
};

const giftArg: ArgSpec = {
  name: 'flags',
  names: { 0: '0', [SPLICE_F_GIFT]: 'SPLICE_F_GIFT' },
  omit: 0,
  values: () => [0, SPLICE_F_GIFT],
};

/** Scratch of one op: bytes of the buffer that are mapped, from its start on; of these, in so many slots as were free. */
const room = { reach: 0, fits: 0 };

function measure(k: Kernel, w: World, pid: number, vec: number): void {
  const { vma } = k.mms[pid];
  let slots = freeSlots(k, w.ring);
  room.reach = room.fits = 0;
  for (const { base, len } of k.vecs[vec].iov) {
    for (let at = base; at < base + len; ) {
      const bytes = Math.min(base + len - at, k.pageSize - (at % k.pageSize));
      if ((vma[Math.floor(at / k.pageSize)] ?? Vma.None) === Vma.None) return;
      room.reach += bytes;
      if (slots-- > 0) room.fits += bytes;
      at += bytes;
    }
  }
}

/** Slots that a vector takes. */
function piecesOf(k: Kernel, vec: number): number {
  let n = 0;
  for (const { base, len } of k.vecs[vec].iov) {
    if (len > 0) n += Math.floor((base + len - 1) / k.pageSize) - Math.floor(base / k.pageSize) + 1;
  }
  return n;
}

const vmsplice: OpSpec = {
  name: 'vmsplice',
  help: 'vmsplice(2) of user memory into pipe A, SPLICE_F_NONBLOCK',
  args: [pidArg, bufferArg, giftArg],
  fn: 'vmspliceToPipe',
  exists: lends,
  ready: (k) => k.mms[0].isAlive || k.mms[1].isAlive,
  allowed: (k, _g, w, pid, vec, flags) =>
    k.mms[pid].isAlive && (flags === 0 || k.vecs[vec].iov.length === 1) && slotsFit(k, w, 0, piecesOf(k, vec)),
  apply(k, w, pid, vec, flags) {
    k.current = pid;
    enter(k, 0);
    measure(k, w, pid, vec);
    return k.fn.vmspliceToPipe(k, k.vecs[vec], flags);
  },
  promise(_g, k, _w, ret, _pid, vec) {
    const { bytes } = k.vecs[vec];
    const { reach, fits } = room;
    if (bytes === 0) return ret === 0 || (ret === -EAGAIN && fits === 0) ? '' : '0';
    if (ret > 0) return ret >= fits && ret <= reach ? '' : `${fits}`;
    if (ret === -EFAULT) return reach === 0 ? '' : `${fits}: the first page is mapped`;
    if (fits > 0 || ret !== -EAGAIN) return fits > 0 ? `${fits}` : reach > 0 ? '-EAGAIN' : '-EFAULT';
    return '';
  },
  account(g, k, _w, ret, pid, vec, flags) {
    use(k, g, 0);
    if (ret > 0) oweLent(g, k, pid, vec, ret, flags === SPLICE_F_GIFT);
  },
};

const lentPwrite: OpSpec = {
  ...pwrite,
  args: [
    only(pwrite.args[0], 0, 1, 2),
    pwrite.args[1],
    only(pwrite.args[2], -1),
    { ...pwrite.args[3], values: () => [-1, 0] },
  ],
  exists: lends,
  // A fault leaves an empty buffer since 5.5; one kind of them is enough, and packets of one byte.
  allowed: (k, g, w, fd, size, mark, fault) =>
    (fault < 0 || (fd === 0 && size === 1)) &&
    (fd !== 1 || size === 1) &&
    slotsFit(k, w, fd >> 1, Math.ceil(size / k.pageSize)) &&
    pwrite.allowed?.(k, g, w, fd, size, mark, fault) === true,
};

const lentSpliceFile: OpSpec = {
  ...spliceFile,
  args: [
    only(spliceFile.args[0], 0),
    only(spliceFile.args[1], 0),
    { name: 'len', values: (w) => [w.bounds.page] },
    only(spliceFile.args[3], -1),
  ],
  exists: (w) => lends(w) && w.design.present.has('spliceFileToPipe'),
  allowed: (k, _g, w) => slotsFit(k, w, 0, 1),
  account(g, k, _w, ret) {
    use(k, g, 0);
    for (let n = 0; n < ret; n++) g.owe(k.filePages[0].data[n], 0);
  },
};

const fromAToB = (spec: OpSpec): OpSpec => ({
  ...spec,
  args: [only(spec.args[0], 0), only(spec.args[1], 1), spec.args[2]],
  exists: lends,
  // A splice of part of a buffer makes one more.
  allowed: (k, g, w, from, to, len) =>
    slotsFit(k, w, 1, spec.fn === 'doTee' ? usedOf(k, w, 0) : 1) && spec.allowed?.(k, g, w, from, to, len, 0) === true,
});

export const VMSPLICE_OPS: readonly OpSpec[] = [
  mapAnon,
  storePage,
  { ...fork, exists: lends },
  unmap,
  exitProcess,
  vmsplice,
  vmspliceOut,
  fuseWrite,
  consoleWrite,
  { ...pread, exists: lends },
  lentPwrite,
  lentSpliceFile,
  fromAToB(tee),
  fromAToB(splice),
];
