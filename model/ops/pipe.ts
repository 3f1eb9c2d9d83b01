/** read() and write() on the pipe, pipe2(), fcntl(F_SETFL). */
import { EINVAL } from '../errno.js';
import { O_APPEND, O_CLOEXEC, O_DIRECT, O_NONBLOCK } from '../kernel.js';
import type { OpSpec, World } from '../op.js';
import { isDeliveryRight, oweWrite, promiseRead, promiseWrite, takeRead } from '../owed.js';
import { freeSlots } from '../ring.js';
import { faultArg, lengthArg, markArg, markIsListed, oomArg, oomFits, spaceMax, upTo } from './args.js';
import { plainFault, plainMarkAndFault, plainMarkAndOom } from './plain.js';

const FD_NAMES = { 0: 'w', 1: 'wd' } as const;
const FLAG_NAMES: Readonly<Record<number, string>> = {
  [0]: '0',
  [O_NONBLOCK]: 'O_NONBLOCK',
  [O_DIRECT]: 'O_DIRECT',
  [O_DIRECT | O_NONBLOCK]: 'O_DIRECT|O_NONBLOCK',
  [O_CLOEXEC | O_DIRECT]: 'O_CLOEXEC|O_DIRECT',
  [O_APPEND]: 'O_APPEND',
};

/** Beside page extraction, only a pipe that an iterator can be made of is of interest. */
const hasPipe = (w: World): boolean =>
  w.scenario.needs.pipe &&
  w.scenario.needs.openFiles !== true &&
  w.scenario.needs.lends !== true &&
  w.scenario.needs.inodes !== true &&
  w.scenario.pipes !== true &&
  w.scenario.needs.tasks !== true &&
  (!w.scenario.extract || w.design.present.has('iovIterPipe'));

export const pread: OpSpec = {
  name: 'pread',
  help: 'read(2) of the pipe, non-blocking; its buffer may fault',
  args: [lengthArg('size'), faultArg],
  fn: 'pipeRead',
  exists: hasPipe,
  ready: (k) => k.caller.kind === 0,
  // A fault behind the bytes that are there is never met.
  allowed: (_k, g, _w, _size, fault) => fault <= g.n,
  never: (_w, size, fault) => fault >= size,
  apply(k, _w, size, fault) {
    k.user.empty(size);
    k.user.fault = fault;
    return k.fn.pipeRead(k, size);
  },
  isIdle: (k, _ret, _size, fault) => fault >= 0 && !k.isFaultHit,
  plain: plainFault(1),
  promise: (g, k, _w, ret, size) => promiseRead(g, k, ret, size),
  account(g, k, _w, ret) {
    if (ret <= 0) return;
    g.isMisdelivered = !isDeliveryRight(g, k, ret);
    takeRead(g, ret);
  },
};

/** Only in designs that copy segment by segment, and try it twice. */
const readv: OpSpec = {
  name: 'readv',
  help: 'readv(2) of the pipe into two segments, the second of which is paged in at its first access',
  args: [lengthArg('size'), { name: 'split', values: (w) => upTo(w.bounds.ring * w.bounds.page) }],
  fn: 'pipeReadv',
  exists: (w) => hasPipe(w) && w.design.present.has('pipeReadv'),
  ready: (k) => k.caller.kind === 0,
  allowed: (_k, _g, _w, size, split) => split < size,
  apply(k, _w, size, split) {
    k.user.empty(size);
    return k.fn.pipeReadv(k, size, split);
  },
  promise: (g, k, _w, ret, size) => promiseRead(g, k, ret, size),
  account: (g, k, w, ret, size) => pread.account?.(g, k, w, ret, size, -1, 0, 0),
};

export const pwrite: OpSpec = {
  name: 'pwrite',
  help: 'write(2) to the stream end (w) or the O_DIRECT end (wd), non-blocking; its buffer may fault',
  args: [{ name: 'fd', values: () => [0, 1], names: FD_NAMES }, lengthArg('size'), markArg, { ...faultArg }],
  fn: 'pipeWrite',
  exists: hasPipe,
  ready: (k) => k.caller.kind === 0,
  allowed(k, g, w, fd, _size, mark, fault) {
    if (w.scenario.writers === 'one' && g.writer !== 0 && g.writer !== fd + 1) return false;
    if (fault < 0 && mark < 0) return true;
    const space = spaceMax(k, w);
    return fault < space && mark < space && (mark < 0 || g.isMarkFree);
  },
  never: (w, fd, size, mark, fault) =>
    fault >= size || !markIsListed(w, mark, size) || (fd === 1 && !w.design.present.has('isPacketized')),
  apply(k, _w, fd, size, mark, fault) {
    k.user.total = size;
    k.user.fault = fault;
    k.user.mark = mark;
    return k.fn.pipeWrite(k, size, fd);
  },
  isIdle: (k, ret, _fd, _size, mark, fault) => (fault >= 0 && !k.isFaultHit) || (mark >= 0 && ret <= mark),
  plain: plainMarkAndFault(2),
  promise: (_g, k, w, ret, _fd, size) => promiseWrite(k, ret, size, freeSlots(k, w.ring) === 0),
  account(g, k, w, ret, fd, _size, mark) {
    if (w.scenario.writers === 'one') g.writer = fd + 1;
    if (ret > 0) oweWrite(g, k, ret, mark, (k.files[fd].fFlags & O_DIRECT) !== 0);
  },
};

/** A write whose n-th allocation fails; apart from pwrite so that each op has at most four arguments. */
export const pwriteOom: OpSpec = {
  ...pwrite,
  help: 'write(2) during which an allocation fails',
  args: [{ name: 'fd', values: () => [0, 1], names: FD_NAMES }, lengthArg('size'), markArg, oomArg()],
  exists: (w) => hasPipe(w) && w.scenario.faults && w.bounds.oom === 'on',
  allowed: (k, g, w, fd, size, mark, oom) =>
    oomFits(k, w, oom, size) && pwrite.allowed?.(k, g, w, fd, size, mark, -1) === true,
  never: (w, fd, size, mark, oom) => oom < 0 || pwrite.never?.(w, fd, size, mark, -1) === true,
  apply(k, w, fd, size, mark, oom) {
    k.oom = oom;
    return pwrite.apply(k, w, fd, size, mark, -1);
  },
  isIdle: (k, ret, _fd, _size, mark) => !k.isOomHit || (mark >= 0 && ret <= mark),
  plain: { ...plainMarkAndOom(2), spec: pwrite },
};

/** What pipe2() of a kernel with packets has to accept: nothing but these three. */
const PIPE2_FLAGS = O_NONBLOCK | O_CLOEXEC | O_DIRECT;

export const pipe2: OpSpec = {
  name: 'pipe2',
  help: 'pipe2(2) of another pipe: which flags are accepted',
  args: [{ name: 'flags', values: () => [0, O_NONBLOCK, O_DIRECT, O_CLOEXEC | O_DIRECT, O_APPEND], names: FLAG_NAMES }],
  fn: 'pipe2',
  isQuery: true,
  exists: (w) => w.scenario.flags,
  ready: (k) => k.caller.kind === 0,
  apply: (k, _w, flags) => k.fn.pipe2(k, flags),
  promise(_g, _k, w, ret, flags) {
    const known = w.design.present.has('isPacketized') ? PIPE2_FLAGS : PIPE2_FLAGS & ~O_DIRECT;
    const ok = (flags & ~known) === 0;
    return ret === (ok ? 0 : -EINVAL) ? '' : ok ? '0' : '-EINVAL';
  },
};

export const fcntlSetfl: OpSpec = {
  name: 'fcntl_setfl',
  help: 'fcntl(fd, F_SETFL): the flags as F_GETFL gives them, or O_DIRECT set or cleared',
  args: [
    { name: 'fd', values: () => [0, 1], names: FD_NAMES },
    { name: 'flags', values: () => [O_NONBLOCK, O_NONBLOCK | O_DIRECT], names: FLAG_NAMES },
  ],
  fn: 'setfl',
  exists: (w) => w.scenario.flags,
  ready: (k) => k.caller.kind === 0,
  never: (w, fd) => fd === 1 && !w.design.present.has('isPacketized'),
  apply: (k, _w, fd, flags) => k.fn.setfl(k, fd, flags),
  promise(_g, k, _w, ret, fd, flags) {
    // F_SETFL with what F_GETFL has just said is a no-op, whatever the file is.
    const isNoop = k.files[fd].fFlags === flags;
    return isNoop && ret !== 0 ? '0: these are the flags that F_GETFL returns' : '';
  },
};

export const PIPE_OPS: readonly OpSpec[] = [pread, readv, pwrite, pwriteOom, pipe2, fcntlSetfl];
