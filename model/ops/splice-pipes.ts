/**
 * Two pipes, A and B, and a file: read and write, tee and splice between them. What each pipe owes is computed from arguments and reported returns alone.
 */
import { EAGAIN, EFAULT, EINVAL } from '../errno.js';
import type { Ghost } from '../ghost.js';
import { ByteKind } from '../ghost.js';
import type { Kernel, Page } from '../kernel.js';
import { O_DIRECT, Tag } from '../kernel.js';
import type { OpSpec, World } from '../op.js';
import { isDeliveryRight, oweWrite, promiseRead, promiseWrite, takeRead } from '../owed.js';
import { GIVEN } from '../lending.js';
import { freeSlots } from '../ring.js';
import { faultArg, lengthArg, markArg, markFits, oomArg, spaceMax, upTo } from './args.js';
import { fcntlSetpipeSz, fionread } from './pipe-size.js';
import { plainMarkAndFault, plainMarkAndOom } from './plain.js';
import { ask, enter, hasPipes, pipeArg, use } from './two-pipes.js';

/** fd: both write ends of both pipes; the second of each is O_DIRECT. */
const FDS = { 0: 'A.w', 1: 'A.wd', 2: 'B.w', 3: 'B.wd' };
const pipeOf = (fd: number): number => fd >> 1;

export const pread: OpSpec = {
  name: 'pread',
  help: 'read(2) of a pipe, non-blocking',
  args: [pipeArg('pipe'), lengthArg('size')],
  fn: 'pipeRead',
  exists: hasPipes,
  ready: (k) => k.caller.kind === 0,
  // Beyond what is owed each size asks for the same.
  allowed: (k, g, w, pipe, size) => size <= Math.max(1, g.owedOf(pipe) + 1) || size === w.bounds.ring * k.pageSize,
  apply(k, _w, pipe, size) {
    enter(k, pipe);
    k.user.empty(size);
    return k.fn.pipeRead(k, size);
  },
  promise(g, k, _w, ret, pipe, size) {
    use(k, g, pipe);
    return promiseRead(g, k, ret, size);
  },
  account(g, k, _w, ret, pipe) {
    if (ret <= 0) return;
    use(k, g, pipe);
    g.isMisdelivered = !isDeliveryRight(g, k, ret);
    takeRead(g, ret);
  },
};

export const pwrite: OpSpec = {
  name: 'pwrite',
  help: 'write(2) to the stream end (.w) or the O_DIRECT end (.wd) of a pipe, non-blocking',
  args: [{ name: 'fd', values: () => [0, 1, 2, 3], names: FDS }, lengthArg('size'), markArg, { ...faultArg }],
  fn: 'pipeWrite',
  exists: hasPipes,
  ready: (k) => k.caller.kind === 0,
  allowed(k, g, w, fd, size, mark, fault) {
    if (mark < 0 && fault < 0) return true;
    if (fault >= size || !markFits(w, g.isMarkFree, mark, size)) return false;
    const space = ask(k, pipeOf(fd), () => spaceMax(k, w));
    return fault < space && mark < space;
  },
  apply(k, _w, fd, size, mark, fault) {
    enter(k, pipeOf(fd));
    k.user.total = size;
    k.user.fault = fault;
    k.user.mark = mark;
    return k.fn.pipeWrite(k, size, fd & 1);
  },
  isIdle: (k, ret, _fd, _size, mark, fault) => (fault >= 0 && !k.isFaultHit) || (mark >= 0 && ret <= mark),
  plain: plainMarkAndFault(2),
  promise(g, k, w, ret, fd, size) {
    use(k, g, pipeOf(fd));
    return promiseWrite(k, ret, size, freeSlots(k, w.ring) === 0);
  },
  account(g, k, _w, ret, fd, _size, mark) {
    use(k, g, pipeOf(fd));
    if (ret > 0) oweWrite(g, k, ret, mark, (k.files[fd & 1].fFlags & O_DIRECT) !== 0);
  },
};

const pwriteOom: OpSpec = {
  ...pwrite,
  help: 'write(2) during which an allocation fails',
  args: [{ name: 'fd', values: () => [0, 1, 2, 3], names: FDS }, lengthArg('size'), markArg, oomArg()],
  exists: (w) => hasPipes(w) && w.bounds.oom === 'on',
  allowed: (k, g, w, fd, size, mark, oom) => oom >= 0 && pwrite.allowed?.(k, g, w, fd, size, mark, -1) === true,
  apply(k, w, fd, size, mark, oom) {
    k.oom = oom;
    return pwrite.apply(k, w, fd, size, mark, -1);
  },
  isIdle: (k, ret, _fd, _size, mark) => !k.isOomHit || (mark >= 0 && ret <= mark),
  plain: { ...plainMarkAndOom(2), spec: pwrite },
};

/** A page of pipe `p` has as many references as its counter can count. */
function isRefused(k: Kernel, w: World, p: number): boolean {
  if (k.bounds.refbits === 0) return false;
  return ask(k, p, () => {
    for (let j = 0; j < w.ring.used(k); j++) if ((w.ring.slot(k, j).page?.head.refcount ?? 1) <= 0) return true;
    return false;
  });
}

/**
 * What splice(2) and tee(2) return between pipes: the bytes that are there and were asked for; fewer where the
 * target is full or a page can not be shared; -EAGAIN where there is no byte, or no room. Both pipes have writers.
 */
function promiseMove(g: Ghost, k: Kernel, w: World, ret: number, from: number, to: number, len: number): string {
  if (from === to) return ret === -EINVAL ? '' : '-EINVAL: both ends are one pipe';
  const owed = Math.min(len, g.owedOf(from));
  const isFull = ask(k, to, () => freeSlots(k, w.ring) === 0);
  if (owed === 0) return ret === -EAGAIN ? '' : '-EAGAIN: there is no byte, and there is a writer';
  if (ret === owed) return '';
  if (ret > owed) return `at most ${owed}`;
  if (ret === -EFAULT) return isRefused(k, w, from) ? '' : 'no -EFAULT: the page can be shared';
  if (ret === -EAGAIN) return isFull ? '' : 'no -EAGAIN: there are bytes, and a slot is free';
  if (ret > 0) return isFull || isRefused(k, w, from) ? '' : `${owed}: a slot is free`;
  return `${owed}, or -EAGAIN`;
}

/** The first `ret` bytes of one pipe are owed by the other; a packet that is cut becomes two. */
function oweMoved(g: Ghost, ret: number, from: number, to: number, isConsumed: boolean): void {
  g.select(to);
  for (let n = 0; n < ret && n < g.owedOf(from); n++) {
    const kind = g.kinds[from][n];
    g.owe(g.tags[from][n], n === ret - 1 && kind === ByteKind.Packet ? ByteKind.PacketEnd : kind);
    if (g.lender.length > 0) g.lender[g.n - 1] = g.lenders[from][n] & (isConsumed ? ~0 : ~GIVEN);
  }
  g.select(from);
  if (isConsumed) g.pop(ret);
}

/** Lengths beyond what there is ask for the same; one pipe twice is refused whatever the length. */
function lengthFits(w: World, g: Ghost, from: number, to: number, len: number): boolean {
  if (from === to) return len === 1;
  return len <= g.owedOf(from) + 1 || len === w.bounds.ring * w.bounds.page;
}

function mover(name: string, help: string, fn: 'doSplicePipes' | 'doTee'): OpSpec {
  return {
    name,
    help,
    args: [pipeArg('from'), pipeArg('to'), lengthArg('len')],
    fn,
    exists: hasPipes,
    ready: (k) => k.caller.kind === 0,
    allowed: (_k, g, w, from, to, len) => lengthFits(w, g, from, to, len),
    apply(k, _w, from, to, len) {
      enter(k, to, from);
      return k.fn[fn](k, from, to, len);
    },
    promise: (g, k, w, ret, from, to, len) => promiseMove(g, k, w, ret, from, to, len),
    account(g, _k, _w, ret, from, to) {
      if (ret > 0) oweMoved(g, ret, from, to, fn === 'doSplicePipes');
    },
  };
}

export const splice = mover('splice', 'splice(2) from pipe to pipe, non-blocking', 'doSplicePipes');
export const tee = mover('tee', 'tee(2), non-blocking', 'doTee');

/** Whether some pipe shows the page. */
function isInPipes(k: Kernel, w: World, page: Page): boolean {
  return k.pipes.some((_, p) =>
    ask(k, p, () => {
      for (let j = 0; j < w.ring.used(k); j++) if (w.ring.slot(k, j).page === page) return true;
      return false;
    }),
  );
}

export const spliceFile: OpSpec = {
  name: 'splice_file',
  help: "splice(2) of the file's page cache at pos into a pipe, non-blocking",
  args: [
    { name: 'pos', values: (w) => upTo(w.bounds.files * w.bounds.page + 1) },
    pipeArg('to'),
    lengthArg('len'),
    markArg,
  ],
  fn: 'spliceFileToPipe',
  // A page of the file has references beside the pipes', and may be refused none.
  exists: (w) => hasPipes(w) && w.bounds.refbits === 0,
  ready: (k) => k.caller.kind === 0,
  allowed(k, g, w, pos, _to, len, mark) {
    const rest = w.bounds.files * w.bounds.page - pos;
    if (len > rest + 1 && len !== w.bounds.ring * w.bounds.page) return false;
    if (mark < 0) return true;
    if (!markFits(w, g.isMarkFree, mark, len) || mark >= rest) return false;
    return !isInPipes(k, w, k.filePages[Math.floor((pos + mark) / w.bounds.page)]);
  },
  apply(k, _w, pos, to, len, mark) {
    enter(k, to);
    if (mark >= 0) k.filePages[Math.floor((pos + mark) / k.pageSize)].data[(pos + mark) % k.pageSize] = Tag.Marked;
    return k.fn.spliceFileToPipe(k, pos, len);
  },
  isIdle: (_k, ret, _pos, _to, _len, mark) => mark >= 0 && ret <= mark,
  promise(_g, k, w, ret, pos, to, len) {
    const want = Math.min(len, w.bounds.files * w.bounds.page - pos);
    const isFull = ask(k, to, () => freeSlots(k, w.ring) === 0);
    if (ret === want || (isFull && ret === -EAGAIN)) return '';
    if (ret > want || ret === 0) return `${want}`;
    if (ret < 0) return isFull ? `${want}, or -EAGAIN` : `${want}: a slot is free`;
    return isFull ? '' : `${want}: a slot is free`;
  },
  account(g, k, _w, ret, pos, to, _len, mark) {
    if (mark >= 0) {
      g.isMarkFree = false;
      g.fileMark = pos + mark;
    }
    g.select(to);
    for (let n = 0; n < ret; n++) g.owe(pos + n === g.fileMark ? Tag.Marked : k.plain, ByteKind.Stream);
  },
};

export const SPLICE_PIPES_OPS: readonly OpSpec[] = [
  pread,
  pwrite,
  pwriteOom,
  splice,
  tee,
  spliceFile,
  fcntlSetpipeSz,
  fionread,
];
